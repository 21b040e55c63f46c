"""The IDX format of MNIST's files, also for a user's own files."""

import gzip
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from aepipe.data.facts import Survey
from aepipe.data.images import Form, bytes_of, survey_arrays
from aepipe.errors import DataError

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
    expected = header + int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if len(content) != expected:
        problem = "truncated" if len(content) < expected else "too long"
        raise DataError(f"{name} is {problem}: {len(content)} bytes, but {expected} according to its header.")
    return np.frombuffer(content, dtype, offset=header).reshape(shape)


def parse_header(content: bytes, name: str, numbers: str) -> tuple[int, tuple[int, ...], np.dtype]:
    """Length of the header, and shape and type of the array, from the first bytes of an IDX file."""
    if len(content) < 4 or content[:2] != b"\x00\x00" or content[2] not in TYPES[numbers]:
        raise DataError(f"{name} is not an IDX file of {numbers}: it starts with {content[:4].hex(' ')}.")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{name} is truncated: {len(content)} bytes, but the header alone has {header}.")
    return header, struct.unpack(f">{content[3]}I", content[4:header]), np.dtype(TYPES[numbers][content[2]])


def content_of(path: str, size: int = -1) -> bytes:
    """The first `size` bytes (by default all) of a file, plain or compressed; DataError if missing or damaged."""
    place = Path(path).expanduser()
    if not place.is_file():
        raise DataError(f"there is no file {path!r}; give the path of an IDX file, plain or .gz")
    with place.open("rb") as file:
        compressed = file.read(2) == GZIP
    try:
        with gzip.open(place) if compressed else place.open("rb") as file:
            return file.read(size)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{path} is truncated or corrupt: {error}") from error


def survey(files: Files) -> Survey:
    """The survey of IDX files, from the headers of the images and from the labels."""
    train, test = (
        {files[part]: parse_header(content_of(files[part], LONGEST_HEADER), files[part], PIXELS)[1:]}
        if part in files
        else {}
        for part in ("images", "test_images")
    )
    labels = {part: parse_idx(content_of(files[part]), files[part], INTEGERS) for part in files if "labels" in part}
    for part, found in labels.items():
        if found.ndim != 1:
            raise DataError(f"{files[part]} has shape {found.shape}; allowed: (N,), one label per image")
    return survey_arrays(train, test, labels.get("labels"), labels.get("test_labels"))


def read(files: Files, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3)."""
    train, test = (
        bytes_of(parse_idx(content_of(files[part]), files[part], PIXELS), form, files[part]) if part in files else None
        for part in ("images", "test_images")
    )
    assert train is not None  # the schema requires `images`
    return train, test
