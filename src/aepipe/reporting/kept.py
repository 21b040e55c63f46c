"""The tables of README and docs/findings.md, made from the results that are kept in docs/results.

`python -m aepipe.reporting.kept` writes them between their marks, `<!-- kept: best -->` and `<!-- end -->`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

from aepipe.analysis import claims, image_variance
from aepipe.analysis.comparisons import best_of, race_of
from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.analysis.scores import wide
from aepipe.analysis.verdict import HOLDS
from aepipe.catalogue import RIVAL_TITLES, TASKS, Task
from aepipe.evaluation import metrics
from aepipe.reporting.claims_page import MARKS
from aepipe.reporting.markdown import table

PAGES = ("README.md", "docs/findings.md")
RESULTS = Path("docs/results")
#: Folder of kept results -> name of the data set.
NAMES = {"mnist": "MNIST", "fmnist": "Fashion-MNIST", "animals": "Animals", "digits": "Digits"}
#: Under `paper`, samples are from priors, where autoencoders have one.
PRIORS = Task("Sampling from a prior", "sampling", "frechet_features")
#: Autoencoders that are named, of those not significantly different from the best.
MOST = 2
BLOCK = re.compile(r"(<!-- kept: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@dataclass(frozen=True)
class Kept:
    """The results of a data set."""

    name: str
    metrics: pd.DataFrame
    claims: pd.DataFrame
    images: ImageVariance

    @property
    def heading(self) -> str:
        """The data set and its number of seeds."""
        return f"{self.name}, {self.metrics['seed'].nunique()} seeds"


def read() -> list[Kept]:
    """What is kept, in the order of NAMES."""
    found = []
    for folder, name in NAMES.items():
        path = RESULTS / folder
        if (path / "metrics.csv").exists():
            covariances = path / "image_covariances.csv"
            known = image_variance.read(covariances) if covariances.exists() else NOT_KNOWN
            found.append(Kept(name, metrics.read(path / "metrics.csv"), claims.read(path / "claims.csv"), known))
    return found


def best(results: list[Kept], titles: Mapping[str, str], confidence: float) -> str:
    """For each task the best autoencoder on each data set, those not significantly different, and the best baseline.

    Under `corrected`; samples from priors under `paper`.
    """
    rows = []
    for task, protocol in [*((task, "corrected") for task in TASKS), (PRIORS, "paper")]:
        row = {"task": f"{task.name}: {task.measure.short} {task.measure.arrow}"}
        for one in results:
            row[one.heading] = winners(one, task, protocol, titles, confidence)
        rows.append(row)
    return table(pd.DataFrame(rows), left=len(results) + 1)


def winners(kept: Kept, task: Task, protocol: str, titles: Mapping[str, str], confidence: float) -> str:
    """The best mean, and in parentheses the autoencoders not significantly different; then the best baseline."""
    race = race_of(kept.metrics, task, protocol, confidence, kept.images)
    values = race.values.dropna(axis="columns", how="all")
    digits = f".{task.measure.digits}f"
    names = [name for name in titles if name in values]
    if not names:
        return ""
    (first,) = best_of(values[names], task)
    rest = [name for name in names if name != first]
    alike = [titles[name] for name in rest if race.difference(first, name).holds(0) is not False]
    named = f"{len(alike)} others" if len(alike) > MOST else ", ".join(alike)
    own = f"{titles[first]} {values[first].mean():{digits}}" + (f" ({named})" if alike else "")
    shown = wide(kept.metrics, protocol, task.evaluation, task.metric)
    rivals = [name for name in RIVAL_TITLES if name in shown and name != task.measure.given]
    others = best_of(shown[rivals], task) if rivals else []
    return own + "".join(f"; {RIVAL_TITLES[name]} {shown[name].mean():{digits}}" for name in others)


def verdicts(results: list[Kept]) -> str:
    """The verdict on each conclusion on each data set, under each protocol."""
    columns = {}
    for one in results:
        for protocol in one.claims["protocol"].unique():
            rows = one.claims[one.claims["protocol"] == protocol].set_index("claim")
            columns[f"{one.name}, `{protocol}`"] = [
                MARKS.get(row["verdict"], row["verdict"])
                + (" (not after Holm)" if row["verdict"] == HOLDS != row["after_holm"] else "")
                for _, row in rows.iterrows()
            ]
    statements = {claim.id: claim.statement for claim in claims.CLAIMS}
    found = pd.DataFrame({"": list(statements), "The article says": list(statements.values()), **columns})
    return table(found, left=len(found.columns))


def written(text: str, tables: Mapping[str, Callable[[], str]]) -> str:
    """A page with its tables."""
    return BLOCK.sub(lambda block: f"{block[1]}\n{tables[block[2]]()}\n\n{block[3]}", text)


def pages() -> dict[Path, str]:
    """The pages as they should be."""
    config = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
    titles = {name: config["autoencoders"][name]["title"] for name in config["experiment"]["autoencoders"]}
    results, confidence = read(), config["claims"]["confidence"]
    tables = {"best": lambda: best(results, titles, confidence), "verdicts": lambda: verdicts(results)}
    return {Path(page): written(Path(page).read_text(encoding="utf-8"), tables) for page in PAGES}


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text, encoding="utf-8")
