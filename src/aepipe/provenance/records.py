"""Where each file comes from: a job leaves a record beside its results, and whoever reads them checks against it.

A record is a JSON object:

- `rule` and `wildcards`: the job; the seed is among the wildcards.
- `settings`: parameter -> value.
- `code`: script or module -> digest (see `aepipe.provenance.digests`).
- `inputs`, `outputs`: path -> SHA-256. An input is an output of another record, down to the images themselves.
- `versions`: of Python and of the libraries that the job's code imports, and the GPU that it used.
- `spent`: `seconds` of its work, imports at its top and checks not included, `peak_memory_mb` and
`requested_memory_mb`.
"""

import hashlib
import json
import platform
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from aepipe.errors import DamagedFileError

Record = dict[str, Any]

FOLDER = "records"
RESULTS = "results"
NOTE = ".failed"
CURE = "To recreate it, add to the command: --forcerun "
#: Module -> distribution, of libraries whose distribution has another name.
DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn", "umap": "umap-learn", "yaml": "pyyaml"}


def begin(rule: str, wildcards: dict[str, str], params: Any, inputs: Iterable[str]) -> Record:
    """All of a job's record that is known before it works.

    Args:
        rule: its name.
        wildcards: their values.
        params: those of Snakemake: the rule's code first, unnamed, then settings by their names.
        inputs: paths; checked against the records of the jobs that made them.

    Raises:
        DamagedFileError: an input is not what its maker wrote; names the file.
    """
    return {
        "rule": rule,
        "wildcards": wildcards,
        **described(unnamed(params), dict(params.items())),
        "inputs": checked(inputs),
        "versions": {"python": platform.python_version(), **versions(code_lines(params))},
    }


def versions(code: Iterable[str]) -> dict[str, str]:
    """Library -> version, of those named in a rule's code; one that isn't installed is left out."""
    found = {}
    for name in sorted({line for line in code if " " not in line}):
        with suppress(PackageNotFoundError):
            found[name] = version(DISTRIBUTIONS.get(name, name))
    return found


def gpu_in_use() -> dict[str, str]:
    """`gpu`: the name of the GPU that this process uses, if it does."""
    cuda = sys.modules["torch"].cuda if "torch" in sys.modules else None
    return {"gpu": cuda.get_device_name()} if cuda and cuda.is_initialized() else {}


def unnamed(params: Any) -> list[str]:
    """Those of Snakemake's parameters that have no name: a rule's code, which comes first."""
    return list(params)[: len(params) - len(dict(params.items()))]


def code_lines(params: Any) -> list[str]:
    """The code of a rule and of its autoencoder: `name digest` of modules, names of libraries."""
    return [*unnamed(params), *dict(params.items()).get("autoencoder", [])]


def described(code: list[str], settings: dict[str, Any]) -> Record:
    """`code` and `settings` as a record has them; `autoencoder` among the settings is code, too."""
    settings = dict(settings)
    lines = [*code, *settings.pop("autoencoder", [])]
    modules = dict(line.split() for line in lines if " " in line)
    return json.loads(json.dumps({"code": modules, "settings": settings}))


def identity(record: Record) -> str:
    """Stands for all that a record holds: equal where all of it is."""
    return hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()


def checksum(path: str | Path) -> str:
    """SHA-256 of a file's content, hexadecimal."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(paths: Iterable[str]) -> dict[str, str]:
    """Path -> SHA-256 of files that are what their makers wrote; those that no job makes have nothing to differ from.

    Raises:
        DamagedFileError: names the first file that differs, or that no record tells of.
    """
    known: dict[Path, dict[str, str]] = {}
    found = {}
    for path in paths:
        found[path] = checksum(path)
        folder = folder_of(path)
        if folder is None:
            continue
        if folder not in known:
            known[folder] = {name: sha for record in read_all(folder) for name, sha in record["outputs"].items()}
        if path not in known[folder]:
            raise DamagedFileError(f"{path} has no record in {folder}, or a damaged one. {CURE}{path}")
        if known[folder][path] != found[path]:
            raise DamagedFileError(f"{path} is damaged: its content is not what its job wrote. {CURE}{path}")
    return found


def maker(path: str) -> Record | None:
    """The record that tells of a file, if there is one."""
    folder = folder_of(path)
    found = read_all(folder) if folder else iter(())
    return next((record for record in found if path in record["outputs"]), None)


def folder_of(path: str | Path) -> Path | None:
    """The folder with the record of a file, the nearest above it in results/; None for a file that no job makes."""
    above = [parent for parent in Path(path).parents if RESULTS in parent.parts]
    return next((parent / FOLDER for parent in above if (parent / FOLDER).is_dir()), None)


def failure_note(record: Path) -> Path:
    """Where a job that failed leaves its reason until its next try, beside where its record would be."""
    return record.with_suffix(NOTE)


def read_all(folder: Path) -> Iterator[Record]:
    """The records of a folder, by name; without those that are damaged, or that a starting job takes away."""
    for path in sorted(folder.glob("*.json")):
        with suppress(DamagedFileError, FileNotFoundError):
            yield read(path)


def read(path: Path) -> Record:
    """One record; DamagedFileError where the file is none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        record = None
    if not isinstance(record, dict) or not {"rule", "wildcards", "inputs", "outputs"} <= record.keys():
        raise DamagedFileError(f"{path} is damaged: not the record of a job. {CURE}{path}")
    return record
