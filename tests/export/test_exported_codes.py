"""Latent codes to take away: every image once, and the codes that the evaluations were made with."""

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import yaml
from support.workflow_runs import ROOT, snakemake

from aepipe import export
from aepipe.data.arrays import load_arrays
from aepipe.provenance.records import checksum

MODELS = yaml.safe_load((ROOT / "config.yaml").read_text())["experiment"]["autoencoders"]
EVERY_CLASS, WITHOUT_1 = "vae_d10_without-none_seed0", "vae_d2_without-1_seed0"
SPLIT = {"train": np.array([4, 0]), "validation": np.array([2]), "test": np.array([5, 6]), "labelled": np.array([4])}
LABELS = np.array([1, 0, 0, 0, 1, 1, 0], np.uint8)


def small_table(labels: np.ndarray | None = LABELS, names: list[str] | None = None) -> pa.Table:
    """Of seven images, whose codes are their positions and ten times that."""
    positions = export.code_parts(SPLIT, 7)
    found = {part: np.outer(index, [1, 10]).astype(np.float32) for part, index in positions.items()}
    return export.code_table(found, positions, labels, names, {"model": "vae"}, [f"{n}.png" for n in range(7)])


def test_each_image_has_one_row_with_its_own_label_and_code() -> None:
    table = small_table().to_pydict()
    assert table["index"] == [0, 1, 2, 3, 4, 5, 6]
    assert table["file"] == [f"{number}.png" for number in range(7)]
    assert table["label"] == LABELS.tolist()
    assert table["split"] == ["train", "held_out", "validation", "held_out", "train", "test", "test"]
    assert table["z0"] == [0, 1, 2, 3, 4, 5, 6]
    assert table["z1"] == [0, 10, 20, 30, 40, 50, 60]


def test_classes_with_names_are_named() -> None:
    assert small_table(names=["shirt", "bag"]).to_pydict()["class_name"] == [
        *("bag", "shirt", "shirt", "shirt", "bag", "bag", "shirt")
    ]
    assert "class_name" not in small_table().column_names


def test_images_without_labels_have_no_column_of_them() -> None:
    assert small_table(labels=None, names=["shirt", "bag"]).column_names == ["index", "file", "split", "z0", "z1"]


def test_the_same_codes_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        export.write_codes(small_table(names=["shirt", "bag"]), tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.fixture(scope="module")
def exported(bake_off: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of a finished bake-off, and the codes of two of its runs."""
    folder = tmp_path_factory.mktemp("codes") / "bake_off"
    shutil.copytree(bake_off, folder)
    snakemake(folder, "--cores", "2", *(f"results/digits/codes/{name}.parquet" for name in (EVERY_CLASS, WITHOUT_1)))
    return folder / "results/digits"


@pytest.mark.workflow
@pytest.mark.parametrize("part", ["test", "validation", "train"])
def test_exported_codes_are_those_that_were_evaluated(exported: Path, part: str) -> None:
    table = pd.read_parquet(exported / f"codes/{EVERY_CLASS}.parquet").set_index("index")
    split = load_arrays(exported / "splits/without-none_seed0.npz")[part]
    evaluated = load_arrays(exported / "runs/vae/d10_without-none_seed0/codes.npz")[part]
    rows = table.loc[split]
    assert (rows["split"] == part).all()
    np.testing.assert_array_equal(rows.filter(regex=r"^z\d+$").to_numpy(), evaluated)
    np.testing.assert_array_equal(rows["label"], np.load(exported / "data/labels.npy")[split])


@pytest.mark.workflow
def test_images_of_the_class_left_out_of_training_are_said_to_be_so(exported: Path) -> None:
    table = pd.read_parquet(exported / f"codes/{WITHOUT_1}.parquet")
    assert len(table) == 1797
    assert set(table[table["split"] == "held_out"]["label"]) == {1}
    assert 1 not in set(table[table["split"] == "train"]["label"])


@pytest.mark.workflow
def test_a_file_of_codes_says_whose_they_are(exported: Path) -> None:
    schema = parquet.read_schema(exported / f"codes/{EVERY_CLASS}.parquet")
    assert {key.decode(): value.decode() for key, value in schema.metadata.items()} == {
        "dataset": "digits",
        "model": "vae",
        "latent_dim": "10",
        "held_out": "none",
        "seed": "0",
        "weights_sha256": checksum(exported / "runs/vae/d10_without-none_seed0/weights.safetensors"),
    }
    record = json.loads((exported / f"codes/records/{EVERY_CLASS}.json").read_text())
    assert record["rule"] == "export_codes"


@pytest.mark.workflow
def test_one_target_exports_the_codes_of_every_autoencoder_and_of_pca(exported: Path) -> None:
    planned = snakemake(exported.parent.parent, "digits_codes", "--summary")
    found = {line.partition("\t")[0] for line in planned.splitlines() if ".parquet\t" in line}
    assert found == {f"results/digits/codes/{model}_d10_without-none_seed0.parquet" for model in [*MODELS, "pca"]}
