"""The bake-off as SLURM jobs: what is submitted, where it runs, and that the numbers are those of one machine."""

import re
from pathlib import Path

import pytest
from support.workflow_runs import snakemake, without_timings

from slurm.cluster import Cluster, said
from slurm.runs import RUN, TARGETS, submit

pytestmark = pytest.mark.slurm

PARTITIONS = "partitions: {main: {max_runtime: 24h}, gpu: {max_runtime: 24h, max_gpu: 1}}\n"


def test_the_bake_off_on_slurm_gives_the_numbers_of_one_machine(
    cluster: Cluster, project: Path, local_bake_off: Path
) -> None:
    before = len(cluster.jobs())
    submit(project, "digits")
    ours, theirs = (folder / "results/digits" for folder in (project, local_bake_off))
    assert without_timings(ours / "metrics.csv") == without_timings(theirs / "metrics.csv")
    figures = {path.relative_to(theirs) for path in theirs.glob("figures/*")} - {Path("figures/training_scores.png")}
    for path in [Path("claims.csv"), *figures]:
        assert (ours / path).read_bytes() == (theirs / path).read_bytes(), path
    assert set(cluster.states()) == {"COMPLETED"}
    # 4 trainings, 2 stacks of layers, 2 baselines, the classifier, the cross-fades, the evaluations of 10 runs
    assert len(cluster.jobs()) - before == 20
    assert "rule draw_" not in said("squeue", "-ah", "-t", "all", "-o", "%k")


def where(cluster: Cluster) -> dict[str, tuple[str, str]]:
    """What each job was about -> its partition, and the cores that it had."""
    lines = said("squeue", "-ah", "-t", "all", "-S", "i", "-o", "%k|%P|%C").splitlines()
    return {
        re.split(r"_wildcards", comment)[0]: (partition, cores)
        for comment, partition, cores in (line.split("|") for line in lines)
    }


def test_training_goes_to_gpus_and_the_rest_stays_on_cpus(cluster: Cluster, project: Path) -> None:
    (project / "profiles/slurm/partitions.yaml").write_text(PARTITIONS)
    device = ["--config", "training={device: auto}", "--set-resources", "train_autoencoder:gpu=1"]
    submit(project, *TARGETS, *device)
    places = where(cluster)
    assert places["rule_train_autoencoder"] == ("gpu", "1")
    assert {place for job, place in places.items() if "evaluation" in job or "apply" in job} == {("main", "1")}


def test_a_job_that_finds_no_gpu_says_so_and_what_slurm_made_of_it(cluster: Cluster, project: Path) -> None:
    (project / "profiles/slurm/partitions.yaml").write_text(PARTITIONS)
    printed = submit(
        project, f"{RUN}/weights.safetensors", "--config", "training={device: cuda}", "--retries", "0", succeeds=False
    )
    assert "training.device is cuda, and PyTorch finds no GPU here" in printed
    assert re.search(r"SLURM-job '\d+' failed, SLURM status is: 'FAILED'", printed)
    assert where(cluster)["rule_train_autoencoder"][0] == "gpu"


def test_an_unknown_partition_is_named(cluster: Cluster, project: Path) -> None:
    (project / "profiles/slurm/partitions.yaml").write_text("partitions: {mian: {max_runtime: 24h}}\n")
    printed = submit(project, f"{RUN}/weights.safetensors", "--retries", "0", succeeds=False)
    assert "invalid partition specified: mian" in printed


def test_slurm_is_one_scheduler_of_many_to_cluster_generic(
    cluster: Cluster, project: Path, local_bake_off: Path
) -> None:
    submit_command = "sbatch --parsable -n {threads} --mem {resources.mem_mb} -t {resources.runtime} -o /dev/null"
    executor = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", submit_command, "--jobs", "9"]
    snakemake(project, *executor, "--seconds-between-status-checks", "1", *TARGETS)
    for target in TARGETS:
        assert (project / target).read_bytes() == (local_bake_off / target).read_bytes(), target
