"""Which autoencoder for which task: the best of each, how sure that is, and whether a baseline is better."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from aepipe.analysis.comparisons import Race, best_of, race_of
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import Estimate, mean_interval
from aepipe.catalogue import BASELINE_TITLES, RIVAL_TITLES, Task, tasks
from aepipe.reporting.markdown import with_interval
from aepipe.reporting.page.results import Numbers

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
    beaten_by: list[str]  # names of the baselines that are better beyond chance, the best first
    against: str  # BEATEN by these, OPEN or AHEAD of the best one; empty if the task has no baseline
    against_text: str  # the same, in words
    baselines: list[str]  # title and mean of every baseline


def answers(results: Numbers, protocols: Sequence[str] = ()) -> list[Answer]:
    """For each task and protocol with numbers of autoencoders; under all protocols by default."""
    found = []
    for task in tasks(results.has_labels):
        for protocol in protocols or results.protocols:
            race = race_of(results.metrics, task, protocol, results.confidence, results.image_variance)
            shown = wide(results.metrics, protocol, task.evaluation, task.metric)
            best = best_of(race.values.reindex(columns=list(results.titles)), task)
            found += [answer(results, race, model, shown) for model in best]
    return found


def answer(results: Numbers, race: Race, model: str, shown: pd.DataFrame) -> Answer:
    """The answer of a task whose best autoencoder is known; `shown` are the numbers as measured."""
    task, protocol, values = race.task, race.protocol, race.values
    form = f".{task.measure.digits}f"
    others = [name for name in results.titles if name != model and name in values and values[name].notna().any()]
    rivals = [name for name in others if race.lead(model, name).holds(0) is not False]
    beaten_by, against, text = against_baselines(results, race, model)
    variance = results.image_variance.of_mean(protocol, task.evaluation, task.metric, model)
    return Answer(
        task,
        protocol,
        model,
        with_interval(mean_interval(shown[model], results.confidence, variance).within(task.measure.range), form),
        [results.titles[name] for name in rivals],
        sureness(results, race, model, others, rivals),
        beaten_by,
        against,
        text,
        [f"{BASELINE_TITLES[name]} {shown[name].mean():{form}}" for name in BASELINE_TITLES if name in shown],
    )


def sureness(results: Numbers, race: Race, model: str, others: list[str], rivals: list[str]) -> str:
    """The lead over the next best autoencoder, and whether it is more than chance."""
    values = race.values
    (second,) = best_of(values.reindex(columns=rivals or others), race.task) or [""]
    if not second:
        return ""
    ahead = in_words(race.lead(model, second), race.task)
    title = results.titles[second]
    if len(results.seeds) < 2:
        return f"{ahead} than {title}, from one seed, so this may be chance."
    if rivals == others and values[rivals].eq(values[model], axis=0).all(axis=None):
        return "All autoencoders score the same."
    if rivals:
        return f"Not separable from {joined([results.titles[name] for name in rivals])} ({ahead} than {title})."
    return f"Better than all others ({ahead} than {title})."


def in_words(ahead: Estimate, task: Task) -> str:
    """A lead with the side that is better: `0.12 [0.03, 0.21] higher`."""
    return f"{amount(ahead, task)} {side(task)}"


def amount(ahead: Estimate, task: Task) -> str:
    """A lead with its interval."""
    return with_interval(ahead, f"z.{task.measure.digits}f")  # z: no minus before a zero


def side(task: Task) -> str:
    """Where better numbers are."""
    return "lower" if task.lower_is_better else "higher"


def against_baselines(results: Numbers, race: Race, model: str) -> tuple[list[str], str, str]:
    """The baselines that are better beyond chance, what they are to the best autoencoder, and a sentence.

    Where none is, the best baseline counts. Real images are no rival.
    """
    task, values = race.task, race.values
    known = [name for name in RIVAL_TITLES if name in values and name != task.measure.given]
    known = sorted(
        (name for name in known if values[name].notna().any()),
        key=lambda name: values[name].mean(),
        reverse=not task.lower_is_better,
    )
    if not known:
        return [], "", ""
    leads = {name: race.lead(name, model) for name in known}
    own = results.titles[model]
    if beaten_by := [name for name in known if leads[name].mean > 0 and not leads[name].holds(0)]:
        titles = [RIVAL_TITLES[name] for name in beaten_by]
        amounts = joined([amount(leads[name], task) for name in beaten_by])
        text = f"{joined(titles)} {be(*titles)} better than every autoencoder: {amounts} {side(task)} than {own}."
        return beaten_by, BEATEN, text
    best = known[0]
    title, chance = RIVAL_TITLES[best], ", which is not significant" if leads[best].holds(0) else ""
    if values[best].eq(values[model]).all():
        return [], OPEN, f"{title} and {own} score the same."
    if leads[best].mean > 0:
        return [], OPEN, f"{title} {be(title)} {in_words(leads[best], task)} than {own}{chance}."
    behind = in_words(race.lead(model, best), task)
    return [], OPEN if chance else AHEAD, f"{own} is {behind} than {title}{chance}."


def summary(results: Numbers, found: list[Answer]) -> list[tuple[str, str]]:
    """Protocol and a plain sentence: which autoencoder is best in most tasks, and where a baseline is better."""
    lines = []
    for protocol in results.protocols:
        own = [row for row in found if row.protocol == protocol]
        if not own:
            continue
        words = [leaders(results, own)]
        beaten: dict[str, list[str]] = {}
        for row in own:
            for name in row.beaten_by:
                beaten.setdefault(RIVAL_TITLES[name], []).append(row.task.name.lower())
        if not any(row.against in (AHEAD, "") for row in own):
            words.append("In no task is an autoencoder significantly better than every baseline.")
        words += [
            f"{name} {be(name)} better than every autoencoder in {joined(those)}." for name, those in beaten.items()
        ]
        lines.append((protocol, " ".join(words)))
    return lines


def leaders(results: Numbers, own: list[Answer]) -> str:
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


def be(*titles: str) -> str:
    """The verb after titles of baselines, one of which may be a plural: `Raw pixels`."""
    return "are" if len(titles) > 1 or titles[0].endswith("pixels") else "is"


def joined(words: list[str]) -> str:
    """A, b and c."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
