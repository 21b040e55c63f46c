import torch

from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation.untrained import fit
from aepipe.models import weights
from aepipe.models.build import build, save_weights
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, train = load_array(snakemake.input.images), load_arrays(snakemake.input.split)["train"]
    torch.manual_seed(int(snakemake.wildcards.seed))
    network, shape = snakemake.params.network, images[0].shape
    model = build(network, shape)
    fit(model, images, train)
    save_weights(model.state_dict(), work.weights, **weights.of_network(network, shape, snakemake.params.padding))
