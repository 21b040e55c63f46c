"""What goes wrong on a cluster: after it, a plain run ends with the bytes of an undisturbed one.

An interrupted training goes on from its last checkpoint.
"""

import os
import shutil
import signal
from pathlib import Path

import psutil
import pytest
from support.workflow_runs import PATIENCE, snakemake

from slurm.cluster import Cluster, said, wait_until
from slurm.runs import (
    TRAINED,
    assert_ends_the_same,
    has_gone_on,
    long_training,
    start_submitting,
    submit,
    wait_for_epoch,
)

pytestmark = pytest.mark.slurm
ONCE = ("--retries", "0")


def running(cluster: Cluster) -> str:
    """The id of the one job that runs."""
    (job,) = cluster.jobs("RUNNING")
    return job


def node_of(job: str) -> str:
    return said("squeue", "-h", "-j", job, "-o", "%N")


def test_a_cancelled_job_is_done_again(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    run = start_submitting(long_project, TRAINED, *ONCE)
    wait_for_epoch(long_project)
    said("scancel", running(cluster))
    printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode != 0
    assert "SLURM status is: 'CANCELLED'" in printed
    assert_ends_the_same(long_project, undisturbed)
    assert has_gone_on(long_project)


def test_a_job_out_of_time_gets_more(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    # a minute is the shortest time that SLURM grants
    more = "train_autoencoder:runtime=1 if attempt == 1 else 60"
    printed = submit(long_project, TRAINED, "--set-resources", more, hang_at="os.rename /progress$")
    assert "SLURM status is: 'TIMEOUT'" in printed
    assert_ends_the_same(long_project, undisturbed)


def test_a_job_that_fails_is_tried_again(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    printed = submit(long_project, TRAINED, kill_at="os.rename /training_curve.csv$")
    assert (long_project / "stopped").exists()
    assert "SLURM status is: 'FAILED'" in printed
    assert has_gone_on(long_project)
    assert_ends_the_same(long_project, undisturbed)


def test_a_job_outlives_the_daemon_of_its_node(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    run = start_submitting(long_project, TRAINED, *ONCE)
    wait_for_epoch(long_project)
    node = node_of(running(cluster))
    cluster.kill(node)
    cluster.start_node(node)
    printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, printed
    assert_ends_the_same(long_project, undisturbed)


def test_a_job_whose_node_is_lost_is_done_on_another(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    run = start_submitting(long_project, TRAINED, *ONCE)
    wait_for_epoch(long_project)
    job = running(cluster)
    node = node_of(job)
    cluster.lose(node)
    wait_until(lambda: job in cluster.jobs("PENDING"), "SLURM has put the job back into the queue")
    said("scontrol", "update", f"jobid={job}", "StartTime=now")  # instead of two minutes later
    wait_until(lambda: job in cluster.jobs("RUNNING"), "the job runs again")
    assert node_of(job) != node
    printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, printed
    assert has_gone_on(long_project)
    assert_ends_the_same(long_project, undisturbed)
    cluster.start_node(node)
    cluster.wait_for_nodes()


def test_a_restarted_controller_knows_its_jobs(cluster: Cluster, long_project: Path, undisturbed: Path) -> None:
    run = start_submitting(long_project, TRAINED, *ONCE)
    wait_for_epoch(long_project)
    job = running(cluster)
    cluster.restart_controller()
    assert job in cluster.jobs()
    printed, _ = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0, printed
    assert_ends_the_same(long_project, undisturbed)


def test_a_killed_snakemake_is_started_again_while_its_job_runs_on(
    cluster: Cluster, long_project: Path, undisturbed: Path
) -> None:
    run = start_submitting(long_project, TRAINED)
    wait_for_epoch(long_project)
    left = running(cluster)
    os.kill(run.pid, signal.SIGKILL)
    run.communicate(timeout=PATIENCE)
    snakemake(long_project, "--unlock")
    assert left in cluster.jobs("RUNNING")
    submit(long_project, TRAINED)
    wait_until(lambda: not cluster.jobs("RUNNING"), "the job of the killed Snakemake ends")
    assert_ends_the_same(long_project, undisturbed)


def test_a_full_disk_loses_nothing(cluster: Cluster, nearly_full_disk: Path, undisturbed: Path) -> None:
    folder = long_training(nearly_full_disk)
    with (folder / "ballast").open("ab") as ballast:
        ballast.write(bytes(shutil.disk_usage(folder).free - 200_000))
    printed = submit(folder, TRAINED, *ONCE, succeeds=False)
    assert "The disk is full" in printed
    (folder / "ballast").unlink()
    assert_ends_the_same(folder, undisturbed)


def test_the_cluster_leaves_nothing_behind(cluster: Cluster) -> None:
    mine = {process.pid for process in cluster.running.values()}
    cluster.stop()
    assert not mine & set(psutil.pids())
    assert not (Path("/etc/slurm") / "slurm.conf").exists()
