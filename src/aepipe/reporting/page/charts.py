"""Interactive charts: plotly figures, drawn by the page.

A trace's `meta` has the `switch` that shows and hides it and, in charts with a row for each model, the row's `title`.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from html import escape
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from aepipe.analysis.curves import LOSS, TRAIN_LOSS, under
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import Estimate, mean_interval
from aepipe.catalogue import Evaluation, Metric
from aepipe.evaluation.metrics import PROTOCOLS
from aepipe.reporting.figures.colours import GREY, INK, PALE, Entry
from aepipe.reporting.figures.scales import RATES, axis, mean_curve, rates, rounded
from aepipe.reporting.names import shortened
from aepipe.reporting.page.results import Results

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
TITLE = 40  # characters of a model's title, at most
PLOTLY = str.maketrans({"{": "&#123;", "$": "&#36;"})  # what begins its variables and formulas
Figures = dict[str, dict[str, Any]]


def scores(results: Results, evaluation: Evaluation) -> Figures:
    """`<evaluation>.<metric>.<protocol>` -> a row for each model: its mean with its interval, and its seeds.

    Where the protocols don't differ, the name ends with the metric.
    """
    found: Figures = {}
    for metric in evaluation.metrics:
        for protocol in results.protocols:
            table = wide(results.metrics, protocol, evaluation.name, metric.name)
            if table.size:
                name = f"{evaluation.name}.{metric.name}" + (f".{protocol}" if evaluation.paper else "")
                of = partial(results.image_variance.of_mean, protocol, evaluation.name, metric.name)
                found[name] = rows(results, metric, table, of).to_plotly_json()
    return found


def rows(results: Results, metric: Metric, values: pd.DataFrame, image_variance: Callable[[str], float]) -> go.Figure:
    """A row for each model: the mean over seeds with its interval, on faint dots for the seeds.

    `values` have a row for each seed and a column for each model; `image_variance` gives that of a model's mean.
    """
    every = [entry for entry in with_labels(results.every) if entry.name in values]
    seeds = {entry.name: values[entry.name].dropna().to_numpy() for entry in every}
    ends, far = axis(metric, results.entries, {name: [own] for name, own in seeds.items()}, [], results.confidence)
    low, high = ends or (0.0, 1.0)
    figure = go.Figure(layout=layout(meta={"rows": True}))
    for row, entry in enumerate(every):
        meta = {"switch": results.switch(entry.name), "title": entry.title}
        variance = image_variance(entry.name)
        estimate = mean_interval(seeds[entry.name], results.confidence, variance).within(metric.range)
        text = f"<b>{entry.title}</b><br>{described(estimate, results.confidence)}<extra></extra>"
        if entry.name in far:
            figure.add_trace(at_the_edge(estimate.mean, (low, high), row, meta, text))
            continue
        if estimate.n > 1:
            faint_dots = {"color": entry.colour, "size": 7, "opacity": 0.35}
            every_seed = {"x": short(seeds[entry.name]), "y": [row] * estimate.n}
            figure.add_scatter(**every_seed, mode="markers", marker=faint_dots, hoverinfo="skip", meta=meta)
        figure.add_scatter(
            x=short([estimate.mean]),
            y=[row],
            mode="markers",
            marker={"color": entry.colour, "size": 11, "line": {"color": "white", "width": 1}},
            error_x=bar(estimate, entry.colour),
            hovertemplate=text,
            meta=meta,
        )
    kind = {"type": "log", **decades(low, high)} if metric.logarithmic else {"type": "linear"}
    figure.update_xaxes(range=[low, high], title=titled(metric.direction), **kind)
    titles = {"tickvals": list(range(len(every))), "ticktext": [entry.title for entry in every]}
    figure.update_yaxes(**titles, range=[len(every) - 0.4, -0.6], showgrid=False, automargin=True)
    if metric.line is not None:
        figure.add_vline(x=metric.line, line={"color": GREY, "dash": "dot", "width": 1})
    return figure


def with_labels(entries: list[Entry]) -> list[Entry]:
    """Models with titles that charts have room for, as plotly's HTML: none that it might take for more than text."""
    titles = shortened([entry.title for entry in entries], TITLE)
    texts = [escape(title, quote=False).translate(PLOTLY) for title in titles]
    return [replace(entry, title=text) for entry, text in zip(entries, texts, strict=True)]


