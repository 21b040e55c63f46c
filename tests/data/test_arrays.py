"""Arrays and weights on disk: they come back as they were; what could carry code, or is damaged, is refused."""

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from aepipe.data.arrays import load_array, load_arrays, save_array, save_arrays
from aepipe.errors import DamagedFileError
from aepipe.models.build import load_weights, save_weights


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    save_array(tmp_path / "array.npy", array)
    save_arrays(tmp_path / "arrays.npz", codes=array / 3, held_out=np.array(-1))
    mapped, loaded = load_array(tmp_path / "array.npy"), load_arrays(tmp_path / "arrays.npz")
    assert isinstance(mapped, np.memmap)
    np.testing.assert_array_equal(mapped, array)
    assert set(loaded) == {"codes", "held_out"}
    np.testing.assert_array_equal(loaded["codes"], array / 3)


def test_the_same_arrays_give_the_same_bytes_at_any_time(tmp_path: Path) -> None:
    for name in ("first.npz", "second.npz"):
        save_arrays(tmp_path / name, codes=np.eye(3), labels=np.arange(3))
    assert (tmp_path / "first.npz").read_bytes() == (tmp_path / "second.npz").read_bytes()
    with zipfile.ZipFile(tmp_path / "first.npz") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_python_objects_are_not_written(tmp_path: Path) -> None:
    objects = np.array([{"code": "could run"}], dtype=object)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        save_arrays(tmp_path / "ours.npz", objects=objects)
    with pytest.raises(ValueError, match="allow_pickle=False"):
        save_array(tmp_path / "ours.npy", objects)


class Malicious:
    """Runs a command when it is unpickled."""

    def __init__(self, harm: Path) -> None:
        self.harm = harm

    def __reduce__(self) -> tuple:
        return Path.touch, (self.harm,)


Writer = Callable[[Path, Any], object]
Reader = Callable[[Path], object]


def read_weights(path: Path) -> None:
    load_weights(torch.nn.Linear(2, 3), path)


def pickled(path: Path, content: Any) -> None:
    path.write_bytes(pickle.dumps(content))


STRANGERS: dict[str, tuple[Writer, Reader]] = {
    "an array of objects as .npy": (lambda path, it: np.save(path, np.array([it], object)), load_array),
    "an array of objects as .npz": (lambda path, it: np.savez(path, codes=np.array([it], object)), load_arrays),
    "a pickle as .npy": (pickled, load_array),
    "a pickle as .npz": (pickled, load_arrays),
    "a pickle as weights": (pickled, read_weights),
    "torch's own format as weights": (lambda path, it: torch.save({"weight": it}, path), read_weights),
}


@pytest.mark.parametrize("name", STRANGERS)
def test_a_malicious_pickle_is_refused_by_name_and_runs_nothing(name: str, tmp_path: Path) -> None:
    write, read = STRANGERS[name]
    path = tmp_path / ("array.npy" if "npy" in name else "arrays.npz")
    write(path, Malicious(tmp_path / "harm"))
    with pytest.raises(DamagedFileError, match=str(path)):
        read(path)
    assert not (tmp_path / "harm").exists()


def test_the_malicious_pickle_would_do_harm(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.array([Malicious(tmp_path / "harm")], object))
    np.load(tmp_path / "array.npy", allow_pickle=True)
    assert (tmp_path / "harm").exists()


@pytest.mark.parametrize("kept", [0, 10, 200])
@pytest.mark.parametrize("kind", ["npy", "npz", "safetensors"])
def test_a_truncated_file_is_named(kind: str, kept: int, tmp_path: Path) -> None:
    path = tmp_path / f"file.{kind}"
    readers: dict[str, Reader] = {"npy": load_array, "npz": load_arrays, "safetensors": read_weights}
    if kind == "safetensors":
        save_weights({"weight": torch.zeros(30, 20), "bias": torch.zeros(30)}, path)
    else:
        (save_array if kind == "npy" else save_arrays)(path, **{"array": np.zeros((30, 20))})
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(DamagedFileError, match=str(path)):
        readers[kind](path)
