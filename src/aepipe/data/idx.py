"""The IDX format of MNIST's files, and a user's own files of it."""

import gzip
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aepipe.data.images import GREY, RGB, Form, bytes_of, shape_problem
from aepipe.data.survey import Survey
from aepipe.errors import DataError

Files = Mapping[str, str]  # images, labels, test_images, test_labels -> path


@dataclass(frozen=True)
class Numbers:
    """Kinds of numbers that a file may hold: what they are called, and its third byte -> their type."""

    name: str
    types: Mapping[int, str]


UNSIGNED_BYTES = Numbers("unsigned bytes", {0x08: ">u1"})
INTEGERS = Numbers("integers", {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4"})
PIXELS = Numbers("unsigned bytes or floats", {0x08: ">u1", 0x0D: ">f4", 0x0E: ">f8"})


def parse_idx(content: bytes, name: str, numbers: Numbers = UNSIGNED_BYTES) -> np.ndarray:
    """Bytes of an IDX file -> array of the shape that its header gives; uint8 where nothing else is allowed.

    Format: two zero bytes, type (8: unsigned byte), number of dimensions, big-endian sizes, data.

    Raises:
        DataError: not such a file, or more or fewer bytes than the header says; names the file.
    """
    header, shape, dtype = parse_header(content, name, numbers)
    expected = header + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if len(content) != expected:
        problem = "truncated" if len(content) < expected else "too long"
        raise DataError(f"{name} is {problem}: {len(content)} bytes where its header asks for {expected}.")
    return np.frombuffer(content, dtype, offset=header).reshape(shape)


def parse_header(content: bytes, name: str, numbers: Numbers) -> tuple[int, tuple[int, ...], np.dtype]:
    """Length of the header, shape and type of numbers of an IDX file, from its beginning."""
    if len(content) < 4 or content[:2] != b"\x00\x00" or content[2] not in numbers.types:
        raise DataError(f"{name} is not an IDX file of {numbers.name}: it starts with {content[:4].hex(' ')}.")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{name} is truncated: {len(content)} bytes, not even its header of {header}.")
    return header, struct.unpack(f">{content[3]}I", content[4:header]), np.dtype(numbers.types[content[2]])


def content_of(path: str, size: int = -1) -> bytes:
    """The first bytes of a file, plain or compressed; all of them without a size.

    Raises:
        DataError: there is no such file, or it is damaged.
    """
    place = Path(path).expanduser()
    if not place.is_file():
        raise DataError(f"there is no file {path!r} here; give the path of an IDX file, plain or .gz")
    with place.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"
    try:
        with gzip.open(place) if compressed else place.open("rb") as file:
            return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or corrupt: {error}") from error


def survey(files: Files) -> Survey:
    """What the headers of the images and the labels tell."""
    shapes = {}
    for part in ("images", "test_images"):
        if part in files:
            _, shape, dtype = parse_header(content_of(files[part], 4 + 4 * 255), files[part], PIXELS)
            if problem := shape_problem(shape, "f" if dtype.kind == "f" else "u1"):
                raise DataError(f"{files[part]} {problem}")
            shapes[part] = shape
    if len({shape[1:] for shape in shapes.values()}) > 1:
        raise DataError(f"images and test_images differ in shape: {', '.join(map(str, shapes.values()))}")
    labels = {part: parse_idx(content_of(files[part]), files[part], INTEGERS) for part in files if "labels" in part}
    for part, found in labels.items():
        if found.ndim != 1:
            raise DataError(f"{files[part]} has the shape {found.shape}; allowed: (N,), a label for each image")
    shape = shapes["images"]
    return Survey(
        train=shape[0],
        test=shapes["test_images"][0] if "test_images" in shapes else None,
        size=(shape[1], shape[2]),
        colour=RGB if shape[3:] == (3,) else GREY,
        train_labels=labels.get("labels"),
        test_labels=labels.get("test_labels"),
    )


def read(files: Files, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images of the training and of the test part, uint8 (n, H, W) or (n, H, W, 3)."""
    parts = [
        bytes_of(parse_idx(content_of(files[part]), files[part], PIXELS), form, files[part])
        for part in ("images", "test_images")
        if part in files
    ]
    return parts[0], parts[1] if len(parts) > 1 else None