def described(estimate: Estimate, confidence: float) -> str:
    """A mean with its interval, in words."""
    text = f"{estimate.mean:.4g}"
    if estimate.n < 2:
        return f"{text} (one seed)"
    return f"{text} [{estimate.low:.4g}, {estimate.high:.4g}]<br>{confidence:.0%} interval, {estimate.n} seeds"


def bar(estimate: Estimate, colour: str) -> dict[str, Any]:
    """An interval as an error bar."""
    if estimate.n < 2:
        return {}
    ends = {"array": short([estimate.high - estimate.mean]), "arrayminus": short([estimate.mean - estimate.low])}
    return {"type": "data", "symmetric": False, **ends, "color": colour, "thickness": 1.8, "width": 4}


def at_the_edge(value: float, ends: tuple[float, float], row: int, meta: dict[str, str], text: str) -> go.Scatter:
    """A number beyond a linear axis, written at the nearer edge."""
    low, high = ends
    right = value > high
    return go.Scatter(
        x=[high - 0.01 * (high - low) if right else low + 0.01 * (high - low)],
        y=[row],
        mode="text",
        text=[f"{rounded(value)} →" if right else f"← {rounded(value)}"],
        textposition="middle left" if right else "middle right",
        textfont={"color": "#666666"},
        hovertemplate=text,
        meta=meta,
    )


def roc(results: Results) -> Figures:
    """`roc.<protocol>` -> a curve for each model: the mean over seeds and held-out classes, with its band."""
    found: Figures = {}
    for protocol in PROTOCOLS:
        figure = go.Figure(layout=layout(height=430))
        figure.add_trace(line([0, 1], [0, 1], PALE, "chance", {"switch": ""}, dash="dot", hoverinfo="skip"))
        for entry in with_labels(results.every):
            own = results.roc_curves.get(entry.name, [])
            if mean := mean_curve(own, protocol):
                meta = {"switch": results.switch(entry.name)}
                each = [np.interp(RATES, *rates(curve, protocol)) for curve in under(own, protocol)]
                figure.add_traces(band(RATES, np.array(each), results.confidence, entry, meta, (0, 1)))
                dash = "dash" if meta["switch"] == "baselines" else "solid"
                figure.add_trace(line(RATES, np.interp(RATES, *mean), entry.colour, entry.title, meta, dash=dash))
        if len(figure.data) > 1:
            ends = {"range": [-0.02, 1.02], "dtick": 0.2}
            figure.update_xaxes(title=titled("false positive rate"), **ends)
            figure.update_yaxes(title=titled("true positive rate"), **ends)
            found[f"roc.{protocol}"] = figure.to_plotly_json()
    return found


def training(results: Results) -> Figures:
    """`curves` -> the reconstruction loss by epoch: means over seeds, dotted of training images; bands of the others.

    Of greedy training on codes, only the outermost layer is shown: the inner ones have another loss.
    """
    figure = go.Figure(layout=layout(height=430))
    positive = all((curve[LOSS] > 0).all() for own in results.training_curves.values() for curve in own)
    ends = (1e-9 if positive else -np.inf, np.inf)  # losses are negative where densities are above 1
    for entry in with_labels(results.entries):
        curves = [curve.assign(layer=curve.get("layer", 1)) for curve in results.training_curves.get(entry.name, [])]
        if results.layerwise.get(entry.name) == "codes":
            curves = [curve[curve["layer"] == 1] for curve in curves]
        if not curves:
            continue
        epochs = min(len(curve) for curve in curves)
        values = np.array([curve[LOSS].to_numpy()[:epochs] for curve in curves])
        x, meta = np.arange(1, epochs + 1), {"switch": entry.name}
        figure.add_traces(band(x, values, results.confidence, entry, meta, ends))
        figure.add_trace(line(x, values.mean(axis=0), entry.colour, entry.title, meta))
        if all(TRAIN_LOSS in curve for curve in curves):
            training = np.mean([curve[TRAIN_LOSS].to_numpy()[:epochs] for curve in curves], axis=0)
            figure.add_trace(line(x, training, entry.colour, f"{entry.title}, training", meta, dash="dot"))
    if not figure.data:
        return {}
    figure.update_xaxes(title=titled("epoch"))
    if not positive:
        figure.update_yaxes(title=titled("loss (nats)"))
        return {"curves": figure.to_plotly_json()}
    drawn = np.concatenate([trace.y for trace in figure.data])
    ticks = decades(*np.log10([drawn.min(), drawn.max()]))
    figure.update_yaxes(title=titled("cross-entropy (nats)"), type="log", **ticks)
    return {"curves": figure.to_plotly_json()}


