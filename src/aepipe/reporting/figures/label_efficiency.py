"""Figure: test error by number of labels, of joint and greedy training and of training from scratch."""

from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, LogLocator, NullLocator, PercentFormatter

from aepipe.analysis.statistics import Estimate, mean_interval, paired_difference
from aepipe.experiments.stacking import comparison
from aepipe.experiments.stacking.comparison import ACCURACY
from aepipe.experiments.stacking.schemes import BASES, SCRATCH, TITLES, TUNED, base_of
from aepipe.reporting.figures.style import COLOURS, GREY, PALE

INDIGO, TEAL, ROSE = COLOURS[1], COLOURS[3], COLOURS[6]
#: Joint schemes cut short to the work of a greedy scheme are dashed, in that scheme's colour.
LOOKS: dict[str, dict[str, Any]] = {
    "joint": {"color": INDIGO, "marker": "o", "linestyle": "-"},
    "joint_flops_codes": {"color": ROSE, "marker": "o", "linestyle": (0, (3, 1.5)), "markerfacecolor": "white"},
    "joint_flops_pixels": {"color": TEAL, "marker": "o", "linestyle": (0, (3, 1.5)), "markerfacecolor": "white"},
    "greedy_codes": {"color": ROSE, "marker": "s", "linestyle": "-"},
    "greedy_pixels": {"color": TEAL, "marker": "s", "linestyle": "-"},
    "scratch": {"color": GREY, "marker": "X", "linestyle": "-"},
}
#: Width of the points of one number of labels; the next number is 1 away.
SPREAD = 0.5
#: Gains have a linear scale up to here, and a logarithmic one beyond.
STRAIGHT = 0.02


def draw(metrics: pd.DataFrame, dataset: str, train: int, confidence: float) -> Figure:
    """Above, test errors; below, gains over training from scratch, paired within a seed.

    `metrics` are tidy rows of all training schemes, `train` is the number of training images, the budget `all`.
    """
    table = comparison.scores(metrics)
    budgets = comparison.budgets(table)
    figure, axes = plt.subplots(2, 2, figsize=(11, 8.6), sharex=True, sharey="row", layout="constrained")
    for column, (tuned, title) in enumerate({"": "alone", TUNED: "fine-tuned end to end, without labels"}.items()):
        above, below = axes[:, column]
        schemes = comparison.present(table, [*(base + tuned for base in BASES), SCRATCH])
        for position, scheme in enumerate(schemes):
            at = [place + SPREAD * (position / max(1, len(schemes) - 1) - 0.5) for place in range(len(budgets))]
            accuracies = [table[scheme, f"{ACCURACY}{budget}"] for budget in budgets]
            draw_estimates(
                above, scheme, at, [mean_interval(1 - values, confidence).within((0, 1)) for values in accuracies]
            )
            if scheme != SCRATCH:
                scratch = [table[SCRATCH, f"{ACCURACY}{budget}"] for budget in budgets]
                gains = [paired_difference(*pair, confidence) for pair in zip(accuracies, scratch, strict=True)]
                draw_estimates(below, scheme, at, gains)
        above.set_title(f"Joint or greedy training, {title}", loc="left")
        below.set_xticks(range(len(budgets)), [size_text(budget, train) for budget in budgets])
        below.set_xlabel("labelled training images")
    scale_errors(axes[0, 0])
    scale_gains(axes[1, 0])
    for ax in axes.flat:
        ax.grid(axis="y", color=PALE, linewidth=0.8)
        ax.tick_params(axis="x", length=0)
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
    seeds = len(table)
    bars = f"means and {confidence:.0%} t-intervals over {seeds} seeds" if seeds > 1 else "one seed"
    figure.suptitle(f"Supervised fine-tuning with few and with many labels of {dataset}: {bars}")
    return figure


def draw_estimates(ax: Axes, scheme: str, at: list[float], estimates: list[Estimate]) -> None:
    """Means with their intervals, connected by a line."""
    base = base_of(scheme)
    bars = [[one.mean - one.low for one in estimates], [one.high - one.mean for one in estimates]]
    style = {"markersize": 5.5, "linewidth": 1.2, "elinewidth": 1.2, "capsize": 2}
    ax.errorbar(at, [one.mean for one in estimates], yerr=bars, label=TITLES[base], **(style | LOOKS[base]))


def size_text(budget: str, train: int) -> str:
    """A number of labels as on the axis."""
    return f"{int(budget):,}" if budget.isdigit() else f"all {train:,}"


def scale_errors(ax: Axes) -> None:
    """A logarithmic axis from half the smallest mean to 1; intervals may reach below 0."""
    smallest = min(line.get_ydata().min() for line, *_ in ax.containers)
    ax.set_yscale("log", nonpositive="clip")
    ax.set_ylim(max(smallest, 1e-3) / 2, 1)
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(PercentFormatter(1))
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylabel("test error, logarithmic")


def scale_gains(ax: Axes) -> None:
    """An axis on which small gains are legible beside large ones."""
    ax.set_yscale("symlog", linthresh=STRAIGHT, linscale=0.8)
    ticks = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
    low, high = ax.get_ylim()
    ax.yaxis.set_major_locator(FixedLocator([0, *ticks, *(-tick for tick in ticks)]))
    ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:+g}".replace("-", "−") if value else "0")
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_ylim(low, high)
    ax.set_ylabel(
        f"gain in accuracy over training from scratch,\npercentage points (logarithmic beyond ±{100 * STRAIGHT:g})"
    )
