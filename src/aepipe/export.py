"""Trained autoencoders in plain Python, from the folder of a run to codes, reconstructions and samples; codes as
tables.

    from aepipe import export

    vae = export.load("results/digits/runs/vae/d10_without-none_seed0")
    codes = vae.encode(images)
    again = vae.decode(codes)
    new = vae.sample(16)

Arrays are NumPy's. The weights in the folder say which network they are of: a copy of it elsewhere will do.
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
from aepipe.models import weights
from aepipe.models.base import Autoencoder, Shape
from aepipe.models.build import build, load_weights

WEIGHTS = "weights.safetensors"
BATCH = 1000
#: Parts of a data set; images of a class that is left out of training are in none of the first three.
PARTS = ("train", "validation", "test", "held_out")
TEXTS = ("class_name", "split")


class Trained:
    """An autoencoder that has been trained, as its evaluations use it: codes are means, nothing is random but samples.

    Attributes:
        model: the network itself, in evaluation mode.
        image_shape: (H, W) or (H, W, 3) of the images as the data set has them.
        padding: black pixels that are put around an image on each side before the network sees it.
        latent_dim: d, the number of elements of a code.
    """

    def __init__(self, model: Autoencoder, padded_shape: Shape, padding: int) -> None:
        self.model = model.eval()
        self.padding = padding
        self.padded_shape = tuple(padded_shape)
        self.image_shape = (*(side - 2 * padding for side in self.padded_shape[:2]), *self.padded_shape[2:])
        self.latent_dim = model.latent_dim

    def __repr__(self) -> str:
        """The class, and the shapes of an image and of a code."""
        return f"<{type(self.model).__name__}: images {self.image_shape}, codes ({self.latent_dim},)>"

    def encode(self, images: np.ndarray) -> np.ndarray:
        """Images -> codes (n, d), float32, of stochastic autoencoders the means.

        Args:
            images: (n, *image_shape), or padded already; uint8, or floating-point numbers in [0, 1].

        Raises:
            DataError: images of another size, or values out of range.
        """
        pixels = self.prepared(np.asarray(images))
        return self.batched(lambda x: self.model.codes(x, sample=False), pixels, self.latent_dim)

    def decode(self, codes: np.ndarray) -> np.ndarray:
        """Codes (n, d) -> images (n, *image_shape), float32 in [0, 1]; what was padded is cut off.

        Raises:
            DataError: codes of another length, or that are no finite numbers.
        """
        codes = np.asarray(codes)
        if codes.ndim != 2 or codes.shape[1] != self.latent_dim:
            raise DataError(f"codes have the shape {codes.shape}; allowed: (n, {self.latent_dim})")
        if not np.isfinite(codes).all():
            raise DataError("codes are not all finite numbers.")
        size = math.prod(self.padded_shape)
        pixels = self.batched(lambda z: torch.sigmoid(self.model.decode(z)), codes.astype(np.float32), size)
        height, width = self.image_shape[:2]
        images = pixels.reshape(-1, *self.padded_shape)
        return images[:, self.padding : self.padding + height, self.padding : self.padding + width]

    def sample(self, count: int, seed: int | None = None) -> np.ndarray:
        """New images (count, *image_shape), float32 in [0, 1], decoded from codes that are drawn from the prior.

        Args:
            count: how many, >= 1.
            seed: draws the same images again; without one, they are others each time.

        Raises:
            AepipeError: the autoencoder has no prior.
        """
        with torch.random.fork_rng(devices=[]) if seed is not None else nullcontext(), torch.no_grad():
            if seed is not None:
                torch.manual_seed(seed)
            codes = self.model.sample_prior(count)
        if codes is None:
            name = type(self.model).__name__
            raise AepipeError(f"{name} has no prior to draw codes from; give `decode` codes of your own.")
        return self.decode(codes.numpy())

    def prepared(self, images: np.ndarray) -> np.ndarray:
        """Images as the network sees them: padded, flat, uint8 or float32; see `encode`."""
        shapes = dict.fromkeys([self.image_shape, self.padded_shape])
        if images.shape[1:] not in shapes:
            allowed = " or ".join(str(("n", *shape)).replace("'", "") for shape in shapes)
            raise DataError(f"images have the shape {images.shape}; allowed: {allowed}")
        if images.dtype != np.uint8 and not np.issubdtype(images.dtype, np.floating):
            raise DataError(f"images are of type {images.dtype}; allowed: uint8, or floating-point numbers in [0, 1]")
        if images.dtype != np.uint8 and not ((images >= 0) & (images <= 1)).all():
            found = f"{images.min():g} to {images.max():g}"
            raise DataError(f"images hold values from {found}; allowed: floating-point numbers in [0, 1], or uint8")
        if images.shape[1:] != self.padded_shape:
            around = (self.padding, self.padding)
            images = np.pad(images, [(0, 0), around, around, *[(0, 0)] * (images.ndim - 3)])
        return images.reshape(len(images), math.prod(self.padded_shape))

    @torch.no_grad()
    def batched(self, function: Callable[[Tensor], Tensor], rows: np.ndarray, width: int) -> np.ndarray:
        """`function` of all rows (n, k), uint8 as a share of 255, in batches: (n, width), float32."""
        found = np.empty((len(rows), width), np.float32)
        for start in range(0, len(rows), BATCH):
            batch = rows[start : start + BATCH]
            x = batch / np.float32(255) if batch.dtype == np.uint8 else batch.astype(np.float32)
            found[start : start + BATCH] = function(torch.from_numpy(x)).numpy()
        return found


def load(folder: str | Path) -> Trained:
    """The autoencoder of a run, results/<dataset>/runs/<model>/d<latent_dim>_without-<class>_seed<seed>.

    Args:
        folder: of the run or a copy of it, or the file of weights in it.

    Raises:
        AepipeError: no such folder, no weights in it, or weights of another network; says what to do.
        DamagedFileError: the weights are not whole.
    """
    path = Path(folder)
    if not path.exists():
        raise AepipeError(f"{path}: no such folder{beside(path)}")
    path = path / WEIGHTS if path.is_dir() else path
    if not path.exists():
        raise AepipeError(f"{path.parent} has no {WEIGHTS}: no run of an autoencoder, or one that is still to be made.")
    about = weights.about(path)
    if not {"network", "image_shape", "padding"} <= about.keys():
        raise AepipeError(
            f"{path} doesn't say what network it is of: a part of one, or saved by an earlier version of aepipe. "
            f"To have it made anew: snakemake --cores 1 {path} --forcerun {path}"
        )
    shape = tuple(about["image_shape"])
    try:
        model = build(about["network"], shape)
    except (ImportError, AttributeError, TypeError) as error:
        raise AepipeError(
            f"{path} is of the class {about['network']['class']}, which can't be built here: {error}. "
            "A class of your own must be importable: run Python where it lies."
        ) from error
    load_weights(model, path)
    return Trained(model, shape, about["padding"])


def beside(path: Path) -> str:
    """What there is in place of a folder that isn't there, for a message."""
    there = next((parent for parent in path.parents if parent.is_dir()), path.parent)
    names = sorted(entry.name for entry in there.iterdir() if entry.is_dir()) if there.is_dir() else []
    return f"; {there} has {', '.join(names)}." if names else "; `snakemake <dataset>` makes them."


