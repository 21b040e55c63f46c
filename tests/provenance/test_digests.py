"""Which modules the code of an autoencoder is made of, where a user has written its class."""

from pathlib import Path

import pytest

from aepipe.provenance import digests
from snakemake_executor_plugin_prefork import imports


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's package of empty modules, where Python finds it; its name is that of the test, as modules are cached."""
    monkeypatch.syspath_prepend(tmp_path)
    package = tmp_path / tmp_path.name
    (package / "inner").mkdir(parents=True)
    for name in ("__init__", "a", "b", "inner/__init__", "inner/c", "inner/d"):
        (package / f"{name}.py").touch()
    return package


def reached(package: Path, module: str) -> list[str]:
    """The modules of a package that one of them reaches, without their digests."""
    code = digests.code_of_modules(f"{package.name}.{module}")
    return [entry.split()[0].removeprefix(f"{package.name}.") for entry in code]


@pytest.mark.parametrize(
    ("file", "statement", "module"),
    [
        ("a", "from .b import x", "b"),
        ("a", "from . import b", "b"),
        ("a", "from .inner import c", "inner.c"),
        ("a", "from .inner.c import x", "inner.c"),
        ("a", "def f():\n    from .b import x", "b"),
        ("inner/c", "from .d import x", "inner.d"),
        ("inner/c", "from . import d", "inner.d"),
        ("inner/c", "from ..b import x", "b"),
        ("inner/c", "from .. import b", "b"),
        ("inner/__init__", "from .d import x", "inner.d"),
        ("inner/__init__", "from ..b import x", "b"),
    ],
)
def test_a_relative_import_is_followed(package: Path, file: str, statement: str, module: str) -> None:
    (package / f"{file}.py").write_text(statement)
    assert module in reached(package, file.removesuffix("/__init__").replace("/", "."))


def test_imports_are_followed_from_module_to_module(package: Path) -> None:
    (package / "a.py").write_text("from .inner.c import x")
    (package / "inner/c.py").write_text(f"from .d import x\nimport {package.name}.b\nimport json")
    assert reached(package, "a") == ["a", "b", "inner.c", "inner.d"]


def test_libraries_are_named_that_any_of_the_modules_imports(package: Path) -> None:
    (package / "a.py").write_text("import json\nfrom .b import x")
    (package / "b.py").write_text("def f():\n    from scipy.stats import norm\nimport torch.nn.functional as F")
    lines = digests.code_of_modules(f"{package.name}.a")
    assert [line for line in lines if " " not in line] == ["scipy", "torch"]


def test_a_relative_import_out_of_the_package_reaches_nothing(package: Path) -> None:
    (package / "a.py").write_text("from ... import b\nfrom ....x import y")
    assert reached(package, "a") == ["a"]


def test_a_package_needs_no_init_file(package: Path) -> None:
    (package / "__init__.py").unlink()
    (package / "a.py").write_text("from .b import x")
    assert reached(package, "a") == ["a", "b"]


def test_a_module_beside_another_is_not_inside_it(package: Path) -> None:
    (package.parent / "beside.py").touch()
    assert imports.source("beside") == package.parent / "beside.py"
    assert imports.source(f"beside.{package.name}") is None
