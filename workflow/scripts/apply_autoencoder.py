from aepipe.data.arrays import load_array, load_arrays, save_arrays
from aepipe.data.batches import ImageBatches
from aepipe.evaluation import network
from aepipe.models.build import load
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    evaluation, seed = snakemake.params.evaluation, int(snakemake.wildcards.seed)
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    split, shape = load_arrays(snakemake.input.split), images[0].shape
    model = load(snakemake.input.weights)

    split["train"] = split["train"][: network.TRAINING_IMAGES]
    wanted = [part for part in ("test", "validation", "labelled", "train") if len(split[part])]
    parts = {part: ImageBatches(images, split[part]) for part in wanted}
    codes = network.latent_codes(model, parts, seed)
    save_arrays(work.codes, **codes)

    shown = evaluation["reconstruction"]["images"]
    reconstruction = network.reconstruct(model, parts["test"], codes, shape, shown)
    save_arrays(work.reconstruction, **reconstruction)

    samples = network.draw_samples(model, evaluation["sampling"]["images"], shape, seed)
    save_arrays(work.samples, **samples)

    classes = [evaluation["interpolation"].get(end) for end in ("from_class", "to_class")]
    ends = network.ends_of(split["test"], labels, *classes)
    ways = network.interpolate(model, ImageBatches(images, ends)[:], evaluation["interpolation"]["frames"], shape)
    save_arrays(work.interpolation, **ways)
