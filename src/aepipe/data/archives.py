"""A user's .npz of images and labels, under the names in common use."""

import io
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from aepipe.data.facts import Survey
from aepipe.data.images import Form, bytes_in, bytes_of, check_labels, joined, survey_arrays
from aepipe.data.paths import file_at, first, reason
from aepipe.errors import DataError, printable

#: Names of images, labels, test images and test labels, and of validation images and their labels, which become
#: training images: our own names, those of Keras and those of MedMNIST.
NAMES = (
    ("images", "labels", "test_images", "test_labels"),
    ("x_train", "y_train", "x_test", "y_test", "x_val", "y_val"),
    ("train_images", "train_labels", "test_images", "test_labels", "val_images", "val_labels"),
)
#: Names of classes, those of labels 0, 1, ...
CLASS_NAMES = "class_names"
#: Version of the .npy format -> function that reads the header. Versions 2 and 3 differ in names of fields alone.
HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
    (3, 0): np.lib.format.read_array_header_2_0,
}
#: Bytes that contain any header that NumPy reads.
LONGEST_HEADER = 2**14
#: Errors of damaged archives.
DAMAGED = (ValueError, EOFError, OSError, NotImplementedError, zipfile.BadZipFile, zlib.error)
#: Compression that NumPy uses -> the largest factor by which it compresses.
HIGHEST_RATIO = {zipfile.ZIP_STORED: 1, zipfile.ZIP_DEFLATED: 1032}


Members = list[tuple[str, zipfile.ZipInfo]]  # arrays by their names in messages, which contain the path of the archive


