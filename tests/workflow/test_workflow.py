"""The whole workflow, as a user runs it, on real digits and a tiny configuration."""

import contextlib
import itertools
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from PIL import Image
from support.workflow_runs import ROOT, checkout, configured, snakemake, without_timings

from aepipe.models.weights import about
from aepipe.provenance import trace

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text())
MODELS = CONFIG["experiment"]["autoencoders"]
SNAKEMAKE_MB = 300  # what a job's own Snakemakes need on a cluster
pytestmark = pytest.mark.workflow


def test_every_evaluation_of_every_model_is_in_metrics_csv(bake_off: Path) -> None:
    table = pd.read_csv(bake_off / "results/digits/metrics.csv", dtype={"held_out": str}, keep_default_na=False)
    key = ["dataset", "model", "latent_dim", "held_out", "seed", "protocol", "evaluation", "metric"]
    assert list(table.columns) == [*key, "value"]
    assert np.isfinite(table["value"]).all()
    assert not table.duplicated(key).any()
    rows = table.to_dict("records")
    found = {(row["model"], row["protocol"], row["metric"], row["held_out"]) for row in rows}
    for model in MODELS:
        for held_out in ("", "1"):
            assert (model, "paper", "seconds", held_out) in found
        for protocol in ("paper", "corrected"):
            for metric in ("bce", "live_units", "sharpness", "thin_strokes", "knn_accuracy", "nmi", "accuracy"):
                assert (model, protocol, metric, "") in found
            assert (model, protocol, "midpoint_distance", "") in found
            for metric in ("auc", "average_precision", "bce"):
                assert (model, protocol, metric, "1") in found
        assert (model, "corrected", "frechet_features", "") in found
        assert (model, "paper", "auc_bce", "1") in found
    priors = {row["model"] for row in rows if (row["evaluation"], row["protocol"]) == ("sampling", "paper")}
    assert priors == {"vae", "beta_vae_strict", "beta_vae_loose", "vq", "real"}


@pytest.mark.parametrize(
    ("baseline", "evaluations"),
    [
        ("pca", {"reconstruction", "sampling", "interpolation", "latent_structure", "classification", "anomaly"}),
        ("untrained", {"reconstruction", "latent_structure", "classification"}),
        ("scratch", {"classification"}),
        ("pixels", {"latent_structure", "classification"}),
        ("cross_fade", {"interpolation"}),
        ("real", {"reconstruction", "sampling", "interpolation", "anomaly"}),
    ],
)
def test_baselines_are_evaluated_as_autoencoders_are(bake_off: Path, baseline: str, evaluations: set[str]) -> None:
    table = pd.read_csv(bake_off / "results/digits/metrics.csv")
    rows = table[table["model"] == baseline]
    for protocol in ("paper", "corrected"):
        found = set(rows[rows["protocol"] == protocol]["evaluation"])
        # a baseline without a prior has no samples under `paper`
        expected = evaluations - ({"sampling"} if (baseline, protocol) == ("pca", "paper") else set())
        of_pca = {"rate"} if (baseline, protocol) == ("pca", "corrected") else set()  # the same under both protocols
        assert found - {"prior_sampling"} == expected | of_pca
        assert ("prior_sampling" in found) == ((baseline, protocol) == ("real", "corrected"))


def test_an_autoencoder_with_two_networks_has_the_numbers_of_one_under_each_protocol(bake_off: Path) -> None:
    table = pd.read_csv(bake_off / "results/digits/metrics.csv")
    own = table[(table["model"] == "beta_vae_loose") & (table["metric"] == "bce") & table["held_out"].isna()]
    run = "d10_without-none_seed0/metrics/reconstruction.csv"
    for protocol, network in (("paper", "beta_vae_loose_paper"), ("corrected", "beta_vae_loose")):
        measured = pd.read_csv(bake_off / "results/digits/runs" / network / run)
        (expected,) = measured.loc[(measured["metric"] == "bce") & (measured["protocol"] == protocol), "value"]
        assert own.loc[own["protocol"] == protocol, "value"].tolist() == [expected]
    assert not table["model"].str.endswith("_paper").any()


def test_every_evaluation_has_a_figure_at_200_dots_an_inch(bake_off: Path) -> None:
    figures = bake_off / "results/digits/figures"
    for name in ("reconstruction", "sampling", "sampling_scores", "interpolation", "latent_structure", "anomaly"):
        with Image.open(figures / f"{name}.png") as image:
            assert round(image.info["dpi"][0]) == 200
    assert (figures / "training_scores.png").exists()
    assert (figures / "training_curves.png").exists()
    with Image.open(figures / "interpolation.gif") as animation:
        assert animation.is_animated  # type: ignore[attr-defined]


