from aepipe.data.arrays import load_array, load_arrays, save_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.feature_extractor import extract_features, load_feature_extractor
from aepipe.evaluation.generation import paths_by_protocol, samples_by_protocol
from aepipe.evaluation.image_sets import ImageSet, fit_components
from aepipe.evaluation.interpolation import draw_pairs, path_metrics
from aepipe.evaluation.sample_quality import sampling_metrics
from aepipe.models.build import load
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    sampling, interpolation = (snakemake.params.evaluation[name] for name in ("sampling", "interpolation"))
    seed, steps = int(snakemake.wildcards.seed), interpolation["steps"]
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels) if snakemake.input.labels else None
    shape = images[0].shape
    model = load(snakemake.input.weights)
    classifier, extracted = load_feature_extractor(snakemake.input.feature_extractor, snakemake.input.features, shape)
    references = ImageSet.real(images, extracted, split["train"][: sampling["samples"]])

    components = fit_components(references, sampling["pca_components"])

    count = len(split["test"][: sampling["samples"]])
    codes = metrics.chosen(load_arrays(snakemake.input.codes), "train", "paper")  # as the decoder has learned them
    samples = samples_by_protocol(model, codes, count, shape, components=sampling["components"], seed=seed)
    save_arrays(work.mixture_samples, images=samples["corrected"][: sampling["images"]])
    numbers = {}
    for protocol, drawn in samples.items():
        seen = ImageSet.seen(drawn, extract_features(classifier, drawn))
        numbers[protocol] = sampling_metrics(seen, references, components, neighbours=sampling["neighbours"])
    rows = metrics.tidy(snakemake.wildcards, "sampling", numbers)
    if "paper" in numbers:
        rows += metrics.tidy(snakemake.wildcards, "prior_sampling", {"corrected": numbers["paper"]})
    metrics.write(rows, work.sampling)

    pairs = draw_pairs(split["test"], labels, interpolation["pairs"], seed)
    numbers = {
        protocol: path_metrics(ImageSet.seen(paths, extract_features(classifier, paths)), references, components, steps)
        for protocol, paths in paths_by_protocol(model, images, pairs, steps, seed=seed).items()
    }
    metrics.write(metrics.tidy(snakemake.wildcards, "interpolation", numbers), work.interpolation)
