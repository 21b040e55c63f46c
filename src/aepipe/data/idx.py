"""The IDX format of MNIST's files, also for a user's own files."""

import gzip
import os
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aepipe.data.facts import Survey
from aepipe.data.images import Form, bytes_in, bytes_of, check_labels, survey_arrays
from aepipe.data.paths import file_at, reason
from aepipe.errors import DataError, printable

Files = Mapping[str, str]  # images, labels, test_images, test_labels -> path
GZIP = b"\x1f\x8b"
LONGEST_HEADER = 4 + 4 * 255

#: Kind of numbers -> third byte of the file -> type.
TYPES = {
    "unsigned bytes": {0x08: ">u1"},
    "integers": {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4"},
    "unsigned bytes or floats": {0x08: ">u1", 0x0D: ">f4", 0x0E: ">f8"},
}
BYTES, INTEGERS, PIXELS = TYPES


def parse_idx(content: bytes, name: str, numbers: str = BYTES) -> np.ndarray:
    """Content of an IDX file -> array with the shape and type of its header.

    Format: two zero bytes, type (8: unsigned byte), number of dimensions, big-endian sizes, data.

    Raises:
        DataError: another format, or more or fewer bytes than the header says.
    """
    header, shape, dtype = parse_header(content, name, numbers)
    check_length(len(content), header + bytes_in(name, shape, dtype), name)
    return np.frombuffer(content, dtype, offset=header).reshape(shape)


def check_length(length: int, expected: int, name: str) -> None:
    """DataError if a file has another number of bytes than its header says."""
    if length != expected:
        problem = "truncated" if length < expected else "too long"
        raise DataError(f"{name} is {problem}: {length} bytes, but {expected} according to its header.")


def parse_header(content: bytes, name: str, numbers: str) -> tuple[int, tuple[int, ...], np.dtype]:
    """Length of the header, and shape and type of the array, from the first bytes of an IDX file."""
    if len(content) < 4 or content[:2] != b"\x00\x00" or content[2] not in TYPES[numbers]:
        raise DataError(f"{name} is not an IDX file of {numbers}: it starts with {content[:4].hex(' ')}.")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{name} is truncated: {len(content)} bytes, but the header alone has {header}.")
    return header, struct.unpack(f">{content[3]}I", content[4:header]), np.dtype(TYPES[numbers][content[2]])


@dataclass(frozen=True)
class File:
    """An IDX file, plain or compressed, known from its header."""

    name: str  # the path, for messages
    shape: tuple[int, ...]
    dtype: np.dtype
    place: Path
    size: int  # of the content, in bytes
    numbers: str

    def read(self) -> np.ndarray:
        """The array; DataError if the file has another size, or is corrupt."""
        return parse_idx(content_of(self.place, self.name, self.size + 1), self.name, self.numbers)


def file_in(path: str, numbers: str) -> File:
    """An IDX file, from its header.

    Raises:
        DataError: the file is missing or damaged, has another format, or another size than its header says.
    """
    place, name = file_at(path, "an IDX file, plain or .gz"), printable(path)
    header, shape, dtype = parse_header(content_of(place, name, LONGEST_HEADER), name, numbers)
    size = header + bytes_in(name, shape, dtype)
    with place.open("rb") as file:
        if file.read(2) != GZIP:
            check_length(place.stat().st_size, size, name)
        else:
            file.seek(-4, os.SEEK_END)
            (last,) = struct.unpack("<I", file.read(4))  # by the format, the length of the content modulo 2^32
            if last != size % 2**32:
                raise DataError(
                    f"{name} is truncated or damaged: {size} bytes according to its header, but its end says {last}; "
                    "replace it, or compress it again with gzip"
                )
    return File(name, shape, dtype, place, size, numbers)


def content_of(place: Path, name: str, size: int) -> bytes:
    """The first `size` bytes of a file, plain or compressed; DataError if it is damaged."""
    with place.open("rb") as file:
        compressed = file.read(2) == GZIP
    try:
        with gzip.open(place) if compressed else place.open("rb") as file:
            return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{name} is truncated or corrupt: {reason(error)}") from error


def survey(files: Files, labelled: bool) -> Survey:
    """The survey of IDX files, from the headers of the images and, if they are wanted, the labels."""
    train, test = (
        {file.name: (file.shape, file.dtype) for file in [file_in(files[part], PIXELS)]} if part in files else {}
        for part in ("images", "test_images")
    )
    parts = ("labels", "test_labels") if labelled else ()
    return survey_arrays(train, test, *(labels_in(files[part]) if part in files else None for part in parts))


def labels_in(path: str) -> np.ndarray:
    """The labels (n,) of a file."""
    file = file_in(path, INTEGERS)
    check_labels(file.name, file.shape, file.dtype)
    return file.read().reshape(file.shape[0])


def read(files: Files, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3)."""
    train, test = (
        bytes_of(file_in(files[part], PIXELS).read(), form, printable(files[part])) if part in files else None
        for part in ("images", "test_images")
    )
    assert train is not None  # the schema requires `images`
    return train, test
