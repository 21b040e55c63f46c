"""Trained autoencoders in Python, from the folder of a run to codes, reconstructions and samples; codes as tables.

    from aepipe import export

    vae = export.load("results/digits/runs/vae/d10_without-none_seed0")
    codes = vae.encode(images)
    again = vae.decode(codes)
    new = vae.sample(16)

Arrays are NumPy arrays. The folder of a run can be copied anywhere, as its weights describe their network.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import torch
from torch import Tensor

from aepipe.errors import AepipeError, DataError
from aepipe.models import build, weights
from aepipe.models.base import Autoencoder, Shape

WEIGHTS = "weights.safetensors"
BATCH = 1000
#: Parts of a data set; images of a held-out class that are not in the first three are in the last.
PARTS = ("train", "validation", "test", "held_out")
TEXTS = ("class_name", "split")


class Trained:
    """A trained autoencoder, as evaluated: codes are means, and only samples are random.

    Attributes:
        model: the network, in evaluation mode.
        image_shape: (H, W) or (H, W, 3) of the images in the data set.
        padding: black pixels that are added on each side of an image for the network.
        latent_dim: d, the number of elements of a code.
    """

    def __init__(self, model: Autoencoder, padded_shape: Shape, padding: int) -> None:
        self.model = model
        self.padding = padding
        self.padded_shape = tuple(padded_shape)
        self.image_shape = (*(side - 2 * padding for side in self.padded_shape[:2]), *self.padded_shape[2:])
        self.latent_dim = model.latent_dim

    def __repr__(self) -> str:
        """The class, and the shapes of an image and of a code."""
        return f"<{type(self.model).__name__}: images {self.image_shape}, codes ({self.latent_dim},)>"

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images -> codes (n, d), float32; the means of stochastic codes.

        Args:
            images: (n, *image_shape), with or without padding; uint8, or floats in [0, 1].

        Raises:
            DataError: images with another shape, or values out of range.
        """
        pixels = self.prepared(np.asarray(images))
        return self.batched(lambda x: self.model.codes(x, sample=False), pixels, self.latent_dim)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, d) -> images (n, *image_shape) without padding, float32 in [0, 1].

        Raises:
            DataError: codes with another shape, or values that are not finite.
        """
        codes = np.asarray(codes)
        if codes.ndim != 2 or codes.shape[1] != self.latent_dim:
            raise DataError(f"codes have shape {codes.shape}; allowed: (n, {self.latent_dim})")
        if not np.isfinite(codes).all():
            raise DataError("codes have NaN or infinite values; allowed: finite numbers")
        size = math.prod(self.padded_shape)
        pixels = self.batched(lambda z: torch.sigmoid(self.model.mean_logits(z)), codes.astype(np.float32), size)
        height, width = self.image_shape[:2]
        images = pixels.reshape(-1, *self.padded_shape)
        return images[:, self.padding : self.padding + height, self.padding : self.padding + width]

    def sample(self, count: int, seed: int | None = None) -> np.ndarray:
        """New images (count, *image_shape), float32 in [0, 1], decoded from codes drawn from the prior.

        Without `seed`, images differ in each call. Raises AepipeError if the autoencoder has no prior.
        """
        with torch.random.fork_rng(devices=[]) if seed is not None else nullcontext(), torch.no_grad():
            if seed is not None:
                torch.manual_seed(seed)
            codes = self.model.sample_prior(count)
        if codes is None:
            raise AepipeError(f"{type(self.model).__name__} has no prior; pass codes of your own to `decode`.")
        return self.decode(codes.numpy())

    def prepared(self, images: np.ndarray) -> np.ndarray:
        """Images as input of the network: padded and flat, uint8 or float32; see `encode`."""
        shapes = dict.fromkeys([self.image_shape, self.padded_shape])
        if images.shape[1:] not in shapes:
            allowed = " or ".join(str(("n", *shape)).replace("'", "") for shape in shapes)
            raise DataError(f"images have shape {images.shape}; allowed: {allowed}")
        if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
            raise DataError(f"images have type {images.dtype}; allowed: uint8, or floats in [0, 1]")
        if images.dtype != np.uint8 and not ((images >= 0) & (images <= 1)).all():
            found = f"{images.min():g} to {images.max():g}"
            raise DataError(f"images have values from {found}; allowed: uint8, or floats in [0, 1]")
        if images.shape[1:] != self.padded_shape:
            around = (self.padding, self.padding)
            images = np.pad(images, [(0, 0), around, around, *[(0, 0)] * (images.ndim - 3)])
        return images.reshape(len(images), math.prod(self.padded_shape))

    @torch.no_grad()
    def batched(self, function: Callable[[Tensor], Tensor], rows: np.ndarray, width: int) -> np.ndarray:
        """`function` of all rows (n, k), with uint8 scaled to [0, 1], in batches: (n, width), float32."""
        found = np.empty((len(rows), width), np.float32)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            x = batch / np.float32(255) if batch.dtype == np.uint8 else batch.astype(np.float32)
            found[start : start + BATCH] = function(torch.from_numpy(x)).numpy()
        return found


def load(folder: str | Path) -> Trained:
    """The autoencoder of a run, results/<dataset>/runs/<model>/d<latent_dim>_without-<class>_seed<seed>.

    Args:
        folder: of the run, or a copy of it, or its file of weights.

    Raises:
        AepipeError: no such folder, no weights in it, or an unknown network.
        DamagedFileError: the file of weights is damaged.
    """
    path = Path(folder)
    if not path.exists():
        nearest = next((parent for parent in path.parents if parent.is_dir()), path.parent)
        names = sorted(entry.name for entry in nearest.iterdir() if entry.is_dir()) if nearest.is_dir() else []
        hint = f"{nearest} has {', '.join(names)}." if names else "create it with `snakemake <dataset>`."
        raise AepipeError(f"{path}: no such folder; {hint}")
    path = path / WEIGHTS if path.is_dir() else path
    if not path.exists():
        raise AepipeError(f"{path.parent} is not the folder of a finished run: it has no {WEIGHTS}.")
    model, about = build.load(path), weights.about(path)
    return Trained(model, about["image_shape"], about["padding"])


def code_parts(split: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Part -> positions of its images; each of the `count` images of the data set is in one part."""
    found = {part: split[part] for part in PARTS[:3]}
    return {**found, PARTS[3]: np.setdiff1d(np.arange(count), np.concatenate(list(found.values())))}


