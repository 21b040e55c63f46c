"""A SLURM for the tests, and an undisturbed run to compare with."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.workflow_runs import checkout, configured, snakemake

from slurm.cluster import Cluster, missing
from slurm.runs import TARGETS, long_training


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    """Skips, visibly, where there can be no SLURM; fails where AEPIPE_SLURM=required says that there must be one."""
    if reason := missing():
        (pytest.fail if os.environ.get("AEPIPE_SLURM") == "required" else pytest.skip)(f"no SLURM: {reason}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster without a database."""
    cluster = Cluster(tmp_path_factory.mktemp("slurm"))
    yield cluster
    cluster.stop()


@pytest.fixture
def accounting_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster with a database of accounts and jobs."""
    cluster = Cluster(tmp_path_factory.mktemp("slurm"), accounting=True)
    yield cluster
    cluster.stop()


def three_autoencoders(folder: Path) -> Path:
    return configured(checkout(folder), experiment={"autoencoders": ["vanilla", "stacked_pixels", "vae"]})


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A checkout with the tiny configuration, of three autoencoders."""
    return three_autoencoders(tmp_path)


@pytest.fixture(scope="session")
def local_bake_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """That bake-off, made without SLURM."""
    folder = three_autoencoders(tmp_path_factory.mktemp("local"))
    snakemake(folder, "--cores", "2", "digits")
    return folder


@pytest.fixture
def long_project(tmp_path: Path) -> Path:
    """A checkout whose training is long enough for something to happen to it."""
    return long_training(checkout(tmp_path))


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run of that training, made without SLURM and without disturbance."""
    folder = long_training(checkout(tmp_path_factory.mktemp("undisturbed")))
    snakemake(folder, "--cores", "2", *TARGETS)
    return folder
