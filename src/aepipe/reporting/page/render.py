"""The report: one HTML file with all that it shows, which asks no network for anything."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import plotly.offline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from aepipe.reporting import tables
from aepipe.reporting.figures import measures
from aepipe.reporting.figures.measures import Measures
from aepipe.reporting.markdown import about_intervals
from aepipe.reporting.page import charts, maps, numbers, pictures, verdict
from aepipe.reporting.page.results import Arrays, Results

HERE = Path(__file__).parent
SECONDS = tables.Column("Seconds", "training", "seconds", "paper", 1)


@dataclass(frozen=True)
class Evaluation:
    """A section of the page: what it measures, and its tables; its pictures are known to the template."""

    id: str
    title: str
    text: str
    measures: Measures
    sections: list[tables.Section]
    first: str = ""  # the metric that is shown first; else the first of the measures


EVALUATIONS = [
    Evaluation(
        "reconstruction",
        "Reconstruction",
        "Test images are encoded and decoded; the binary cross-entropy between an image and its reconstruction is "
        "summed over pixels.",
        measures.RECONSTRUCTION,
        [tables.Section("Error", "Binary cross-entropy in nats.", tables.ERRORS), *tables.DETAIL],
    ),
    Evaluation(
        "sampling",
        "Sampling",
        "New images: decoded from the autoencoder’s own prior, where it has one (paper), and from a Gaussian mixture "
        "fitted to the codes of the training images, for all (corrected). Samples are compared with real images in a "
        "classifier’s features and in the space of principal components.",
        measures.SAMPLING,
        tables.SAMPLING,
        first="density_features",
    ),
    Evaluation(
        "interpolation",
        "Interpolation",
        "The way from one test image to another, linear in what the encoder gives, before the bottleneck.",
        measures.INTERPOLATION,
        tables.INTERPOLATION,
        first="midpoint_distance_features",
    ),
    Evaluation(
        "latent_structure",
        "Latent structure",
        "How the codes of the test images lie: measured on the codes, and drawn as maps.",
        measures.LATENT_STRUCTURE,
        tables.LATENT_STRUCTURE,
        first="knn_accuracy",
    ),
    Evaluation(
        "classification",
        "Classification with few labels",
        "A linear layer on the frozen codes: trained briefly, as published (paper), and to convergence, its "
        "regularisation cross-validated (corrected).",
        measures.CLASSIFICATION,
        [tables.Section("Accuracy", "On the test images.", tables.ACCURACIES)],
    ),
    Evaluation(
        "anomaly",
        "Anomaly detection",
        "One class is left out of training; its images should have the largest reconstruction errors. The score is the "
        "cross-entropy (paper), less the image’s own entropy (corrected).",
        measures.ANOMALY,
        [
            tables.Section(
                "Areas",
                "AUC: area under the ROC curve; signed: of the score sum(x′ − x), which published figures come from.",
                tables.AREAS,
            )
        ],
    ),
    Evaluation(
        "training",
        "Training",
        "How long training took, and how the loss fell.",
        measures.TRAINING,
        [tables.Section("Time", "Seconds of training on one core, validation after each epoch included.", [SECONDS])],
    ),
]


def render(results: Results, origin: Mapping[str, Any]) -> str:
    """The page.

    Args:
        results: what it shows.
        origin: where that comes from, as `aepipe.reporting.page.origin.gathered` gives it.
    """
    figures = {
        name: figure
        for evaluation in EVALUATIONS
        for line in evaluation.measures.values()
        for name, figure in charts.scores(results, evaluation.id, line).items()
    }
    claims = verdict.claims(results)
    order, sprite = maps.chosen(results)
    figures |= charts.roc(results) | charts.training(results)
    figures |= maps.figures(results, "representation", results.maps, order, None)
    figures |= maps.figures(results, "anomaly", results.anomaly_maps, order, results.held_out)
    test_count = next((len(own["positions"]) for own in [*results.maps.values(), *results.anomaly_maps.values()]), 0)
    data = {"figures": figures, "dots": maps.dots(results, order, test_count)}
    scripts = [plotly.offline.get_plotlyjs(), (HERE / "page.js").read_text()]
    return (
        environment()
        .get_template("page.html")
        .render(
            results=results,
            origin=origin,
            evaluations=EVALUATIONS,
            missing={own.id: numbers.missing(results, own.id, own.measures) for own in EVALUATIONS},
            measures={own.id: offered(own, figures) for own in EVALUATIONS},
            tables={own.id: numbers.tables(results, own.sections, own.measures) for own in EVALUATIONS},
            intervals=about_intervals(len(results.seeds), results.confidence),
            sentence=verdict.sentence(results),
            best=verdict.best(results),
            tested=[claim for claim in claims if claim["tested"]],
            untested=[claim for claim in claims if not claim["tested"]],
            flips=verdict.flips(results),
            reconstructions=reconstructions(results),
            samples=samples(results),
            interpolations=interpolations(results),
            maps=[
                ("representation", results.maps, maps.legend(results, None)),
                ("anomaly", results.anomaly_maps, maps.legend(results, results.held_out)),
            ],
            roc=charts.names(figures, "roc."),
            curves="curves" in figures,
            sprite=sprite,
            style=Markup((HERE / "page.css").read_text()),
            data=Markup(json.dumps(data, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")),
            scripts=[Markup(script) for script in scripts],
            hashes=[f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts],
        )
    )


def environment() -> Environment:
    """Where the template lies; an undefined name in it is an error."""
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )


def offered(evaluation: Evaluation, figures: charts.Figures) -> dict[str, list[tuple[str, str]]]:
    """Heading -> metric and title of each measure that has a chart."""
    found = {}
    for heading, line in evaluation.measures.items():
        there = [own for own in line if charts.names(figures, f"{evaluation.id}.{own.metric}")]
        if there:
            found[heading] = [(own.metric, own.title.replace("\n", " ")) for own in there]
    return found


Rows = list[tuple[str, str, list[pictures.Sprite] | None]]


def reconstructions(results: Results) -> Rows:
    """Switch, label and pictures of each row: the test images, then each model's reconstructions; None: failed."""
    if not results.reconstructions:
        return []
    originals = next(iter(results.reconstructions.values()))["originals"]
    return [("", "Test images", pictures.strips(originals)), *of_models(results, results.reconstructions)]


