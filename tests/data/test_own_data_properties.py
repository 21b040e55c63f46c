"""That any file of a user, however odd or damaged, is either refused by a line that names it, or can be read.

Valid archives, IDX files and folders are made odd in one to three places. Time and memory are limited, too.
"""

import contextlib
import functools
import gzip
import io
import os
import re
import resource
import shutil
import struct
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from aepipe.data import folders, own
from aepipe.errors import DataError

#: What looking at a file may cost: bytes beside those of Python and its libraries, and a core's seconds.
MEMORY, SECONDS = 300_000_000, 5
#: Larger data sets are only looked at.
FEW_NUMBERS = 1_000_000
Source = dict[str, Any]

RNG = np.random.default_rng(0)
GREY = RNG.integers(0, 256, (60, 6, 5), np.uint8)
COLOURED = RNG.integers(0, 256, (60, 6, 5, 3), np.uint8)
NUMBERS = np.arange(60) % 3


# What may be in an array


IMAGES: list[np.ndarray] = [
    *[GREY, COLOURED, GREY[..., None], np.asfortranarray(GREY), GREY[:48], GREY[:12], GREY / 255, GREY[::-1, ::2]],
    *[(GREY / 255).astype(kind) for kind in ("<f2", ">f4", ">f8", "f16")],
    *[GREY.astype(kind) for kind in ("b", "?", "i8", "f8", "c8", "O", "S3", "U3", "M8[s]", "V2")],
    *[np.full_like(GREY, 0), np.broadcast_to(GREY[:1], GREY.shape), np.broadcast_to(GREY[:, :1, :1], GREY.shape)],
    *[GREY / 255 - 1, np.full((60, 6, 5), np.nan), np.full((60, 6, 5), np.inf), np.zeros((60, 0, 5), np.uint8)],
    *[GREY[:0], GREY[0], GREY[0, 0], GREY[0, 0, 0], GREY[None], COLOURED[..., :2], np.moveaxis(COLOURED, 3, 1)],
    np.zeros(60, [("image", "u1", (6, 5)), ("label", "i8")]),
    np.zeros((1,) * 40, np.uint8),
    np.zeros((3000, 30, 1), np.uint8),
]
ODD_TEXTS = ["", " ", "a\nb", "\x1b[31mred", "x" * 100, "x" * 101, "$|<b>", "é", "\ud800", "a\0b", "\u202e"]
LABELS: list[np.ndarray] = [
    *[NUMBERS, NUMBERS[:48], NUMBERS[:12], NUMBERS[:, None], NUMBERS[None], NUMBERS[:59], NUMBERS[:0], NUMBERS[0]],
    *[NUMBERS.astype(kind) for kind in ("i1", ">i4", "u8", "?", "f8", "f2", "c8", "S3", "U1", "U200", "M8[s]", "O")],
    *[NUMBERS * -(2**62), NUMBERS.astype("u8") * 2**62, np.arange(60), np.zeros(60, int), np.full(60, np.nan)],
    *[np.array([name, "cat", "dog"] * 20) for name in ODD_TEXTS],
    *[np.full(60, 0x110000, "u4").view("<U1"), np.arange(60, dtype="u4").view(">U1"), np.array(["a", 1, None] * 20)],
    *[np.zeros(60, [("label", "i8")]), np.stack([NUMBERS, NUMBERS]), np.stack([NUMBERS, NUMBERS], axis=1)],
]
NAMES = [
    *["images", "labels", "test_images", "test_labels", "x_train", "y_train", "x_test", "y_test"],
    *["train_images", "train_labels", "val_images", "val_labels", "data", "", "images.npy", "a\nb", "é", "../images"],
]


def npy(array: np.ndarray) -> bytes:
    """An array as .npy, objects pickled."""
    file = io.BytesIO()
    np.lib.format.write_array(file, array)
    return file.getvalue()


