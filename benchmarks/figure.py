"""The figure of `make bench`."""

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from aepipe.config import configuration
from aepipe.reporting.figures import style

OURS = style.COLOURS[1]
THEIRS = style.GREY


def draw(table: pd.DataFrame, config: dict[str, Any], path: Path) -> None:
    """Four panels: speed, share of the machine's limit, what bake-offs lose, dry runs; those that were measured.

    Args:
        table: rows of bench.csv.
        config: the configuration, for the names of autoencoders.
        path: of the PNG.
    """
    labels = {name: config["autoencoders"][name]["title"] for name in configuration.models(config)}
    panels = {
        "speedup_vs_conventional": speeds,
        "share_of_fp32_limit": shares,
        "lost_core_seconds": losses,
        "dry_run_seconds": dry_runs,
    }
    drawn = [panel for measure, panel in panels.items() if (table["measure"] == measure).any()]
    rows = (len(drawn) + 1) // 2
    figure, axes = plt.subplots(
        rows,
        min(2, len(drawn)),
        figsize=(13, 1 + 3.4 * rows),
        height_ratios=[2, 1][:rows],
        layout="constrained",
        squeeze=False,
    )
    for ax in axes.flat[len(drawn) :]:
        ax.set_axis_off()
    for panel, ax in zip(drawn, axes.flat, strict=False):
        panel(ax, table, labels)
    style.save(figure, path, [])


def values(table: pd.DataFrame, measure: str) -> dict[str, float]:
    """Entry -> value of a measure, in the order of the rows."""
    rows = table[table["measure"] == measure]
    return dict(zip(rows["entry"], rows["value"], strict=True))


def name_rows(ax: Axes, names: list[str]) -> None:
    """A row for each name, from top to bottom."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def write_right(ax: Axes, row: int, text: str) -> None:
    """A number at the right edge of a row."""
    ax.text(1.02, row, text, transform=ax.get_yaxis_transform(), va="center_baseline")


def speeds(ax: Axes, table: pd.DataFrame, labels: dict[str, str]) -> None:
    """Images per core-second of the conventional loop and ours, and their ratio."""
    own, usual = values(table, "images_per_core_second"), values(table, "conventional_images_per_core_second")
    for row, (entry, ratio) in enumerate(values(table, "speedup_vs_conventional").items()):
        ax.plot([usual[entry], own[entry]], [row, row], color=style.PALE, linewidth=3, zorder=0)
        ax.scatter(usual[entry], row, color=THEIRS, s=60)
        ax.scatter(own[entry], row, color=OURS, s=60)
        write_right(ax, row, f"{ratio:.1f} ×")
    ax.scatter([], [], color=THEIRS, s=60, label="the conventional loop")
    ax.scatter([], [], color=OURS, s=60, label="aepipe")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0)
    ax.set_xscale("log")
    ax.xaxis.set_major_formatter("{x:,.0f}")
    ax.set_xlabel("images per second and core, in training")
    name_rows(ax, [labels[entry] for entry in values(table, "speedup_vs_conventional")])


def shares(ax: Axes, table: pd.DataFrame, labels: dict[str, str]) -> None:
    """Which share of the float32 limit each entry reaches."""
    found = values(table, "share_of_fp32_limit")
    for row, (entry, share) in enumerate(found.items()):
        ax.barh(row, share, color=OURS if entry in labels else THEIRS, height=0.5)
        write_right(ax, row, f"{share:.2f}")
    ax.set_xlim(0, 1)
    ax.set_title("Matrix products of training")
    ax.set_xlabel("share of the float32 limit of a core")
    name_rows(ax, [labels.get(entry, entry.replace("vanilla", labels["vanilla"])) for entry in found])


def losses(ax: Axes, table: pd.DataFrame, labels: dict[str, str]) -> None:
    """How many core-seconds of a bake-off are lost for each job."""
    lost, per_job = values(table, "lost_core_seconds"), values(table, "lost_core_seconds_per_job")
    bars(ax, per_job, [f"{per_job[dataset]:.1f} s ({lost[dataset]:,.0f} s in all)" for dataset in per_job])
    ax.set_title("What a bake-off loses for each job")
    ax.set_xlabel("core-seconds: starts, imports, compiling, Snakemake, idle cores")


def dry_runs(ax: Axes, table: pd.DataFrame, labels: dict[str, str]) -> None:
    """How the time of a dry run grows with the runs."""
    seconds = values(table, "dry_run_seconds")
    bars(ax, seconds, [f"{value:.1f} s" for value in seconds.values()])
    ax.set_title("A dry run with nothing to do")
    ax.set_xlabel("seconds")


def bars(ax: Axes, lengths: dict[str, float], texts: list[str]) -> None:
    """A thin bar for each name, with a text behind it."""
    for row, (length, text) in enumerate(zip(lengths.values(), texts, strict=True)):
        ax.barh(row, length, color=OURS, height=0.35)
        ax.annotate(text, (length, row), xytext=(6, 0), textcoords="offset points", va="center_baseline")
    ax.set_xlim(0, 1.4 * max(lengths.values()))
    name_rows(ax, list(lengths))
