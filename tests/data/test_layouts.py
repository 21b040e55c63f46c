"""That the layouts in common use are understood, and that of all others it is said which are."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from support.own_images import described, forget, grey, refused, write_images

from aepipe.config.checks import source_problems
from aepipe.data import own
from aepipe.data.folders import LAYOUTS
from aepipe.data.images import Images
from aepipe.data.masks import mask_of
from aepipe.data.sources import load
from aepipe.data.stored import read_files, store
from aepipe.errors import DataError


@pytest.fixture(autouse=True)
def looked_at_anew() -> None:
    forget()


def laid_out(root: Path, *folders: str, count: int = 20) -> dict[str, Any]:
    """The source of a folder with different images in each of its folders."""
    for seed, folder in enumerate(folders):
        write_images(root / folder, grey(count, seed=seed))
    return {"folder": str(root)}


def in_parts(dataset: Images) -> tuple[set[str], set[str]]:
    """The folders of images outside the test set, and in it."""
    names = [str(Path(name).parent) for name in dataset.files]
    train = len(names) - dataset.test_count
    return set(names[:train]), set(names[train:])


@pytest.mark.parametrize(
    ("train", "test"),
    [
        *[("train", "test"), ("Train", "Test"), ("training", "testing"), ("TRAINING", "test")],
        *[("train_set", "test_set"), ("trainset", "testset"), ("train-images", "Test Data")],
    ],
)
def test_parts_are_known_under_their_usual_names(train: str, test: str, tmp_path: Path) -> None:
    source = laid_out(tmp_path, f"{train}/ant", f"{train}/bee", f"{test}/ant", f"{test}/bee")
    known, found = own.facts(source), load(source)
    assert (known.train, known.test, known.class_names) == (40, 40, ("ant", "bee"))
    assert in_parts(found) == ({f"{train}/ant", f"{train}/bee"}, {f"{test}/ant", f"{test}/bee"})
    assert not found.notes


@pytest.mark.parametrize("name", ["val", "valid", "Validation", "dev", "eval"])
def test_validation_images_join_the_training_images_where_there_is_a_test_set(name: str, tmp_path: Path) -> None:
    source = laid_out(tmp_path, "train/ant", "train/bee", f"{name}/ant", f"{name}/bee", "test/ant", "test/bee")
    found = load(source)
    assert own.facts(source).train == 80
    assert in_parts(found) == ({"train/ant", "train/bee", f"{name}/ant", f"{name}/bee"}, {"test/ant", "test/bee"})
    assert found.notes == (f"the images of {name} join those of train; validation images are drawn from both",)


@pytest.mark.parametrize("name", ["val", "valid", "Validation", "dev", "eval"])
def test_the_part_that_is_held_back_is_the_test_set(name: str, tmp_path: Path) -> None:
    found = load(laid_out(tmp_path, "Train/ant", "Train/bee", f"{name}/ant", f"{name}/bee"))
    assert in_parts(found) == ({"Train/ant", "Train/bee"}, {f"{name}/ant", f"{name}/bee"})
    assert found.notes == (f"the images of {name} are the test set, as there is no test folder",)


def test_of_training_images_alone_a_fifth_is_the_test_set(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "train/ant", "train/bee", count=30)
    assert (own.facts(source).train, own.facts(source).test) == (48, 12)
    assert load(source).notes == ("there is no test folder beside train: a fixed fifth of its images is the test set",)


def test_parts_may_be_without_classes(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "train", "val", "test")
    assert (own.facts(source).train, own.facts(source).test, own.facts(source).class_names) == (40, 20, ())


def test_images_anywhere_below_a_class_are_of_that_class(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "ant", "ant/red/large", "ant/red/small", "bee/1", "bee/2")
    found = load(source)
    assert own.facts(source).counts == {"ant": (60, None), "bee": (40, None)}
    assert {str(Path(name).parent) for name in found.files} == {
        "ant",
        "ant/red/large",
        "ant/red/small",
        "bee/1",
        "bee/2",
    }
    assert [found.class_names[label] for label in found.labels] == [name.partition("/")[0] for name in found.files]


@pytest.mark.parametrize("part", ["", "train/"])
def test_without_labels_images_may_be_anywhere(part: str, tmp_path: Path) -> None:
    folders = [f"{part}{name}" for name in ("", "ant", "ant/red/1", "bee")]
    source = laid_out(tmp_path, *folders, *(["test"] if part else [])) | {"labels": False}
    assert own.facts(source).train + own.facts(source).test == len(load(source).images) == 80 + 20 * bool(part)


def test_a_part_may_be_the_name_of_a_class_beside_others(tmp_path: Path) -> None:
    assert own.facts(laid_out(tmp_path, "ant", "bee", "train")).class_names == ("ant", "bee", "train")


def test_folders_of_other_programs_are_passed_over(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "train/ant", "train/bee", "test/ant", "test/bee")
    for folder in ("", "train", "train/ant", "test"):
        write_images(tmp_path / folder / ".ipynb_checkpoints", grey(2))
        (tmp_path / folder / ".DS_Store").touch()
    assert own.facts(source).train == 40
    assert own.facts(source).class_names == ("ant", "bee")


NO_TEST = ["train/ant", "train/bee"]


@pytest.mark.parametrize(
    ("folders", "message"),
    [
        (["val/ant", "test/ant"], "{root} has the folders test, val, but no train"),
        (["test/ant", "test/bee"], "{root} has the folders test, but no train"),
        ([*NO_TEST, "val/ant", "dev/ant"], "{root} has dev, val, which mean the same; move one into the other"),
        ([*NO_TEST, "Train/ant", "test/ant"], "which mean the same"),
        ([*NO_TEST, "test/ant", "more/ant"], "{root} has other folders besides train, test: more; move them elsewhere"),
        ([*NO_TEST, "val/ant", "more/ant"], "{root} has other folders besides train, val: more; move them elsewhere"),
        ([*NO_TEST, "test/ant", ""], "{root} has images besides train, test: 000.png, 001.png, 002.png, 003.png, "),
        ([*NO_TEST, "test"], "{root} has classes in train, but not in test; sort these images into classes, move"),
        ([*NO_TEST, "train", "test/ant"], "{root}/train has both images (000.png, 001.png, "),
        (["ant", "bee", ""], "or set `labels: false` to take all images without classes"),
        (["ant/train", "ant/test", "bee/train"], "{root}/ant has the folders test, train; if it is a data set of its"),
        (["ant", "bee", "test/ant", "test/bee"], "{root}/test has folders called like the classes beside it: ant, bee"),
        (["all/ant", "all/bee"], "has a single folder, all, with the folders ant, bee; if these are the classes, give"),
        (
            ["Images", "masks"],
            "{root} has the folders Images, masks, which don't look like classes; give the path of I",
        ),
        (["train/images", "train/labels", "test/images"], "{root}/train has the folders images, labels, which don't l"),
        ([".hidden"], "{root} has no images; allowed: files ending in .png"),
    ],
)
def test_of_other_layouts_it_is_said_which_are_allowed(folders: list[str], message: str, tmp_path: Path) -> None:
    source = laid_out(tmp_path, *folders)
    with pytest.raises(DataError) as refusal:
        own.facts(source)
    assert message.format(root=tmp_path) in str(refusal.value)
    assert str(refusal.value).endswith(LAYOUTS)


@pytest.mark.parametrize("folder", ["cow", "train/cow"])
def test_an_empty_class_is_named_with_the_way_out(folder: str, tmp_path: Path) -> None:
    parts = ["train/ant", "train/bee", "test/ant", "test/bee"] if "/" in folder else ["ant", "bee"]
    source = laid_out(tmp_path, *parts)
    (tmp_path / folder / "inner").mkdir(parents=True)
    message = f"{tmp_path}/{folder} has no images; remove the folder, or put images into it; allowed: files ending in"
    assert message in refused(source)


def test_a_class_that_is_called_otherwise_in_the_test_set_is_named(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "train/ant", "train/Bee", "test/ant", "test/bee")
    with pytest.raises(DataError, match=r"class 'Bee' has 20 images .*; if bee is the same class, rename"):
        own.facts(source)


def test_a_table_beside_images_without_classes_is_told_to_be_ignored(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "", count=60)
    (tmp_path / "labels.csv").touch()
    note = "labels.csv is not read: for labels, put the images of each class into a folder"
    assert load(source).notes == (note,)
    assert not load({**source, "labels": False}).notes


def test_a_file_of_several_pages_is_refused(tmp_path: Path) -> None:
    source = laid_out(tmp_path, "ant", "bee")
    pages = [Image.fromarray(page) for page in grey(3, seed=9)]
    pages[0].save(tmp_path / "ant/stack.tif", save_all=True, append_images=pages[1:])
    with pytest.raises(DataError, match=r"ant/stack.tif: 3 pages; allowed: one image per file, so save each page as a"):
        load(source)


def test_an_archive_of_images_is_to_be_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.zip").touch()
    assert "is not a folder; give the path of a folder with images (unpack archives" in refused(
        {"folder": str(tmp_path / "a.zip")}
    )


# Anomalies in the test set alone


@pytest.fixture
def mvtec(tmp_path: Path) -> dict[str, Any]:
    """Normal images for training, and two kinds of defects with masks: the first image's first pixel is defect."""
    source = laid_out(tmp_path, "train/good", "test/crack", "test/good", "test/hole")
    for defect in ("crack", "hole"):
        masks = np.zeros((20, 6, 5), np.uint8)
        masks[np.arange(20), np.arange(20) % 6, 0] = 255
        for path in write_images(tmp_path / "ground_truth" / defect, masks).iterdir():
            path.rename(path.with_name(f"{path.stem}_mask.png"))
    return source


