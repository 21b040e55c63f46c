"""That Parquet files of images are read as Hugging Face stores them, and that of others it is said what is allowed."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from PIL import Image
from support.own_images import coloured, forget, grey, refused

from aepipe.data import own
from aepipe.data.sources import load
from aepipe.errors import DataError


@pytest.fixture(autouse=True)
def looked_at_anew() -> None:
    forget()


def encoded(images: np.ndarray) -> list[bytes]:
    contents = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image).save(file, "png")
        contents.append(file.getvalue())
    return contents


def structs(images: np.ndarray, names: list[str | None] | None = None) -> pa.Array:
    """A column of Hugging Face's images."""
    paths = names or [f"{number}.png" for number in range(len(images))]
    return pa.array([{"bytes": content, "path": path} for content, path in zip(encoded(images), paths, strict=True)])


def write(path: Path, features: dict[str, Any] | None = None, **columns: Any) -> dict[str, Any]:
    """The source of a file with some columns, and Hugging Face's metadata about them."""
    table = pa.table(columns)
    if features is not None:
        table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table, path, row_group_size=16)
    return {"parquet": str(path)}


IMAGE = {"_type": "Image"}
EMPTY = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
LABELS = [number % 3 for number in range(60)]


def test_images_and_names_of_classes_are_those_of_hugging_face(tmp_path: Path) -> None:
    features = {"image": IMAGE, "label": {"_type": "ClassLabel", "names": ["yew", "oak", "elm"]}}
    source = write(tmp_path / "a.parquet", features, image=structs(grey(60)), label=LABELS)
    known, found = own.facts(source), load(source)
    assert (known.train, known.test, known.shape) == (48, 12, (6, 5))
    assert known.class_names == found.class_names == ("yew", "oak", "elm")
    places = [int(Path(name).stem) for name in found.files]
    assert sorted(places) == list(range(60))
    np.testing.assert_array_equal(found.images, grey(60)[places])
    assert found.labels.tolist() == [LABELS[place] for place in places]
    assert own.files(source) == [str(tmp_path / "a.parquet")]


@pytest.mark.parametrize("kind", [pa.binary(), pa.large_binary()])
def test_a_column_may_have_the_bytes_themselves_and_labels_be_text(kind: pa.DataType, tmp_path: Path) -> None:
    texts = [("yew", "oak", "elm")[label] for label in LABELS]
    source = write(tmp_path / "a.parquet", image=pa.array(encoded(coloured(60)), kind), label=texts)
    found = load(source)
    assert own.facts(source).shape == (6, 5, 3)
    assert found.class_names == ("elm", "oak", "yew")
    rows = [int(row) for row in found.files]
    np.testing.assert_array_equal(found.images, coloured(60)[rows])
    assert [found.class_names[label] for label in found.labels] == [texts[row] for row in rows]


def test_dictionaries_of_text_are_labels(tmp_path: Path) -> None:
    texts = pa.array([("yew", "oak")[label % 2] for label in LABELS]).dictionary_encode()
    assert own.facts(write(tmp_path / "a.parquet", image=structs(grey(60)), label=texts)).class_names == ("oak", "yew")


@pytest.mark.parametrize("given", ["pattern", "list"])
def test_several_files_and_a_test_set_are_joined_in_their_order(given: str, tmp_path: Path) -> None:
    for number, name in enumerate(["train-0", "train-1", "test-0"]):
        write(tmp_path / f"{name}.parquet", image=encoded(grey(20, seed=number)), label=LABELS[:20])
    sources: dict[str, dict[str, Any]] = {
        "pattern": {"parquet": str(tmp_path / "train-*.parquet"), "test": str(tmp_path / "test-*.parquet")},
        "list": {
            "parquet": [str(tmp_path / f"train-{number}.parquet") for number in range(2)],
            "test": str(tmp_path / "test-0.parquet"),
        },
    }
    source = sources[given]
    known, found = own.facts(source), load(source)
    assert (known.train, known.test, found.test_count) == (40, 20, 20)
    np.testing.assert_array_equal(found.images, np.concatenate([grey(20, seed=seed) for seed in range(3)]))
    assert found.files == [str(row) for row in [*range(40), *range(20)]]
    assert len(own.files(source)) == 3


def test_the_column_of_classes_is_known_by_its_type(tmp_path: Path) -> None:
    features = {"img": IMAGE, "kind": {"_type": "ClassLabel", "names": ["a", "b", "c"]}, "note": {"_type": "Value"}}
    source = write(tmp_path / "a.parquet", features, img=structs(grey(60)), kind=LABELS, note=["x"] * 60)
    assert own.facts(source).class_names == ("a", "b", "c")


