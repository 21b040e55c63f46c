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
#: Keys of a record that hold texts by their names; and all that it must have -> what they hold.
OF_TEXTS = ("wildcards", "code", "inputs", "outputs", "versions")
SHAPE = {"rule": str, "settings": dict, **dict.fromkeys(OF_TEXTS, dict)}
#: Module -> distribution, of libraries whose distribution has another name.
DISTRIBUTIONS = {"PIL": "pillow", "sklearn": "scikit-learn", "umap": "umap-learn", "yaml": "pyyaml"}


def begin(rule: str, wildcards: dict[str, str], params: Any, inputs: Iterable[str], results: Path) -> Record:
    """All of a job's record that is known before it works.

    Args:
        rule: its name.
        wildcards: their values.
        params: those of Snakemake: the rule's code first, unnamed, then settings by their names.
        inputs: paths; checked against the records of the jobs that made them.
        results: the workflow's folder of results.

    Raises:
        DamagedFileError: an input is not what its maker wrote; names the file.
    """
    return {
        "rule": rule,
        "wildcards": wildcards,
        **described(unnamed(params), dict(params.items())),
        "inputs": checked(inputs, results),
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


def checked(paths: Iterable[str], results: Path) -> dict[str, str]:
    """Path -> SHA-256 of files that are what their makers wrote; those that no job makes have nothing to differ from.

    Args:
        paths: of files.
        results: the workflow's folder of results.

    Raises:
        DamagedFileError: names the first file that differs, that can't be read, or that no record tells of.
    """
    known: dict[Path, dict[str, str]] = {}
    found = {}
    for path in paths:
        folder = folder_of(path, results)
        try:
            found[path] = checksum(path)
        except FileNotFoundError:
            raise
        except OSError as error:
            raise DamagedFileError(f"{path} can't be read: {error.strerror}") from None
        if folder is None:
            continue
        if folder not in known:
            known[folder] = {name: sha for record in read_all(folder) for name, sha in record["outputs"].items()}
        if path not in known[folder]:
            raise DamagedFileError(without_record(path, folder))
        if known[folder][path] != found[path]:
            raise DamagedFileError(f"{path} is damaged: its content is not what its job wrote. {CURE}{path}")
    return found


def without_record(path: str, folder: Path) -> str:
    """What to say of a file that no record of a folder tells of: which records are damaged, and what to do."""
    faults = []
    for record in sorted(folder.glob("*.json")):
        try:
            read(record)
        except DamagedFileError as fault:
            faults.append(f" {fault}.")
    return f"{path} has no record in {folder}.{''.join(faults)} {CURE}{path}"


def maker(path: str, results: Path) -> Record | None:
    """The record that tells of a file, if there is one."""
    folder = folder_of(path, results)
    found = read_all(folder) if folder else iter(())
    return next((record for record in found if path in record["outputs"]), None)


def results_of(path: str | Path) -> Path:
    """The folder of results that a result or a record lies in: results/, perhaps with the prefix of a module."""
    parts = Path(path).parts
    return Path(*parts[: parts.index(RESULTS) + 1]) if RESULTS in parts else Path(RESULTS)


def folder_of(path: str | Path, results: Path) -> Path | None:
    """The folder with the record of a file, the nearest above it in `results`; None for a file that no job makes."""
    above = [parent / FOLDER for parent in Path(path).parents if parent.is_relative_to(results)]
    return next((folder for folder in above if folder.is_dir()), None)


def failure_note(record: Path) -> Path:
    """Where a job that failed leaves its reason until its next try, beside where its record would be."""
    return record.with_suffix(NOTE)


def read_all(folder: Path) -> Iterator[Record]:
    """The records of a folder, by name; without those that are damaged, or that a starting job takes away."""
    for path in sorted(folder.glob("*.json")):
        with suppress(DamagedFileError, FileNotFoundError):
            yield read(path)


def read(path: Path) -> Record:
    """One record.

    Raises:
        DamagedFileError: says what is there instead.
        FileNotFoundError: there is nothing.
    """
    if path.exists() and not path.is_file():  # a pipe would have no end
        what = "a folder" if path.is_dir() else "not a regular file"
        raise DamagedFileError(f"{path} is {what}, not the record of a job: remove it first")
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DamagedFileError(f"{path} can't be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        record = None
    if not is_record(record):
        raise DamagedFileError(f"{path} is damaged: not the record of a job")
    return record


def is_record(found: Any) -> bool:
    """Whether what a JSON file holds has the shape of a record, as far as it is relied on."""
    return (
        isinstance(found, dict)
        and all(isinstance(found.get(key), kind) for key, kind in SHAPE.items())
        and all(isinstance(value, str) for key in OF_TEXTS for value in found[key].values())
    )
