from pathlib import Path

from aepipe.config.paths import autoencoder_of, protocols_of, run_of
from aepipe.data.arrays import load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.provenance.jobs import job


def is_beside(run, besides):
    """Whether a sweep's run is one of the bake-off itself."""
    return int(run["latent_dim"]) == besides["latent_dim"] and int(run["held_out"]) in besides["held_out"]


with job(snakemake) as work:
    besides = snakemake.params.besides  # of a sweep, whose latent dimensions are apart
    order = {Path(path).stem: load_arrays(path)["test"] for path in snakemake.input.splits}
    runs = [(path, run_of(path)) for path in snakemake.input.scores]
    networks = {run["model"] for _, run in runs}
    found = {}
    for path, run in runs:
        if besides and is_beside(run, besides):
            continue
        group = (run["latent_dim"] if besides else "", Path(path).stem)
        test = order["without-{held_out}_seed{seed}".format(**run)]
        own = found.setdefault(group, {}).setdefault(autoencoder_of(run["model"]), image_scores.Sums(test))
        own.add(path, test, snakemake.params.protocols or protocols_of(run["model"], networks))
    rows = [
        {"dataset": snakemake.wildcards.dataset, "latent_dim": latent_dim, "evaluation": evaluation, **row}
        for (latent_dim, evaluation), sums in found.items()
        for row in image_scores.covariances(sums)
    ]
    rows = image_scores.completed(rows, snakemake.input.reused)
    metrics.write(rows, work.covariances, image_scores.COLUMNS)
