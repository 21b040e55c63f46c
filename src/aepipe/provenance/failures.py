"""Runs whose jobs failed: tables and figures are made of the others, and name these with their reasons.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aepipe.provenance import records

#: Rules that all results of a run follow from; where another one fails, the run lacks that one's results only.
FOUNDATIONS = (
    "train_autoencoder",
    "train_stacked_layer",
    "assemble_stacked",
    "fit_pca",
    "initialise_untrained",
    "encode_pixels",
    "apply_autoencoder",
)


@dataclass(frozen=True)
class Failure:
    """A job that ended without its results."""

    rule: str
    reason: str


def of_run(path: str | Path) -> list[Failure]:
    """The failed jobs of the run that a file belongs to: those that left a note, and those killed in the middle.

    Args:
        path: results/<dataset>/runs/<model>/<run>/...
    """
    folder = Path(*Path(path).parts[:5]) / records.FOLDER
    killed = {path.name.split(".")[1]: "its job was killed" for path in sorted(folder.glob(".*.*"))}
    noted = {note.stem: note.read_text().strip() for note in sorted(folder.glob(f"*{records.NOTE}"))}
    tried = (killed | noted).items()
    return [Failure(rule, reason) for rule, reason in tried if not (folder / f"{rule}.json").exists()]


def is_lost(path: str | Path) -> bool:
    """Whether a file of a run is not there, or not to be used, because a job of the run failed."""
    failed = [failure.rule for failure in of_run(path)]
    return bool(failed) and (not Path(path).exists() or any(rule.startswith(FOUNDATIONS) for rule in failed))


def described(paths: Iterable[str], titles: dict[str, str]) -> list[dict[str, str]]:
    """What tables and figures say of failed runs: `model`, `held_out`, `run` and `reason`, once for each job.

    Args:
        paths: results/<dataset>/runs/<model>/d<latent_dim>_without-<held_out>_seed<seed>/...
        titles: model -> label.
    """
    found = {}
    for path in paths:
        model, run = Path(path).parts[3:5]
        latent_dim, held_out, seed = run.split("_")
        held_out = held_out.removeprefix("without-").replace("none", "")
        without = f", without {held_out}" if held_out else ""
        for failure in of_run(path):
            found[model, run, failure.rule] = {
                "model": model,
                "held_out": held_out,
                "run": f"{titles.get(model, model)}, d = {latent_dim[1:]}{without}, seed {seed[4:]}",
                "reason": f"{failure.rule.replace('_', ' ')}: {failure.reason}",
            }
    return list(found.values())
