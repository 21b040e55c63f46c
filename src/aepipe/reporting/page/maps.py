"""Latent maps: a dot for each test image, which the page shows on hover."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import plotly.graph_objects as go
from PIL import Image, ImageDraw

from aepipe.errors import printable
from aepipe.reporting.figures.colours import CLASS_COLOURS, INK
from aepipe.reporting.figures.scales import window
from aepipe.reporting.page.charts import Figures, layout
from aepipe.reporting.page.pictures import Sprite, png, sheet
from aepipe.reporting.page.results import Arrays, Results

DOTS = 2000  # of a map, at most
BYTES = 4_000_000  # of all pictures, at most; large pictures allow fewer dots
COLUMNS = 50
MARGIN = 6  # pixels about a map
#: Markers of the classes: plotly's name -> the same as a character.
SYMBOLS = {"circle": "●", "square": "■", "diamond": "◆", "triangle-up": "▲", "triangle-down": "▼"}
SYMBOLS |= {"cross": "✚", "x": "✖", "star": "★", "triangle-left": "◀", "triangle-right": "▶"}

STILL = 480  # pixels of a map's side where it is printed


def star(points: int, inner: float) -> list[tuple[float, float]]:
    """The corners of a star with its first point upwards, in units of its radius."""
    angles = np.arange(2 * points) * np.pi / points
    radii = np.where(np.arange(2 * points) % 2, inner, 1.2)
    return [(float(r * np.sin(a)), float(-r * np.cos(a))) for a, r in zip(angles, radii, strict=True)]


#: Corners of the markers, in their order, in units of their radius, for pictures; none of a circle.
OUTLINES: list[list[tuple[float, float]]] = [
    [],
    [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)],
    [(0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0)],
    [(0, -1.1), (1.1, 0.9), (-1.1, 0.9)],
    [(0, 1.1), (1.1, -0.9), (-1.1, -0.9)],
    star(4, 0.35),
    [(x * 0.7 - y * 0.7, x * 0.7 + y * 0.7) for x, y in star(4, 0.35)],
    star(5, 0.5),
    [(-1.1, 0), (0.9, 1.1), (0.9, -1.1)],
    [(1.1, 0), (-0.9, 1.1), (-0.9, -1.1)],
]


def chosen(results: Results) -> tuple[np.ndarray, Sprite | None]:
    """The test images of the maps, as positions in the test set, and their pictures.

    A fixed random sample in random order, so that no class hides another.
    """
    if not (results.maps or results.anomaly_maps):
        return np.empty(0, int), None
    test = results.images[results.test]
    order = np.random.default_rng(0).permutation(len(test))[:DOTS]
    while True:
        pictures = sheet(test[order], COLUMNS, as_read=results.as_read)
        if len(pictures.uri) <= BYTES or len(order) < COLUMNS:
            return order, pictures
        order = order[: len(order) * 3 // 4]


def figures(
    results: Results, kind: str, maps: Mapping[str, Arrays], order: np.ndarray, held_out: int | None
) -> Figures:
    """`map.<kind>.<model>` -> a map, with a trace for each mark; a dot's `customdata` is its place in `order`."""
    found = {}
    for model, arrays in maps.items():
        positions = arrays["positions"]
        labels = results.classes[results.test][order]
        (left, bottom), (right, top) = window(positions)
        figure = go.Figure(layout=layout())
        marks: dict[tuple[str, str], list[int]] = {}
        for label in np.unique(labels):
            marks.setdefault(mark(int(label), held_out), []).extend(np.flatnonzero(labels == label).tolist())
        for (colour, symbol), own in marks.items():
            x, y = positions[order[own]].T
            size = float(np.clip(12 - len(order) / 300, 5.5, 9))
            marker = {"color": colour, "symbol": symbol, "size": size, "line": {"width": 0}}
            xy = {"x": rounded(x, right - left), "y": rounded(y, top - bottom)}
            figure.add_scatter(**xy, customdata=own, mode="markers", marker=marker, hoverinfo="none")
        hidden = {"showticklabels": False, "showgrid": False, "showline": False}
        figure.update_xaxes(range=[float(left), float(right)], **hidden)
        figure.update_yaxes(range=[float(bottom), float(top)], **hidden)
        figure.update_layout(margin=dict.fromkeys("lrtb", MARGIN))
        found[f"map.{kind}.{model}"] = figure.to_plotly_json()
    return found


def still(results: Results, positions: np.ndarray, order: np.ndarray, held_out: int | None) -> str:
    """A map as a PNG data URI, which is printed in place of the chart; `positions` (n, 2) are of all test images."""
    labels = results.classes[results.test]
    low, high = window(positions)
    places = (positions - low) / (high - low) * STILL
    picture = Image.new("RGB", (STILL, STILL), "white")
    draw = ImageDraw.Draw(picture)
    radius = float(np.clip(12 - len(order) / 300, 4, 9))
    for dot in order:
        x, y = places[dot, 0], STILL - places[dot, 1]
        colour, symbol = mark(int(labels[dot]), held_out)
        corners = [(x + radius * dx, y + radius * dy) for dx, dy in OUTLINES[list(SYMBOLS).index(symbol)]]
        draw.polygon(corners, fill=colour) if corners else draw.ellipse(
            (x - radius, y - radius, x + radius, y + radius), fill=colour
        )
    return png(np.asarray(picture.quantize(64, dither=Image.Dither.NONE).convert("RGB")))


def mark(label: int, held_out: int | None) -> tuple[str, str]:
    """Colour and symbol of a class; past the last colour, classes of one colour have different symbols."""
    colour = INK if label == held_out else CLASS_COLOURS[label % len(CLASS_COLOURS)]
    turn = label // len(CLASS_COLOURS)
    return colour, list(SYMBOLS)[(label + turn) % len(SYMBOLS)]


def rounded(values: np.ndarray, span: float) -> list[float]:
    """Positions to a thousandth of a map."""
    digits = int(np.ceil(3 - np.log10(max(span, 1e-9))))
    return [round(float(value), digits) for value in values]


def legend(results: Results, held_out: int | None) -> list[dict[str, str]]:
    """Each class's name, colour and mark."""
    items = []
    for label, name in enumerate(results.class_names):
        colour, symbol = mark(label, held_out)
        text = f"{name} (held out)" if label == held_out else name
        items.append({"name": text, "colour": colour, "mark": SYMBOLS[symbol]})
    return items


def dots(results: Results, order: np.ndarray) -> dict[str, Any]:
    """Each dot's text: its image's position in the data set, and its class."""
    places = results.test[order]
    names = list(map(printable, results.class_names))
    return {
        "index": places.tolist(),
        "class": [names[label] for label in results.classes[places]] if names else None,
    }
