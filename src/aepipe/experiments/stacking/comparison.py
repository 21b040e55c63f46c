"""Is stacking outdated? What the numbers of the schemes say to that, by paired differences over seeds."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from aepipe.analysis.statistics import Estimate, paired_difference
from aepipe.experiments.stacking.schemes import CONTRASTS, GREEDY, SCHEMES, SCRATCH, Contrast, base_of

ACCURACY = "accuracy_"
#: The mean over numbers of labels of the accuracies after supervised fine-tuning.
MEAN_ACCURACY = "mean_accuracy"
LOWER_IS_BETTER = {"bce"}
#: Metric that judges -> what it is called.
JUDGES = {
    "bce": "test reconstruction",
    "probe_accuracy": "the frozen probe",
    MEAN_ACCURACY: "supervised fine-tuning",
}
#: What the judges show of joint training -> what that supports.
CONCLUSIONS = {
    frozenset[str](): "leave open whether stacking is outdated",
    frozenset({"better"}): "support that stacking is outdated",
    frozenset({"worse"}): "support that stacking is not outdated",
}
MIXED = "support neither answer, as it depends on the judge and on the schemes compared"


@dataclass(frozen=True)
class Tally:
    """Of how many comparisons the interval lies on the better side of no difference, or on the worse one."""

    better: int
    worse: int
    count: int

    @property
    def sides(self) -> frozenset[str]:
        """`better` and `worse`, as far as they are shown."""
        return frozenset(side for side in ("better", "worse") if getattr(self, side))

    def __str__(self) -> str:
        """As a sentence has it."""
        return f"better in {self.better} and worse in {self.worse} of {self.count}"


def scores(metrics: pd.DataFrame) -> pd.DataFrame:
    """Tidy rows -> a row for each seed, columns (scheme, metric), with the mean over numbers of labels among them."""
    labelled = metrics[metrics["metric"].str.startswith(ACCURACY)]
    means = labelled.groupby(["model", "seed"], as_index=False)["value"].mean().assign(metric=MEAN_ACCURACY)
    return pd.concat([metrics, means]).pivot(index="seed", columns=["model", "metric"], values="value")


def budgets(table: pd.DataFrame) -> list[str]:
    """The numbers of labels in a table of scores, as text, from few to many, `all` at the end."""
    metrics = set(table.columns.get_level_values("metric"))
    names = [metric.removeprefix(ACCURACY) for metric in metrics if metric.startswith(ACCURACY)]
    return sorted(names, key=lambda name: int(name) if name.isdigit() else float("inf"))


def present(table: pd.DataFrame, schemes: Iterable[str]) -> list[str]:
    """Those of some schemes that have scores."""
    return [scheme for scheme in schemes if scheme in table.columns.get_level_values("model")]


def contrasts_in(table: pd.DataFrame) -> list[Contrast]:
    """The contrasts of which both schemes have scores.

    Those of equal steps are left out where the configuration gives joint and greedy training different numbers of them.
    """
    return [
        one
        for one in CONTRASTS
        if len(present(table, (one.joint, one.greedy))) == 2
        and (one.equal != "steps" or (table[one.joint, "epochs"] == table[one.greedy, "epochs"]).all())
    ]


def difference(table: pd.DataFrame, first: str, second: str, metric: str, confidence: float) -> Estimate:
    """The mean over seeds of first − second, with its t-interval."""
    return paired_difference(table[first, metric], table[second, metric], confidence)


def is_better(estimate: Estimate, metric: str) -> bool | None:
    """Whether a difference shows the first scheme to be better, or worse; None where it shows neither."""
    if estimate.holds(0) is not False:
        return None
    return (estimate.mean < 0) == (metric in LOWER_IS_BETTER)


def tally(table: pd.DataFrame, pairs: Iterable[tuple[str, str]], metrics: Iterable[str], confidence: float) -> Tally:
    """How often the first schemes are better than the second ones, and how often worse, in any of the metrics."""
    comparisons = [(*pair, metric) for pair in pairs for metric in metrics]
    found = Counter(is_better(difference(table, *one, confidence), one[-1]) for one in comparisons)
    return Tally(found[True], found[False], len(comparisons))


def answer(table: pd.DataFrame, dataset: str, confidence: float, min_seeds: int) -> str:
    """One sentence: what the numbers support; with fewer than `min_seeds`, nothing."""
    if (seeds := len(table)) < min_seeds:
        return f"On {dataset}, {seeds} of the {min_seeds} seeds needed leave open whether stacking is outdated."
    pairs = [(contrast.joint, contrast.greedy) for contrast in contrasts_in(table)]
    tallies = {judge: tally(table, pairs, [metric], confidence) for metric, judge in JUDGES.items()}
    sides = frozenset[str]().union(*(found.sides for found in tallies.values()))
    return (
        f"On {dataset}, over {seeds} seeds, the numbers {CONCLUSIONS.get(sides, MIXED)}: against greedy stacking, "
        f"joint training is {listed([f'{found} comparisons by {judge}' for judge, found in tallies.items()])}; "
        f"against training from scratch, {against_scratch(table, confidence)}."
    )


def against_scratch(table: pd.DataFrame, confidence: float) -> str:
    """What training without labels first, jointly or greedily, adds to the accuracy at any number of labels."""
    metrics = [f"{ACCURACY}{budget}" for budget in budgets(table)]
    joint = [scheme for scheme in SCHEMES if base_of(scheme) not in GREEDY]
    greedy = [scheme for scheme in SCHEMES if base_of(scheme) in GREEDY]
    found = {
        kind: tally(table, [(scheme, SCRATCH) for scheme in present(table, schemes)], metrics, confidence)
        for kind, schemes in {"joint training": joint, "greedy stacking": greedy}.items()
    }
    return listed([f"{kind} is {one} accuracies" for kind, one in found.items()])


def listed(items: list[str]) -> str:
    """Items in a sentence."""
    return f"{', '.join(items[:-1])} and {items[-1]}"
