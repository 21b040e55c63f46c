"""The latent codes of a whole data set as one table, for other tools to read."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

#: Parts of a data set; images of a class that is left out of training are in none of the first three.
PARTS = ("train", "validation", "test", "held_out")
TEXTS = ("class_name", "split")


def parts(split: Mapping[str, np.ndarray], count: int) -> dict[str, np.ndarray]:
    """Part -> positions of its images, which are all `count` images of the data set, each of them once."""
    found = {part: split[part] for part in PARTS[:3]}
    return {**found, PARTS[3]: np.setdiff1d(np.arange(count), np.concatenate(list(found.values())))}


def table(
    codes: Mapping[str, np.ndarray],
    positions: Mapping[str, np.ndarray],
    labels: np.ndarray | None,
    class_names: Sequence[str] | None,
    about: Mapping[str, str],
) -> pa.Table:
    """A row for each image, in the order of images.npy.

    Args:
        codes: part -> codes (n, d), float32.
        positions: part -> positions (n,) of its images; see `parts`.
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
        columns["title"] = pa.array(labels[index[order]])
    if labels is not None and class_names is not None:
        columns["class_name"] = text(labels[index[order]], class_names)
    columns["split"] = text(part[order], PARTS)
    columns |= {f"z{i}": pa.array(rows[:, i]) for i in range(rows.shape[1])}
    return pa.table(columns, metadata=dict(about))


def text(places: np.ndarray, names: Sequence[str]) -> pa.DictionaryArray:
    """A name for each place (n,) in the list of them, kept as places."""
    return pa.DictionaryArray.from_arrays(pa.array(places, pa.int32()), pa.array(names, pa.string()))


def write(codes: pa.Table, path: str | Path) -> None:
    """Writes a table as Parquet, byte for byte the same for the same table."""
    parquet.write_table(codes, path, use_dictionary=[name for name in TEXTS if name in codes.column_names])
