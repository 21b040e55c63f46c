"""Data sets of torchvision that give an image and a label: converted once, at the first start, to an .npz file.

From then on, that file is the source: its headers say all that a start needs. As torchvision takes seconds to import,
and Snakemake is not to carry PyTorch, a process of its own downloads and converts.
"""

import difflib
import hashlib
import inspect
import json
import numbers
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from aepipe.data.images import GREY, Form, pixels_of, size_and_colour
from aepipe.data.paths import first, reason
from aepipe.errors import DataError, printable

FOLDER = Path("data/torchvision")
#: Keys that are ours, not of the class.
OURS = ("torchvision", "size", "colour", "labels")
#: Arguments of classes that no configuration can give.
NOT_GIVEN = {"self", "root", "download", "transform", "target_transform", "transforms", "loader"}
#: Names of the two parts, in the order in which they are tried, where `split` tells them apart.
TRAIN_SPLITS, TEST_SPLITS = ("train", "trainval"), ("test", "val")
REFUSED = 3  # exit status of the process when it prints why


def converted(source: Mapping[str, Any]) -> str:
    """The path of the .npz file of a source, which is made if it isn't there.

    Raises:
        DataError: there is no such class, it does not take these keys or give images, or files can't be downloaded.
    """
    path = FOLDER / f"{re.sub(r'[^A-Za-z0-9]', '', source['torchvision'])}-{digest(source)}.npz"
    if not path.exists():
        print(f"Converting torchvision's {printable(source['torchvision'])}, once, to {path}", file=sys.stderr)
        command = [sys.executable, "-m", __name__, json.dumps(dict(source)), str(path)]
        process = subprocess.run(command, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        if process.returncode == REFUSED:
            raise DataError(process.stdout.strip().rpartition("\n")[2])
        if process.returncode:
            raise DataError(f"torchvision's {printable(source['torchvision'])} can't be converted; the reason is above")
    return str(path)


def digest(source: Mapping[str, Any]) -> str:
    """Stands for all that the converted file depends on."""
    return hashlib.sha256(json.dumps(source, sort_keys=True).encode()).hexdigest()[:12]


def title(source: Mapping[str, Any]) -> str:
    """What results call the source."""
    keys = ", ".join(f"{key} {value}" for key, value in source.items() if key not in OURS)
    return printable(f"torchvision {source['torchvision']}{f' ({keys})' if keys else ''}")


def convert(source: Mapping[str, Any], path: Path) -> None:
    """Downloads what isn't there, and writes the .npz file."""
    name = source["torchvision"]
    labelled = source.get("labels") is not False
    size = source.get("size")
    form = Form(None if size is None else (size[0], size[1]), source.get("colour"))
    arrays: dict[str, np.ndarray] = {}
    for prefix, dataset in zip(("", "test_"), parts_of(name, class_of(name), settings_of(source)), strict=False):
        images, labels = contents(name, dataset, form, labelled)
        arrays[f"{prefix}images"] = images
        if labelled:
            arrays[f"{prefix}labels"] = labels
            classes = getattr(dataset, "classes", None)
            if isinstance(classes, list) and all(isinstance(each, str) for each in classes):
                arrays["class_names"] = np.array(classes)
    if "class_names" in arrays and max(array.max(initial=0) for key, array in arrays.items() if "labels" in key) >= len(
        arrays["class_names"]
    ):
        del arrays["class_names"]  # the labels are no positions in it
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    with unfinished.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    unfinished.replace(path)


def settings_of(source: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments that are given to the class."""
    return {key: value for key, value in source.items() if key not in OURS}


def class_of(name: str) -> Any:
    """The class of torchvision.datasets; DataError if there is none."""
    from torchvision import datasets

    known = [each for each in datasets.__all__ if isinstance(getattr(datasets, each), type)]
    if name not in known:
        similar = difflib.get_close_matches(name, known) or ["CIFAR10", "EMNIST", "SVHN"]
        raise DataError(f"torchvision.datasets has no {name!r}; allowed: its classes, such as {first(similar)}")
    return getattr(datasets, name)


def arguments(known: type) -> set[str]:
    """The names of all arguments of a class, with those that it hands on to the class it derives from."""
    found: set[str] = set()
    for each in known.__mro__:
        if "__init__" not in vars(each) or each is object:
            continue
        given = inspect.signature(each.__init__).parameters.values()  # type: ignore[misc]
        found |= {one.name for one in given if one.kind is not one.VAR_KEYWORD}
        if all(one.kind is not one.VAR_KEYWORD for one in given):
            break
    return found


def parts_of(name: str, known: Any, settings: Mapping[str, Any]) -> Iterator[Any]:
    """The data set's images outside the test set, and those in it, if the class tells them apart.

    Raises:
        DataError: the class does not take these settings, or its files can't be downloaded.
    """
    allowed = arguments(known)
    if unknown := sorted(set(settings) - (allowed - NOT_GIVEN)):
        raise DataError(
            f"torchvision's {name} does not take {first(unknown)}; allowed: "
            f"{', '.join(sorted(allowed - NOT_GIVEN)) or 'no further keys'}"
        )
    fixed = {key: value for key, value in (("root", str(FOLDER / name)), ("download", True)) if key in allowed}
    if "train" in allowed and "train" not in settings:
        choices: list[list[dict[str, Any]]] = [[{"train": True}], [{"train": False}]]
    elif "split" in allowed and "split" not in settings:
        choices = [[{"split": split} for split in splits] for splits in (TRAIN_SPLITS, TEST_SPLITS)]
    else:
        choices = [[{}]]
    for tried in choices:
        yield made(name, known, [{**fixed, **settings, **choice} for choice in tried])


def made(name: str, known: Any, tried: list[dict[str, Any]]) -> Any:
    """The data set with the first arguments that the class accepts."""
    for arguments, is_last in zip(tried, [False] * (len(tried) - 1) + [True], strict=True):
        try:
            return known(**arguments)
        except (ValueError, TypeError) as error:
            if is_last:
                raise DataError(f"torchvision's {name} can't be made: {reason(error)}") from error
        except (RuntimeError, OSError, ImportError) as error:
            call = ", ".join(f"{key}={value!r}" for key, value in arguments.items())
            raise DataError(
                f"torchvision's {name} is not there and can't be downloaded: {reason(error)}; on a machine with a "
                f"network, run torchvision.datasets.{name}({call}), and copy {FOLDER / name} here"
            ) from error
    raise AssertionError("nothing was tried")


def contents(name: str, dataset: Any, form: Form, labelled: bool) -> tuple[np.ndarray, np.ndarray]:
    """The images, uint8 (n, H, W) or (n, H, W, 3), and labels (n,), int64, of a data set of torchvision.

    Raises:
        DataError: it gives no images, several labels per image, or images that differ in size or colour.
    """
    images, labels, kinds = [], [], set()
    for number in range(len(dataset)):
        item = dataset[number]
        image, target = item if isinstance(item, tuple) and len(item) == 2 else (item, None)
        if not isinstance(image, Image.Image):
            raise DataError(f"torchvision's {name} gives {type(image).__name__}, not an image and a label; use another")
        kinds.add(size_and_colour(image))
        images.append(pixels_of(image, form))
        if labelled:
            labels.append(label_of(name, target))
    if form.size is None and len({size for size, _ in kinds}) > 1:
        raise DataError(f"the images of torchvision's {name} differ in size; add `size: [height, width]` to the source")
    if form.colour is None and len({colour for _, colour in kinds}) > 1:
        raise DataError(
            f"some images of torchvision's {name} are {GREY}, others not; add `colour: grey` or "
            "`colour: rgb` to the source"
        )
    if not images:
        raise DataError(f"torchvision's {name} has no images")
    return np.stack(images), np.array(labels, np.int64)


def label_of(name: str, target: Any) -> int:
    """The class of an image; DataError if it has no single one."""
    if isinstance(target, numbers.Integral):
        return int(target)
    if getattr(target, "ndim", None) == 0 and float(target).is_integer():  # a tensor or an array
        return int(target)
    raise DataError(
        f"torchvision's {name} gives no single class per image, but {type(target).__name__}; set `labels: false` to "
        "ignore labels"
    )


if __name__ == "__main__":
    try:
        convert(json.loads(sys.argv[1]), Path(sys.argv[2]))
    except DataError as error:
        print(error)
        sys.exit(REFUSED)
