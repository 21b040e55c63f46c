from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.image_sets import ImageSet, fit_components
from aepipe.evaluation.interpolation import draw_pairs, real_metrics
from aepipe.evaluation.sample_quality import sampling_metrics
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    sampling, interpolation = (snakemake.params.evaluation[name] for name in ("sampling", "interpolation"))
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels) if snakemake.input.labels else None
    extracted = load_arrays(snakemake.input.features) if snakemake.input.features else {}
    references = ImageSet.real(images, extracted, split["train"][: sampling["samples"]])

    test_images = ImageSet.real(images, extracted, split["test"][: sampling["samples"]])
    components = fit_components(references, sampling["pca_components"])
    found = sampling_metrics(test_images, references, components, neighbours=sampling["neighbours"])
    rows = metrics.tidy(snakemake.wildcards, "sampling", dict.fromkeys(metrics.PROTOCOLS, found))
    rows += metrics.tidy(snakemake.wildcards, "prior_sampling", {"corrected": found})
    metrics.write(rows, work.sampling)

    pairs = draw_pairs(split["test"], labels, interpolation["pairs"], int(snakemake.wildcards.seed))
    numbers = dict.fromkeys(
        metrics.PROTOCOLS, real_metrics(ImageSet.real(images, extracted, pairs.ravel()), references, components)
    )
    metrics.write(metrics.tidy(snakemake.wildcards, "interpolation", numbers), work.interpolation)
