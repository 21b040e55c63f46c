from aepipe import weights
from aepipe.autoencoders.build import build, save_weights
from aepipe.evaluation.pixels import flat
from aepipe.files import load_array, load_arrays
from aepipe.jobs import job
from aepipe.machine import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, train = load_array(snakemake.input.images), load_arrays(snakemake.input.split)["train"]
    model = build(snakemake.params.network, images[0].shape)
    model.fit(flat(images, train))
    save_weights(model.state_dict(), work.weights, **weights.of_network(snakemake.params, images[0].shape))
