"""The report: one self-contained HTML file, which loads nothing from the network."""

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import plotly.offline
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from aepipe.catalogue import EVALUATIONS, TASKS, Evaluation
from aepipe.errors import printable
from aepipe.reporting.markdown import about_intervals
from aepipe.reporting.names import first_of
from aepipe.reporting.page import advice, answers, charts, data, maps, numbers, pictures, verdict
from aepipe.reporting.page.results import Arrays, Results
from aepipe.reporting.tables import ABOUT_MARKS
from aepipe.reporting.trends import rising

HERE = Path(__file__).parent
ABOUT_CLASSES = "The anomalies of one class against all normal test images."
#: Evaluation -> the metric that its chart shows first, if not the first one.
FIRST = {task.evaluation: task.metric for task in TASKS}


def render(results: Results, origin: Mapping[str, Any]) -> str:
    """The page; `origin` is the provenance of the results, from `aepipe.reporting.page.origin.gathered`."""
    evaluations = sections(results)
    figures = {
        name: figure
        for own in evaluations
        if not numbers.by_class(results, own)
        for name, figure in charts.scores(results, own).items()
    }
    tables = {own.name: numbers.tables(results, own) for own in evaluations}
    claims, found, classes = verdict.claims(results), answers.answers(results), data.classes(results)
    order, sprite = maps.chosen(results)
    figures |= charts.roc(results) | charts.training(results)
    figures |= maps.figures(results, "representation", results.maps, order, None)
    figures |= maps.figures(results, "anomaly", results.anomaly_maps, order, results.held_out)
    stored = {"figures": figures, "dots": maps.dots(results, order)}
    scripts = [plotly.offline.get_plotlyjs(), (HERE / "page.js").read_text(encoding="utf-8")]
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        finalize=lambda value: printable(value) if type(value) is str else value,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html").render(
        results=results,
        chosen="tuned" if results.settings else "corrected",
        origin=origin,
        evaluations=evaluations,
        first=FIRST,
        first_of=first_of,
        missing={own.name: numbers.missing(results, own) for own in evaluations},
        measures={own.name: offered(own, figures) for own in evaluations},
        tables=tables,
        measured=[name for name, found in tables.items() if found],
        about_marks=ABOUT_MARKS,
        intervals=about_intervals(len(results.seeds), results.confidence),
        sentence=verdict.sentence(results),
        answers=found,
        summary=answers.summary(results, found),
        about_images=data.about(results),
        classes=classes,
        shown_classes=data.SHOWN,
        cautions=[*origin["notes"], *advice.cautions(results, classes)],
        next_steps=advice.next_steps(results, found, origin["networks"]),
        rising=rising(results.titles, results.training_curves),
        tested=[claim for claim in claims if claim["tested"]],
        untested=[claim for claim in claims if not claim["tested"]],
        flips=verdict.flips(results),
        reconstructions=reconstructions(results),
        samples=samples(results),
        interpolations=interpolations(results),
        defects=pictures.uri(results.defects),
        maps=[
            ("representation", results.maps, maps.legend(results, None)),
            ("anomaly", results.anomaly_maps, maps.legend(results, results.held_out)),
        ],
        stills={
            kind: {model: maps.still(results, own["positions"], order, held_out) for model, own in arrays.items()}
            for kind, arrays, held_out in (
                ("representation", results.maps, None),
                ("anomaly", results.anomaly_maps, results.held_out),
            )
        },
        roc=charts.names(figures, "roc."),
        curves="curves" in figures,
        sprite=sprite,
        style=Markup((HERE / "page.css").read_text(encoding="utf-8")),
        data=Markup(json.dumps(stored, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")),
        scripts=[Markup(script) for script in scripts],
        hashes=[f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts],
    )


def sections(results: Results) -> list[Evaluation]:
    """The evaluations with a section.

    That of normal images is for data sets with such a class, and has the scores of all anomalies together. There, that
    of held-out classes has those of each class, or none where there is one class alone.
    """
    found = []
    for own in EVALUATIONS:
        if own.needs_normal and not (results.defects or (results.metrics["evaluation"] == own.name).any()):
            continue
        if not numbers.by_class(results, own):
            found.append(own)
        elif len(results.classes_held_out) > 1:
            found.append(replace(own, title="Anomalies of each class", about=ABOUT_CLASSES))
    return found


def offered(evaluation: Evaluation, figures: charts.Figures) -> dict[str, list[tuple[str, str]]]:
    """Heading -> name and title of each metric with a chart."""
    found = {}
    for section in evaluation.sections:
        there = [own for own in section.metrics if charts.names(figures, f"{evaluation.name}.{own.name}")]
        if there:
            found[section.heading] = [(own.name, own.title.replace("\n", " ")) for own in there]
    return found


Rows = list[tuple[str, str, list[pictures.Sprite] | None]]


def reconstructions(results: Results) -> Rows:
    """Switch, title and pictures of each row: the test images, then reconstructions; None if failed."""
    if not results.reconstructions:
        return []
    originals = next(iter(results.reconstructions.values()))["originals"]
    strips = pictures.strips(originals, as_read=results.as_read)
    return [("", "Test images", strips), *of_models(results, results.reconstructions)]


def samples(results: Results) -> list[tuple[str, str, Rows]]:
    """Protocol, heading and rows of the samples."""
    prior = {model: own for model, own in results.samples.items() if len(own["images"])}
    rows = [row for row in of_models(results, prior) if row[2]]
    found = [("paper", "From the autoencoder’s own prior", rows)]
    mixtures = of_models(results, results.mixtures)
    found.append(("corrected", "From a Gaussian mixture fitted to the training codes", mixtures))
    return [line for line in found if line[2]]


def of_models(results: Results, arrays: Mapping[str, Arrays]) -> Rows:
    """A row of pictures for each autoencoder, and each baseline with pictures."""
    if not arrays:
        return []
    strips = partial(pictures.strips, as_read=results.as_read)
    rows: Rows = [
        (entry.name, entry.title, strips(arrays[entry.name]["images"]) if entry.name in arrays else None)
        for entry in results.entries
    ]
    return rows + [
        ("baselines", entry.title, strips(arrays[entry.name]["images"]))
        for entry in results.baselines
        if entry.name in arrays
    ]


def interpolations(results: Results) -> dict[str, Any]:
    """`frames`: their number; `ends`: the two test images; `rows`: switch, title and strip of frames; or empty."""
    ways = results.interpolations
    if not ways:
        return {}
    first = next(iter(ways.values()))
    frames, rows = len(first["images"]), []
    sheet = partial(pictures.sheet, as_read=results.as_read)
    for entry in [*results.entries, *(entry for entry in results.baselines if entry.name in ways)]:
        film = sheet(np.asarray(ways[entry.name]["images"]), frames) if entry.name in ways else None
        rows.append((results.switch(entry.name), entry.title, film))
    return {"frames": frames, "ends": [sheet(end[None], 1) for end in first["ends"]], "rows": rows}
