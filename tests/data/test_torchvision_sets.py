"""That the data sets of torchvision are at hand by their names, and that it is said what a class can't give."""

import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.own_images import forget, grey, refused

from aepipe.data import own, torchvision_sets
from aepipe.data.images import Form
from aepipe.data.sources import load
from aepipe.errors import DataError

FAKE = {"torchvision": "FakeData", "image_size": [3, 8, 6], "num_classes": 3}


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    forget()
    monkeypatch.chdir(tmp_path)
    yield
    forget()


def converted_here(source: dict[str, Any]) -> dict[str, np.ndarray]:
    """What is written of a source, without a process of its own."""
    path = Path("a.npz")
    torchvision_sets.convert(source, path)
    with np.load(path) as arrays:
        return dict(arrays)


def put(folder: str, **arrays: np.ndarray) -> None:
    """IDX files where torchvision looks for them."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        content = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()
        Path(folder, name.replace("_", "-")).write_bytes(content)


def test_a_data_set_is_made_once_and_is_then_known_from_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    known = own.facts(FAKE)
    assert (known.train, known.test, known.shape, known.class_names) == (800, 200, (8, 6, 3), ("0", "1", "2"))
    (path,) = own.files(FAKE)
    assert path.startswith("data/torchvision/FakeData-")
    forget()
    monkeypatch.setattr("subprocess.run", None)
    assert own.facts(FAKE) == known
    found = load(FAKE)
    assert found.source == "torchvision FakeData (image_size [3, 8, 6], num_classes 3)"
    assert found.images.shape == (1000, 8, 6, 3)


def test_what_a_class_does_not_take_is_refused_with_what_it_takes() -> None:
    message = refused({**FAKE, "classes": 3})
    assert "torchvision's FakeData does not take classes; allowed: image_size, num_classes, random_offset" in message
    assert (
        "datasets.mine.source.torchvision: torchvision.datasets has no 'FakeDate'; allowed: its classes, such as F"
        in (refused({"torchvision": "FakeDate"}))
    )
    assert "source.size_of: {'a': 1} is not of type 'string', 'number'" in refused({**FAKE, "size_of": {"a": 1}})
    no_text: dict[Any, Any] = {**FAKE, 1: 2}
    assert "datasets.mine.source: YAML reads this as 1, not as text; put it in quotes" in refused(no_text)
    assert not list(Path.cwd().rglob("*.npz"))


def test_images_are_resized_and_converted() -> None:
    assert converted_here({**FAKE, "size": [4, 5], "colour": "grey"})["images"].shape == (1000, 4, 5)


@pytest.mark.parametrize(("name", "split"), [("FashionMNIST", {}), ("EMNIST", {"split": "letters"})])
def test_the_parts_and_names_are_those_of_the_class(name: str, split: dict[str, str]) -> None:
    first = "emnist-letters-" if split else ""
    parts = {"train": grey(30, 28, 28), "test" if split else "t10k": grey(20, 28, 28, seed=1)}
    for part, images in parts.items():
        labels = 1 + np.arange(len(images), dtype=np.uint8) % 9
        files = {f"{first}{part}-images-idx3-ubyte": images, f"{first}{part}-labels-idx1-ubyte": labels}
        put(f"data/torchvision/{name}/{name}/raw", **files)
    found = converted_here({"torchvision": name, **split})
    train, test = parts.values()
    np.testing.assert_array_equal(found["images"], train)
    np.testing.assert_array_equal(found["test_images"], test)
    assert found["labels"].tolist() == [1 + number % 9 for number in range(30)]
    assert found["class_names"][1:3].tolist() == (["a", "b"] if split else ["Trouser", "Pullover"])
    known = own.facts({"npz": "a.npz"})
    assert (known.train, known.test, known.class_names[:2]) == (30, 20, tuple(found["class_names"][1:3].tolist()))


class Split:
    """A class of data sets whose parts `split` tells apart."""

    names: tuple[str, ...] = ("train", "test")

    def __init__(self, root: str, split: str = "train", download: bool = False) -> None:
        if split not in self.names:
            raise ValueError(f"Unknown value {split!r}. Valid values are {self.names}.")
        self.about = (root, split, download)


class Trainval(Split):
    names = ("trainval", "val")


class Inner:
    def __init__(self, root: str, train: bool = True) -> None:
        self.about = train


class Outer(Inner):
    def __init__(self, root: str, kind: str = "", **more: Any) -> None:
        super().__init__(root, **more)


def about(known: type, **settings: Any) -> list[Any]:
    return [part.about for part in torchvision_sets.parts_of("Name", known, settings)]


def test_parts_are_told_apart_as_the_class_does() -> None:
    root = "data/torchvision/Name"
    assert about(Split) == [(root, "train", True), (root, "test", True)]
    assert about(Trainval) == [(root, "trainval", True), (root, "val", True)]
    assert about(Split, split="test") == [(root, "test", True)]
    assert about(Outer, kind="a") == [True, False]
    with pytest.raises(DataError, match=r"does not take root; allowed: kind, train"):
        about(Outer, root="/")
    with pytest.raises(DataError, match=r"Name can't be made: Unknown value 'more'. Valid values are"):
        about(Split, split="more")


def failing(error: Exception) -> type:
    class Failing(Split):
        def __init__(self, root: str, split: str = "train", download: bool = False) -> None:
            raise error

    return Failing


@pytest.mark.parametrize("error", [OSError("no network"), RuntimeError("no network")])
def test_without_a_network_it_is_said_where_the_files_belong(error: Exception) -> None:
    with pytest.raises(DataError) as refusal:
        about(failing(error))
    assert str(refusal.value) == (
        "torchvision's Name is not there and can't be downloaded: no network; on a machine with a network, run "
        "torchvision.datasets.Name(root='data/torchvision/Name', download=True, split='train'), and copy "
        "data/torchvision/Name here"
    )


IMAGE = Image.fromarray(grey(1)[0])


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([(np.zeros((4, 4)), 0)], "torchvision's Name gives ndarray, not an image and a label; use another"),
        ([(IMAGE, IMAGE, 0)], "torchvision's Name gives tuple, not an image and a label"),
        ([(IMAGE, [0, 1])], "torchvision's Name gives no single class per image, but list; set `labels: false`"),
        ([(IMAGE, np.zeros(40))], "gives no single class per image, but ndarray"),
        ([(IMAGE, 0), (Image.new("L", (9, 9)), 1)], "differ in size; add `size: [height, width]` to the source"),
        ([(IMAGE, 0), (Image.new("RGB", (5, 6)), 1)], "some images of torchvision's Name are grey, others not; add"),
        ([], "torchvision's Name has no images"),
    ],
)
def test_what_is_no_image_and_label_is_refused(items: list[Any], message: str) -> None:
    with pytest.raises(DataError) as refusal:
        torchvision_sets.contents("Name", items, Form(), labelled=True)
    assert message in str(refusal.value)


def test_labels_may_be_any_integers() -> None:
    items = [(IMAGE, 1), (IMAGE, np.int64(2)), (IMAGE, np.array(3)), (IMAGE, True)]
    images, labels = torchvision_sets.contents("Name", items, Form(), labelled=True)
    assert images.shape == (4, 6, 5)
    assert labels.tolist() == [1, 2, 3, 1]


def test_a_file_stands_for_all_settings_of_its_source() -> None:
    sources = [FAKE, {**FAKE, "size": [2, 2]}, {**FAKE, "num_classes": 4}, {**FAKE, "labels": False}]
    assert len({torchvision_sets.digest(source) for source in sources}) == 4
    assert torchvision_sets.digest(json.loads(json.dumps(FAKE))) == torchvision_sets.digest(FAKE)