def test_every_table_names_every_autoencoder(bake_off: Path) -> None:
    labels = [CONFIG["autoencoders"][model]["title"] for model in MODELS]
    for name in ("summary", "reconstruction", "sampling", "classification", "anomaly", "training", "comparisons"):
        text = (bake_off / f"results/digits/tables/{name}.md").read_text()
        assert all(label in text for label in labels)


def test_every_claim_has_a_verdict_under_both_protocols(bake_off: Path) -> None:
    claims = pd.read_csv(bake_off / "results/digits/claims.csv")
    assert claims["claim"].tolist() == [f"C{number}" for number in range(1, 25) for _ in range(2)]
    verdicts = dict(zip(claims["claim"], claims["verdict"], strict=True))
    assert verdicts.pop("C17") == "not tested"  # it needs the sweep
    assert set(verdicts.values()) == {"undecided"}  # of one seed


def test_saved_numbers_give_the_same_verdict_without_any_run(bake_off: Path, tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), experiment={"reuse": "earlier"})
    (folder / "earlier/digits").mkdir(parents=True)
    for name in ("metrics.csv", "image_covariances.csv"):
        shutil.copy(bake_off / "results/digits" / name, folder / "earlier/digits")
    snakemake(folder, "--cores", "2", "digits_verdict")
    assert not (folder / "results/digits/runs").exists()
    for name in ("metrics.csv", "claims.md", "tables/summary.md", "comparisons.csv", "figures/sampling_scores.png"):
        assert (folder / "results/digits" / name).read_bytes() == (bake_off / "results/digits" / name).read_bytes()


def test_saved_numbers_stand_beside_those_of_a_new_seed(bake_off: Path, tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), experiment={"reuse": "earlier", "autoencoders": ["vae"]})
    tiny = folder / "tests/support/tiny.yaml"
    tiny.write_text(tiny.read_text().replace("seeds: 1", "seeds: 2"))
    (folder / "earlier/digits").mkdir(parents=True)
    for name in ("metrics.csv", "image_covariances.csv"):
        shutil.copy(bake_off / "results/digits" / name, folder / "earlier/digits")
    planned = snakemake(folder, "digits_verdict", "--summary")
    assert "runs/vae/d10_without-none_seed1/" in planned
    assert "seed0" not in planned


