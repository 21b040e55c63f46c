from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.feature_extractor import extract_features, load_feature_extractor
from aepipe.evaluation.image_sets import ImageSet, fit_components, scaled
from aepipe.evaluation.interpolation import cross_fades, draw_pairs, path_metrics
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    sampling, interpolation = (snakemake.params.evaluation[name] for name in ("sampling", "interpolation"))
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels) if snakemake.input.labels else None
    classifier, extracted = load_feature_extractor(
        snakemake.input.feature_extractor, snakemake.input.features, images[0].shape
    )
    references = ImageSet.real(images, extracted, split["train"][: sampling["samples"]])
    components = fit_components(references, sampling["pca_components"])

    starts, ends = draw_pairs(split["test"], labels, interpolation["pairs"], int(snakemake.wildcards.seed))
    paths = cross_fades(scaled(images, starts), scaled(images, ends), interpolation["steps"])
    seen = ImageSet.seen(paths, extract_features(classifier, paths))
    found = path_metrics(seen, references, components, interpolation["steps"])
    rows = metrics.tidy(snakemake.wildcards, "interpolation", dict.fromkeys(metrics.PROTOCOLS, found))
    metrics.write(rows, work.metrics)