def code_table(
    codes: Mapping[str, np.ndarray],
    positions: Mapping[str, np.ndarray],
    labels: np.ndarray | None,
    class_names: Sequence[str] | None,
    about: Mapping[str, str],
    files: Sequence[str],
) -> pa.Table:
    """A row per image, in the order of images.npy.

    Args:
        codes: part -> codes (n, d), float32.
        positions: part -> positions (n,) of its images; see `code_parts`.
        labels: (N,) of all images, or None.
        class_names: the name of each label, or None if labels have no other names.
        about: metadata of the file.
        files: (N,) the file of each image, or its row in the source.

    Returns:
        `index` (int32, position in images.npy), `file`, `label` and `class_name` if available, `split` (one of PARTS),
        and `z0` to `z<d - 1>` (float32).
    """
    index = np.concatenate([positions[part] for part in codes])
    part = np.repeat([PARTS.index(name) for name in codes], [len(positions[name]) for name in codes])
    order = index.argsort()
    rows = np.concatenate(list(codes.values()))[order]
    columns: dict[str, pa.Array] = {"index": pa.array(index[order], pa.int32())}
    columns["file"] = pa.array([files[place] for place in index[order]], pa.string())
    if labels is not None:
        columns["label"] = pa.array(labels[index[order]])
    if labels is not None and class_names is not None:
        columns["class_name"] = dictionary(labels[index[order]], class_names)
    columns["split"] = dictionary(part[order], PARTS)
    columns |= {f"z{i}": pa.array(rows[:, i]) for i in range(rows.shape[1])}
    return pa.table(columns, metadata=dict(about))


def dictionary(places: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """The names at some places (n,) of a list, stored as places."""
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(names, pa.string()))


def write_codes(codes: pa.Table, path: str | Path) -> None:
    """Writes a table as Parquet; equal tables give equal bytes."""
    parquet.write_table(codes, path, use_dictionary=[name for name in TEXTS if name in codes.column_names])
