"""Results against today's code, settings and data: what Snakemake can't know without its own notes in `.snakemake`."""

import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aepipe.errors import DamagedFileError, printable
from aepipe.provenance import records

UNKNOWN = "no record says how these were made"


def contents(folder: Path, above: tuple[Path, ...] = ()) -> Iterator[Path]:
    """All that lies below a folder, hidden files left out; follows links to folders, but not those around them."""
    above = (*above, folder.resolve())
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        yield path
        if path.is_dir() and not is_closed(path) and path.resolve() not in above:
            yield from contents(path, above)


def is_closed(folder: Path) -> bool:
    """Whether the user may not see what lies in a folder."""
    return folder.is_dir() and not os.access(folder, os.R_OK | os.X_OK)


def is_record(path: Path) -> bool:
    """Whether a path is that of a record, or of a folder that may hold some but is closed."""
    return (path.parent.name == records.FOLDER and path.suffix == ".json") or is_closed(path)


def report(today: Mapping[str, records.Record | None], made: Iterable[str]) -> tuple[str, list[str]]:
    """Compares records with what their jobs would be made from now.

    Args:
        today: path of each record -> `wildcards`, `code`, `settings` and a list of `inputs` of its job now; None where
            the configuration has no such job, and so nothing to compare but files.
        made: result files, each of which some record should tell of.

    Returns:
        A text, each difference with the records that have it; and those records, and the files without one. Libraries
        of other versions are told, but are no difference.
    """
    checksum = cache(records.checksum)
    found: dict[str, list[str]] = defaultdict(list)
    versions: Counter[tuple[str, str]] = Counter()
    told: set[str] = set()
    stale = []
    for path, now in today.items():
        try:
            record = records.read(Path(path))
        except FileNotFoundError:
            lines = [f"{path} is a broken link, not the record of a job: remove it first"]
        except DamagedFileError as error:
            lines = [str(error)]
        else:
            told |= record["outputs"].keys()
            versions.update(record["versions"].items())
            lines = list(differences(record, now, checksum))
        for line in lines:
            found[line].append(path)
        if lines:
            stale.append(path)
    if unknown := sorted(set(made) - told):
        found[UNKNOWN] = unknown
    text = "".join(
        f"{printable(line)}\n" for one, paths in found.items() for line in (one, *(f"    {path}" for path in paths))
    )
    text += "".join(others(versions))
    text += f"{len(today)} records, {len(stale)} of them don't match today's code, settings and data.\n"
    if unknown:
        text += f"{len(unknown)} files have no record.\n"
    if not today:
        text += "Without records, nothing can be compared: is this the folder with the results?\n"
    return text, stale + unknown


def others(versions: Mapping[tuple[str, str], int]) -> Iterator[str]:
    """A line for each version of a library, with its number of records, that is not the installed one."""
    installed = records.versions(name for name, _ in versions)
    for (name, version), count in sorted(versions.items()):
        if installed.get(name, version) != version:
            yield f"{count} records were made with {name} {version}; {installed[name]} is installed\n"


def differences(
    record: records.Record,
    today: records.Record | None,
    checksum: Callable[[str], str] = records.checksum,
) -> Iterator[str]:
    """What of a record does not match files, code and settings, a line each; for `today`, see `report`."""
    for paths, change in (
        (record["outputs"], "is damaged: its content is not what its job wrote"),
        (record["inputs"], "differs from the input that was used"),
    ):
        for path, sha in paths.items():
            try:
                if checksum(path) != sha:
                    yield f"{path} {change}"
            except FileNotFoundError:
                yield f"{path} is missing"
            except (OSError, ValueError) as error:
                yield f"{path} can't be read: {getattr(error, 'strerror', error)}"
    if today is None:
        return
    if record["wildcards"] != today["wildcards"]:
        yield "the record is of another job"
    yield from (f"{path} is no longer an input" for path in sorted(set(record["inputs"]) - set(today["inputs"])))
    yield from (f"{path} is a new input" for path in sorted(set(today["inputs"]) - set(record["inputs"])))
    changed = {item[0] for item in record["code"].items() ^ today["code"].items()}
    yield from (f"the code of {module} has changed" for module in sorted(changed))
    yield from changes(record["settings"], today["settings"], "")


def changes(then: Any, now: Any, key: str) -> Iterator[str]:
    """The settings that differ, with their keys."""
    if isinstance(then, dict) and isinstance(now, dict):
        for name in sorted(then.keys() | now.keys()):
            yield from changes(then.get(name), now.get(name), f"{key}.{name}" if key else name)
    elif then != now:
        yield f"{key} was {then!r}, and is {now!r} today"
