"""Is stacking outdated? An answer from paired differences over seeds between training schemes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from aepipe.analysis.statistics import Estimate, paired_difference
from aepipe.experiments.stacking.schemes import CONTRASTS, GREEDY, SCHEMES, SCRATCH, Contrast, base_of

ACCURACY = "accuracy_"
#: The accuracy after supervised fine-tuning, mean over the numbers of labels.
MEAN_ACCURACY = "mean_accuracy"
LOWER_IS_BETTER = {"bce"}
#: Metric -> its name in the answer.
JUDGES = {"bce": "test reconstruction", "probe_accuracy": "the frozen probe", MEAN_ACCURACY: "supervised fine-tuning"}
#: Sides that the judges show of joint training -> the conclusion.
CONCLUSIONS = {
    frozenset[str](): "leave open whether stacking is outdated",
    frozenset({"better"}): "support that stacking is outdated",
    frozenset({"worse"}): "support that stacking is not outdated",
}
MIXED = "support neither answer, as it depends on the judge and on the schemes compared"


@dataclass(frozen=True)
class Tally:
    """The number of comparisons, and of those whose interval excludes 0 on the better or the worse side."""

    better: int
    worse: int
    count: int

    @property
    def sides(self) -> frozenset[str]:
        """`better` and `worse`, those that occur."""
        return frozenset(side for side in ("better", "worse") if getattr(self, side))

    def __str__(self) -> str:
        """Part of a sentence."""
        return f"better in {self.better} and worse in {self.worse} of {self.count}"


def scores(metrics: pd.DataFrame) -> pd.DataFrame:
    """Tidy rows -> a row for each seed, columns (scheme, metric), including the mean over the numbers of labels."""
    labelled = metrics[metrics["metric"].str.startswith(ACCURACY)]
    means = labelled.groupby(["model", "seed"], as_index=False)["value"].mean().assign(metric=MEAN_ACCURACY)
    return pd.concat([metrics, means]).pivot(index="seed", columns=["model", "metric"], values="value")


def budgets(table: pd.DataFrame) -> list[str]:
    """The numbers of labels in a table of scores, as text, in ascending order; `all` is last."""
    metrics = set(table.columns.get_level_values("metric"))
    names = [metric.removeprefix(ACCURACY) for metric in metrics if metric.startswith(ACCURACY)]
    return sorted(names, key=lambda name: int(name) if name.isdigit() else float("inf"))


def present(table: pd.DataFrame, schemes: Iterable[str]) -> list[str]:
    """The schemes that have scores."""
    return [scheme for scheme in schemes if scheme in table.columns.get_level_values("model")]


def contrasts_in(table: pd.DataFrame) -> list[Contrast]:
    """The contrasts whose schemes both have scores; those of equal steps only if the configured steps are equal."""
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
    """Whether the first scheme is significantly better (True) or worse (False); None if neither."""
    if estimate.holds(0) is not False:
        return None
    return (estimate.mean < 0) == (metric in LOWER_IS_BETTER)


def tally(table: pd.DataFrame, pairs: Iterable[tuple[str, str]], metrics: Iterable[str], confidence: float) -> Tally:
    """How often the first schemes of pairs are significantly better or worse than the second ones, over all metrics."""
    comparisons = [(*pair, metric) for pair in pairs for metric in metrics]
    found = Counter(is_better(difference(table, *one, confidence), one[-1]) for one in comparisons)
    return Tally(found[True], found[False], len(comparisons))


def answer(table: pd.DataFrame, dataset: str, confidence: float, min_seeds: int) -> str:
    """One sentence on what the scores support; with fewer than `min_seeds`, nothing."""
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
    """The gain in accuracy from first training without labels, jointly or greedily, at all numbers of labels."""
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