def test_classes_of_anomalies_may_be_in_the_test_set_alone(mvtec: dict[str, Any]) -> None:
    known, found = own.facts(mvtec), load(mvtec)
    assert known.counts == {"crack": (0, 20), "good": (20, 20), "hole": (0, 20)}
    assert known.only_tested == ["crack", "hole"]
    assert found.class_names == ("crack", "good", "hole")
    assert found.labels.tolist() == [1] * 20 + [0] * 20 + [1] * 20 + [2] * 20


def test_they_are_refused_where_no_class_is_said_to_be_normal(mvtec: dict[str, Any]) -> None:
    message = refused(mvtec)
    assert "class 'crack' has 0 images outside the test set and 20 in it; at least 2 and 1 are" in message
    assert "if these are anomalies, add `anomaly: {normal: <class>}` to the data set" in message
    config = described(mvtec)
    config["datasets"]["mine"]["anomaly"]["normal"] = "good"
    assert not [problem for problem in source_problems(config) if "mine" in problem]


def test_masks_are_those_of_the_test_images_in_their_order(mvtec: dict[str, Any]) -> None:
    masks, images = own.anomaly_masks(mvtec), load(mvtec)
    assert masks is not None
    assert (masks.shape, masks.dtype) == ((60, 6, 5), np.dtype(bool))
    for mask, name in zip(masks, images.files[-60:], strict=True):
        place = int(Path(name).stem) % 6
        expected = np.zeros((6, 5), bool)
        expected[place, 0] = "good" not in name
        np.testing.assert_array_equal(mask, expected)