SHAPES = [
    *["(60, 6, 5)", "(1800,)", "(60,)", "()", "60", "[60]", "(-1, 6, 5)", "(60, 6.0, 5)", "(True, 6, 5)", "(None,)"],
    *["(1000000000000, 6, 5)", "(1000000000000,)", "(9223372036854775807, 9, 9)", f"({'1, ' * 70})", "(60L, 6L, 5L)"],
    *[f"({'9' * 4000}, 6, 5)", f"({'9' * 5000},)", "(4294967296, 4294967296, 4294967296)", "(0, 0, 0)"],
]
TYPES = [
    *["'|u1'", "'|O'", "'<f8'", "'<i8'", "'<U9'", "'<U99999999999'", "'|S0'", "'<U0'", "'|V1'", "'<M8[ns]'", "'<m8'"],
    *["''", "None", "1", "'a,b'", "'3u1'", "'u1,u1'", "'\\n'", "'>c16'", "'<f16'", "('|u1', (3,))", "('|u1', (-1,))"],
    *["[('a', '|u1')]", "[('', '|u1')]", "[('a', '|O')]", "[('a\\nb', '|u1')]", "[]", "[1]", "{}", "'<b1'", "'Ω'"],
]
HEADERS = [
    *["", "{}", "{", "(" * 300, "[" * 9000, "-" * 9000, "{'shape': 1}", "import os", "\n", "\t{}", "1" * 5000, "\0"],
    *["'" + "a" * 9000, "{1: 2, 'a': 3}", " " * 20_000],
    *[f"{{'descr': '|u1', 'fortran_order': {order}, 'shape': (60, 6, 5)}}" for order in ("True", "1")],
]
DESCRIBED = st.builds(
    "{{'descr': {}, 'fortran_order': {}, 'shape': {}}}".format,
    st.sampled_from(TYPES),
    st.sampled_from(["False", "True"]),
    st.sampled_from(SHAPES),
)


def with_header(text: str, version: tuple[int, int], length: int) -> bytes:
    """A .npy with any header and so many bytes of data."""
    header = text.encode("utf8")
    size = struct.pack("<H" if version == (1, 0) else "<I", len(header) % 2**16)
    return b"\x93NUMPY" + bytes(version) + size + header + GREY.tobytes()[:length]


ARRAY_FILES = st.one_of(
    st.sampled_from(IMAGES).map(npy),
    st.sampled_from(LABELS).map(npy),
    st.builds(
        with_header,
        DESCRIBED | st.sampled_from(HEADERS),
        st.sampled_from([(1, 0), (2, 0), (3, 0), (9, 0), (1, 1)]),
        st.sampled_from([1800, 480, 60, 0, 1799, 1801]),
    ),
    st.binary(max_size=20),
)


# What may happen to bytes


def flipped(content: bytes, place: int, value: int) -> bytes:
    place %= max(1, len(content))
    return content[:place] + bytes([value]) + content[place + 1 :]


def cut(content: bytes, place: int, value: int) -> bytes:
    return content[: place % (len(content) + 1)]


