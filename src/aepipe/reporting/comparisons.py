"""The page of comparisons: every model against a reference and the best autoencoder."""

from collections.abc import Iterable

import pandas as pd

from aepipe.analysis.comparisons import Race, best_of, race_of
from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.catalogue import BASELINE_TITLES, tasks, tasks_without_labels
from aepipe.reporting.markdown import (
    Failed,
    about_intervals,
    about_test_images,
    marked,
    number,
    page,
    plain_titles,
    table_of_models,
)


def comparisons_page(
    metrics: pd.DataFrame,
    titles: dict[str, str],
    protocols: Iterable[str],
    failed: Failed = (),
    confidence: float = 0.95,
    reference: str = "vanilla",
    has_labels: bool = True,
    image_variance: ImageVariance = NOT_KNOWN,
    test_images: int | None = None,
) -> str:
    """Every model against the reference and against the best autoencoder of each task.

    The reference is an autoencoder; if it has no title, the first one is taken.
    """
    titles = plain_titles(titles)
    reference = reference if reference in titles else next(iter(titles))
    seeds = int(metrics["seed"].nunique())
    sections: list[str] = []
    for task in tasks(has_labels):
        texts = pd.DataFrame(index=[*titles, *BASELINE_TITLES])
        for protocol in protocols:
            race = race_of(metrics, task, protocol, confidence, image_variance)
            values = race.values
            best = best_of(values.reindex(columns=list(titles)), task)
            for other in dict.fromkeys([reference, *best]):
                if other in values and values[other].notna().any():
                    heading = f"{protocol}: − {titles[other]}" + (" (best)" if other in best else "")
                    texts[heading] = [difference(race, model, other, seeds) for model in texts.index]
        if texts.shape[1]:
            sections += [f"## {task.heading}", task.measure.note, table_of_models(texts, titles, failed)]
    return page(
        "Comparisons",
        f"The difference between each model and {titles[reference]}, and between each model and the autoencoder with "
        "the best mean, paired within a seed, so that the effects of split and labelled images cancel out. Bold: the "
        f"interval excludes 0. {about_intervals(seeds, confidence)} All pairs are in `comparisons.csv`.",
        "Caution: of so many intervals some exclude 0 by chance, and the best autoencoder is chosen by the same "
        "numbers, which flatters it.",
        about_test_images(test_images),
        "" if has_labels else tasks_without_labels(metrics["evaluation"]),
        *sections,
        failed=failed,
    )


def difference(race: Race, model: str, other: str, seeds: int) -> str:
    """The difference of two models; a dash for a model and itself."""
    if model == other:
        return "–"
    if model not in race.values:
        return ""
    found = race.difference(model, other)
    return marked(number(found, race.task.measure.digits, seeds), found)
