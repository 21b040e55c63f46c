"""Runs whose jobs failed: tables and figures are made of the others, and name these with their reasons.

Imported by the Snakefile, so nothing here imports torch.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aepipe.config.paths import autoencoder_of, run_of
from aepipe.errors import printable
from aepipe.provenance import records

#: Rules that all results of a run follow from; where another one fails, the run lacks that one's results only.
FOUNDATIONS = (
    "train_autoencoder",
    "train_stacked_layer",
    "assemble_stacked",
    "fit_baseline",
    "encode_pixels",
    "apply_autoencoder",
)
#: Characters of a reason that are shown; the whole of it is in the job's log.
MOST = 300


@dataclass(frozen=True)
class Failure:
    """A job that ended without its results, and when, in seconds of the epoch."""

    rule: str
    reason: str
    when: float


def folder_of_run(path: str | Path) -> Path:
    """The folder of the run that a file belongs to, <anything>/runs/<model>/<run>."""
    parts = Path(path).parts
    return Path(*parts[: parts.index("runs") + 3])


def of_run(path: str | Path) -> list[Failure]:
    """The failed jobs of the run that a file belongs to: those that left a note, and those that were killed."""
    folder = folder_of_run(path) / records.FOLDER
    killed = {left.name.split(".")[1]: (left, "its job was killed") for left in sorted(folder.glob(".*.*"))}
    noted = {
        note.stem: (note, note.read_text(encoding="utf-8").strip()) for note in sorted(folder.glob(f"*{records.NOTE}"))
    }
    return [
        Failure(rule, reason, left.stat().st_mtime)
        for rule, (left, reason) in (killed | noted).items()
        if not (folder / f"{rule}.json").exists()
    ]


def is_lost(path: str | Path) -> bool:
    """Whether a file of a run is not there, or not to be used, because a job of the run failed."""
    failed = [failure.rule for failure in of_run(path)]
    return bool(failed) and (not Path(path).exists() or any(rule.startswith(FOUNDATIONS) for rule in failed))


def described(paths: Iterable[str], titles: dict[str, str], since: float = 0) -> list[dict[str, str]]:
    """What tables and figures say of failed runs: `model`, `held_out`, `run` and `reason`, once for each job.

    Args:
        paths: <anything>/runs/<model>/d<latent_dim>_without-<held_out>_seed<seed>/...
        titles: model -> title.
        since: leaves out earlier failures, in seconds of the epoch.
    """
    found = {}
    for path in paths:
        run = run_of(path)
        model, held_out = run["model"], run["held_out"].replace("none", "")
        name = f"{printable(titles.get(model, model))}, d = {run['latent_dim']}"
        without = f", without {held_out}" if held_out else ""
        for failure in of_run(path):
            if failure.when >= since:
                found[folder_of_run(path), failure.rule] = {
                    "model": autoencoder_of(model),
                    "held_out": held_out,
                    "run": f"{name}{without}, seed {run['seed']}",
                    "reason": f"{failure.rule.replace('_', ' ')}: {shown(failure.reason)}",
                }
    return list(found.values())


def shown(reason: str) -> str:
    """A reason in one line, which no library can make too long or set in colours."""
    text = printable(reason)
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def read(paths: str | Iterable[str], role: str | None = None) -> list[dict[str, str]]:
    """The failures of one file or of several, of both kinds of runs or of one; none without a file.

    Args:
        paths: files that hold what `described` gives, as JSON.
        role: `representation` or `anomaly`.
    """
    paths = [paths] if isinstance(paths, str) else paths
    every = [failure for path in paths for failure in json.loads(Path(path).read_text(encoding="utf-8"))]
    return [one for one in every if role is None or bool(one["held_out"]) == (role == "anomaly")]


def models(failed: Iterable[dict[str, str]]) -> set[str]:
    """The models that have failed runs."""
    return {failure["model"] for failure in failed}
