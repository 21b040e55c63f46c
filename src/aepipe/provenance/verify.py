"""Results against today's code, settings and data: what Snakemake can't know without its own notes in `.snakemake`."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from aepipe.errors import DamagedFileError
from aepipe.provenance import records


def report(today: Mapping[str, records.Record | None]) -> tuple[str, list[str]]:
    """Compares records with what their jobs would be made from now.

    Args:
        today: path of each record -> `code`, `settings` and a list of `inputs` of the same job now; None where the
            configuration has no such job, and so nothing to compare but files.

    Returns:
        A text, each difference with the records that have it; and a file of each of those jobs, to be made anew.
    """
    checksum, maker = cache(records.checksum), cache(records.maker)
    found: dict[str, list[str]] = defaultdict(list)
    stale = []
    for path, now in today.items():
        try:
            record = records.read(Path(path))
        except DamagedFileError:
            found["damaged: not the record of a job"].append(path)
            stale.append(path)
            continue
        lines = list(differences(record, now, checksum, maker))
        for line in lines:
            found[line].append(path)
        if lines:
            stale.append(path)
    text = "".join(f"{line}\n" + "".join(f"    {path}\n" for path in paths) for line, paths in found.items())
    return f"{text}{len(today)} records, {len(stale)} of them don't match today's code, settings and data.\n", stale


def differences(
    record: records.Record,
    today: records.Record | None,
    checksum: Callable[[str], str] = records.checksum,
    maker: Callable[[str], records.Record | None] = records.maker,
) -> Iterator[str]:
    """What of a record does not match files, code and settings, a line each; for `today`, see `report`."""
    for path, sha in record["outputs"].items():
        if not Path(path).exists():
            yield f"{path} is missing"
        elif checksum(path) != sha:
            yield f"{path} is damaged: its content is not what its job wrote"
    for path, sha in record["inputs"].items():
        if not Path(path).exists():
            yield f"{path} is missing"
        elif checksum(path) != sha:
            yield f"{path} differs from the input that was used"
        elif records.folder_of(path) and maker(path) is None:
            yield f"{path} has no record"
    if today is None:
        return
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
