"""Cells whose jobs failed: tables and figures are made of the others, and name these with their reasons.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aepipe.provenance import records

#: Rules that all results of a cell follow from; where another one fails, the cell lacks that one's results only.
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


def of_cell(path: str | Path) -> list[Failure]:
    """The failed jobs of the cell that a file belongs to: those that left a note, and those killed in the middle.

    Args:
        path: results/<dataset>/cells/<model>/<cell>/...
    """
    folder = Path(*Path(path).parts[:5]) / records.FOLDER
    killed = {path.name.split(".")[1]: "its job was killed" for path in sorted(folder.glob(".*.*"))}
    noted = {note.stem: note.read_text().strip() for note in sorted(folder.glob(f"*{records.NOTE}"))}
    tried = (killed | noted).items()
    return [Failure(rule, reason) for rule, reason in tried if not (folder / f"{rule}.json").exists()]


def is_lost(path: str | Path) -> bool:
    """Whether a file of a cell is not there, or not to be used, because a job of the cell failed."""
    failed = [failure.rule for failure in of_cell(path)]
    return bool(failed) and (not Path(path).exists() or any(rule.startswith(FOUNDATIONS) for rule in failed))


def described(paths: Iterable[str], labels: dict[str, str]) -> list[dict[str, str]]:
    """What tables and figures say of failed cells: `model`, `left_out`, `cell` and `reason`, once for each job.

    Args:
        paths: results/<dataset>/cells/<model>/d<latent_dim>_without-<left_out>_seed<seed>/...
        labels: model -> label.
    """
    found = {}
    for path in paths:
        model, cell = Path(path).parts[3:5]
        latent_dim, left_out, seed = cell.split("_")
        left_out = left_out.removeprefix("without-").replace("none", "")
        without = f", without {left_out}" if left_out else ""
        for failure in of_cell(path):
            found[model, cell, failure.rule] = {
                "model": model,
                "left_out": left_out,
                "cell": f"{labels.get(model, model)}, d = {latent_dim[1:]}{without}, seed {seed[4:]}",
                "reason": f"{failure.rule.replace('_', ' ')}: {failure.reason}",
            }
    return list(found.values())