def test_masks_are_resized_to_the_nearest_pixel_as_the_images_are(mvtec: dict[str, Any]) -> None:
    masks, doubled = own.anomaly_masks(mvtec), own.anomaly_masks({**mvtec, "size": [12, 10]})
    assert masks is not None and doubled is not None
    np.testing.assert_array_equal(doubled, masks.repeat(2, axis=1).repeat(2, axis=2))


@pytest.mark.parametrize("change", [lambda path: path.rename(path.with_name("000.png")), lambda path: None])
def test_a_mask_may_have_the_name_of_its_image(change: Callable[[Path], object], mvtec: dict[str, Any]) -> None:
    change(Path(mvtec["folder"], "ground_truth/crack/000_mask.png"))
    masks = own.anomaly_masks(mvtec)
    assert masks is not None and masks[0].sum() == 1


def test_masks_without_labels_are_the_same(mvtec: dict[str, Any]) -> None:
    with_labels, without = own.anomaly_masks(mvtec), own.anomaly_masks({**mvtec, "labels": False})
    assert with_labels is not None and without is not None
    np.testing.assert_array_equal(with_labels, without)


def test_most_data_sets_have_no_masks(tmp_path: Path) -> None:
    assert own.anomaly_masks(laid_out(tmp_path, "train/ant", "train/bee", "test/ant", "test/bee")) is None
    np.savez(tmp_path / "a.npz", images=grey(60))
    assert own.anomaly_masks({"npz": str(tmp_path / "a.npz")}) is None


