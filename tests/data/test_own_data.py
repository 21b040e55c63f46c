"""That a user's own images are read as they are, and that what is wrong is said before anything is trained."""

import gzip
import io
import json
import os
import struct
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from support.configurations import SCHEMA
from support.own_images import WIDTHS, coloured, described, forget, grey, refused, write_images

from aepipe.config import configuration, defaults
from aepipe.config.checks import check
from aepipe.config.configuration import completed, runs
from aepipe.data import folders, own, pictures
from aepipe.data.images import Form
from aepipe.data.paths import first
from aepipe.data.sources import load
from aepipe.data.stored import store
from aepipe.errors import DataError

CLASSES = ("ant", "bee", "cat")
Part = dict[str, Any]


@pytest.fixture(autouse=True)
def looked_at_anew() -> None:
    """What was read of other files is forgotten, as at each start of Snakemake."""
    forget()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty grey PNGs in three classes; no test set."""
    for number, name in enumerate(CLASSES):
        write_images(tmp_path / "images" / name, grey(20, seed=number))
    return tmp_path / "images"


def as_idx(array: np.ndarray, kind: int = 0x08) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, kind, array.ndim, *array.shape) + array.tobytes()


# Folders


def test_a_folder_of_classes_gives_their_names_and_a_stratified_fifth_as_test_set(folder: Path) -> None:
    known, found = own.facts({"folder": str(folder)}), load({"folder": str(folder)})
    assert (known.train, known.test, known.shape, known.class_names) == (48, 12, (6, 5), CLASSES)
    assert (found.images.shape, found.test_count, found.class_names) == ((60, 6, 5), 12, CLASSES)
    assert np.bincount(found.labels[-12:]).tolist() == [4, 4, 4]
    for label, name in enumerate(CLASSES):
        originals = {np.asarray(Image.open(path)).tobytes() for path in (folder / name).iterdir()}
        assert {image.tobytes() for image in found.images[found.labels == label]} == originals


def test_folders_name_the_class_to_hold_out(folder: Path) -> None:
    anomaly = {"latent_dim": 2, **WIDTHS}
    config = described({"folder": str(folder)}, anomaly={**anomaly, "held_out": ["cat", "bee"]})
    check(config, SCHEMA)
    found = runs(completed(config), "mine", "anomaly", ["vae"])
    assert list(dict.fromkeys(run.held_out for run in found)) == ["2", "1"]
    message = "datasets.mine.anomaly.held_out: no class 'dog'; allowed: 0 (ant), 1 (bee), 2 (cat)"
    assert message in refused({"folder": str(folder)}, anomaly={**anomaly, "held_out": ["dog"]})


def test_a_folder_is_split_the_same_every_time(folder: Path) -> None:
    first, second = (load({"folder": str(folder)}) for _ in range(2))
    np.testing.assert_array_equal(first.images, second.images)


def test_a_folder_may_bring_its_test_set(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "whole").mkdir()
    folder.rename(tmp_path / "whole" / "train")
    for number, name in enumerate(CLASSES):
        write_images(tmp_path / "whole" / "test" / name, grey(5, seed=10 + number))
    source = {"folder": str(tmp_path / "whole")}
    found = load(source)
    assert (own.facts(source).train, own.facts(source).test, found.test_count) == (60, 15, 15)
    assert found.labels[-15:].tolist() == [0] * 5 + [1] * 5 + [2] * 5
    np.testing.assert_array_equal(found.images[-15:-10], grey(5, seed=10))


@pytest.mark.parametrize("parts", [("",), ("train", "test")])
def test_images_directly_in_a_folder_have_no_labels(parts: tuple[str, ...], tmp_path: Path) -> None:
    for part in parts:
        write_images(tmp_path / part, grey(50))
    known, found = own.facts({"folder": str(tmp_path)}), load({"folder": str(tmp_path)})
    assert (known.class_names, found.class_names, found.labelled) == ((), (), False)
    assert set(found.labels) == {0}


def test_classes_are_forgotten_where_labels_are_not_wanted(folder: Path) -> None:
    source = {"folder": str(folder), "labels": False}
    assert own.facts(source).class_names == ()
    assert not load(source).labelled


def test_images_in_colour_keep_their_colours(tmp_path: Path) -> None:
    images = coloured(50)
    write_images(tmp_path, images)
    found = load({"folder": str(tmp_path)})
    assert own.facts({"folder": str(tmp_path)}).shape == found.images.shape[1:] == (6, 5, 3)
    assert {image.tobytes() for image in found.images} == {image.tobytes() for image in images}


def as_palette(image: np.ndarray, path: Path) -> None:
    Image.fromarray(image).convert("P").save(path.with_suffix(".png"))


def as_rgb(image: np.ndarray, path: Path) -> None:
    Image.fromarray(image).convert("RGB").save(path.with_suffix(".png"))


def as_webp(image: np.ndarray, path: Path) -> None:
    Image.fromarray(image).save(path.with_suffix(".webp"), lossless=True)


def as_grey(image: np.ndarray, path: Path) -> None:
    Image.fromarray(image).save(path.with_suffix(".png"))


@pytest.mark.parametrize("saves", [[as_palette], [as_rgb], [as_webp], [as_grey, as_webp, as_palette]])
def test_images_are_grey_where_none_shows_a_colour(saves: list[Callable[..., None]], tmp_path: Path) -> None:
    images = grey(60)
    for number, image in enumerate(images):
        saves[number % len(saves)](image, tmp_path / f"{number:03}")
    found = load({"folder": str(tmp_path)})
    assert own.facts({"folder": str(tmp_path)}).shape == (6, 5)
    assert {image.tobytes() for image in found.images} == {image.tobytes() for image in images}


def test_a_compressed_webp_of_a_grey_image_is_grey(tmp_path: Path) -> None:
    for number, image in enumerate(grey(50, 40, 40)):
        Image.fromarray(image).save(tmp_path / f"{number:03}.webp")
    assert own.facts({"folder": str(tmp_path)}).shape == (40, 40)


def test_one_image_in_colour_makes_grey_ones_of_the_same_kind_coloured(tmp_path: Path) -> None:
    for number, image in enumerate(grey(60)):
        as_rgb(image, tmp_path / f"{number:03}")
    write_images(tmp_path / "last", coloured(1))
    source = {"folder": str(tmp_path), "labels": False}
    assert own.facts(source).shape == load(source).images.shape[1:] == (6, 5, 3)


def test_of_many_images_a_colour_is_refused_where_a_few_look_grey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "LOOKED_AT", 30)
    for number, image in enumerate(grey(60)):
        as_rgb(image, tmp_path / f"{number:03}")
    as_grey(coloured(1)[0], tmp_path / "005")
    source = {"folder": str(tmp_path)}
    assert own.facts(source).shape == (6, 5)
    with pytest.raises(DataError, match=r"are grey, others in colour: rgb: 1 \(.*005.png\); grey: 59 .*`colour: rgb`"):
        load(source)
    assert load({**source, "colour": "rgb"}).images.shape[1:] == (6, 5, 3)


def test_images_are_resized_and_converted_where_that_is_asked_for(folder: Path) -> None:
    write_images(folder / "cat", coloured(20, 9, 12))
    source = {"folder": str(folder), "size": [7, 8], "colour": "rgb"}
    assert own.facts(source).shape == load(source).images.shape[1:] == (7, 8, 3)
    assert load({**source, "colour": "grey"}).images.shape[1:] == (7, 8)


@pytest.mark.parametrize(
    ("mode", "value", "expected"),
    [
        ("1", 1, 255),
        ("LA", (100, 255), 100),
        ("LA", (100, 0), 255),  # transparent is white
        ("I;16", 0x8040, 0x80),
        ("RGBA", (10, 20, 30, 255), [10, 20, 30]),
        ("RGBA", (10, 20, 30, 0), 255),
        ("RGB", (10, 10, 11), 10),  # is grey
        ("CMYK", (0, 0, 0, 0), 255),
        ("CMYK", (0, 255, 255, 0), [255, 0, 0]),
        ("P", 0, 0),
    ],
)
def test_every_kind_of_image_becomes_bytes(mode: str, value: Any, expected: Any, tmp_path: Path) -> None:
    image = Image.new(mode, (4, 4), value)
    image.save(tmp_path / f"image.{'tif' if mode == 'CMYK' else 'png'}")
    survey, (found, _) = folders.survey(str(tmp_path), True), folders.read(str(tmp_path), Form())
    assert found[0].shape == Form().shape_of(survey.size, survey.colour)
    assert found[0, 0, 0].tolist() == expected


def write_tiffs(folder: Path, arrays: np.ndarray) -> dict[str, Any]:
    folder.mkdir(exist_ok=True)
    for number, array in enumerate(arrays):
        Image.fromarray(array).save(folder / f"{number}.tif")
    return {"folder": str(folder)}


def test_of_16_bits_those_count_that_the_data_set_uses(tmp_path: Path) -> None:
    images = np.linspace(0, 4095, 60 * 12).reshape(60, 3, 4).astype(np.uint16)
    found = load(write_tiffs(tmp_path, images)).images
    assert (found.min(), found.max()) == (0, 255)
    assert sorted(found.ravel()) == sorted(np.rint(images / 4095 * 255).astype(np.uint8).ravel())


def test_floats_in_0_to_1_mean_the_same_in_a_tiff_and_in_an_archive(tmp_path: Path) -> None:
    images = np.linspace(0, 1, 60 * 12, dtype=np.float32).reshape(60, 3, 4)
    np.savez(tmp_path / "images.npz", images=images)
    in_files, in_array = load(write_tiffs(tmp_path / "files", images)), load({"npz": str(tmp_path / "images.npz")})
    assert sorted(in_files.images.ravel()) == sorted(in_array.images.ravel())


@pytest.mark.parametrize("change", [lambda x: x * 2, lambda x: x - 0.5, lambda x: x / 0])
def test_floats_in_other_ranges_are_refused(change: Callable[[np.ndarray], np.ndarray], tmp_path: Path) -> None:
    with np.errstate(all="ignore"):
        images = change(np.linspace(0, 1, 60 * 12, dtype=np.float32).reshape(60, 3, 4))
    with pytest.raises(DataError, match=r"can't be read.*values from .* to .*; allowed: 0 to 1"):
        load(write_tiffs(tmp_path, images))


def test_images_that_are_not_stored_alike_are_refused(tmp_path: Path) -> None:
    write_tiffs(tmp_path, grey(60, 4, 4))
    Image.fromarray(np.full((4, 4), 0.5, np.float32)).save(tmp_path / "other.tif")
    with pytest.raises(
        DataError, match=r"are not stored alike: floats: 1 \(.*other.tif\); 8 bits: 60 .*. Convert some"
    ):
        load({"folder": str(tmp_path)})


def test_a_photograph_is_turned_as_its_camera_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    for number, image in enumerate(grey(60, 4, 8)):
        Image.fromarray(image).save(tmp_path / f"{number}.jpg", exif=exif)
    assert own.facts({"folder": str(tmp_path)}).shape == load({"folder": str(tmp_path)}).images.shape[1:] == (8, 4)


def test_the_digest_of_a_folder_follows_its_files(folder: Path) -> None:
    digests = [own.digest({"folder": str(folder)})]
    path = folder / "ant" / "000.png"
    for change in (
        lambda: os.utime(path, (1, 1)),
        lambda: path.write_bytes(path.read_bytes() + b"\0"),
        lambda: path.rename(folder / "bee" / "new.png"),
    ):
        change()
        forget()
        digests.append(own.digest({"folder": str(folder)}))
    assert len(set(digests)) == 4


# What is wrong with images, found before training


def test_unreadable_images_are_counted_and_the_first_are_named(folder: Path) -> None:
    for name, content in (("003", b"no image"), ("005", (folder / "bee/005.png").read_bytes()[:-30])):
        (folder / f"bee/{name}.png").write_bytes(content)
    with pytest.raises(DataError) as refusal:
        load({"folder": str(folder)})
    assert (
        "2 of 60 images can't be read; replace or remove them: "
        f"{folder}/bee/003.png: damaged or not an image, {folder}/bee/005.png: "
    ) in str(refusal.value)


def test_names_of_any_length_leave_a_message_short() -> None:
    assert first(["a", "b"]) == "a, b"
    assert first("abcdef") == "a, b, c, d, e, ..."
    long = ["a" * 400, "b" * 400, "c"]
    assert first(long) == "a" * 400 + ", ..."
    assert first(["a" * 700 + "b" * 700]) == "a" * 300 + "..." + "b" * 300


def test_only_the_first_of_many_unreadable_images_are_named(folder: Path) -> None:
    for path in (folder / "bee").iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(DataError, match=r"20 of 60 images can't be read.*004.png: damaged or not an image, \.\.\.$"):
        load({"folder": str(folder)})


def test_mixed_sizes_are_counted_with_what_to_do(folder: Path) -> None:
    write_images(folder / "bee", grey(2, 9, 5))
    with pytest.raises(DataError) as refusal:
        load({"folder": str(folder)})
    message = str(refusal.value)
    assert "To resize all of them, add `size: [height, width]` to the data set's `source`" in message
    assert (
        "differ in size (height x width): "
        f"9 x 5: 2 ({folder}/bee/000.png, {folder}/bee/001.png); 6 x 5: 58 ({folder}/ant/000.png"
    ) in message


def test_grey_images_among_those_in_colour_are_counted_with_what_to_do(folder: Path) -> None:
    write_images(folder / "bee", coloured(2))
    with pytest.raises(DataError) as refusal:
        load({"folder": str(folder)})
    assert "add `colour: grey` or `colour: rgb` to the data set's `source`" in str(refusal.value)
    assert f"rgb: 2 ({folder}/bee/000.png, {folder}/bee/001.png); grey: 58 (" in str(refusal.value)


# .npz


NAMES = {
    "ours": ("images", "labels", "test_images", "test_labels"),
    "Keras's": ("x_train", "y_train", "x_test", "y_test"),
    "MedMNIST's": ("train_images", "train_labels", "test_images", "test_labels"),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_an_npz_is_read_under_each_of_the_names_in_use(names: tuple[str, ...], tmp_path: Path) -> None:
    arrays = [grey(40), np.arange(40) % 2, grey(12, seed=1), np.arange(12) % 2]
    np.savez(tmp_path / "a.npz", **dict(zip(names, arrays, strict=True)))  # type: ignore[arg-type]
    source = {"npz": str(tmp_path / "a.npz")}
    known, found = own.facts(source), load(source)
    assert (known.train, known.test, known.shape, known.class_names) == (40, 12, (6, 5), ("0", "1"))
    np.testing.assert_array_equal(found.images, np.concatenate([arrays[0], arrays[2]]))
    np.testing.assert_array_equal(found.labels, np.concatenate([arrays[1], arrays[3]]))


def test_validation_images_of_medmnist_are_training_images(tmp_path: Path) -> None:
    parts = {"train": 30, "val": 20, "test": 10}
    arrays = {f"{part}_images": coloured(count, seed=count) for part, count in parts.items()}
    arrays |= {f"{part}_labels": np.arange(count)[:, None] % 2 for part, count in parts.items()}
    np.savez(tmp_path / "a.npz", **arrays)  # type: ignore[arg-type]
    source = {"npz": str(tmp_path / "a.npz")}
    assert (own.facts(source).train, own.facts(source).shape) == (50, (6, 5, 3))
    found = load(source)
    np.testing.assert_array_equal(found.images[30:50], arrays["val_images"])
    assert found.notes == ("the validation images join the training images; validation images are drawn from both",)


def test_floats_become_bytes_and_a_last_axis_of_one_is_dropped(tmp_path: Path) -> None:
    images = grey(60)[..., None]
    np.savez(tmp_path / "a.npz", images=(images / 255).astype(np.float32))
    found = load({"npz": str(tmp_path / "a.npz")})
    assert own.facts({"npz": str(tmp_path / "a.npz")}).shape == found.images.shape[1:] == (6, 5)
    assert {image.tobytes() for image in found.images} == {image.tobytes() for image in images}


def test_an_npz_may_name_the_classes(tmp_path: Path) -> None:
    names = np.array(["yew", "oak", "elm"])
    np.savez(tmp_path / "a.npz", images=grey(60), labels=np.arange(60) % 2, class_names=names)
    source = {"npz": str(tmp_path / "a.npz")}
    assert own.facts(source).class_names == load(source).class_names == ("yew", "oak")
    np.savez(tmp_path / "a.npz", images=grey(60), labels=np.arange(60) % 4, class_names=names)
    forget()
    assert "there are 3 names of classes, but labels such as 3; allowed: 0 to 2" in refused(source)
    np.savez(tmp_path / "a.npz", images=grey(60), labels=np.arange(60) % 4, class_names=np.arange(4))
    forget()
    assert "class_names of {path} has type int64 and shape (4,)".format(path=tmp_path / "a.npz") in refused(source)


def test_any_integers_are_labels_and_name_the_classes(tmp_path: Path) -> None:
    labels = np.array([7, -3, 1000])[np.arange(60) % 3]
    images = np.broadcast_to((np.arange(60) % 3)[:, None, None], (60, 4, 4)).astype(np.uint8)
    images[:, -1, -1] = 9
    np.savez(tmp_path / "a.npz", images=images, labels=labels)
    found = load({"npz": str(tmp_path / "a.npz")})
    assert own.facts({"npz": str(tmp_path / "a.npz")}).class_names == found.class_names == ("-3", "7", "1000")
    assert [int(found.labels[found.images[:, 0, 0] == value][0]) for value in range(3)] == [1, 0, 2]


def test_floats_beyond_one_are_refused_when_they_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=grey(60).astype(float))
    with pytest.raises(DataError, match=r"images of .*a.npz has values from 0 to 255; allowed: uint8, or floats"):
        load({"npz": str(tmp_path / "a.npz")})


# IDX


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_idx_files_are_read_plain_and_compressed(suffix: str, tmp_path: Path) -> None:
    parts = {"images": grey(40), "labels": np.arange(40) % 2, "test_images": grey(12), "test_labels": np.arange(12) % 2}
    files = {}
    for name, array in parts.items():
        kind, content = (0x08, array) if "images" in name else (0x0C, array.astype(">i4"))
        path = tmp_path / f"{name}{suffix}"
        path.write_bytes(gzip.compress(as_idx(content, kind)) if suffix else as_idx(content, kind))
        files[name] = str(path)
    known, found = own.facts({"idx": files}), load({"idx": files})
    assert (known.train, known.test, known.class_names) == (40, 12, ("0", "1"))
    np.testing.assert_array_equal(found.images, np.concatenate([parts["images"], parts["test_images"]]))
    np.testing.assert_array_equal(found.labels, np.concatenate([parts["labels"], parts["test_labels"]]))
    assert own.files({"idx": files}) == list(files.values())


def test_idx_images_alone_are_a_data_set_without_labels(tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(as_idx(coloured(60)))
    source = {"idx": {"images": str(tmp_path / "images")}}
    assert own.facts(source).class_names == ()
    assert load(source).images.shape == (60, 6, 5, 3)


# What the configuration makes of it


def test_a_short_block_is_completed_from_the_images(folder: Path) -> None:
    config = described({"folder": str(folder)})
    check(config, SCHEMA)
    data = completed(config)["datasets"]["mine"]
    assert (data["validation"], data["labelled"], data["anomaly"]["held_out"]) == (5, 30, [0])
    assert data["evaluation"]["interpolation"] == {"from_class": 0, "to_class": 1}
    assert data["evaluation"]["latent_structure"] == {"apart": [], "joined": []}
    assert configuration.class_names(config, "mine") == list(CLASSES)
    assert configuration.pixels(config, "mine") == 30
    check(config | {"datasets": {"mine": data}, "experiment": config["experiment"] | {"datasets": ["mine"]}}, SCHEMA)
    assert completed(completed(config)) == completed(config)


def test_a_tenth_is_labelled_but_ten_of_each_class_where_there_are_so_many() -> None:
    assert defaults.labelled(train=5000, classes=3) == 500
    assert defaults.labelled(train=200, classes=3) == 30
    assert defaults.labelled(train=20, classes=3) == 20


def test_without_labels_there_are_no_anomalies_to_detect(folder: Path) -> None:
    config = completed(described({"folder": str(folder), "labels": False}, labelled=10))
    assert list(runs(config, "mine", "representation"))
    assert not list(runs(config, "mine", "anomaly"))
    assert "labelled" not in config["datasets"]["mine"]


def test_without_labels_a_block_needs_nothing_about_them(folder: Path) -> None:
    config = described({"folder": str(folder), "labels": False})
    del config["datasets"]["mine"]["anomaly"]
    check(config, SCHEMA)


def test_with_a_source_alone_network_and_training_follow_from_the_images(folder: Path) -> None:
    config = described({"folder": str(folder)})
    config["datasets"]["mine"] = {"source": {"folder": str(folder)}}
    check(config, SCHEMA)
    written, config = config, completed(config)
    block = config["datasets"]["mine"]
    assert block["representation"] == {"latent_dim": 3, "encoder_widths": [10, 3], "decoder_widths": [3, 10]}
    assert block["anomaly"] == {**block["representation"], "held_out": [0]}
    training = configuration.training_settings(config, "mine", "vae")
    assert (training["epochs"], training["batch_size"], training["patience"]) == (300, 32, 20)
    assert block["evaluation"]["classification"]["epochs"] == 200
    check(written | {"datasets": {"mine": block}, "experiment": config["experiment"] | {"datasets": ["mine"]}}, SCHEMA)
    assert completed(config) == config


@pytest.mark.parametrize("where", ["training", "datasets.mine.training"])
def test_epochs_that_are_given_are_trained_to_the_end(where: str, folder: Path) -> None:
    config = described({"folder": str(folder)})
    block = config if where == "training" else config["datasets"]["mine"]
    block["training"] = {**config["training"], "epochs": 7}
    training = configuration.training_settings(completed(config), "mine", "vae")
    assert (training["epochs"], "patience" in training) == (7, False)


@pytest.mark.parametrize(
    ("shape", "train", "latent_dim", "widths"),
    [
        ((32, 32), 55_000, 20, [341, 113]),  # the article's
        ((8, 8), 1287, 5, [21, 7]),
        ((48, 48, 3), 216, 27, [512, 170]),  # a few icons
        ((256, 256, 3), 100_000, 64, [512, 170]),
    ],
)
def test_fully_connected_networks_by_default_are_the_articles_scaled_to_the_images(
    shape: tuple[int, ...], train: int, latent_dim: int, widths: list[int]
) -> None:
    network = defaults.network(shape, train, {"backbone": "mlp"})
    layers = {"encoder_widths": widths, "decoder_widths": widths[::-1]}
    assert network == {"latent_dim": latent_dim, "backbone": "mlp"} | layers
    if min(shape[:2]) < 32:
        assert defaults.network(shape, train, {}) == {"latent_dim": latent_dim} | layers


@pytest.mark.parametrize(
    ("shape", "channels"),
    [
        ((32, 40), [32, 64]),
        ((48, 48, 3), [32, 64]),
        ((64, 64, 3), [32, 64, 128]),
        ((224, 224, 3), [32, 64, 128, 128, 128]),  # down to 7 x 7
    ],
)
def test_larger_images_have_convolutions_by_default(shape: tuple[int, ...], channels: list[int]) -> None:
    layers: dict[str, list[int]] = {"encoder_widths": [], "decoder_widths": []}
    network = {"latent_dim": 12, "backbone": "conv", "channels": channels} | layers
    assert defaults.network(shape, 100, {}) == network
    assert defaults.network(shape, 100, {"latent_dim": 9, "channels": [4]}) == network | {
        "latent_dim": 9,
        "channels": [4],
    }
    given = {"encoder_widths": [50], "decoder_widths": [50]}
    assert defaults.network(shape, 100, given) == {"latent_dim": 12} | given


def test_a_block_gives_as_much_of_the_networks_as_it_likes(folder: Path) -> None:
    config = described({"folder": str(folder)}, representation={"latent_dim": 3}, anomaly={"held_out": [2]})
    block = completed(config)["datasets"]["mine"]
    network = {"latent_dim": 3, "encoder_widths": [10, 3], "decoder_widths": [3, 10]}
    assert block["representation"] == network
    assert block["anomaly"] == network | {"held_out": [2]}
    check(config, SCHEMA)


def test_a_class_that_is_not_there_is_refused_beside_numbers_and_names(folder: Path) -> None:
    message = refused({"folder": str(folder)}, anomaly={"latent_dim": 2, "held_out": [3], **WIDTHS})
    assert "datasets.mine.anomaly.held_out: no class 3; allowed: 0 (ant), 1 (bee), 2 (cat)" in message


def test_names_that_yaml_takes_for_truth_values_are_to_be_quoted(folder: Path) -> None:
    message = refused({"folder": str(folder)}, class_names=yaml.safe_load("[no, yes, 3]"))
    for place, value in enumerate((False, True, 3)):
        assert f"datasets.mine.class_names.{place}: YAML reads this as {value}, not as text; put it in q" in message


def test_a_latent_dimension_beyond_the_images_is_refused(folder: Path) -> None:
    message = refused(
        {"folder": str(folder), "size": [20, 20]}, validation=40, representation={"latent_dim": 9, **WIDTHS}
    )
    assert "datasets.mine.representation.latent_dim: 9 exceeds the training images; allowed: 1 to 8" in message


IMAGES = as_idx(grey(60))


def test_bad_paths_are_refused_with_their_key(tmp_path: Path) -> None:
    assert "datasets.mine.source.folder: there is no folder 'nowhere'; give" in refused({"folder": "nowhere"})
    assert "datasets.mine.source.npz: there is no file 'no.npz'; give" in refused({"npz": "no.npz"})
    assert "datasets.mine.source.idx: there is no file 'no'; give" in refused({"idx": {"images": "no"}})
    kinds = "give one of folder, npz, idx, parquet, torchvision"
    assert f"datasets.mine.source: {kinds}, not none" in refused({"size": [2, 2]})
    assert "datasets.mine.source.npz: '{x}.npz' has a brace, which Snakemake takes" in refused({"npz": "{x}.npz"})
    two = {"folder": "a", "npz": "b"}
    assert f"datasets.mine.source.folder: {kinds}, not folder and npz" in refused(two)
    assert "source.folder: `test` belongs to `parquet`, not to `folder`" in refused({"folder": "a", "test": "b"})
    assert "datasets.mine.source: unknown key 'foldr'; allowed: colour, folder, idx, labels, npz, parquet" in refused(
        {"foldr": "a"}
    )
    assert "datasets.mine.source.colour: 'gray' is not one of ['grey', 'rgb']" in refused(
        {"folder": "", "colour": "gray"}
    )


def test_folders_that_are_no_data_set_are_refused(folder: Path) -> None:
    (folder / "dog").mkdir()
    (folder / "dog" / "notes.txt").write_text("none yet")
    assert f"source.folder: {folder}/dog has no images; remove the folder, or put images into it; allowed: files" in (
        refused({"folder": str(folder)})
    )
    forget()
    write_images(folder / "dog", grey(4))
    assert "class 'dog' has only 4 images; at least 5 are required" in refused({"folder": str(folder)})
    forget()
    write_images(folder, grey(2))
    assert "has both images (000.png, 001.png) and folders; put each image into" in refused({"folder": str(folder)})


def test_one_class_only_is_refused_with_the_way_out(folder: Path) -> None:
    for name in CLASSES[1:]:
        (folder / name).rename(folder.parent / name)
    message = refused({"folder": str(folder)})
    assert (
        "datasets.mine.source.folder: there is only one class, 'ant', of 20 images; set `labels: false` to" in message
    )


def fifo(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "add", "message"),
    [
        ("ant/x.png", Path.touch, "1 of 61 images can't be read; replace or remove them: {path}: empty"),
        ("ant/x.png", fifo, "{path}: not a regular file"),
        ("ant/x.png", lambda path: path.symlink_to("nothing"), "{path}: a broken link"),
        ("ant/x.png", lambda path: path.symlink_to("x.png"), "{path} can't be read: Too many levels of symbolic links"),
        ("x.png", Path.mkdir, "{path} has no images"),
        (
            "ant/caf\udce9.png",
            lambda path: path.write_bytes(b"x"),
            "ant/caf\\udce9.png: its path is not valid UTF-8",
        ),
        (
            "caf\udce9",
            lambda path: write_images(path, grey(9)),
            "caf\\udce9/000.png: its path is not valid UTF-8",
        ),
        ("a\n\x1b[1mb", Path.mkdir, "{folder}/a\\n\\x1b[1mb has no images"),
        ("ant/x.heic", Path.touch, "{folder}/ant has files that are not known as images: x.heic; convert or"),
        ("images.zip", Path.touch, "{folder} has files that are not known as images: images.zip; convert"),
        ("ant/up", lambda path: path.symlink_to(".."), "{folder}/ant/up/ant is in itself, through a link; remove"),
        ("x" * 101, lambda path: write_images(path, grey(9)), "class 'xxxxxxxxxxxxxxxxxxxx'... has a name of 101 char"),
    ],
)
def test_what_can_not_be_an_image_is_refused(
    name: str, add: Callable[[Path], object], message: str, folder: Path
) -> None:
    add(folder / name)
    found = refused({"folder": str(folder)})
    assert message.format(path=folder / name, folder=folder) in found
    assert all(line.isprintable() for line in found.splitlines())


def test_notes_and_hidden_files_are_passed_over(folder: Path) -> None:
    for name in (".DS_Store", "Thumbs.db", "ant/desktop.ini", "README.md", "bee/LICENSE", "labels.csv", "__MACOSX"):
        (folder / name).touch()
    assert own.facts({"folder": str(folder)}).train == 48


@pytest.mark.parametrize(
    ("add", "message"),
    [
        (Path.mkdir, "is a folder; give the path of "),
        (fifo, "is not a regular file; give the path of "),
        (Path.touch, "is empty; give the path of "),
        (lambda path: path.symlink_to("nothing"), "is a broken link; give the path of "),
        (lambda path: path.symlink_to(path.name), "can't be read: Too many levels of symbolic links"),
    ],
)
@pytest.mark.parametrize("kind", ["npz", "idx"])
def test_what_is_no_file_is_refused(kind: str, add: Callable[[Path], object], message: str, tmp_path: Path) -> None:
    add(tmp_path / "x")
    source = str(tmp_path / "x")
    found = refused({kind: source if kind == "npz" else {"images": source}})
    assert f"datasets.mine.source.{kind}: " in found
    assert message in found
    assert str(tmp_path / "x") in found


@pytest.fixture
def somebody() -> Iterator[Callable[[], None]]:
    """Makes this process one of a user who may not read everything."""
    user = os.geteuid()
    yield lambda: os.seteuid(65534) if user == 0 else None
    os.seteuid(user)


@pytest.mark.parametrize("name", ["images/ant/000.png", "images/ant", "images", "a.npz", "a.idx"])
def test_what_may_not_be_read_is_named(name: str, somebody: Callable[[], None]) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        folder.chmod(0o755)
        write_images(folder / "images/ant", grey(30))
        write_images(folder / "images/bee", grey(30))
        np.savez(folder / "a.npz", images=grey(60))
        (folder / "a.idx").write_bytes(IMAGES)
        kind = (folder / name).suffix.removeprefix(".").replace("png", "folder") or "folder"
        (folder / name).chmod(0)
        somebody()
        source = folder / ("images" if kind == "folder" else name)
        found = refused({kind: {"images": str(source)} if kind == "idx" else str(source)})
        os.seteuid(os.getuid())
        (folder / name).chmod(0o755)
        assert f"{folder / name}" in found
        assert "ermission denied" in found


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    assert f"source.folder: {tmp_path} has no images" in refused({"folder": str(tmp_path)})


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"pictures": grey(60)}, "contains pictures; allowed: images, labels, test_images, test_labels; or x_train"),
        ({"images": grey(60)[0]}, "images of {path} has shape (6, 5); allowed: (N, H, W), (N, H, W, 1) or"),
        (
            {"images": np.moveaxis(coloured(60), 3, 1)},
            "(N, H, W, 3); to move colours to the end, save numpy.moveaxis(images, 1, 3)",
        ),
        (
            {"images": grey(60).astype(int)},
            "has type int64; allowed: uint8, or floats in [0, 1]; save images / images.max(), or",
        ),
        ({"images": grey(60), "labels": np.zeros(59, int)}, "there are 60 images, but 59 labels"),
        ({"images": grey(60), "labels": np.zeros(60, int)}, "there is only one class, '0', of 60 images"),
        (
            {"images": grey(60), "labels": np.zeros((60, 4), int)},
            "labels of {path} has type int64 and shape (60, 4); allowed",
        ),
        (
            {"images": grey(60), "labels": np.full(60, None)},
            "labels of {path} has type object; allowed: numbers and text",
        ),
        ({"images": grey(60), "test_labels": np.zeros(9, int)}, "there are test labels, but no test images"),
        (
            {"images": grey(60), "labels": np.arange(60) % 2, "test_images": grey(10)},
            "there are no test labels, but other labels; give both, or set `labels: false`",
        ),
        (
            {
                "images": grey(60),
                "labels": np.arange(60) % 3,
                "test_images": grey(10),
                "test_labels": np.arange(10) % 2,
            },
            "class '2' has 20 images outside the test set and 0 in it; at least 2 and 1 are",
        ),
        ({"images": grey(60), "test_images": grey(10, 7)}, "differ in image shape: (60, 6, 5), (10, 7, 5)"),
        ({"images": grey(40)}, "there are only 8 test images; at least 10 are required"),
    ],
)
def test_an_npz_that_is_no_data_set_is_refused(arrays: Part, message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, **arrays)
    found = refused({"npz": str(path)})
    assert "datasets.mine.source.npz: " in found
    assert message.format(path=path) in found


def written(path: Path, compression: int = zipfile.ZIP_STORED, **members: bytes) -> Path:
    """An archive of members as they are."""
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def npy(array: np.ndarray, header: str | None = None, version: int = 1) -> bytes:
    """An array as .npy, with another header or version."""
    file = io.BytesIO()
    np.save(file, array)
    content = file.getvalue()
    start = 10 + struct.unpack("<H", content[8:10])[0]
    text = content[10:start] if header is None else header.encode()
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + content[start:]


def described_as(shape: str, kind: str = "|u1", order: bool = False) -> str:
    return f"{{'descr': '{kind}', 'fortran_order': {order}, 'shape': {shape}}}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (npy(grey(60), version=9), "images of {path} is not an array in NumPy's format (.npy): version 9.0 of the"),
        (npy(grey(60), described_as("(-60, 6, 5)")), "is damaged: its header has a shape that no array has"),
        (npy(grey(60), described_as("(10**12, 6, 5)")), "is not an array in NumPy's format (.npy): malformed node"),
        (npy(grey(60), described_as("(1000000000000, 6, 5)")), "1882 bytes, but 30000000000082 according"),
        (
            npy(grey(60), described_as("(60, 6, 5)", "|O")),
            "images of {path} has type object; allowed: numbers and text",
        ),
        (npy(grey(60), "{"), "is not an array in NumPy's format (.npy)"),
        (npy(grey(60), "-" * 9000), "is not an array in NumPy's format (.npy): its header can't be parsed"),
        (b"", "is not an array in NumPy's format (.npy): EOF"),
        (npy(np.zeros(60, [("a", "u1")])), "has type void8; allowed: numbers and text, not objects or records"),
        (npy(np.zeros((1,) * 20, np.uint8)), "has 20 dimensions; allowed: up to 4"),
        (npy(grey(60))[:-1], "images of {path} is damaged: 1927 bytes, but 1928 according to its header"),
    ],
)
def test_a_member_that_is_no_array_is_refused(content: bytes, message: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.npz", images=content)
    assert message.format(path=path) in refused({"npz": str(path)})


def test_a_single_array_is_not_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(npy(grey(60)))
    assert f"{tmp_path}/a.npz is a single array (.npy), not an .npz file" in refused({"npz": str(tmp_path / "a.npz")})


@pytest.mark.parametrize("content", [npy(grey(60), version=3), npy(np.asfortranarray(grey(60)))])
@pytest.mark.parametrize("suffix", ["", ".npy"])
def test_what_numpy_reads_is_read(content: bytes, suffix: str, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"images{suffix}", content)
    source = {"npz": str(tmp_path / "a.npz")}
    assert (own.facts(source).train, own.facts(source).shape) == (48, (6, 5))
    found = {image.tobytes() for image in load(source).images}
    assert found == {image.tobytes() for image in grey(60)}


@pytest.mark.parametrize(
    ("compression", "method"), [(zipfile.ZIP_BZIP2, 12), (zipfile.ZIP_LZMA, 14)], ids=["bzip2", "lzma"]
)
def test_other_compression_than_numpys_is_refused(compression: int, method: int, tmp_path: Path) -> None:
    path = written(tmp_path / "a.npz", compression, images=npy(grey(60)))
    assert f"images of {path} is compressed by method {method}, unlike" in refused({"npz": str(path)})


def test_an_encrypted_archive_is_refused(tmp_path: Path) -> None:
    content = bytearray(written(tmp_path / "a.npz", images=npy(grey(60))).read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # by the format, the flag of encryption
    (tmp_path / "a.npz").write_bytes(content)
    assert f"images of {tmp_path}/a.npz is encrypted; write it again" in refused({"npz": str(tmp_path / "a.npz")})


def test_an_array_that_is_there_twice_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("images", npy(grey(60)))
        archive.writestr("images.npy", npy(grey(60, seed=1)))
    assert "a.npz contains images more than once; write" in refused({"npz": str(tmp_path / "a.npz")})


def test_an_archive_has_one_set_of_names(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=grey(60, 4, 4), x_train=grey(60, 4, 4))
    assert "a.npz contains both images and x_train; keep one set of names" in refused({"npz": str(tmp_path / "a.npz")})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        (
            np.arange(60) / 2,
            "labels of {path} has type float64 and shape (60,); allowed: one integer or t",
        ),
        (
            np.eye(3)[np.arange(60) % 3],
            "by its largest number, save labels.argmax(axis=1), or",
        ),
        (
            np.arange(60).astype("S2"),
            "allowed: one integer or text per image; save labels.astype(str)",
        ),
        (
            np.array(["a" * 101, "b"] * 30),
            "class 'aaaaaaaaaaaaaaaaaaaa'... has a name of 101 characters; allowed: ",
        ),
        (
            np.full(60, 0x110000, np.uint32).view("U1"),
            "the labels are damaged: they contain characters that don't exist",
        ),
        (np.array(["", "b"] * 30), "class '' has no name that can be written as text"),
        (np.array(["a\nb", "b", *["c"] * 58]), "class 'a\\nb' has only 1 images"),
    ],
)
def test_labels_that_are_no_classes_are_refused_unless_they_are_ignored(
    labels: np.ndarray, message: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "a.npz", images=grey(60), labels=labels)
    source = {"npz": str(tmp_path / "a.npz")}
    assert message.format(path=tmp_path / "a.npz") in refused(source)
    assert own.facts({**source, "labels": False}).class_names == ()


def test_more_than_a_thousand_classes_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=grey(6006), labels=np.arange(6006) // 6)
    assert "there are more than 1000 classes, which are allowed" in refused({"npz": str(tmp_path / "a.npz")})


def test_labels_under_another_name_are_not_dropped_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, images=grey(60), targets=np.arange(60) % 2)
    message = "has no labels under a known name (labels or y_train or train_labels), but also contains targets; rename"
    assert message in refused({"npz": str(path)})
    assert not own.facts({"npz": str(path), "labels": False}).class_names


@pytest.mark.parametrize(("brightest", "told"), [(1, True), (15, True), (64, False), (255, False)])
def test_images_that_are_nearly_black_are_told(brightest: int, told: bool, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.minimum(grey(60), brightest))
    notes = own.read({"npz": str(tmp_path / "a.npz")}).notes
    assert [f"The brightest pixel of all images is {brightest} of 255" in note for note in notes] == [True] * told


def test_labels_of_several_types_are_refused(tmp_path: Path) -> None:
    train, test = {"x_train": grey(60), "y_train": np.arange(60) % 2}, {"x_test": grey(20)}
    np.savez(tmp_path / "a.npz", **train, **test, y_test=np.array(["0", "1"] * 10))  # type: ignore[arg-type]
    assert "the labels are of several types: int64, str32; use one" in refused({"npz": str(tmp_path / "a.npz")})


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (np.zeros((60, 6, 5), np.uint8), "all 60 images of {path} are equal; replace them"),
        (np.broadcast_to(grey(1), (60, 6, 5)), "all 60 images of {path} are equal; replace them"),
        (
            np.broadcast_to(coloured(60, 1, 1), (60, 6, 5, 3)),
            "each of the 60 images of {path} has the same colour",
        ),
    ],
    ids=["black", "equal", "of one colour"],
)
def test_images_with_nothing_to_learn_are_refused(images: np.ndarray, message: str, tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=images)
    assert message.format(path=tmp_path / "a.npz") in refused({"npz": str(tmp_path / "a.npz")})
    write_images(tmp_path / "images", images)
    with pytest.raises(DataError, match=message.format(path=tmp_path / "images")):
        load({"folder": str(tmp_path / "images")})


def test_files_of_one_size_are_read_at_once_as_they_may_all_be_equal(tmp_path: Path) -> None:
    write_images(tmp_path, np.zeros((60, 6, 5), np.uint8))
    assert f"all 60 images of {tmp_path} are equal; replace them" in refused({"folder": str(tmp_path)})


def test_many_images_with_nothing_to_learn_are_refused_when_they_are_read(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=np.zeros((3000, 28, 28), np.uint8))
    assert own.facts({"npz": str(tmp_path / "a.npz")}).train == 2400
    with pytest.raises(DataError, match=r"all 3000 images of .*a.npz are equal; replace them"):
        load({"npz": str(tmp_path / "a.npz")})


def test_images_beyond_the_memory_of_the_machine_are_refused(tmp_path: Path) -> None:
    size = 60 * 2**40
    start = struct.pack(">HBBIII", 0, 8, 3, 60, 2**20, 2**20) + bytes(5000)
    (tmp_path / "images").write_bytes(gzip.compress(start)[:-4] + struct.pack("<I", (16 + size) % 2**32))
    message = refused({"idx": {"images": str(tmp_path / "images")}})
    assert f"60 images of shape (1048576, 1048576) need {size:,} bytes, but this machine has " in message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"PNG", "images is not an IDX file of unsigned bytes or floats: it starts with 50 4e 47"),
        (as_idx(grey(60)[0]), "has shape (6, 5); allowed: (N, H, W)"),
        (as_idx(np.zeros((1,) * 60, np.uint8)), "has 60 dimensions; allowed: up to 4"),
        (struct.pack(">HBBIII", 0, 8, 3, 60, 2**32 - 1, 2**32 - 1), "16 bytes, but 1106804643907177021516 according"),
    ],
    ids=["no IDX", "one image", "too many dimensions", "too large"],
)
def test_idx_files_that_are_no_data_set_are_refused(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(content)
    assert message in refused({"idx": {"images": str(tmp_path / "images")}})


@pytest.mark.parametrize("content", [gzip.compress(IMAGES)[:-20], IMAGES[:-20]], ids=["compressed", "plain"])
def test_truncated_idx_files_are_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "images").write_bytes(content)
    assert f"{tmp_path}/images is truncated" in refused({"idx": {"images": str(tmp_path / "images")}})


def test_a_damaged_idx_file_is_named_when_it_is_read(tmp_path: Path) -> None:
    content = bytearray(gzip.compress(as_idx(grey(60, 200, 200))))
    content[len(content) // 2] ^= 255
    (tmp_path / "images").write_bytes(content)
    with pytest.raises(DataError, match="images is truncated or corrupt: "):
        load({"idx": {"images": str(tmp_path / "images")}})


def test_a_damaged_npz_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=grey(60))
    (tmp_path / "a.npz").write_bytes((tmp_path / "a.npz").read_bytes()[:300])
    assert "a.npz is damaged or not an .npz file of numbers: " in refused({"npz": str(tmp_path / "a.npz")})


# What is stored


def test_colours_are_padded_with_black_and_classes_are_written_down(folder: Path, tmp_path: Path) -> None:
    source = {"folder": str(folder), "colour": "rgb"}
    paths = {name: tmp_path / name for name in ("images.npy", "labels.npy", "copies.npy", "dataset.json", "files.csv")}
    store(load(source), 2, *paths.values())
    images = np.load(paths["images.npy"])
    assert images.shape == (60, 10, 9, 3)
    assert not images[:, :2].any()
    facts = json.loads(paths["dataset.json"].read_text())
    assert (facts["shape"], facts["classes"], facts["class_names"]) == ([10, 9, 3], [0, 1, 2], list(CLASSES))


def test_a_data_set_without_labels_has_no_classes(folder: Path, tmp_path: Path) -> None:
    store(
        load({"folder": str(folder), "labels": False}),
        0,
        *(tmp_path / name for name in ("a.npy", "b.npy", "copies.npy", "c", "d")),
    )
    assert json.loads((tmp_path / "c").read_text())["classes"] == []
    assert not np.load(tmp_path / "b.npy").any()
