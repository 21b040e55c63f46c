"""Provenance of a report, gathered from the records of all jobs behind it."""

from collections.abc import Iterable
from typing import Any

from aepipe.provenance.records import Record

#: Parameters of the look of a page or figure.
LOOKS = {"titles", "failed", "class_names", "wanted", "confidence", "limits", "margins", "objectives", "published"}


def gathered(records: Iterable[Record]) -> dict[str, Any]:
    """A summary of records.

    Returns:
        `jobs`: their number; `time`: their total time; `gpus`: names; `versions`: library -> versions;
        `code`: module -> digests, sorted by name; `networks`: rows of autoencoder, held-out class, network and
        training; `settings`: evaluation -> all settings in use; `notes`: what jobs told the user, each once.
    """
    jobs, seconds = 0, 0.0
    notes: dict[str, None] = {}
    versions: dict[str, set[str]] = {}
    code: dict[str, set[str]] = {}
    settings: dict[str, list[Any]] = {}
    networks: dict[tuple[str, str], dict[str, Any]] = {}
    for record in records:
        jobs += 1
        seconds += record.get("spent", {}).get("seconds", 0)
        notes |= dict.fromkeys(record.get("notes", []))
        for name, version in record.get("versions", {}).items():
            versions.setdefault(name, set()).add(version)
        for name, digest in record.get("code", {}).items():
            code.setdefault(name, set()).add(digest)
        own = record.get("settings", {})
        for name, value in own.get("evaluation", {}).items():
            if value not in settings.setdefault(name, []):
                settings[name].append(value)
        if "training" in own and "network" in own:
            run = record["wildcards"]
            networks.setdefault((run["model"], run["held_out"]), {**own["network"], "training": own["training"]})
        elif record["rule"] == "split_dataset":
            plain = {key: value for key, value in own.items() if key not in LOOKS}
            if plain and plain not in settings.setdefault("split", []):
                settings["split"].append(plain)
    return {
        "jobs": jobs,
        "time": in_words(seconds),
        "gpus": sorted(versions.pop("gpu", set())),
        "versions": {name: sorted(those) for name, those in versions.items()},
        "code": {name: sorted(those) for name, those in sorted(code.items())},
        "networks": [{"model": model, "held_out": out, **own} for (model, out), own in networks.items()],
        "settings": dict(sorted(settings.items())),
        "notes": list(notes),
    }


def in_words(seconds: float) -> str:
    """A duration, rounded to minutes if it is long."""
    hours, minutes = divmod(round(seconds / 60), 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{seconds:.0f} s"