def test_masks_that_do_not_fit_are_refused(mvtec: dict[str, Any]) -> None:
    folder = Path(mvtec["folder"], "ground_truth/crack")
    write_images(folder, grey(1, 9, 5))
    (folder / "000.png").replace(folder / "000_mask.png")
    size = "9 x 5 pixels; allowed: those of the images, 6 x 5"
    with pytest.raises(DataError, match=rf"1 of 60 masks can't be read.*000_mask.png: {size}"):
        own.anomaly_masks(mvtec)
    (folder / "000_mask.png").unlink()
    forget()
    with pytest.raises(DataError, match=r"1 test images of .* have no mask, but others have: test/crack/000.png"):
        own.anomaly_masks(mvtec)


def test_masks_without_an_image_are_refused(mvtec: dict[str, Any]) -> None:
    folder = Path(mvtec["folder"], "ground_truth")
    (folder / "crack/000_mask.png").rename(folder / "crack/000-mask.png")
    (folder / "hole").rename(folder / "Holes")
    message = (
        r"21 of 40 masks of .* belong to no test image: ground_truth/Holes/000_mask.png, .*; remove or rename them"
    )
    with pytest.raises(DataError, match=message):
        own.facts(mvtec)


def test_masks_may_be_beside_the_test_images(mvtec: dict[str, Any]) -> None:
    before, root = own.anomaly_masks(mvtec), Path(mvtec["folder"])
    (root / "test").rename(root / "test_public")
    (root / "ground_truth").rename(root / "test_public/ground_truth")
    forget()
    after = own.anomaly_masks(mvtec)
    assert before is not None and after is not None
    np.testing.assert_array_equal(before, after)
    assert own.facts(mvtec).class_names == ("crack", "good", "hole")
    assert load({**mvtec, "labels": False}).test_count == 60


def test_of_the_class_of_normal_images_masks_are_checked_by_content(mvtec: dict[str, Any]) -> None:
    assert own.anomaly_masks(mvtec, "good") is not None
    root = Path(mvtec["folder"], "ground_truth")
    path = root / "crack/003_mask.png"
    Image.fromarray(np.zeros((6, 5), np.uint8)).save(path)
    message = r"The masks of 1 anomalies are black in .*: test/crack/003.png; a mask is white where its image shows"
    with pytest.raises(DataError, match=message):
        own.anomaly_masks(mvtec, "good")
    Image.fromarray(np.full((6, 5), 255, np.uint8)).save(path)
    (root / "good").mkdir()
    for number in range(20):
        Image.fromarray(np.full((6, 5), 255 * (number == 7), np.uint8)).save(root / f"good/{number:03}.png")
    forget()
    with pytest.raises(DataError, match=r"The masks of 1 normal images are not black in .*: test/good/007.png"):
        own.anomaly_masks(mvtec, "good")


def test_of_the_class_of_normal_images_all_others_have_masks_if_any_has(mvtec: dict[str, Any]) -> None:
    for path in Path(mvtec["folder"], "ground_truth/hole").iterdir():
        path.unlink()
    assert own.anomaly_masks(mvtec) is not None
    with pytest.raises(DataError, match=r"20 test images of .* have no mask, but others have: test/hole/000.png"):
        own.anomaly_masks(mvtec, "good")


