"""Figures: interpolation between two test images, as a film strip and as an animation."""

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from aepipe.reporting.figures.image_rows import Group, Row, blank, grey_map, image_rows, proportion
from aepipe.reporting.figures.style import Entry, baselines, mark_failed, short_names

STRIP = 11  # images of the film strip, including both ends
PAUSE = 8  # frames that the animation holds at each end
MILLISECONDS = 60


def draw(entries: list[Entry], ways: dict[str, np.ndarray], ends: np.ndarray, dataset: str) -> Figure:
    """A film strip for each model, with baselines below a line.

    Images of `ways` are (frames, H, W) or (frames, H, W, 3); `ends` are the two real images (2, ...).
    """
    frames = len(next(iter(ways.values())))
    shown = np.linspace(0, frames - 1, STRIP).round().astype(int)
    strips = {model: images[shown] for model, images in ways.items()}
    real = np.stack([ends[0], *[blank(grey_map(ends), *ends.shape[1:])] * (STRIP - 2), ends[1]])
    return image_rows(
        [
            Group([Row("Test images", real)]),
            Group([Row(entry.title, strips.get(entry.name)) for entry in entries]),
            Group([Row(entry.title, strips[entry.name]) for entry in baselines(strips)]),
        ],
        f"Interpolation between two test images of {dataset}, linear in the encoder's output",
    )


def animate(entries: list[Entry], ways: dict[str, np.ndarray], path: str | Path) -> None:
    """An animated GIF of all models, back and forth."""
    ways = {entry.name: ways[entry.name] for entry in entries if entry.name in ways}
    frames = len(next(iter(ways.values())))
    columns = min(5, len(entries))
    rows = -(-len(entries) // columns)
    image = next(iter(ways.values()))
    panel = max(1.75 * proportion(image), 1)
    figure, axes = plt.subplots(rows, columns, figsize=(panel * columns, 2 * rows), squeeze=False)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=1 - 0.25 / (2 * rows), hspace=0.2, wspace=0.08)
    grey = grey_map(image)
    palette = 64 if image.ndim == 3 else 256
    pictures = {}
    titles = short_names([entry.title for entry in entries], panel - 0.15, size=10)
    for ax, entry, title in zip(axes.flat, entries, titles, strict=False):
        ax.set_title(title, fontsize=10, pad=3)
        if entry.name in ways:
            pictures[entry.name] = ax.imshow(ways[entry.name][0], cmap=grey, vmin=0, vmax=1)
        else:
            mark_failed(ax)
    for ax in axes.flat:
        ax.set_axis_off()
    there = [0] * PAUSE + list(range(frames)) + [frames - 1] * PAUSE
    images = {}
    for frame in range(frames):
        for model, picture in pictures.items():
            picture.set_data(ways[model][frame])
        figure.canvas.draw()
        images[frame] = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3]).quantize(palette)  # type: ignore[attr-defined]
    plt.close(figure)
    first, *others = [images[frame] for frame in there + there[::-1]]
    first.save(path, save_all=True, append_images=others, duration=MILLISECONDS, loop=0)
