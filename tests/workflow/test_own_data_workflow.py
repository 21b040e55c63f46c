"""The whole workflow on a user's own images: what is made, what is left out, and what makes it run again."""

import itertools
import re
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from support.workflow_runs import checkout, configured, snakemake

pytestmark = pytest.mark.workflow

NAMES = ("zero", "one", "two")
WIDTHS = {"encoder_widths": [48, 24], "decoder_widths": [24, 48]}
BLOCK = {"representation": {"latent_dim": 10, **WIDTHS}, "anomaly": {"latent_dim": 2, **WIDTHS}}
FOLDER: dict[str, Any] = {"source": {"folder": "data/numerals"}, **BLOCK}
NEED_LABELS = ("classification", "anomaly")


def write_numerals(folder: Path, images: np.ndarray, labels: np.ndarray, count: int = 500) -> None:
    """So many real digits 0, 1 and 2 as PNGs in three folders."""
    for number in np.flatnonzero(labels < 3)[:count]:
        path = folder / "data/numerals" / NAMES[labels[number]] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(images[number]).save(path)


def write_patches(folder: Path, images: np.ndarray) -> None:
    """Real digits in colour, 9 pixels high and 11 wide, without classes."""
    (folder / "data/patches").mkdir(parents=True)
    for number, image in enumerate(images[:150]):
        coloured = Image.fromarray(np.stack([image, 255 - image, image // 2], axis=-1))
        coloured.resize((11, 9)).save(folder / f"data/patches/{number}.png")


def warnings_in(folder: Path) -> list[str]:
    """What the logs of all jobs warn of."""
    logs = [path.read_text() for path in folder.glob("results/*/logs/**/*.log")]
    assert logs
    return [line for log in logs for line in log.splitlines() if "warning" in line.lower()]


def names_in(folder: Path, suffix: str) -> set[str]:
    return {path.name.removesuffix(suffix) for path in folder.glob(f"*{suffix}")}


@pytest.mark.slow
def test_a_new_user_comes_from_500_pngs_to_the_finished_bake_off_with_one_block_and_one_command(
    digit_images: np.ndarray, digit_labels: np.ndarray, tmp_path: Path, record_property: Any
) -> None:
    folder = configured(
        checkout(tmp_path), experiment={"autoencoders": ["vanilla"]}, datasets={"numerals": {**FOLDER, "seeds": 1}}
    )
    write_numerals(folder, digit_images, digit_labels)
    started = time.perf_counter()
    snakemake(folder, "--cores", "2", "numerals")
    seconds = time.perf_counter() - started
    record_property("seconds", seconds)
    print(f"from 500 PNGs to the finished bake-off of one autoencoder: {seconds:.0f} s on two cores")
    results = folder / "results/numerals"
    table = pd.read_csv(results / "metrics.csv", dtype={"held_out": str}, keep_default_na=False)
    assert table["value"].astype(float).notna().all()
    assert {"reconstruction", "sampling", "interpolation", "latent_structure", *NEED_LABELS} <= set(table["evaluation"])
    assert set(table["held_out"]) == {"", "0"}
    assert "anomalies: one" in (results / "tables/anomaly.md").read_text()  # the first by name
    figures = names_in(results / "figures", ".png")
    assert {"anomaly", "classification_scores", "latent_structure", "latent_structure_anomaly", "sampling"} <= figures
    assert (results / "claims.md").exists()
    assert not warnings_in(folder)
    assert "The autoencoder bake-off on numerals" in (results / "report.html").read_text()


def test_a_first_look_at_anomalies_beside_normal_images(
    digit_images: np.ndarray, digit_labels: np.ndarray, tmp_path: Path
) -> None:
    block = {"source": {"folder": "data/numerals"}, "anomaly": {"normal": "zero"}, "training": {"epochs": 5}}
    folder = configured(
        checkout(tmp_path), experiment={"autoencoders": ["vanilla"]}, datasets={"numerals": {**block, "seeds": 1}}
    )
    write_numerals(folder, digit_images, digit_labels, count=100)
    numerals = folder / "data/numerals"
    for part, name, keep in (("train", "zero", lambda place: place % 2), ("test", "*", lambda _: True)):
        for place, path in enumerate(sorted(numerals.glob(f"{name}/*.png"))):
            if keep(place):
                moved = numerals / part / path.parent.name / path.name
                moved.parent.mkdir(parents=True, exist_ok=True)
                path.rename(moved)
    for name in NAMES:
        (numerals / name).rmdir()
    for path in [*numerals.glob("test/one/*.png"), *numerals.glob("test/two/*.png")]:
        mask = numerals / "ground_truth" / path.parent.name / f"{path.stem}_mask.png"
        mask.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.where(np.asarray(Image.open(path)) > 100, 255, 0).astype(np.uint8)).save(mask)
    snakemake(folder, "--cores", "2", "numerals_quick")
    results = folder / "results/numerals"
    assert "Anomaly detection: AUC ↑" in (results / "quick.md").read_text()
    (run,) = results.glob("runs/vanilla/*")
    scores = pd.read_csv(run / "anomaly_scores.csv")
    assert scores["score"].is_monotonic_decreasing
    assert {file.split("/")[0] for file in scores["file"]} == {"train", "test"}
    assert set(scores["part"]) == {"validation", "test"}
    assert set(scores.loc[scores["part"] == "test", "class"]) == {"one", "two", "zero"}
    found = pd.read_csv(run / "metrics/defects.csv", dtype={"held_out": str}, keep_default_na=False)
    assert set(found.loc[found["evaluation"] == "anomaly", "held_out"]) == {"0", "1"}  # in the order of their names
    assert {"auc_all", "false_alarms", "aupro"} <= set(found["metric"])
    planned = snakemake(folder, "--cores", "2", "-n", "numerals")
    assert "tables/defects.md" in planned and "figures/defects.png" in planned


@pytest.mark.slow
def test_without_labels_what_needs_them_is_left_out_and_said_so(digit_images: np.ndarray, tmp_path: Path) -> None:
    block = {"source": {"folder": "data/patches"}, "representation": BLOCK["representation"], "seeds": 1}
    folder = configured(
        checkout(tmp_path), experiment={"autoencoders": ["vanilla", "vae"]}, datasets={"patches": block}
    )
    write_patches(folder, digit_images)
    snakemake(folder, "--cores", "2", "patches")
    results = folder / "results/patches"
    table = pd.read_csv(results / "metrics.csv", dtype={"held_out": str}, keep_default_na=False)
    assert {"bce", "frechet_pca", "midpoint_distance", "trustworthiness", "overlap_vae"} <= set(table["metric"])
    assert not [metric for metric in set(table["metric"]) if metric.endswith("_features")]
    assert not {"knn_accuracy", "confidence", "accuracy", "auc"} & set(table["metric"])
    assert set(table["held_out"]) == {""}
    assert not {*NEED_LABELS, "latent_structure_anomaly"} & names_in(results / "figures", ".png")
    assert names_in(results / "tables", ".md") == {
        *("summary", "reconstruction", "sampling", "interpolation", "latent_structure", "training", "comparisons")
    }
    for name in ("summary", "sampling", "interpolation", "latent_structure", "comparisons"):
        assert "Networks see no labels here." in (results / f"tables/{name}.md").read_text()
    claims = pd.read_csv(results / "claims.csv").set_index(["claim", "protocol"])["reason"]
    assert claims["C13", "paper"] == "without labels there is no accuracy"
    report = (results / "report.html").read_text()
    assert "None is tested on these." in report
    assert "Its images have no labels." in report
    assert not warnings_in(folder)
    with np.load(results / "runs/vae/d10_without-none_seed0/reconstruction.npz") as arrays:
        assert arrays["images"].shape[1:] == (9, 11, 3)
    with Image.open(results / "figures/reconstruction.png") as figure:
        pixels = np.asarray(figure.convert("RGB")).reshape(-1, 3).astype(int)
    assert (np.ptp(pixels, axis=1) > 100).any()  # drawn in colour


@pytest.mark.parametrize("target", ["numerals_sweep", "numerals_stacking"])
def test_experiments_about_classes_say_that_there_are_none(
    target: str, digit_images: np.ndarray, digit_labels: np.ndarray, tmp_path: Path
) -> None:
    block = {**FOLDER, "source": {"folder": "data/numerals", "labels": False}}
    folder = configured(checkout(tmp_path), datasets={"numerals": block})
    write_numerals(folder, digit_images, digit_labels, 60)
    output = snakemake(folder, "-n", target, succeeds=False)
    assert f"{target}: the data set has no labels, and this is about its classes" in output


def test_a_changed_image_has_the_data_set_read_again_and_nothing_else_has(
    digit_images: np.ndarray, digit_labels: np.ndarray, tmp_path: Path
) -> None:
    archive = {"source": {"npz": "data/numerals.npz"}, **BLOCK}
    folder = configured(checkout(tmp_path), datasets={"numerals": FOLDER, "archive": archive})
    write_numerals(folder, digit_images, digit_labels, 60)
    np.savez(folder / "data/numerals.npz", images=digit_images, labels=digit_labels)
    targets = [f"results/{name}/data/images.npy" for name in ("numerals", "archive")]
    snakemake(folder, "--cores", "2", *targets)
    assert "Nothing to be done" in snakemake(folder, "-n", *targets)

    path = next((folder / "data/numerals/one").iterdir())
    Image.fromarray(255 - np.asarray(Image.open(path))).save(path)
    np.savez(folder / "data/numerals.npz", images=255 - digit_images, labels=digit_labels)
    plan = snakemake(folder, "-n", *targets)
    assert re.search(r"^prepare_dataset +2$", plan, re.MULTILINE)
    assert re.search(r"^total +2$", plan, re.MULTILINE)


def test_images_that_cannot_be_read_stop_a_run_before_any_training(
    digit_images: np.ndarray, digit_labels: np.ndarray, tmp_path: Path
) -> None:
    folder = configured(checkout(tmp_path), datasets={"numerals": FOLDER})
    write_numerals(folder, digit_images, digit_labels, 60)
    for path in itertools.islice(sorted((folder / "data/numerals/two").iterdir()), 1, 3):
        path.write_bytes(path.read_bytes()[:60])
    output = snakemake(folder, "--cores", "1", "numerals", succeeds=False)
    assert "2 of 60 images can't be read; replace or remove them:" in output
    assert "Traceback" not in output
    assert not (folder / "results/numerals/runs").exists()


def test_a_wrong_source_stops_a_run_with_its_key(tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), datasets={"numerals": FOLDER})
    output = snakemake(folder, "-n", "numerals", succeeds=False)
    assert "datasets.numerals.source.folder: there is no folder 'data/numerals'; give" in output
    assert "Traceback" not in output
