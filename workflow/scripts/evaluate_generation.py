from aepipe.data.arrays import load_array, load_arrays, save_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.feature_extractor import FeatureExtractor, extract_features
from aepipe.evaluation.generation import paths_by_protocol, samples_by_protocol
from aepipe.evaluation.image_sets import ImageSet
from aepipe.evaluation.interpolation import draw_pairs, path_metrics
from aepipe.evaluation.sample_quality import sampling_metrics
from aepipe.models.build import build, load_weights
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    sampling, interpolation = (snakemake.params.evaluation[name] for name in ("sampling", "interpolation"))
    seed, steps = int(snakemake.wildcards.seed), interpolation["steps"]
    images, split = load_array(snakemake.input.images), load_arrays(snakemake.input.split)
    labels = load_array(snakemake.input.labels) if snakemake.input.labels else None
    shape, extracted = images[0].shape, {}
    model = build(snakemake.params.network, images[0].shape).eval()
    load_weights(model, snakemake.input.weights)
    classifier = None
    if snakemake.input.feature_extractor:
        extracted = load_arrays(snakemake.input.features)
        classifier = FeatureExtractor(shape, classes=extracted["probabilities"].shape[1]).eval()
        load_weights(classifier, snakemake.input.feature_extractor)
    references = ImageSet.real(images, extracted, split["train"][: sampling["samples"]])

    count, components = len(split["test"][: sampling["samples"]]), sampling["components"]
    codes = load_arrays(snakemake.input.codes)["train"]
    samples = samples_by_protocol(model, codes, count, shape, components=components, seed=seed)
    save_arrays(work.mixture_samples, images=samples["corrected"][: sampling["images"]])
    spaces = {name: sampling[name] for name in ("neighbours", "pca_components")}
    numbers = {
        protocol: sampling_metrics(ImageSet.seen(drawn, extract_features(classifier, drawn)), references, **spaces)
        for protocol, drawn in samples.items()
    }
    metrics.write(metrics.tidy(snakemake.wildcards, "sampling", numbers), work.sampling)

    pairs = draw_pairs(split["test"], labels, interpolation["pairs"], seed)
    numbers = {
        protocol: path_metrics(ImageSet.seen(paths, extract_features(classifier, paths)), references, steps)
        for protocol, paths in paths_by_protocol(model, images, pairs, steps, seed=seed).items()
    }
    metrics.write(metrics.tidy(snakemake.wildcards, "interpolation", numbers), work.interpolation)