@pytest.mark.parametrize(
    "draw",
    [
        lambda mask: Image.fromarray(mask),  # one defect is 1
        lambda mask: Image.fromarray(mask * 3),  # kinds of defects
        lambda mask: Image.fromarray(mask * 255),
        lambda mask: Image.fromarray(mask * 200 + 20),  # noise, or smooth edges
        lambda mask: Image.fromarray(mask.astype(np.uint16) * 65535),
        lambda mask: Image.fromarray(mask > 0),
        lambda mask: Image.fromarray(np.stack([0 * mask, 0 * mask, mask * 255], axis=2)),
        lambda mask: Image.fromarray(np.stack([mask * 255] * 3 + [0 * mask + 255], axis=2)),
        lambda mask: Image.fromarray(np.stack([0 * mask + 255] * 3 + [mask * 255], axis=2)),  # in transparency
    ],
)
def test_masks_are_understood_however_they_are_stored(draw: Callable[[np.ndarray], Image.Image]) -> None:
    mask = np.zeros((6, 5), np.uint8)
    mask[1:3, 2:] = 1
    np.testing.assert_array_equal(mask_of(draw(mask), (6, 5), resize=False), mask > 0)


def test_blurred_black_of_a_jpeg_is_no_anomaly(mvtec: dict[str, Any]) -> None:
    path = Path(mvtec["folder"], "ground_truth/crack/000_mask.png")
    mask = np.zeros((6, 5), np.uint8)
    mask[:3, :2] = 255
    Image.fromarray(mask).save(path.with_suffix(".jpg"), quality=60)
    path.unlink()
    masks = own.anomaly_masks(mvtec)
    assert masks is not None
    np.testing.assert_array_equal(masks[0], mask > 0)


def test_the_digest_of_a_folder_follows_its_masks(mvtec: dict[str, Any]) -> None:
    before = own.digest(mvtec)
    path = Path(mvtec["folder"], "ground_truth/crack/000_mask.png")
    path.write_bytes(path.read_bytes() + b"\0")
    forget()
    assert own.digest(mvtec) != before


# Which file each image was


def stored(dataset: Images, folder: Path) -> list[dict[str, str]]:
    paths = [folder / name for name in ("images.npy", "labels.npy", "copies.npy", "dataset.json", "files.csv")]
    store(dataset, 0, *paths)
    assert read_files(paths[4]) == [row["file"] for row in csv.DictReader(paths[4].open(newline=""))]
    return list(csv.DictReader(paths[4].open(newline="")))


def test_files_are_named_with_their_class_and_part(tmp_path: Path) -> None:
    write_images(tmp_path / "in" / 'a, "b"\nc', grey(20))
    write_images(tmp_path / "in" / "bee", grey(30, seed=1))
    dataset = load({"folder": str(tmp_path / "in")})
    rows = stored(dataset, tmp_path)
    assert [row["index"] for row in rows] == [str(place) for place in range(50)]
    assert {row["file"] for row in rows} == {
        *(f'a, "b"\nc/{number:03}.png' for number in range(20)),
        *(f"bee/{number:03}.png" for number in range(30)),
    }
    assert all(row["file"].startswith(f"{row['class']}/") for row in rows)
    assert [row["part"] for row in rows] == ["train"] * 40 + ["test"] * 10
    for row in rows:
        seed, number = int(row["class"] == "bee"), int(Path(row["file"]).stem)
        original = grey(30 if seed else 20, seed=seed)[number]
        np.testing.assert_array_equal(dataset.images[int(row["index"])], original)


def test_images_of_arrays_have_their_row(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=grey(60))
    dataset = load({"npz": str(tmp_path / "a.npz")})
    rows = stored(dataset, tmp_path)
    np.testing.assert_array_equal(dataset.images, grey(60)[[int(row["file"]) for row in rows]])
    assert {row["class"] for row in rows} == {""}


def test_published_images_have_their_row_and_class(tmp_path: Path) -> None:
    from sklearn.datasets import load_digits

    rows = stored(load("digits"), tmp_path)
    targets = load_digits().target
    assert [row["class"] for row in rows] == [str(targets[int(row["file"])]) for row in rows]
    assert len({row["file"] for row in rows}) == len(rows) == 1797