def without(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + content[place + value :]


def with_more(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + content[:value] + content[place:]


def zeroed(content: bytes, place: int, value: int) -> bytes:
    return content[:place] + bytes(len(content[place : place + value])) + content[place + value :]


def sometimes(strategy: st.SearchStrategy[list[Any]]) -> st.SearchStrategy[list[Any]]:
    """A third of the lists have something in them."""
    return st.one_of(st.just([]), st.just([]), strategy)


PLACES = st.integers(0, 100) | st.integers(-100, -1) | st.integers(0, 4000)
DAMAGE = st.tuples(st.sampled_from([flipped, cut, without, with_more, zeroed]), PLACES, st.integers(0, 255))
Damages = list[tuple[Callable[[bytes, int, int], bytes], int, int]]
DAMAGES: st.SearchStrategy[Damages] = sometimes(st.lists(DAMAGE, min_size=1, max_size=3))


def damaged(content: bytes, damages: Damages) -> bytes:
    """The content after all of that."""
    for function, place, value in damages:
        content = function(content, place, value)
    return content


# Archives


#: Offsets of a field in the two headers of each member of a zip file, and its form: flags, compression, sizes.
FIELDS = {"flags": (8, 6, "<H"), "method": (10, 8, "<H"), "packed": (20, 18, "<I"), "size": (24, 22, "<I")}
VALUES = [0, 1, 8, 9, 12, 14, 32, 64, 97, 99, 2**31]
PATCH = st.tuples(st.sampled_from(list(FIELDS)), st.integers(0, 2), st.sampled_from(VALUES))
PATCHES = sometimes(st.lists(PATCH, min_size=1, max_size=2))
COMPRESSIONS = [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]


def zipped(members: list[tuple[str, bytes]], compression: int, patches: list[tuple[str, int, int]]) -> bytes:
    """A zip file, and then other values in its headers."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    found = bytearray(file.getvalue())
    for field, number, value in patches:
        central, local, form = FIELDS[field]
        for signature, offset in ((b"PK\x01\x02", central), (b"PK\x03\x04", local)):
            places = [place for place in range(len(found)) if found.startswith(signature, place)]
            if number < len(places) and places[number] + offset + 4 < len(found):
                struct.pack_into(form, found, places[number] + offset, value % 2 ** (8 * struct.calcsize(form)))
    return bytes(found)


@st.composite
def archives(draw: st.DrawFn) -> dict[str, bytes]:
    """An archive under `a.npz`: valid but for one to three things."""
    arrays = {"images": npy(GREY), "labels": npy(NUMBERS)}
    if draw(st.booleans()):
        arrays |= {"test_images": npy(GREY[:12]), "test_labels": npy(NUMBERS[:12])}
    members = [(f"{name}.npy", content) for name, content in arrays.items()]
    for _ in range(draw(st.integers(0, 2))):
        number = draw(st.integers(0, len(members) - 1))
        name, content = members.pop(number)
        likely = st.sampled_from(LABELS if "labels" in name else IMAGES).map(npy)
        names = st.sampled_from([name.removesuffix(".npy"), f"{name}.npy", *(f"{other}.npy" for other in NAMES)])
        changed = {
            "another": [(name, draw(ARRAY_FILES))],
            "likely": [(name, draw(likely))],
            "more": [(name, content), (draw(names), draw(ARRAY_FILES))],
            "name": [(draw(names), content)],
            "less": [] if members else [(name, content)],
        }
        members[number:number] = changed[draw(st.sampled_from(list(changed)))]
    compression = draw(st.sampled_from([*COMPRESSIONS[:2] * 3, *COMPRESSIONS[2:]]))
    content = zipped(members, compression, draw(PATCHES)) if draw(st.integers(0, 30)) else draw(ARRAY_FILES)
    return {"a.npz": damaged(content, draw(DAMAGES))}


# IDX files


KINDS = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
SIZES = [0, 1, 3, 5, 6, 12, 59, 60, 61, 2**16, 2**31, 2**32 - 1]


def idx_of(array: np.ndarray, kind: int) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape) + array.astype(KINDS[kind]).tobytes()


@st.composite
def idx_files(draw: st.DrawFn) -> dict[str, bytes]:
    """Two or four IDX files: valid but for one to three things."""
    arrays = {"images": GREY, "labels": NUMBERS}
    if draw(st.booleans()):
        arrays |= {"test_images": GREY[:12], "test_labels": NUMBERS[:12]}
    files = {name: idx_of(array, 0x08) for name, array in arrays.items()}
    for _ in range(draw(st.integers(0, 2))):
        name = draw(st.sampled_from(list(files)))
        change = draw(st.sampled_from(["kind", "array", "shape", "less", "swap", "anything"]))
        if change == "kind":
            values = arrays[name] / 255 if "images" in name and draw(st.booleans()) else arrays[name]
            files[name] = idx_of(values, draw(st.sampled_from(list(KINDS))))
        elif change == "array":
            numbers = [array for array in (*IMAGES, *LABELS) if array.dtype.kind in "ui" and array.ndim < 255]
            files[name] = idx_of(draw(st.sampled_from(numbers)), draw(st.sampled_from([0x08, 0x0B])))
        elif change == "shape":
            shape = draw(st.lists(st.sampled_from(SIZES), max_size=5) | st.just([1] * 255))
            kind = draw(st.sampled_from([*KINDS, 0, 255]))
            files[name] = struct.pack(f">HBB{len(shape)}I", 0, kind, len(shape), *shape) + GREY.tobytes()
        elif change == "less" and name != "images":
            del files[name]
        elif change == "swap":
            other = draw(st.sampled_from(list(files)))
            files[name], files[other] = files[other], files[name]
        elif change == "anything":
            files[name] = draw(st.binary(max_size=20))
    found = {}
    for name, content in files.items():
        content = damaged(content, draw(DAMAGES))
        packed = gzip.compress(content, mtime=0) if draw(st.booleans()) else content
        found[name] = damaged(packed, draw(DAMAGES))
    return found


# Folders


@functools.cache
def pictures() -> dict[str, list[bytes]]:
    """Images as files, by their extensions."""
    found: dict[str, list[bytes]] = {}
    kinds = {"png": "PNG", "jpg": "JPEG", "bmp": "BMP", "gif": "GIF", "tif": "TIFF", "webp": "WEBP", "ppm": "PPM"}
    for extension, kind in kinds.items():
        for pixels in (*GREY[:9], *COLOURED[:1]):
            file = io.BytesIO()
            Image.fromarray(pixels).save(file, kind)
            found.setdefault(extension, []).append(file.getvalue())
    return found


ODD_NAMES = [
    *["caf\udce9", "\udcff.png", "a\nb.png", "\x1b[31mred.png", ".hidden.png", "Thumbs.db", "notes.txt", "README"],
    *["a.npy", "a", "a.heic", "A.PNG", "a.png~", "__MACOSX", "__a.png", "-", "~", "a b", "$x|<b>", "%s{x}.png"],
    *["train", "test", "Train", "val", "x" * 101, "x" * 250 + ".png", "\u202e.png", "ant", "'\".png", "\\", "x.png"],
]
LAYOUTS = [["ant", "bee"], ["train/ant", "train/bee", "test/ant", "test/bee"], [""], ["train", "test"]]
Addition = Callable[[Path, bytes], object]


def write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def write_folder(path: Path, content: bytes) -> None:
    path.mkdir()
    for number in range(8):
        write(path / f"{number}.png", content)


ADDITIONS: list[Addition] = [
    write,
    write_folder,
    lambda path, content: write(path, b""),
    lambda path, content: write(path, b"text"),
    lambda path, content: path.mkdir(),
    lambda path, content: os.mkfifo(path),
    lambda path, content: path.symlink_to("nothing"),
    lambda path, content: path.symlink_to(path.name),
    lambda path, content: path.symlink_to(".."),
    lambda path, content: path.symlink_to("/dev/zero"),
]


@st.composite
def folder_contents(draw: st.DrawFn) -> list[Callable[[Path], object]]:
    """What makes a folder: valid but for one to three things."""
    layout = draw(st.sampled_from(LAYOUTS))
    extension = draw(st.sampled_from(list(pictures())))
    images = pictures()[extension]
    steps: list[Callable[[Path], object]] = []

    def fill(root: Path) -> None:
        for part in layout:
            (root / part).mkdir(parents=True, exist_ok=True)
            for number in range(60 // len(layout)):
                (root / part / f"{number:02}.{extension}").write_bytes(images[number % 9])

    steps.append(fill)
    for _ in range(draw(st.integers(0, 2))):
        content = draw(st.sampled_from([content for contents in pictures().values() for content in contents]))
        content = damaged(content, draw(DAMAGES))
        if draw(st.booleans()):
            path, add = f"{draw(st.sampled_from(['', 'train', *layout]))}/{draw(st.sampled_from(ODD_NAMES))}", ADDITIONS
        else:  # the first image, whose header is read
            path, add = f"{layout[0]}/00.{extension}", [write, write, *ADDITIONS]
        steps.append(functools.partial(change, path=path.strip("/"), add=draw(st.sampled_from(add)), content=content))
    return steps


def change(root: Path, path: str, add: Addition, content: bytes) -> None:
    """Puts something into a folder, in place of what is there, unless it can't be there."""
    with contextlib.suppress(OSError):
        (root / path).unlink(missing_ok=True)
        add(root / path, content)


# What becomes of them


@contextlib.contextmanager
def limited(memory: int = MEMORY) -> Iterator[None]:
    """Fails where something takes more memory, in bytes, or much more time than looking at a file should."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text(encoding="utf-8").split()[0]) * resource.getpagesize()
    started = time.process_time()
    resource.setrlimit(resource.RLIMIT_AS, (taken + memory, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert time.process_time() - started < SECONDS


def outcome(source: Source, names: list[str]) -> str:
    """`accepted`, or `refused` before any job or `read` in vain, by a line that names a file or what is wrong."""
    folders.listing.cache_clear()
    own.facts_of.cache_clear()
    found = "refused"
    try:
        with limited():
            known = own.facts(source)
            own.digest(source)
            found = "read"
            if (known.train + known.test) * np.prod(known.shape) < FEW_NUMBERS:
                images = own.read(source)
                assert images.images.shape == (known.train + known.test, *known.shape)
                assert images.images.dtype == np.uint8
                assert images.test_count == known.test
                assert images.class_names == known.class_names
                assert set(images.labels) == set(known.classes or [0])
    except DataError as error:
        message = str(error)
        assert message.isprintable()
        assert len(message) < 1000
        assert "Unable to allocate" not in message
        assert "MemoryError" not in message
        assert any(name in message for name in (*names, "there ", "class ", "labels are ")), message
        return found
    "".join(known.class_names).encode()
    return "accepted"


def of_archive(folder: Path, files: dict[str, bytes]) -> tuple[Source, list[str]]:
    (folder / "a.npz").write_bytes(files["a.npz"])
    return {"npz": str(folder / "a.npz")}, ["a.npz"]


def of_idx(folder: Path, files: dict[str, bytes]) -> tuple[Source, list[str]]:
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {"idx": {name: str(folder / name) for name in files}}, [str(folder)]


def of_folder(folder: Path, steps: list[Callable[[Path], object]]) -> tuple[Source, list[str]]:
    for step in steps:
        step(folder)
    return {"folder": str(folder)}, [str(folder)]


CASES: dict[str, tuple[st.SearchStrategy[Any], Callable[..., tuple[Source, list[str]]]]] = {
    "archives": (archives(), of_archive),
    "idx": (idx_files(), of_idx),
    "folders": (folder_contents(), of_folder),
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("count", [350, pytest.param(7000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", CASES)
def test_any_file_is_refused_by_its_name_or_can_be_read(kind: str, count: int) -> None:
    strategy, put = CASES[kind]
    outcomes = dict.fromkeys(("accepted", "refused", "read"), 0)

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(strategy, st.sampled_from([{}, {}, {"labels": False}, {"size": [4, 4]}, {"colour": "rgb"}]))
    def sort(content: Any, options: Source) -> None:
        folder = Path(tempfile.mkdtemp())
        try:
            source, names = put(folder, content)
            outcomes[outcome({**source, **options}, names)] += 1
        finally:
            shutil.rmtree(folder)

    sort()
    assert outcomes["accepted"] > count / 10
    assert outcomes["refused"] > count / 3


# Files that are large only once they are unpacked

#: Bytes in such a file, twice as many as looking at it may take.
UNPACKED = 100_000_000


def large(start: bytes) -> Iterator[bytes]:
    """A start, and zeros."""
    yield start
    for size in [1_000_000] * (UNPACKED // 1_000_000):
        yield bytes(size)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("images", "(60, 6, 5)", "images of {path} is damaged: 100000071 bytes, but 1871 according to its header"),
        ("labels", "(60,)", "labels of {path} is damaged: 100000066 bytes, but 126 according to its header"),
        ("labels", "(100000000,)", "labels of {path} has 100,000,000 bytes; allowed: 20,000,000"),
        ("images", "(1000, 1000, 100)", None),
    ],
)
def test_an_archive_is_not_unpacked_to_be_looked_at(name: str, shape: str, message: str | None, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        if name == "labels":
            archive.writestr("images.npy", npy(GREY))
        with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
            header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}}}"
            file.writelines(large(with_header(header, (1, 0), 0)))
    check_looked_at({"npz": str(path)}, message and message.format(path=path))


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("images", (60, 6, 5), "{path} is truncated or damaged: 1816 bytes according to its header, but its end says"),
        ("labels", (60,), "{path} is truncated or damaged: 68 bytes according to its header, but its end says"),
        ("labels", (UNPACKED,), "{path} has 100,000,000 bytes; allowed: 20,000,000"),
        ("images", (1000, 1000, 100), None),
    ],
)
def test_an_idx_file_is_not_unpacked_to_be_looked_at(
    name: str, shape: tuple[int, ...], message: str | None, tmp_path: Path
) -> None:
    path = tmp_path / name
    (tmp_path / "images").write_bytes(idx_of(GREY, 0x08))
    with gzip.open(path, "w", compresslevel=1) as file:
        file.writelines(large(struct.pack(f">HBB{len(shape)}I", 0, 8, len(shape), *shape)))
    source = {"idx": {"images": str(tmp_path / "images"), name: str(path)}}
    check_looked_at(source, message and message.format(path=path))


def check_looked_at(source: Source, message: str | None) -> None:
    """Looks at files with little memory; they are refused by a message, or accepted without any."""
    own.facts_of.cache_clear()
    with limited(UNPACKED // 2):
        if message is None:
            own.facts(source)
        else:
            with pytest.raises(DataError, match=re.escape(message)):
                own.facts(source)
