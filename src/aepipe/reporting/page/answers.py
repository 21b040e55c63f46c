"""Which autoencoder for which task: the best of each, how sure that is, and whether a baseline is better."""

from dataclasses import dataclass

import pandas as pd

from aepipe.analysis.comparisons import best_of, competing
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import Estimate, mean_interval, paired_difference
from aepipe.catalogue import BASELINE_TITLES, RIVAL_TITLES, Task, tasks
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.markdown import with_interval
from aepipe.reporting.page.results import Results

BEATEN, OPEN, AHEAD = "beaten", "open", "ahead"


@dataclass(frozen=True)
class Answer:
    """The best autoencoder of a task under a protocol."""

    task: Task
    protocol: str
    model: str
    number: str
    rivals: list[str]  # titles of the autoencoders that are not separable from it
    sure: str  # how far it leads, and whether that may be chance; empty for a single autoencoder
    baseline: str  # name of the best baseline; empty if the task has none
    against: str  # BEATEN by it, OPEN or AHEAD; empty without one
    against_text: str  # the same, in words
    baselines: list[str]  # title and mean of every baseline


def answers(results: Results) -> list[Answer]:
    """For each task and protocol with numbers of autoencoders."""
    found = []
    for task in tasks(results.has_labels):
        for protocol in PROTOCOLS:
            values = competing(results.metrics, protocol, task.evaluation, task.measure)
            shown = wide(results.metrics, protocol, task.evaluation, task.metric)
            best = best_of(values.reindex(columns=list(results.titles)), task)
            found += [answer(results, task, protocol, model, values, shown) for model in best]
    return found


def answer(
    results: Results, task: Task, protocol: str, model: str, values: pd.DataFrame, shown: pd.DataFrame
) -> Answer:
    """The answer of a task whose best autoencoder is known; `values` compete, `shown` are as measured."""
    form = f".{task.measure.digits}f"
    others = [name for name in results.titles if name != model and name in values and values[name].notna().any()]
    rivals = [name for name in others if not separable(values, model, name, results.confidence)]
    baseline, against, text = against_baselines(results, task, model, values)
    return Answer(
        task,
        protocol,
        model,
        with_interval(mean_interval(shown[model], results.confidence).within(task.measure.range), form),
        [results.titles[name] for name in rivals],
        sureness(results, task, model, others, rivals, values),
        baseline,
        against,
        text,
        [f"{BASELINE_TITLES[name]} {shown[name].mean():{form}}" for name in BASELINE_TITLES if name in shown],
    )


def separable(values: pd.DataFrame, model: str, other: str, confidence: float) -> bool:
    """Whether the interval of the difference within seeds excludes 0."""
    return paired_difference(values[model], values[other], confidence).holds(0) is False


def sureness(
    results: Results, task: Task, model: str, others: list[str], rivals: list[str], values: pd.DataFrame
) -> str:
    """The lead over the next best autoencoder, and whether it is more than chance."""
    (second,) = best_of(values.reindex(columns=rivals or others), task) or [""]
    if not second:
        return ""
    lead = in_words(paired_difference(values[model], values[second], results.confidence), task)
    title = results.titles[second]
    if len(results.seeds) < 2:
        return f"{lead} than {title}, from one seed, so this may be chance."
    if rivals == others and values[rivals].eq(values[model], axis=0).all(axis=None):
        return "All autoencoders score the same."
    if rivals:
        return f"Not separable from {joined([results.titles[name] for name in rivals])} ({lead} than {title})."
    return f"Better than all others ({lead} than {title})."


def in_words(difference: Estimate, task: Task) -> str:
    """A difference to something worse, without its sign: `0.12 [0.03, 0.21] higher`."""
    side = "lower" if task.lower_is_better else "higher"
    turned = turn(difference) if task.lower_is_better else difference
    return f"{with_interval(turned, f'z.{task.measure.digits}f')} {side}"  # z: no minus before a zero


def turn(estimate: Estimate) -> Estimate:
    """The same difference, from the other side."""
    return Estimate(-estimate.mean, -estimate.high, -estimate.low, estimate.n)


def against_baselines(results: Results, task: Task, model: str, values: pd.DataFrame) -> tuple[str, str, str]:
    """The best baseline, whether it beats the best autoencoder, and a sentence; real images are no rival."""
    known = [name for name in RIVAL_TITLES if name in values and name != task.measure.given]
    best = best_of(values.reindex(columns=known), task)
    if not best:
        return "", "", ""
    (baseline,) = best
    title, own = RIVAL_TITLES[baseline], results.titles[model]
    difference = paired_difference(values[baseline], values[model], results.confidence)
    if values[baseline].eq(values[model]).all():
        return baseline, OPEN, f"{title} and {own} score the same."
    better = difference.mean < 0 if task.lower_is_better else difference.mean > 0
    unsure = difference.holds(0) is not False
    if better:
        lead = in_words(difference, task)
        if difference.holds(0):
            return baseline, OPEN, f"{title} {be(title)} {lead} than {own}, which is not significant."
        return baseline, BEATEN, f"{title} {be(title)} better than every autoencoder: {lead} than {own}."
    lead = in_words(turn(difference), task)
    text = f"{own} is {lead} than {title}" + (", which is not significant." if unsure and difference.n > 1 else ".")
    return baseline, OPEN if unsure and difference.n > 1 else AHEAD, text


def summary(results: Results, found: list[Answer]) -> list[tuple[str, str]]:
    """Protocol and a plain sentence: which autoencoder is best in most tasks, and where a baseline is better."""
    lines = []
    for protocol in PROTOCOLS:
        own = [row for row in found if row.protocol == protocol]
        if not own:
            continue
        words = [leaders(results, own)]
        beaten: dict[str, list[str]] = {}
        for row in own:
            if row.against == BEATEN:
                beaten.setdefault(RIVAL_TITLES[row.baseline], []).append(row.task.name.lower())
        if not any(row.against in (AHEAD, "") for row in own):
            words.append("In no task is an autoencoder significantly better than every baseline.")
        words += [
            f"{name} {be(name)} better than every autoencoder in {joined(those)}." for name, those in beaten.items()
        ]
        lines.append((protocol, " ".join(words)))
    return lines


def leaders(results: Results, own: list[Answer]) -> str:
    """A sentence on the autoencoders that are the best, or not separable from it, in most tasks."""
    wins = {title: sum(title == results.titles[row.model] for row in own) for title in results.titles.values()}
    one_seed = len(results.seeds) < 2  # of which nothing is separable, so that only wins count
    counts = {title: won + (0 if one_seed else sum(title in row.rivals for row in own)) for title, won in wins.items()}
    most = max(counts.values())
    names = [title for title, count in counts.items() if count == most]
    also = " or not separable from the best" if any(wins[title] < most for title in names) else ""
    chance = ", from one seed, so this may be chance" if one_seed else ""
    return f"{called(names)} the best{also} in {most} of {len(own)} tasks{chance}."


def called(names: list[str]) -> str:
    """The subject of a sentence and its verb: up to three names, or how many they are."""
    if len(names) > 3:
        return f"{len(names)} autoencoders are"
    return f"{joined(names)} {'are each' if len(names) > 1 else 'is'}"


def be(title: str) -> str:
    """The verb after a baseline's title, which may be a plural: `Raw pixels`."""
    return "are" if title.endswith("pixels") else "is"


def joined(words: list[str]) -> str:
    """A, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
