import torch

from aepipe.autoencoders.build import build, save_weights
from aepipe.files import load_array
from aepipe.jobs import job_log

with job_log(snakemake.log[0]):
    torch.manual_seed(int(snakemake.wildcards.seed))
    model = build(snakemake.params.network, input_dim=load_array(snakemake.input.images)[0].size)
    save_weights(model.state_dict(), snakemake.output.weights)
