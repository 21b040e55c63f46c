"""Which files of which runs the jobs read."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from support.workflow_runs import ROOT

from aepipe.config import configuration
from aepipe.config.plan import Plan
from aepipe.provenance import records

DIGITS = SimpleNamespace(dataset="digits", seed="0")


def plan(**experiment: Any) -> Plan:
    """The plan of the shipped configuration, with digits held out twice."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    config["show_failed"] = experiment.pop("show_failed", False)
    config["experiment"] |= {"autoencoders": ["vanilla", "vae"], **experiment}
    config["datasets"]["digits"]["anomaly"]["held_out"] = [1, 4]
    return Plan(configuration.completed(config))


def note(path: str, rule: str) -> None:
    """Leaves the note of a job that failed."""
    folder = Path(path).parent / records.FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    records.failure_note(folder / f"{rule}.json").write_text("it diverged\n")


def test_a_map_shows_the_first_held_out_class_even_where_its_run_has_failed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = [f"results/digits/runs/{model}/d2_without-1_seed0/latent_map.npz" for model in ("vanilla", "vae")]
    assert plan().of_first_runs("latent_map.npz", "anomaly")(DIGITS) == first
    for seed in range(3):
        note(f"results/digits/runs/vae/d2_without-1_seed{seed}/latent_map.npz", "train_autoencoder")
    assert plan(show_failed=True).of_first_runs("latent_map.npz", "anomaly")(DIGITS) == first[:1]


def test_failures_that_are_not_to_be_shown_leave_the_runs_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    note("results/digits/runs/vae/d10_without-none_seed0/codes.npz", "train_autoencoder")
    asked = plan().of_runs("codes.npz", "representation", own_seed=True)
    assert [path.split("/")[3] for path in asked(DIGITS)] == ["vanilla", "vae"]
    shown = plan(show_failed=True).of_runs("codes.npz", "representation", own_seed=True)
    assert [path.split("/")[3] for path in shown(DIGITS)] == ["vanilla"]


def reuse(folder: Path, *models: str) -> str:
    """A folder of earlier metrics, of all seeds of these autoencoders."""
    (folder / "digits").mkdir()
    rows = [f"digits,{model},10,,{seed},paper,reconstruction,bce,1.0" for model in models for seed in range(3)]
    header = "dataset,model,latent_dim,held_out,seed,protocol,evaluation,metric,value"
    (folder / "digits/metrics.csv").write_text("\n".join([header, *rows]) + "\n")
    return str(folder)


def test_an_autoencoder_that_is_added_to_reused_metrics_costs_its_own_runs_alone(tmp_path: Path) -> None:
    added = plan(reuse=reuse(tmp_path, "vanilla"))
    paths = [path for path in added.metrics(DIGITS) if "/d10_" in path or "similarity" in path]
    assert {path.split("/")[3] for path in paths} & {"vanilla", "vae"} == {"vae"}
    assert not [path for path in paths if "similarity" in path]  # of a single autoencoder there is none


def test_similarities_are_of_the_runs_that_are_computed(tmp_path: Path) -> None:
    config = plan().config
    config["experiment"] |= {"reuse": reuse(tmp_path, "vanilla"), "autoencoders": ["vanilla", "vae", "vq"]}
    paths = Plan(config).of_runs("codes.npz", "representation", computed=True, own_seed=True)(DIGITS)
    assert [path.split("/")[3] for path in paths] == ["vae", "vq"]
    assert "results/digits/metrics/latent_similarity_seed2.csv" in Plan(config).metrics(DIGITS)


def test_a_failed_run_of_a_grid_is_named_and_left_out_where_it_is_to_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = plan().config
    config["autoencoders"]["vae"]["grid"] = {"beta": [4]}
    lost = "results/digits/runs/vae_beta_4/d10_without-none_seed0/"
    note(lost + "codes.npz", "train_autoencoder")
    asked, shown = (Plan(configuration.completed(config | {"show_failed": own})) for own in (False, True))
    assert [path for path in asked.grid_metrics(DIGITS) if path not in shown.grid_metrics(DIGITS)] == [
        f"{lost}metrics/{name}.csv"
        for name in (
            *("reconstruction", "sampling", "interpolation", "latent_structure", "rate", "classification", "training"),
        )
    ]
    (failure,) = shown.failed(shown.grid_runs("digits"))
    assert failure["run"] == "VAE, β = 4, d = 10, seed 0"
    assert shown.failed(shown.runs("digits")) == []
