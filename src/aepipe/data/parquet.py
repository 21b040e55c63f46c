"""A user's Parquet files, as those of Hugging Face's data sets: encoded images in one column, labels in another.

What is asked before the images are read comes from the files' metadata, the column of labels and the first image.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from glob import glob, has_magic
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aepipe.data import pictures
from aepipe.data.facts import Survey
from aepipe.data.images import Form, check_labels
from aepipe.data.paths import expanded, file_at, first, reason
from aepipe.errors import DataError, printable

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

KIND = "a Parquet file"
IMAGES, LABELS = ("image", "img"), ("label", "labels")
#: The bytes and the file name in a column of images, if it has both.
BYTES, PATH = "bytes", "path"
BATCH = 256
WRITE_AGAIN = "write the file again with the content of images, not only with their paths"


@dataclass(frozen=True)
class Files:
    """Paths or patterns of files, those outside the test set and those in it (None without a separate test set)."""

    train: tuple[str, ...]
    test: tuple[str, ...] | None

    def __str__(self) -> str:
        """All of them."""
        return ", ".join([*self.train, *(self.test or [])])


def found(patterns: Sequence[str]) -> list[str]:
    """The files of some paths or patterns, in their order, those of a pattern sorted; DataError if there are none."""
    paths: list[str] = []
    for pattern in patterns:
        is_pattern = has_magic(pattern)  # also an absolute one, which Path.glob does not take
        matching = sorted(glob(str(expanded(pattern)), recursive=True)) if is_pattern else [pattern]  # noqa: PTH207
        if not matching:
            raise DataError(
                f"no file matches {pattern!r}; give the path of {KIND}, or a pattern such as data/*.parquet"
            )
        paths += matching
    for path in paths:
        file_at(path, KIND)
    return paths


@contextmanager
def opened(path: str) -> Iterator["ParquetFile"]:
    """An open file; DataError if it is damaged or not Parquet."""
    import pyarrow as pa  # takes a while to import
    from pyarrow.parquet import ParquetFile

    try:
        with ParquetFile(file_at(path, KIND)) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{printable(path)} is damaged or not {KIND}: {reason(error)}") from error


def image_column(schema: "pa.Schema", path: str) -> tuple[str, str, str | None]:
    """The column of images, the column or field that has their bytes, and the field that has their file names, if any.

    Hugging Face's metadata say which column it is; otherwise, its name does.

    Raises:
        DataError: it can't be told which it is, or images are not stored as bytes.
    """
    import pyarrow as pa

    def is_bytes(kind: pa.DataType) -> bool:
        return pa.types.is_binary(kind) or pa.types.is_large_binary(kind)

    described = [name for name in schema.names if kind_of(features_of(schema).get(name)) == "Image"]
    image = only(described) or only([name for name in schema.names if name in IMAGES])
    if image is None:
        raise DataError(
            f"{printable(path)} has the columns {first(schema.names)}; call the one of images `image`, and the one of "
            "labels `label`"
        )
    kind = schema.field(image).type
    if is_bytes(kind):
        return image, image, None
    fields = {field.name: field.type for field in kind} if pa.types.is_struct(kind) else {}
    if BYTES not in fields or not is_bytes(fields[BYTES]):
        raise DataError(
            f"column {image!r} of {printable(path)} has type {printable(kind)[:100]}; allowed: bytes of image files, "
            "or a struct with `bytes` and `path`, as Hugging Face's data sets have"
        )
    return image, f"{image}.{BYTES}", f"{image}.{PATH}" if PATH in fields else None


def label_column(schema: "pa.Schema", path: str) -> tuple[str | None, tuple[str, ...]]:
    """The column of labels, if there is one, and the names of its integers, if Hugging Face's metadata have them.

    Raises:
        DataError: several columns have classes, and none is called `label`.
    """
    features = features_of(schema)
    classes = [name for name in schema.names if kind_of(features.get(name)) == "ClassLabel"]
    label = only([name for name in schema.names if name in LABELS]) or only(classes)
    if label is None and classes:
        raise DataError(
            f"{printable(path)} has several columns of classes: {first(classes)}; call one of them `label`, or set "
            "`labels: false` to ignore labels"
        )
    names = features[label].get("names") if label and kind_of(features.get(label)) else None
    return label, tuple(map(str, names)) if isinstance(names, list) else ()


def only(names: list[str]) -> str | None:
    """The name, if there is just one."""
    return names[0] if len(names) == 1 else None


def kind_of(feature: Any) -> str | None:
    """What Hugging Face calls the type of a column."""
    return feature.get("_type") if isinstance(feature, dict) else None


def features_of(schema: "pa.Schema") -> dict[str, Any]:
    """Column -> what Hugging Face's metadata say of it; empty without these."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}


