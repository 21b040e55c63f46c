"""What `make bench` compares is the same work, and its numbers mean what they say."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
import yaml

from aepipe.config import configuration
from aepipe.data.batches import ImageBatches
from aepipe.models.build import build
from aepipe.training.device import use_one_core
from aepipe.training.layerwise import LayerPair
from benchmarks import conventional, engine
from benchmarks.__main__ import counts_of_runs, wanted
from benchmarks.figure import draw
from benchmarks.limits import numpy_rates

use_one_core()

CONFIG = yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
IMAGES = np.random.default_rng(0).integers(0, 256, (40, 32, 32), np.uint8)
IMAGES[:, [0, 1, -2, -1]] = IMAGES[:, :, [0, 1, -2, -1]] = 0  # padding


def test_the_conventional_loop_reads_the_same_images(tmp_path: Path) -> None:
    conventional.write_raw_mnist(tmp_path, IMAGES, np.arange(40) % 10)
    batches = list(conventional.loader(tmp_path, 30, 16))
    assert [len(images) for images, _ in batches] == [16, 14]
    read = torch.cat([images.flatten(1) for images, _ in batches])
    ours = ImageBatches(IMAGES, np.arange(30))[:]
    assert sorted(read.tolist()) == sorted(ours.tolist())  # they are shuffled


@pytest.mark.parametrize("entry", CONFIG["experiment"]["autoencoders"])
def test_the_conventional_loop_minimises_the_same_loss(entry: str) -> None:
    torch.manual_seed(0)
    model = build(configuration.network_settings(CONFIG, "digits", entry, "none"), (8, 8)).train()
    x = torch.rand(20, 64)
    torch.manual_seed(1)
    ours = sum(model.losses(x).values())
    torch.manual_seed(1)
    torch.testing.assert_close(conventional.joint_loss(model, x), ours)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("objective", ["codes", "pixels"])
def test_the_conventional_loop_minimises_the_same_loss_layer_by_layer(layer: int, objective: str) -> None:
    torch.manual_seed(0)
    model = build(configuration.network_settings(CONFIG, "digits", "stacked", "none"), (8, 8)).train()
    x = torch.rand(20, 64)
    theirs = conventional.greedy_loss(model, x, layer, objective)
    inputs = model.encoder[: layer - 1](x)  # frozen, in evaluation mode, by the line before
    target = x if objective == "pixels" or layer == 1 else inputs
    ours = LayerPair(model, layer, objective).losses((inputs, target))["reconstruction"]
    torch.testing.assert_close(theirs, ours)


def test_cells_at_once_double_up_to_the_cores() -> None:
    assert [counts_of_runs(cores) for cores in (1, 2, 3, 8)] == [[], [2], [2, 3], [2, 4, 8]]


def test_a_rate_is_one_that_a_core_can_have() -> None:
    assert 1e9 < numpy_rates()["float32"] < 1e12


def job(rule: str, seconds: float, latent_dim: int = 20) -> dict[str, Any]:
    return {"rule": rule, "wildcards": {"latent_dim": str(latent_dim)}, "spent": {"seconds": seconds}}


def test_what_maps_take_for_imports_and_compiling_is_no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "umap_import_seconds", lambda: 2.0)
    maps = [job("map_latent_codes", seconds) for seconds in (30.0, 5.0, 5.0)]
    others = [job("map_latent_codes", 0.1, latent_dim=2), job("train_autoencoder", 60.0)]
    assert engine.work([*maps, *others]) == pytest.approx(3 * (5 - 2) + 0.1 + 60)
    assert engine.work(others[1:]) == 60


@pytest.mark.workflow
def test_a_dry_run_is_of_a_bake_off_that_is_done(tmp_path: Path) -> None:
    assert engine.dry_run_seconds(20, tmp_path / "project", repeats=1) > 0
    assert len(list((tmp_path / "project/results/digits/runs").glob("*/*"))) == 20 + 9  # and those of baselines


@pytest.mark.parametrize(
    ("measure", "entry", "value", "said"),
    [
        ("speedup_vs_conventional", "vanilla", 4.9, ">= 5 MISSED"),
        ("speedup_vs_conventional", "vae", 4.9, ">= 3"),
        ("lost_core_seconds", "mnist", 61, "<= 60 MISSED"),
        ("lost_core_seconds", "digits", 251, ""),
        ("share_of_fp32_limit", "vanilla in highest", 0.3, ""),
        ("dry_run_seconds", "200 runs", 3.9, "<= 4"),
    ],
)
def test_a_number_is_held_against_what_is_wanted(measure: str, entry: str, value: float, said: str) -> None:
    assert wanted(pd.Series({"measure": measure, "entry": entry, "value": value})) == said


def test_the_figure_shows_the_parts_that_were_measured(tmp_path: Path) -> None:
    rows = [
        ("lost_core_seconds", "digits", 200, "s"),
        ("lost_core_seconds_per_job", "digits", 1.5, "s"),
        ("dry_run_seconds", "20 runs", 1.5, "s"),
        ("dry_run_seconds", "200 runs", 2.5, "s"),
    ]
    draw(pd.DataFrame(rows, columns=["measure", "entry", "value", "unit"]), CONFIG, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 10_000
