"""Figures: the way from one image to another, as a film strip and as an animation."""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure
from PIL import Image

from aepipe.figures.image_rows import image_rows
from aepipe.figures.style import Entry
from aepipe.files import whole

STRIP = 11  # images of the film strip, both ends counted
PAUSE = 8  # frames that the animation rests at each end
MILLISECONDS = 60


def draw(entries: list[Entry], ways: dict[str, np.ndarray], ends: np.ndarray, dataset: str) -> Figure:
    """A film strip for each model.

    Args:
        entries: the models, a row each.
        ways: model -> images (frames, H, W).
        ends: the two real images (2, H, W).
        dataset: its name, for the title.
    """
    frames = len(next(iter(ways.values())))
    shown = np.linspace(0, frames - 1, STRIP).round().astype(int)
    real = np.zeros((STRIP, *ends.shape[1:]))
    real[[0, -1]] = ends
    return image_rows(
        [("Test images", real), *((entry.label, ways[entry.name][shown]) for entry in entries)],
        f"Interpolation between two test images of {dataset}, linear before the bottleneck",
        marked=1,
    )


def animate(entries: list[Entry], ways: dict[str, np.ndarray], path: str) -> None:
    """An animated GIF of all models at once, to and fro."""
    frames = len(next(iter(ways.values())))
    columns = min(5, len(entries))
    rows = -(-len(entries) // columns)
    figure, axes = plt.subplots(rows, columns, figsize=(1.75 * columns, 2 * rows), squeeze=False)
    figure.subplots_adjust(left=0.01, right=0.99, bottom=0.01, top=1 - 0.25 / (2 * rows), hspace=0.2, wspace=0.08)
    pictures = []
    for ax, entry in zip(axes.flat, entries, strict=False):
        ax.set_title(entry.label, fontsize=10, pad=3)
        pictures.append(ax.imshow(ways[entry.name][0], cmap="gray_r", vmin=0, vmax=1))
    for ax in axes.flat:
        ax.set_axis_off()
    there = [0] * PAUSE + list(range(frames)) + [frames - 1] * PAUSE
    images = {}
    for frame in range(frames):
        for picture, entry in zip(pictures, entries, strict=True):
            picture.set_data(ways[entry.name][frame])
        figure.canvas.draw()
        images[frame] = Image.fromarray(np.asarray(figure.canvas.buffer_rgba())[..., :3]).quantize(64)  # type: ignore[attr-defined]
    plt.close(figure)
    first, *others = [images[frame] for frame in there + there[::-1]]
    with whole(path) as temporary:
        first.save(temporary, save_all=True, append_images=others, duration=MILLISECONDS, loop=0)
