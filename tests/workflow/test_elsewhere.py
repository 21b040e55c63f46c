"""Nothing in the rules is SLURM's own: another executor makes the same bytes of the same DAG."""

from pathlib import Path

import pytest
import yaml
from support.workflow_runs import checkout, snakemake

RUN = Path("results/digits/runs/stacked_pixels/d2_without-1_seed0")
RESULTS = ("weights.safetensors", "codes.npz", "metrics/anomaly.csv")
#: What the simplest scheduler does: starts the job, says what it is called, and doesn't wait for it.
SUBMIT = """\
#!/bin/sh
setsid sh "$1" > "$1.log" 2>&1 &
echo $!
"""


def submitting(folder: Path) -> str:
    """Writes that scheduler's command; gives its path."""
    submit = folder / "submit.sh"
    submit.write_text(SUBMIT)
    submit.chmod(0o755)
    return str(submit)


@pytest.mark.slow
def test_a_cell_made_by_cluster_generic_has_the_bytes_of_a_local_one(bake_off: Path, tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    executor = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", submitting(folder), "--jobs", "2"]
    waits = ["--seconds-between-status-checks", "1"]
    printed = snakemake(folder, *executor, *waits, *(str(RUN / name) for name in RESULTS))
    assert printed.count("Submitted job") == 6  # three layers and their assembling, the codes, the areas
    for name in RESULTS:
        assert (folder / RUN / name).read_bytes() == (bake_off / RUN / name).read_bytes(), name


@pytest.mark.workflow
def test_the_executor_of_a_profile_of_ones_own_is_taken(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    (folder / "ours").mkdir()
    ours = {"executor": "cluster-generic", "cluster-generic-submit-cmd": submitting(folder), "jobs": 2}
    ours["seconds-between-status-checks"] = 1
    (folder / "ours/config.yaml").write_text(yaml.safe_dump(ours))
    fitted = "results/digits/runs/pca/d10_without-none_seed0/weights.safetensors"
    assert "Submitted job" in snakemake(folder, "--profile", "ours", fitted)