@pytest.mark.slow
def test_the_sweep_and_the_stacking_experiment_run(bake_off: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(bake_off, folder)
    configured(folder, experiment={"autoencoders": ["shallow"]}, sweep={"like": ["anomaly"]})
    snakemake(folder, "--cores", "2", "digits_sweep", "digits_stacking")
    sweep = pd.read_csv(folder / "results/digits/sweep/metrics.csv")
    assert {*zip(sweep["model"], sweep["held_out"], strict=True)} == {*itertools.product(["shallow", "pca"], [1, 2])}
    stacking = pd.read_csv(folder / "results/digits/stacking/metrics.csv")
    assert stacking["model"].nunique() == 11
    assert {"bce", "probe_accuracy", "accuracy_10", "accuracy_100", "accuracy_all"} <= set(stacking["metric"])
    assert "accuracy_10000" not in set(stacking["metric"])
    assert "10000" in (folder / "results/digits/stacking/stacking.md").read_text().replace(",", "")


@pytest.mark.slow
def test_a_grid_is_computed_as_far_as_it_is_missing(bake_off: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(bake_off, folder)
    for latent_dims, trained in (([2], 4), ([2, 7], 4), ([2, 7], 0)):
        grid = {"beta": [0.5, 4], "latent_dim": latent_dims, "epochs": [2]}
        configured(folder, autoencoders={"vae": {"grid": grid}})
        printed = snakemake(folder, "--cores", "2", "digits_grid")
        assert len(re.findall(r"Job \d+: digits: training vae_beta", printed)) == trained
        assert f"digits_grid: {4 * len(latent_dims)} trainings" in printed
    results = folder / "results/digits/grid"
    table = pd.read_csv(results / "metrics.csv", dtype={"held_out": str}, keep_default_na=False)
    points = pd.read_csv(results / "points.csv")
    assert set(table["model"]) == {*points["model"], "pca"}
    assert {*zip(points["beta"], points["latent_dim"], strict=True)} == {*itertools.product([0.5, 4], [2, 7])}
    found = table[table["model"] == "vae_beta_4_d_7_epochs_2"]
    assert {*zip(found["latent_dim"], found["held_out"], strict=True)} == {(7, ""), (7, "1")}
    assert {"reconstruction", "sampling", "interpolation", "latent_structure", "classification", "anomaly"} < set(
        found["evaluation"]
    )
    assert len(list(results.glob("*.png"))) == 15
    assert "Nothing to be done" in snakemake(folder, "digits", "--dry-run")  # of the bake-off


@pytest.mark.slow
def test_tuning_selects_settings_without_test_images_and_keeps_trials_that_are_done(
    bake_off: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(bake_off, folder)
    models = ["vanilla", "stacked", "vae"]
    for trials, trained in ((2, 12), (3, 6)):
        configured(folder, tuning={"trials": trials, "epochs": 1}, experiment={"autoencoders": models})
        printed = snakemake(folder, "--cores", "2", "digits_tuned")
        layers = re.findall(r"Job \d+: digits: training layer 1 of \w+_trial", printed)
        assert len(re.findall(r"Job \d+: digits: training \w+_trial", printed)) + len(layers) == trained
        assert f"digits_tuned: {trials * 6} trials and 18 trainings" in printed
    results = folder / "results/digits/tuning"
    split = np.load(results / "splits/without-1_seed1000.npz")
    assert all(split[part].max() < 1437 for part in ("train", "validation", "test"))  # the test images come last
    table = pd.read_csv(results / "metrics.csv", dtype={"held_out": str}, keep_default_na=False)
    tuned = table[(table["protocol"] == "tuned") & table["model"].isin(models)]
    evaluations = {"reconstruction", "sampling", "interpolation", "latent_structure", "classification", "anomaly"}
    assert set(tuned["evaluation"]) == evaluations | {"prior_sampling"}
    chosen = pd.read_csv(results / "settings.csv").set_index(["model", "evaluation"])
    for model, evaluation in itertools.product(models, sorted(evaluations)):
        (run,) = (folder / f"results/digits/runs/{model}_tuned_{evaluation}").iterdir()
        of_trial = json.loads((results / f"selected/{model}_tuned_{evaluation}.json").read_text())
        assert about(run / "weights.safetensors")["network"] == of_trial["network"]
        assert of_trial["trial"].endswith(f"_{chosen['trial'].to_dict()[model, evaluation]}")
    gathered = json.loads((results / "records/gather_tuned.json").read_text())["inputs"]
    with contextlib.chdir(folder):
        traced = {trace.file_of_row(row, gathered) for row in tuned.head(40).to_dict("records")}
        baseline = table[(table["protocol"] == "tuned") & (table["model"] == "pca")].iloc[0].to_dict()
        assert trace.file_of_row(baseline, gathered) == "results/digits/metrics.csv"
    assert all("_tuned_" in path for path in traced)
    pages = ("report.html", "tuning.md", "claims.md", "ranks.png", "trials.png")
    assert all((results / name).stat().st_size for name in pages)


def test_every_job_has_a_log_and_training_logs_each_epoch(bake_off: Path) -> None:
    log = bake_off / "results/digits/logs/train_autoencoder/vae_d10_without-none_seed0.log"
    assert "vae: epoch 1 of 60" in log.read_text()
    assert "vae: epoch 60 of 60" in log.read_text()
    layers = bake_off / "results/digits/logs/train_stacked_layer"
    assert len(list(layers.glob("stacked_d10_*_layer[123].log"))) == 3


def test_a_second_run_has_nothing_to_do(bake_off: Path) -> None:
    assert "Nothing to be done" in snakemake(bake_off, "--dry-run", "digits")


def test_no_temporary_file_is_left(bake_off: Path) -> None:
    assert {path.name for path in (bake_off / "results").rglob(".*")} == {".lock"}


def test_the_page_weighs_less_than_15_mb(bake_off: Path) -> None:
    assert (bake_off / "results/digits/report.html").stat().st_size < 15e6


def test_snakemakes_report_has_every_picture_and_page_with_category_labels_and_caption(bake_off: Path) -> None:
    snakemake(bake_off, "digits", "--report", "report.html")
    report = (bake_off / "report.html").read_text()
    results, categories = (
        json.loads(re.findall(rf'<script id="{name}">\s*var {name} = (.*?);\s*</script>', report, re.DOTALL)[0])
        for name in ("results", "categories")
    )
    folder = bake_off / "results/digits"
    files = [path for path in folder.rglob("*") if path.suffix in (".png", ".gif", ".md", ".html")]
    shown = {str(path.relative_to(bake_off)) for path in files} | {"results/digits/metrics.csv"}
    assert set(results) == shown
    listed = [path for groups in categories.values() for paths in groups.values() for path in paths]
    assert sorted(listed) == sorted(shown)
    assert not {"Other", ""} & categories.keys()
    for path, result in results.items():
        assert result["labels"]["data set"] == "digits", path
        assert len(result["labels"]) > 1, path
        assert len(result["caption"]) > 40, path
    assert len({tuple(result["labels"].items()) for result in results.values()}) == len(results)


@pytest.mark.slow
def test_one_core_and_the_local_executor_give_the_same_bytes(bake_off: Path, tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    snakemake(folder, "--cores", "1", "--executor", "local", "digits")
    ours, theirs = (place / "results/digits" for place in (folder, bake_off))
    assert without_timings(ours / "metrics.csv") == without_timings(theirs / "metrics.csv")
    figures = {path.relative_to(theirs) for path in theirs.glob("figures/*")} - {Path("figures/training_scores.png")}
    assert len(figures) > 10
    for path in [Path("claims.csv"), *figures]:
        assert (ours / path).read_bytes() == (theirs / path).read_bytes(), path
    records = [json.loads(next(place.glob("**/train_autoencoder.json")).read_text()) for place in (ours, theirs)]
    assert records[0]["versions"] == records[1]["versions"]


def test_a_missing_folder_of_saved_numbers_is_refused(tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), experiment={"reuse": "nowhere"})
    assert "experiment.reuse: there is no folder 'nowhere'" in snakemake(folder, "-n", "digits", succeeds=False)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="tells of a process's memory")
def test_no_job_needs_more_memory_than_it_asks_for(bake_off: Path) -> None:
    jobs = [json.loads(path.read_text()) for path in bake_off.glob("results/digits/**/records/*.json")]
    spent = {
        (job["rule"], job["spent"]["peak_memory_mb"] + SNAKEMAKE_MB, job["spent"]["requested_memory_mb"])
        for job in jobs
    }
    assert {"train_autoencoder", "map_latent_codes"} <= {rule for rule, *_ in spent}
    assert not [one for one in spent if one[1] > one[2]]


@pytest.mark.parametrize("profile", ["profiles/default", "profiles/slurm"])
def test_a_plan_measures_no_inputs(profile: str, tmp_path: Path) -> None:
    printed = snakemake(checkout(tmp_path), "-n", "digits", "--workflow-profile", profile)
    assert "disk_mb=1000" in printed  # Snakemake's default is twice the size of a job's inputs


def test_a_run_that_no_configuration_has_is_refused_by_name(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    printed = snakemake(folder, "-n", "results/digits/codes/vae_d7_without-none_seed0.parquet", succeeds=False)
    assert "digits: a run of vae with d7 is not configured; allowed: d2 or d10" in printed
    printed = snakemake(folder, "-n", "results/digits/runs/vae/d2_without-99_seed0/codes.npz", succeeds=False)
    assert "digits: a run of vae with without-99: there is no such class; allowed: none, 0, 1, 2, 3" in printed
    snakemake(folder, "-n", "results/digits/runs/vae/d2_without-4_seed7/codes.npz")


def test_a_diverging_training_is_named_and_leaves_nothing_but_the_reason(tmp_path: Path) -> None:
    folder = configured(checkout(tmp_path), training={"learning_rate": 1e30})
    run = "results/digits/runs/vae/d10_without-none_seed0"
    output = snakemake(folder, "--cores", "1", f"{run}/weights.safetensors", succeeds=False)
    assert "The training of vae diverged" in output
    assert "epoch 1, step" in output
    files = [path for path in (folder / run).rglob("*") if path.is_file()]
    assert [path.name for path in files] == ["train_autoencoder.failed"]


@pytest.mark.parametrize(
    ("overlay", "message"),
    [
        (
            {"training": {"epoch": 3}},
            "training: unknown key 'epoch'; allowed: batch_size, device, epochs, learning_rate, loss, patience",
        ),
        (
            {"experiment": {"autoencoders": ["vea"]}},
            "experiment.autoencoders: unknown model 'vea'; allowed: shallow, vanilla",
        ),
    ],
)
def test_a_wrong_configuration_stops_before_any_job(tmp_path: Path, overlay: dict, message: str) -> None:
    folder = configured(checkout(tmp_path), **overlay)
    output = snakemake(folder, "--cores", "1", "digits", succeeds=False)
    assert message in output
    assert "Traceback" not in output
    assert not (folder / "results").exists()