def survey(files: Files, labelled: bool) -> Survey:
    """The survey of some files, with the labels only if they are wanted."""
    train = found(files.train)
    test = None if files.test is None else found(files.test)
    content, name = next(images_in(train[0], batch=1), (None, train[0]))
    if content is None:
        raise DataError(f"{printable(name)} has no image; {WRITE_AGAIN}")
    counts = [sum(map(count_in, paths)) for paths in (train, test or [])]
    train_labels, names = labels_in(train) if labelled else (None, ())
    test_labels, _ = labels_in(test) if labelled and test else (None, ())
    return Survey(
        train=counts[0],
        test=None if test is None else counts[1],
        size=pictures.size_of(content, name),
        colour=colour_of(train[0]),
        train_labels=train_labels,
        test_labels=test_labels,
        names=names,
    )


def colour_of(path: str) -> str:
    """`grey` or `rgb`, by the first images of a file."""
    first_few = islice(images_in(path, batch=pictures.LOOKED_AT), pictures.LOOKED_AT)
    return pictures.colour_of([content for content, _ in first_few if content is not None])


def count_in(path: str) -> int:
    """The number of images in a file."""
    with opened(path) as file:
        return file.metadata.num_rows


def labels_in(paths: Sequence[str]) -> tuple[np.ndarray | None, Sequence[str]]:
    """The labels (n,) of some files, integers or text, or None without any; and the names of integers, if known.

    Raises:
        DataError: only some files have labels, labels are missing, or are neither integers nor text.
    """
    arrays: dict[str, np.ndarray | None] = {}
    names: dict[tuple[str, ...], str] = {}
    for path in paths:
        with opened(path) as file:
            label, class_names = label_column(file.schema_arrow, path)
            names.setdefault(class_names, path)
            arrays[path] = None if label is None else labels_of(file, label, path)
    if len(names) > 1:
        raise DataError(f"{first(list(names.values()))} differ in the names of classes; write them again, all alike")
    without = [path for path, array in arrays.items() if array is None]
    given = [array for array in arrays.values() if array is not None]
    if without and given:
        raise DataError(f"{first(without)} has no column `label`, but other files have; add it, or remove the file")
    return (np.concatenate(given) if given else None), next(iter(names))


def labels_of(file: "ParquetFile", column: str, path: str) -> np.ndarray:
    """The labels (n,) in a column of a file."""
    import pyarrow as pa

    name = f"column {column!r} of {printable(path)}"
    values = file.read(columns=[column]).column(0)
    if values.null_count:
        raise DataError(f"{name} lacks {values.null_count} labels; add them, or set `labels: false` to ignore labels")
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return np.array(values.to_pylist(), np.str_)
    if not (pa.types.is_integer(values.type) or pa.types.is_boolean(values.type)):
        raise DataError(
            f"{name} has type {printable(values.type)[:100]}; allowed: one integer or text per image; or set "
            "`labels: false` to ignore labels"
        )
    labels = values.to_numpy()
    check_labels(name, labels.shape, labels.dtype)
    return labels


def images_in(path: str, batch: int = BATCH) -> Iterator[tuple[bytes | None, str]]:
    """The content of each image, and what messages call it; `batch` images are read at a time."""
    with opened(path) as file:
        image, content, _ = image_column(file.schema_arrow, path)
        row = 0
        for rows in file.iter_batches(batch, columns=[content]):
            values = rows.column(0)
            for value in values if content == image else values.field(BYTES):
                yield value.as_py(), f"row {row} of {path}"
                row += 1


def read(files: Files, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3).

    Raises:
        DataError: images are missing, can't be read, or differ in size, colour or kind of numbers.
    """
    parts = [[item for path in found(part or []) for item in images_in(path)] for part in (files.train, files.test)]
    items = [*parts[0], *parts[1]]
    if missing := [name for content, name in items if content is None]:
        raise DataError(f"{len(missing)} of {len(items)} rows have no image: {first(missing)}; {WRITE_AGAIN}")
    contents = [content for content, _ in items if content is not None]
    pixels = pictures.read(contents, [name for _, name in items], form, colour_of(found(files.train)[0]), str(files))
    return pixels[: len(parts[0])], None if files.test is None else pixels[len(parts[0]) :]


def file_names(files: Files) -> list[str]:
    """The file name that each image had, or its row counted through the files of its part, with test images last."""
    names: list[str] = []
    for part in (files.train, files.test or ()):
        row = 0
        for path in found(part):
            with opened(path) as file:
                place, count = image_column(file.schema_arrow, path)[2], file.metadata.num_rows
                given: list[str | None] = [None] * count
                if place:
                    given = file.read(columns=[place]).column(0).combine_chunks().field(PATH).to_pylist()
                names += [name or str(row + number) for number, name in enumerate(given)]
                row += count
    return names


def paths(files: Files) -> list[Path]:
    """All files."""
    return [expanded(path) for part in (files.train, files.test or ()) for path in found(part)]
