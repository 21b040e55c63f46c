"""Where results are, as patterns of Snakemake's wildcards. What `str.format` fills in is left to the caller."""

from collections.abc import Container
from pathlib import Path

DATA = "results/{dataset}/data"
FEATURE_EXTRACTOR = "results/{dataset}/feature_extractor"
SPLIT = "results/{dataset}/splits/without-{held_out}_seed{seed}.npz"
RUN_NAME = "{model}_d{latent_dim}_without-{held_out}_seed{seed}"  # where runs share a folder
RUN = "results/{dataset}/runs/{model}/d{latent_dim}_without-{held_out}_seed{seed}"
FIGURES = "results/{dataset}/figures"
TABLES = "results/{dataset}/tables"
CODES = "results/{dataset}/codes"
LOGS = "results/{dataset}/logs"
RECORDS = "results/{dataset}/records"
METRICS = "results/{dataset}/metrics.csv"
COVARIANCES = "results/{dataset}/image_covariances.csv"
SIMILARITY = "results/{dataset}/metrics/latent_similarity_seed{seed}.csv"
QUICK = "results/{dataset}/quick.md"
FAILURES = "results/{dataset}/failures.json"
SWEEP = "results/{dataset}/sweep"
GRID = "results/{dataset}/grid"
TUNING = "results/{dataset}/tuning"
TUNING_SPLIT = f"{TUNING}/splits/without-{{held_out}}_seed{{seed}}.npz"
SELECTED = f"{TUNING}/selected/{{model}}.json"
STACKING = "results/{dataset}/stacking"
SCHEME = f"{STACKING}/{{scheme}}/seed{{seed}}"
#: Ends the name of the network that an autoencoder has under the protocol `paper` alone, where it has one.
PAPER = "_paper"
#: Come before the number of a trial, and before the evaluation that the settings of a tuned network are selected for.
TRIAL, TUNED = "_trial_", "_tuned_"


def autoencoder_of(network: str) -> str:
    """The autoencoder that a network stands for in the tables: `vae` of `vae`, `vae_paper` and `vae_tuned_sampling`."""
    return network.partition(TUNED)[0].removesuffix(PAPER)


def tuned_for(network: str) -> tuple[str, str]:
    """The autoencoder of a tuned network, and the evaluation that its settings are selected for."""
    autoencoder, _, evaluation = network.partition(TUNED)
    return autoencoder, evaluation


def number_of(trial: str) -> int:
    """The number of a trial: 0 has the settings as configured."""
    return int(trial.rpartition(TRIAL)[2])


def protocols_of(network: str, networks: Container[str]) -> dict[str, str]:
    """Protocol that a network is measured under -> the one that its numbers are of; `networks` are the names of all."""
    if TUNED in network:
        return {"corrected": "tuned"}
    if network.endswith(PAPER):
        return {"paper": "paper"}
    if network + PAPER in networks:
        return {"corrected": "corrected"}
    return {"paper": "paper", "corrected": "corrected"}


def run_of(path: str | Path) -> dict[str, str]:
    """The wildcards of the run that a file belongs to, <anything>/runs/<model>/<run>/<...>, without the data set."""
    parts = Path(path).parts
    model, run = parts[(start := parts.index("runs")) + 1 : start + 3]
    latent_dim, held_out, seed = run.split("_")
    return {
        "model": model,
        "latent_dim": latent_dim.removeprefix("d"),
        "held_out": held_out.removeprefix("without-"),
        "seed": seed.removeprefix("seed"),
    }