def test_without_a_column_of_labels_there_are_none(tmp_path: Path) -> None:
    source = write(tmp_path / "a.parquet", image=structs(grey(60)))
    assert own.facts(source).class_names == ()
    assert not load(source).labelled


def test_images_are_resized_and_converted(tmp_path: Path) -> None:
    images = pa.array([*encoded(grey(30)), *encoded(coloured(30, 8, 9))])
    source = write(tmp_path / "a.parquet", image=images) | {"size": [7, 4], "colour": "grey"}
    assert own.facts(source).shape == load(source).images.shape[1:] == (7, 4)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"x": [1] * 60, "y": LABELS}, "{path} has the columns x, y; call the one of images `image`, and the one of"),
        ({"image": [1] * 60}, "column 'image' of {path} has type int64; allowed: bytes of image files, or a struct"),
        ({"image": [[0.5]] * 60}, "column 'image' of {path} has type list<"),
        ({"label": [None, *LABELS[1:]]}, "column 'label' of {path} lacks 1 labels; add them, or set `labels: false`"),
        ({"label": [0.5] * 60}, "column 'label' of {path} has type double; allowed: one integer or text per image"),
        ({"label": [[0, 1]] * 60}, "column 'label' of {path} has type list<"),
        ({"image": [b"no image"] * 60}, "row 0 of {path} can't be read: damaged or not an image"),
        ({"image": pa.array([{"bytes": None, "path": "a.png"}] * 60, EMPTY)}, "row 0 of {path} has no image; write"),
    ],
)
def test_other_columns_are_refused_with_what_is_allowed(columns: dict[str, Any], message: str, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    images = {} if "x" in columns else {"image": structs(grey(60))}
    found = refused(write(path, **(images | columns)))
    assert f"datasets.mine.source.parquet: {message.format(path=path)}" in found


@pytest.mark.parametrize(
    ("names", "labels", "message"),
    [
        (["a", "b"], LABELS, "there are 2 names of classes, but labels such as 2; allowed: 0 to 1; correct"),
        (["a", "b", "c"], [label - 1 for label in LABELS], "there are 3 names of classes, but labels such as -1"),
        (["a", "b", "a"], LABELS, "several classes are called a; give each a name of its own"),
    ],
)
def test_names_that_are_not_those_of_the_labels_are_refused(
    names: list[str], labels: list[int], message: str, tmp_path: Path
) -> None:
    features = {"image": IMAGE, "label": {"_type": "ClassLabel", "names": names}}
    assert message in refused(write(tmp_path / "a.parquet", features, image=structs(grey(60)), label=labels))


def test_of_several_columns_of_classes_one_is_to_be_called_label(tmp_path: Path) -> None:
    kind = {"_type": "ClassLabel", "names": ["a", "b", "c"]}
    features = {"image": IMAGE, "coarse": kind, "fine": kind}
    source = write(tmp_path / "a.parquet", features, image=structs(grey(60)), coarse=LABELS, fine=LABELS)
    assert "has several columns of classes: coarse, fine; call one of them `label`, or set" in refused(source)
    assert own.facts({**source, "labels": False}).class_names == ()


def test_files_that_are_not_there_or_damaged_are_named(tmp_path: Path) -> None:
    assert "no file matches 'no*.parquet'; give the path of a Parquet file, or a pattern" in refused(
        {"parquet": "no*.parquet"}
    )
    assert "there is no file 'no.parquet'; give the path of a Parquet file" in refused({"parquet": "no.parquet"})
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 and no more")
    assert f"{path} is damaged or not a Parquet file: " in refused({"parquet": str(path)})
    write(path, image=structs(grey(60)))
    path.write_bytes(path.read_bytes()[:-100])
    assert f"{path} is damaged or not a Parquet file: " in refused({"parquet": str(path)})
    assert "datasets.mine.source.parquet: 3 is not of type" in refused({"parquet": 3})
    assert "datasets.mine.source.parquet: [] should be non-empty" in refused({"parquet": []})


def test_files_that_differ_in_labels_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", image=structs(grey(60)), label=LABELS)
    write(tmp_path / "b.parquet", image=structs(grey(60)))
    assert "b.parquet has no column `label`, but other files have" in refused({"parquet": str(tmp_path / "*.parquet")})


def test_unreadable_images_are_counted_and_the_first_are_named(tmp_path: Path) -> None:
    contents = encoded(grey(60))
    contents[3], contents[5] = b"no image", contents[5][:-30]
    source = write(tmp_path / "a.parquet", image=contents)
    with pytest.raises(DataError, match=r"2 of 60 images can't be read; .*: row 3 of .*a.parquet: damaged or"):
        load(source)
