"""The IDX format of MNIST's files."""

import struct

import numpy as np

from aepipe.errors import DataError


def parse_idx(content: bytes, name: str) -> np.ndarray:
    """Bytes of an IDX file of unsigned bytes -> uint8 array of the shape that its header gives.

    Format: two zero bytes, type 8 (unsigned byte), number of dimensions, big-endian sizes, data.

    Raises:
        DataError: not such a file, or more or fewer bytes than the header says; names the file.
    """
    if len(content) < 4 or content[:3] != b"\x00\x00\x08":
        raise DataError(f"{name} is not an IDX file of unsigned bytes: it starts with {content[:4].hex(' ')}.")
    header = 4 + 4 * content[3]
    if len(content) < header:
        raise DataError(f"{name} is truncated: {len(content)} bytes, not even its header of {header}.")
    shape = struct.unpack(f">{content[3]}I", content[4:header])
    expected = header + int(np.prod(shape, dtype=np.int64))
    if len(content) != expected:
        problem = "truncated" if len(content) < expected else "too long"
        raise DataError(f"{name} is {problem}: {len(content)} bytes where its header asks for {expected}.")
    return np.frombuffer(content, np.uint8, offset=header).reshape(shape)
