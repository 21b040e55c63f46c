"""What to keep in mind of a bake-off's results, and what to try next: each line follows from a number."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from markupsafe import Markup, escape

from aepipe.analysis.collapse import sentences
from aepipe.catalogue import RIVAL_TITLES
from aepipe.errors import printable
from aepipe.reporting.markdown import about_test_images
from aepipe.reporting.page.answers import Answer, be, joined
from aepipe.reporting.page.data import ClassOfImages
from aepipe.reporting.page.results import Results
from aepipe.reporting.trends import trends

ENOUGH_SEEDS = 5  # the default
UNEVEN = 5  # times as many images in the largest class as in the smallest


def cautions(results: Results, classes: list[ClassOfImages]) -> list[str]:
    """What weakens the numbers themselves."""
    return [*few_images(results, classes), *weak_classifier(results), *sentences(results.metrics, results.titles)]


def few_images(results: Results, classes: list[ClassOfImages]) -> Iterator[str]:
    """Small test sets, and classes with few images."""
    if caution := about_test_images(len(results.test)):
        yield caution
    if results.has_labels and len(classes) > 1:
        sizes = np.bincount(results.classes, minlength=len(classes)).tolist()
        least, most = min(sizes), max(sizes)
        if most >= UNEVEN * least:
            small, large = classes[sizes.index(least)].name, classes[sizes.index(most)].name
            yield (
                f"Class {small} has {least:,} images, class {large} {most:,}: metrics over all images say "
                f"little about {small}."
            )


def weak_classifier(results: Results) -> Iterator[str]:
    """A feature extractor that has learnt nothing: scores in its features then mean little."""
    accuracy, chance = results.extractor_accuracy, chance_of(results)
    if accuracy is not None and accuracy <= chance + 0.05:
        yield (
            f"The classifier whose features compare images knows next to nothing: its test accuracy is {accuracy:.1%}, "
            f"and {chance:.1%} would follow from always naming the most frequent class. Distances, densities and "
            "confidences in extracted features mean little here; those in PCA space and of pixels remain."
        )


def chance_of(results: Results) -> float:
    """The accuracy on the test images of always naming their most frequent class."""
    test = results.classes[results.test]
    return max(Counter(test.tolist()).values(), default=0) / max(len(test), 1)


def next_steps(results: Results, found: list[Answer], networks: Sequence[Mapping[str, Any]]) -> list[Markup]:
    """What to try next, as HTML; `networks` are those of `aepipe.reporting.page.origin.gathered`."""
    return [*more_seeds(results, found), *epochs(results, networks), *against_baselines(found, networks)]


def cured(text: str, cure: str) -> Markup:
    """A line of text, and what to do as HTML, with settings as code."""
    return escape(printable(text)) + Markup(f" {cure}")


def more_seeds(results: Results, found: list[Answer]) -> Iterator[Markup]:
    """More seeds where they could separate the best from the others."""
    count = len(results.seeds)
    if count >= ENOUGH_SEEDS:
        return
    own = [row for row in found if row.protocol == "corrected"]
    open_ = [row for row in own if row.rivals]
    if count < 2:
        yield cured(
            "More seeds: one seed gives no intervals, so no lead here is more than a guess.",
            "Set <code>seeds: 5</code>.",
        )
    elif open_:
        yield cured(
            f"More seeds: with {count}, the best autoencoder is not separable from others in {len(open_)} of "
            f"{len(own)} tasks.",
            "Set <code>seeds: 5</code> or more.",
        )


def epochs(results: Results, networks: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    """More epochs, or fewer where the best weights are not kept, by how the losses of the validation images end."""
    stopped = {network["model"] for network in networks if "patience" in network["training"]}
    known = trends(results.titles, results.training_curves)
    rising = {model: own.lowest for model, own in known.items() if own.rises and model not in stopped}
    rises = [f"{results.titles[model]} ({lowest:,})" for model, lowest in rising.items()]
    falls = [results.titles[model] for model, own in known.items() if own.falls]
    if rises:
        yield cured(
            "Fewer epochs: validation images are reconstructed best before the end of the training, in the epoch in "
            f"brackets, by {joined(rises)}.",
            "Set <code>training: {epochs: …}</code> in the entry.",
        )
    if falls:
        yield cured(
            f"More epochs: validation images are reconstructed better and better up to the end by {joined(falls)}.",
            "Set <code>training: {epochs: …}</code>.",
        )


def against_baselines(found: list[Answer], networks: Sequence[Mapping[str, Any]]) -> Iterator[Markup]:
    """Larger networks where a baseline is better."""
    beaten: dict[str, list[str]] = {}
    for row in found:
        for name in row.beaten_by if row.protocol == "corrected" else ():
            beaten.setdefault(RIVAL_TITLES[name], []).append(row.task.name.lower())
    if not beaten:
        return
    convolutions = any(network.get("backbone") == "conv" for network in networks)
    layers = (
        ["more <code>channels</code>"]
        if convolutions
        else ["wider layers", "convolutions (<code>backbone: conv</code>)"]
    )
    longer = [] if any("patience" in network["training"] for network in networks) else ["more epochs"]
    options = joined([*longer, "a larger <code>latent_dim</code>", *layers]).replace(" and ", " or ")
    leads = [f"{title} {be(title)} better than all of them in {joined(names)}" for title, names in beaten.items()]
    yield cured(f"Stronger autoencoders: {'; '.join(leads)}.", f"Try {options}.")
