"""One failed run doesn't take the bake-off down: tables and figures are made of the others, and name it."""

import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from support.workflow_runs import ROOT, checkout, configured, of_models, snakemake, without_timings

from aepipe.provenance import failures, records
from aepipe.reporting import tables

CELLS = Path("results/digits/runs")
REPRESENTATION = CELLS / "vae/d10_without-none_seed0"
ANOMALY = CELLS / "vae/d2_without-1_seed0"
DIVERGED = "The training of vae diverged: its reconstruction became nan in epoch 1, step 2 of 41."


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a run with a result, and that of its records."""
    monkeypatch.chdir(tmp_path)
    (REPRESENTATION / records.FOLDER).mkdir(parents=True)
    (REPRESENTATION / "codes.npz").touch()
    return REPRESENTATION


def note(run: Path, rule: str, reason: str = DIVERGED) -> None:
    records.failure_note(run / records.FOLDER / f"{rule}.json").write_text(reason + "\n")


# Which files are lost


def test_nothing_is_lost_where_nothing_failed(run: Path) -> None:
    assert not failures.is_lost(run / "codes.npz")
    assert not failures.is_lost(run / "not there yet")


@pytest.mark.parametrize("rule", ["train_autoencoder", "train_stacked_layer2", "assemble_stacked", "apply_autoencoder"])
def test_results_of_an_earlier_network_are_not_shown_for_one_that_failed(rule: str, run: Path) -> None:
    note(run, rule)
    assert failures.is_lost(run / "codes.npz")


def test_where_one_evaluation_failed_the_others_stay(run: Path) -> None:
    note(run, "classify_codes")
    assert failures.is_lost(run / "metrics/classification.csv")
    assert not failures.is_lost(run / "codes.npz")


def test_a_job_that_was_killed_has_failed_without_a_note(run: Path) -> None:
    (run / records.FOLDER / ".train_autoencoder.ab12cd").mkdir()
    (failure,) = failures.of_run(run / "codes.npz")
    assert (failure.rule, failure.reason) == ("train_autoencoder", "its job was killed")


def test_a_job_that_has_its_record_has_not_failed(run: Path) -> None:
    note(run, "train_autoencoder")
    (run / records.FOLDER / "train_autoencoder.json").touch()
    assert failures.of_run(run / "codes.npz") == []


def test_a_failure_is_described_by_its_cell_and_reason(run: Path) -> None:
    note(run, "train_autoencoder")
    (ANOMALY / records.FOLDER).mkdir(parents=True)
    note(ANOMALY, "detect_anomalies", "ValueError: all labels are equal")
    paths = [str(folder / name) for folder in (REPRESENTATION, ANOMALY) for name in ("codes.npz", "roc_curves.csv")]
    assert failures.described(paths, {"vae": "VAE"}) == [
        {
            "model": "vae",
            "held_out": "",
            "run": "VAE, d = 10, seed 0",
            "reason": f"train autoencoder: {DIVERGED}",
        },
        {
            "model": "vae",
            "held_out": "1",
            "run": "VAE, d = 2, without 1, seed 0",
            "reason": "detect anomalies: ValueError: all labels are equal",
        },
    ]


def test_what_a_library_says_is_one_short_line(run: Path) -> None:
    note(run, "train_autoencoder", "\x1b[31mred\x1b[0m " + "and so on " * 500)
    (found,) = failures.described([str(run / "codes.npz")], {"vae": "V\nA\x07E"})
    assert found["run"] == r"V\nA\x07E, d = 10, seed 0"
    assert found["reason"].startswith(r"train autoencoder: \x1b[31mred\x1b[0m and so on")
    assert found["reason"].endswith("…") and len(found["reason"]) < 330


def test_failures_of_an_earlier_invocation_are_left_out(run: Path) -> None:
    note(run, "train_autoencoder")
    (failure,) = failures.of_run(run / "codes.npz")
    assert failures.described([str(run / "codes.npz")], {}, since=failure.when + 1) == []
    assert len(failures.described([str(run / "codes.npz")], {}, since=failure.when)) == 1


def test_a_run_is_found_below_any_prefix() -> None:
    assert failures.folder_of_run(f"bake-off/{REPRESENTATION}/metrics/anomaly.csv") == Path("bake-off") / REPRESENTATION


# Tables


def row(model: str, evaluation: str, metric: str, seed: int = 0, held_out: str = "") -> dict:
    run = {"dataset": "digits", "model": model, "latent_dim": 2 if held_out else 10, "held_out": held_out}
    return {**run, "seed": seed, "protocol": "paper", "evaluation": evaluation, "metric": metric, "value": 0.5}


def metrics_without_vae() -> pd.DataFrame:
    rows = [row(name, "classification", "accuracy") for name in ("vanilla", "untrained", "scratch")]
    rows += [row("vanilla", "reconstruction", "bce"), row("vanilla", "training", "seconds")]
    rows += [row("vanilla", "anomaly", "auc", held_out="1"), row("vanilla", "training", "seconds", held_out="1")]
    return pd.DataFrame(rows)


LABELS = {"vanilla": "Vanilla", "vae": "VAE"}
FAILED = [
    {"model": "vae", "held_out": held_out, "run": "VAE, d = ...", "reason": f"train autoencoder: {DIVERGED}"}
    for held_out in ("", "1")
]


@pytest.mark.parametrize("name", ["summary", "reconstruction", "classification", "anomaly", "training"])
def test_every_table_shows_a_failed_cell_and_its_reason(name: str) -> None:
    ours = metrics_without_vae()
    pages = {
        "summary": lambda: tables.summary(ours, LABELS, failed=FAILED),
        "reconstruction": lambda: tables.evaluation_page("reconstruction", ours, LABELS, failed=FAILED),
        "classification": lambda: tables.evaluation_page("classification", ours, LABELS, failed=FAILED),
        "anomaly": lambda: tables.evaluation_page("anomaly", ours, LABELS, failed=FAILED),
        "training": lambda: tables.evaluation_page("training", ours, LABELS, failed=FAILED),
    }
    page = pages[name]()
    lines = [line for line in page.splitlines() if line.startswith("| VAE †")]
    assert lines and all("failed" in line for line in lines)
    assert f"train autoencoder: {DIVERGED}" in page
    assert not [line for line in page.splitlines() if line.startswith("| Vanilla ") and "failed" in line]


def test_a_table_of_other_cells_does_not_name_the_failed_one() -> None:
    ours = pd.concat([metrics_without_vae(), pd.DataFrame([row("vae", "reconstruction", "bce")])])
    page = tables.evaluation_page("reconstruction", ours, LABELS, failed=FAILED[1:])
    assert "failed" not in page and "†" not in page


def test_a_baseline_that_failed_lacks_its_accuracy_and_nothing_else() -> None:
    ours = metrics_without_vae()
    failed = [{**FAILED[0], "model": "scratch"}]
    page = tables.summary(ours[ours["model"] != "scratch"], {"vanilla": "Vanilla"}, failed=failed)
    (line,) = [line for line in page.splitlines() if line.startswith("| Trained from scratch †")]
    assert line.count("failed") == 1


# The whole workflow


@pytest.mark.workflow
def test_ranks_over_data_sets_name_the_failed_runs_of_each(bake_off: Path, tmp_path: Path) -> None:
    digits = yaml.safe_load((ROOT / "config.yaml").read_text())["datasets"]["digits"]
    tiny = yaml.safe_load((ROOT / "tests/support/tiny.yaml").read_text())["datasets"]
    folder = configured(
        checkout(tmp_path),
        experiment={"datasets": ["digits", "more"], "reuse": "earlier"},
        datasets={**tiny, "more": {**digits, "seeds": 1}},
    )
    saved = (bake_off / "results/digits/metrics.csv").read_text()
    for name in ("digits", "more"):
        (folder / "earlier" / name).mkdir(parents=True)
        (folder / "earlier" / name / "metrics.csv").write_text(saved.replace("digits,", f"{name},"))
    failed = folder / "results/more/runs/vae/d10_without-none_seed0"
    (failed / records.FOLDER).mkdir(parents=True)
    note(failed, "train_autoencoder")
    snakemake(folder, "--cores", "2", "results/ranks.md", "--config", "show_failed=True")
    assert f"more: VAE, d = 10, seed 0: train autoencoder: {DIVERGED}" in (folder / "results/ranks.md").read_text()


@pytest.mark.workflow
@pytest.mark.slow
def test_a_diverging_model_is_shown_as_failed_when_asked_for_and_tried_again_otherwise(
    bake_off: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "bake_off"
    shutil.copytree(bake_off, folder)
    metrics = folder / "results/digits/metrics.csv"
    before = without_timings(metrics)
    config = (folder / "tests/support/tiny.yaml").read_text()
    configured(folder, autoencoders={"vae": {"training": {"learning_rate": 1e30}}})

    printed = snakemake(folder, "--cores", "2", "digits", "--keep-going", succeeds=False)
    assert f"digits, failed:\n  VAE, d = 10, seed 0: train autoencoder: {DIVERGED}" in printed
    assert "--config show_failed=True" in printed
    assert without_timings(metrics) == before

    snakemake(folder, "--cores", "2", "digits", "--config", "show_failed=True")
    page = (folder / "results/digits/report.html").read_text()
    assert f"VAE, d = 10, seed 0: train autoencoder: {DIVERGED}" in page
    assert '<div class="film failed">failed</div>' in page
    others = sorted({row.split(",")[1] for row in before} - {"vae", "model"})
    assert without_timings(metrics) == of_models(before, others)
    for name in ("summary", "reconstruction", "classification", "anomaly", "training"):
        page = (folder / f"results/digits/tables/{name}.md").read_text()
        assert "| VAE †" in page
        assert "The training of vae diverged" in page
    figures = {path.name: path.read_bytes() for path in (folder / "results/digits/figures").iterdir()}
    for name, content in figures.items():
        assert content != (bake_off / "results/digits/figures" / name).read_bytes()

    (folder / "tests/support/tiny.yaml").write_text(config)
    snakemake(folder, "--cores", "2", "digits")
    assert without_timings(metrics) == before
