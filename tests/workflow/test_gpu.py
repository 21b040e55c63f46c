"""The whole workflow with training on a GPU."""

from pathlib import Path

import pandas as pd
import pytest
from support.workflow_runs import checkout, configured, snakemake, without_timings

from aepipe.provenance import records

METRICS, RUN = "results/digits/metrics.csv", "results/digits/runs/vanilla/d10_without-none_seed0"


@pytest.mark.gpu
def test_two_bake_offs_on_a_gpu_give_the_same_numbers_and_train_as_on_a_cpu(bake_off: Path, tmp_path: Path) -> None:
    def on_a_gpu(name: str) -> Path:
        (tmp_path / name).mkdir()
        folder = configured(checkout(tmp_path / name), training={"device": "cuda"})
        snakemake(folder, "--cores", "8", "--resources", "gpu=1", "digits")
        return folder

    first, again = on_a_gpu("first"), on_a_gpu("again")
    for folder in (first, again):
        assert records.read(folder / RUN / "records/train_autoencoder.json")["versions"]["gpu"]
    numbers = without_timings(first / METRICS)
    assert numbers == without_timings(again / METRICS)
    on_a_cpu = without_timings(bake_off / METRICS)
    assert [row.rpartition(",")[0] for row in numbers] == [row.rpartition(",")[0] for row in on_a_cpu]
    curve, curve_on_a_cpu = (pd.read_csv(folder / RUN / "training_curve.csv") for folder in (first, bake_off))
    pd.testing.assert_frame_equal(curve, curve_on_a_cpu, rtol=0.01)