@dataclass(frozen=True)
class Array:
    """An array in an archive, known from its header."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype
    archive: zipfile.ZipFile
    member: zipfile.ZipInfo

    def read(self) -> np.ndarray:
        """The array itself."""
        with self.archive.open(self.member) as file:
            return np.lib.format.read_array(file, allow_pickle=False)


@contextmanager
def opened(path: str) -> Iterator[tuple[zipfile.ZipFile, dict[str, Members]]]:
    """The open archive, and the arrays in it that make up each of `images`, `labels`, `test_images`, `test_labels`.

    Raises:
        DataError: the file is missing, damaged or not an .npz, or has no array of images.
    """
    place = file_at(path, "an .npz file")
    with place.open("rb") as file:
        if file.read(len(np.lib.format.MAGIC_PREFIX)) == np.lib.format.MAGIC_PREFIX:
            raise DataError(f"{printable(path)} is a single array (.npy), not an .npz file; write it with numpy.savez")
    try:
        with zipfile.ZipFile(place) as archive:
            yield archive, members_in(path, archive.infolist())
    except DAMAGED as error:
        raise DataError(f"{printable(path)} is damaged or not an .npz file of numbers: {reason(error)}") from error


def members_in(path: str, members: list[zipfile.ZipInfo]) -> dict[str, Members]:
    """See `opened`."""
    place, present = printable(path), [member.filename.removesuffix(".npy") for member in members]
    if len(several := [names[0] for names in NAMES if names[0] in present]) > 1:
        raise DataError(f"{place} contains both {' and '.join(several)}; keep one set of names")
    for images, labels, test_images, test_labels, *validation in NAMES:
        if images in present:
            wanted = {
                "images": [images, *validation[:1]],
                "labels": [labels, *validation[1:]],
                "test_images": [test_images],
                "test_labels": [test_labels],
                CLASS_NAMES: [CLASS_NAMES],
            }
            for name in (name for names in wanted.values() for name in names if present.count(name) > 1):
                raise DataError(f"{place} contains {name} more than once; write it again with numpy.savez")
            return {
                part: [(f"{name} of {place}", members[present.index(name)]) for name in names if name in present]
                for part, names in wanted.items()
            }
    allowed = "; or ".join(", ".join(names) for names in NAMES)
    raise DataError(
        f"{place} contains {first(present) or 'nothing'}; allowed: {allowed} (labels and test set are optional, as is "
        f"{CLASS_NAMES})"
    )


def arrays_in(archive: zipfile.ZipFile, members: Members) -> list[Array]:
    """Some arrays of an archive; DataError if one is not as it should be."""
    return [array_in(archive, name, member) for name, member in members]


def array_in(archive: zipfile.ZipFile, name: str, member: zipfile.ZipInfo) -> Array:
    """An array of an archive, from its header.

    Raises:
        DataError: it is encrypted, compressed in another way than NumPy's, damaged, or not an array of numbers.
    """
    if member.flag_bits & 1:
        raise DataError(f"{name} is encrypted; write it again with numpy.savez")
    if member.compress_type not in HIGHEST_RATIO:
        raise DataError(
            f"{name} is compressed by method {member.compress_type}, unlike NumPy's files; write it again with "
            "numpy.savez or numpy.savez_compressed"
        )
    with archive.open(member) as file:
        start = io.BytesIO(file.read(LONGEST_HEADER))
    shape, dtype = header(start, name)
    expected = start.tell() + bytes_in(name, shape, dtype)
    if member.file_size != expected:
        raise DataError(f"{name} is damaged: {member.file_size} bytes, but {expected} according to its header")
    if member.file_size > member.compress_size * HIGHEST_RATIO[member.compress_type]:
        raise DataError(f"{name} is damaged: {member.compress_size} bytes can't contain {member.file_size}")
    return Array(name, shape, dtype, archive, member)


def header(start: io.BytesIO, name: str) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of an array, from the first bytes of an .npy file, read up to the end of the header.

    Raises:
        DataError: they are not those of an array of numbers or text.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that Python 2 has written the file
            version = np.lib.format.read_magic(start)
            if version not in HEADERS:
                raise ValueError(f"version {'.'.join(map(str, version))} of the format is unknown")
            shape, _, dtype = HEADERS[version](start)
    except Exception as error:  # NumPy parses the header as Python, which fails in any way
        problem = reason(error) if str(error) else "its header can't be parsed"
        raise DataError(f"{name} is not an array in NumPy's format (.npy): {problem}") from error
    if not all(0 <= size < 2**63 for size in shape):
        raise DataError(f"{name} is damaged: its header has a shape that no array has")
    if dtype.kind not in "biufUS":
        raise DataError(
            f"{name} has type {dtype.name}; allowed: numbers and text, not objects or records; save "
            "array.astype(int) or array.astype(str)"
        )
    return shape, dtype


def survey(path: str, labelled: bool) -> Survey:
    """The survey of an archive, from the headers of the images and, if they are wanted, the labels."""
    with opened(path) as (archive, members):
        train, test = (
            {array.name: (array.shape, array.dtype) for array in arrays_in(archive, members[part])}
            for part in ("images", "test_images")
        )
        if labelled:
            check_used(path, archive, members)
        parts = ("labels", "test_labels") if labelled else ()
        labels = [labels_in(arrays_in(archive, members[part])) for part in parts]
        names = names_in(arrays_in(archive, members[CLASS_NAMES])) if labelled else ()
        return replace(survey_arrays(train, test, *labels), names=names, notes=notes_on(members))


def notes_on(members: Mapping[str, Members]) -> tuple[str, ...]:
    """That validation images are training images, if there are any."""
    if len(members["images"]) < 2:
        return ()
    return ("the validation images join the training images; validation images are drawn from both",)


def check_used(path: str, archive: zipfile.ZipFile, members: Mapping[str, Members]) -> None:
    """DataError if an archive has no labels under the known names, but other arrays, which may be labels."""
    used = [member for part in members.values() for _, member in part]
    others = [member.filename.removesuffix(".npy") for member in archive.infolist() if member not in used]
    if others and not members["labels"]:
        names = " or ".join(labels for _, labels, *_ in NAMES)
        raise DataError(
            f"{printable(path)} has no labels under a known name ({names}), but also contains {first(others)}; rename "
            "the labels, or set `labels: false` if there are none"
        )


def names_in(arrays: list[Array]) -> tuple[str, ...]:
    """The names of classes in an array of text (C,); DataError if it is none."""
    for array in arrays:
        if len(array.shape) != 1 or array.dtype.kind != "U":
            raise DataError(f"{array.name} has type {array.dtype.name} and shape {array.shape}; allowed: text, (C,)")
        check_labels(array.name, array.shape, array.dtype)
        return tuple(joined([array.read()]).tolist())
    return ()


def labels_in(arrays: list[Array]) -> np.ndarray | None:
    """The labels (n,) of some arrays of an archive, or None without any."""
    for array in arrays:
        check_labels(array.name, array.shape, array.dtype)
    parts = [array.read().reshape(array.shape[0]) for array in arrays]  # MedMNIST's are (n, 1)
    return joined(parts) if parts else None


def read(path: str, form: Form) -> tuple[np.ndarray, np.ndarray | None]:
    """The images outside the test set, and the test images or None: uint8 (n, H, W) or (n, H, W, 3)."""
    with opened(path) as (archive, members):
        train, test = (
            [bytes_of(array.read(), form, array.name) for array in arrays_in(archive, members[part])]
            for part in ("images", "test_images")
        )
        return np.concatenate(train), np.concatenate(test) if test else None