def code_parts(split: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Part -> positions of its images, which are all `count` images of the data set, each of them once."""
    found = {part: split[part] for part in PARTS[:3]}
    return {**found, PARTS[3]: np.setdiff1d(np.arange(count), np.concatenate(list(found.values())))}


def code_table(
    codes: Mapping[str, np.ndarray],
    positions: Mapping[str, np.ndarray],
    labels: np.ndarray | None,
    class_names: Sequence[str] | None,
    about: Mapping[str, str],
) -> pa.Table:
    """A row for each image, in the order of images.npy.

    Args:
        codes: part -> codes (n, d), float32.
        positions: part -> positions (n,) of its images; see `code_parts`.
        labels: (N,) of all images, or None where they have none.
        class_names: the name of each label, or None where labels are all the names there are.
        about: whose codes these are, the file's metadata.

    Returns:
        `index` (int32, position in images.npy), `label` and `class_name` where there are any, `split` (one of PARTS)
        and `z0` to `z<d - 1>` (float32).
    """
    index = np.concatenate([positions[part] for part in codes])
    part = np.repeat([PARTS.index(name) for name in codes], [len(positions[name]) for name in codes])
    order = index.argsort()
    rows = np.concatenate(list(codes.values()))[order]
    columns: dict[str, pa.Array] = {"index": pa.array(index[order], pa.int32())}
    if labels is not None:
        columns["label"] = pa.array(labels[index[order]])
    if labels is not None and class_names is not None:
        columns["class_name"] = dictionary(labels[index[order]], class_names)
    columns["split"] = dictionary(part[order], PARTS)
    columns |= {f"z{i}": pa.array(rows[:, i]) for i in range(rows.shape[1])}
    return pa.table(columns, metadata=dict(about))


def dictionary(places: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """A name for each place (n,) in the list of them, kept as places."""
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(names, pa.string()))


def write_codes(codes: pa.Table, path: str | Path) -> None:
    """Writes a table as Parquet, byte for byte the same for the same table."""
    parquet.write_table(codes, path, use_dictionary=[name for name in TEXTS if name in codes.column_names])