def line(x: Any, y: Any, colour: str, name: str, meta: dict[str, str], **more: Any) -> go.Scatter:
    """A curve; `dash` and `hoverinfo` may differ."""
    dash = more.pop("dash", "solid")
    hover = {} if more else {"hovertemplate": f"<b>{name}</b> (%{{x:.3g}}, %{{y:.4g}})<extra></extra>"}
    stroke = {"color": colour, "width": 2, "dash": dash}
    return go.Scatter(x=short(x), y=short(y), mode="lines", name=name, line=stroke, meta=meta, **hover, **more)


def band(
    x: np.ndarray, values: np.ndarray, confidence: float, entry: Entry, meta: dict[str, str], ends: tuple[float, float]
) -> list[go.Scatter]:
    """The interval of the mean of curves, values (n, points), at each point; nothing for a single curve."""
    if len(values) < 2:
        return []
    estimates = [mean_interval(column, confidence) for column in values.T]
    low = np.clip([estimate.low for estimate in estimates], *ends)
    high = np.clip([estimate.high for estimate in estimates], *ends)
    red, green, blue = (int(entry.colour[start : start + 2], 16) for start in (1, 3, 5))
    look = {"mode": "lines", "fill": "toself", "fillcolor": f"rgba({red}, {green}, {blue}, 0.12)", "line": {"width": 0}}
    outline = {"x": short([*x, *x[::-1]]), "y": short([*high, *low[::-1]])}
    return [go.Scatter(**outline, **look, hoverinfo="skip", meta={**meta, "band": True})]


def titled(text: str) -> dict[str, Any]:
    """An axis's title."""
    return {"text": text, "font": {"size": 12}, "standoff": 8}


def decades(low: float, high: float) -> dict[str, Any]:
    """The ticks of a logarithmic axis, from the logarithms of its ends: plain numbers, more of them on a short axis."""
    steps = (1, 1.5, 2, 3, 4, 5, 7) if high - low < 1 else (1, 2, 5) if high - low < 2.5 else (1,)
    values = [step * 10.0**power for power in range(int(np.floor(low)), int(np.ceil(high)) + 1) for step in steps]
    return {"tickvals": values, "ticktext": [f"{value:g}" for value in values]}


def layout(**more: Any) -> go.Layout:
    """The layout that all charts share."""
    look = {"fixedrange": True, "zeroline": False, "gridcolor": "#ECECEC", "linecolor": PALE, "ticks": ""}
    look |= {"tickfont": {"size": 12}, "automargin": True}
    return go.Layout(
        template="none",
        font={"family": FONT, "size": 13, "color": INK},
        margin={"l": 8, "r": 12, "t": 8, "b": 44},
        xaxis=look,
        yaxis=look,
        showlegend=False,
        hovermode="closest",
        hoverlabel={"bgcolor": "white", "bordercolor": GREY, "font": {"color": INK, "family": FONT}},
        dragmode=False,
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        **more,
    )


def short(values: Any) -> list[float]:
    """Numbers with as many digits as are visible."""
    return [float(f"{value:.5g}") for value in np.asarray(values, dtype=float)]


def names(figures: Mapping[str, object], prefix: str) -> list[str]:
    """The figures whose names begin with a prefix."""
    return [name for name in figures if name.startswith(prefix)]
