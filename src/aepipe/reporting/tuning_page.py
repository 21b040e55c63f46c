"""The page of tuning: which autoencoder to take for which task, what tuning gains, and how much settings matter."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import mean_interval, paired_difference
from aepipe.catalogue import BASELINES, Task, metric, tasks
from aepipe.reporting.markdown import (
    Failed,
    about_intervals,
    about_test_images,
    marked,
    number,
    page,
    plain,
    plain_titles,
    table,
)
from aepipe.reporting.page.answers import Answer, answers
from aepipe.reporting.page.results import Numbers

#: How the settings of tasks are selected that have no number of their own without test images.
SELECTION = {
    "cross_validated": "the accuracy of the probe in its cross-validation within the labelled images",
    "bce": "the reconstruction error of normal images, since anomalies are not known beforehand",
}

#: Baselines that win nothing.
REFERENCES = tuple(own.title for own in BASELINES if own.reference)


def tuning_page(
    results: Numbers,
    settings: pd.DataFrame,
    seconds: Mapping[tuple[str, str], float],
    spent: tuple[float, float],
    trials: int,
    test_images: int | None,
    failed: Failed = (),
) -> str:
    """The page.

    Args:
        results: the metrics, those under `tuned` among them.
        settings: from `aepipe.analysis.tuning.table`.
        seconds: autoencoder and evaluation -> mean time of its final training.
        spent: seconds of all trials, and of all final trainings.
        trials: of each autoencoder.
        test_images: how many there are.
        failed: runs without results, from `aepipe.provenance.failures`.
    """
    results = replace(results, titles=plain_titles(results.titles))
    chosen = settings.set_index(["model", "evaluation"])
    found = answers(results, ["tuned"])
    return page(
        "Which autoencoder to take",
        f"Every autoencoder had {trials} trials of settings. For each task, the best trial was selected on images "
        "outside the test set, trained in full with the seeds of the bake-off, and measured once on the test images. "
        f"{about_intervals(len(results.seeds), results.confidence)}",
        f"The trials were trained for {spent[0]:,.0f} seconds of a core, the networks with the selected settings for "
        f"{spent[1]:,.0f}.",
        about_test_images(test_images),
        "## For each task",
        table(pd.DataFrame([row_of(own, results, chosen, seconds) for own in found]), left=7),
        "\n".join(f"- {own.task.name}: {own.sure} {own.against_text}" for own in found),
        "## What tuning gains",
        "Configured: the score under `corrected`, with the settings of the configuration. Gain: how much better the "
        "tuned network is on the test images, within seeds; in bold where the interval over the seeds excludes 0. "
        "Trials: their best, median and worst score, on images outside the test set. An autoencoder whose median is "
        "close to its best needs little tuning.",
        *(part for task in tasks(results.has_labels) for part in section(task, results, settings, seconds)),
        failed=failed,
    )


def row_of(
    own: Answer, results: Numbers, chosen: pd.DataFrame, seconds: Mapping[tuple[str, str], float]
) -> dict[str, str]:
    """A line of the answers."""
    place = (own.model, own.task.evaluation)
    return {
        "Task": own.task.heading,
        "Take": results.titles[own.model],
        "Score": own.number,
        "Not separable from it": ", ".join(own.rivals) or "none",
        "Its settings": str(chosen["settings"].get(place, "")),
        "Seconds": f"{seconds[place]:,.0f}" if place in seconds else "",
        "Baselines": ", ".join(text for text in own.baselines if not text.startswith(REFERENCES)),
    }


def section(
    task: Task, results: Numbers, settings: pd.DataFrame, seconds: Mapping[tuple[str, str], float]
) -> list[str]:
    """What tuning gains in a task: a heading, how settings were selected, and a table."""
    rows = []
    tuned, configured = (
        wide(results.metrics, protocol, task.evaluation, task.metric) for protocol in ("tuned", "corrected")
    )
    selected = settings[settings["evaluation"] == task.evaluation].set_index("model")
    by = metric(*task.selected_by)
    for name, title in results.titles.items():
        if name not in tuned or name not in configured or name not in selected.index:
            continue
        first, second = (configured, tuned) if task.lower_is_better else (tuned, configured)
        gain, trial = paired_difference(first[name], second[name], results.confidence), selected.loc[name]
        variance = results.image_variance.of_mean("tuned", task.evaluation, task.metric, name)
        estimate = mean_interval(tuned[name], results.confidence, variance).within(task.measure.range)
        time = seconds.get((name, task.evaluation))
        rows.append(
            {
                "Autoencoder": title,
                "Tuned": number(estimate, task.measure.digits, len(results.seeds)),
                "Configured": f"{configured[name].mean():.{task.measure.digits}f}",
                "Gain": marked(f"{gain.mean:+.{task.measure.digits}f}", gain),
                "Trials": " / ".join(f"{trial[column]:.{by.digits}f}" for column in ("selected", "median", "worst")),
                "Selected": plain(str(trial["settings"])),
                "Seconds": "" if time is None else f"{time:,.0f}",
            }
        )
    if not rows:
        return []
    how = SELECTION.get(by.name, "") if task.selects else "the same measure"
    return [f"### {plain(task.heading)}", f"Selected by {how}.", table(pd.DataFrame(rows), left=1)]
