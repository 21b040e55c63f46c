"""Real data that several tests share."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from filelock import FileLock
from sklearn.datasets import load_digits
from support.workflow_runs import checkout, snakemake


@pytest.fixture(scope="session")
def digit_images() -> np.ndarray:
    """The 1,797 handwritten digits inside scikit-learn, uint8 (N, 8, 8)."""
    return np.rint(load_digits().images * (255 / 16)).astype(np.uint8)


@pytest.fixture(scope="session")
def digit_labels() -> np.ndarray:
    """Their classes, uint8 (N,)."""
    return load_digits().target.astype(np.uint8)


@pytest.fixture(scope="session")
def bake_off(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A finished bake-off on digits, with more cores asked for than there may be.

    Of several processes that run tests, the first makes it and the others wait for it. It is not to be changed.
    """
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "bake_off"
    with FileLock(f"{folder}.lock"):
        if not folder.exists():
            folder.mkdir()
            snakemake(checkout(folder), "--cores", "8", "digits")
    return folder


@pytest.fixture
def nearly_full_disk(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, of which `ballast` leaves 700 kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", folder], capture_output=True).returncode:
        pytest.skip("mounting a disk of its own needs root")
    checkout(folder)
    (folder / "ballast").write_bytes(bytes(shutil.disk_usage(folder).free - 700_000))
    yield folder
    subprocess.run(["umount", folder], check=True)
