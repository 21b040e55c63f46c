"""Real data that several tests share."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits
from workflow_runs import checkout, snakemake


@pytest.hookimpl(tryfirst=True)  # before the plugin that reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of the finished bake-off are one group: of several processes, one makes it and runs them."""
    for item in items:
        if "bake_off" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("bake_off"))


@pytest.fixture(scope="session")
def digit_images() -> np.ndarray:
    """The 1,797 handwritten digits inside scikit-learn, uint8 (N, 8, 8)."""
    return np.rint(load_digits().images * (255 / 16)).astype(np.uint8)


@pytest.fixture(scope="session")
def digit_labels() -> np.ndarray:
    """Their classes, uint8 (N,)."""
    return load_digits().target.astype(np.uint8)


@pytest.fixture(scope="session")
def bake_off(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished bake-off on digits, with more cores asked for than there may be."""
    folder = checkout(tmp_path_factory.mktemp("bake_off"))
    snakemake(folder, "--cores", "8", "digits")
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