def samples(results: Results) -> list[tuple[str, str, Rows]]:
    """Protocol, heading and rows of the samples."""
    prior = {model: own for model, own in results.samples.items() if len(own["images"])}
    rows = [row for row in of_models(results, prior) if row[2]]
    found = [
        ("paper", "From the autoencoder’s own prior", rows),
        ("corrected", "From a Gaussian mixture fitted to the training codes", of_models(results, results.mixtures)),
    ]
    return [(protocol, heading, rows) for protocol, heading, rows in found if rows]


def of_models(results: Results, arrays: Mapping[str, Arrays]) -> Rows:
    """A row of pictures for each autoencoder, and for each baseline that has pictures."""
    if not arrays:
        return []
    rows: Rows = [
        (entry.name, entry.title, pictures.strips(arrays[entry.name]["images"]) if entry.name in arrays else None)
        for entry in results.entries
    ]
    return rows + [
        ("baselines", entry.title, pictures.strips(arrays[entry.name]["images"]))
        for entry in results.baselines
        if entry.name in arrays
    ]


def interpolations(results: Results) -> dict[str, Any]:
    """`frames`: how many; `ends`: the two test images; `rows`: switch, label and a strip of all frames; or nothing."""
    ways = results.interpolations
    if not ways:
        return {}
    first = next(iter(ways.values()))
    frames = len(first["images"])
    order = [*results.entries, *(entry for entry in results.baselines if entry.name in ways)]
    rows = [
        (
            results.switch(entry.name),
            entry.title,
            pictures.sheet(np.asarray(ways[entry.name]["images"]), frames) if entry.name in ways else None,
        )
        for entry in order
    ]
    return {"frames": frames, "ends": [pictures.sheet(end[None], 1) for end in first["ends"]], "rows": rows}
