"""Paths of a user's files: as messages show them, and whether there is a file to read."""

import stat
from collections.abc import Sequence
from pathlib import Path

from aepipe.errors import DataError, printable

#: Names in a message, the most of them and of their characters, and the longest reason quoted from a library.
NAMED, LONGEST_NAMED, LONGEST_REASON = 5, 600, 200


def first(names: Sequence[object]) -> str:
    """The first few names: one, without the middle if it is long, and as many more as are short enough."""
    shown = [printable(name) for name in names[:NAMED]]
    while len(shown) > 1 and sum(map(len, shown)) > LONGEST_NAMED:
        shown.pop()
    half = LONGEST_NAMED // 2
    cut = [text if len(text) <= LONGEST_NAMED else f"{text[:half]}...{text[-half:]}" for text in shown]
    return ", ".join(cut) + (", ..." if len(names) > len(shown) else "")


def reason(error: Exception) -> str:
    """What a library or the system says of a file, in one short line."""
    text = (error.strerror if isinstance(error, OSError) else None) or str(error) or type(error).__name__
    return printable(text.partition("\n")[0])[:LONGEST_REASON]


def expanded(path: str) -> Path:
    """The path, with `~` as the home folder; DataError if there is none."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise DataError(f"there is no home folder for {path!r}; give a path without ~") from error


def file_at(path: str, kind: str) -> Path:
    """The path of a regular file with content; `kind` says what it should be.

    Raises:
        DataError: there is none.
    """
    place = expanded(path)
    if "{" in str(place):
        raise DataError(f"{path!r} has a brace, which Snakemake takes for a wildcard; rename it")
    try:
        status = place.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        what = f"{path!r} is a broken link" if place.is_symlink() else f"there is no file {path!r}"
        raise DataError(f"{what}; give the path of {kind}") from error
    if problem := unusable(status.st_mode, status.st_size):
        raise DataError(f"{printable(path)} is {problem}; give the path of {kind}")
    return place


def unusable(mode: int, size: int) -> str | None:
    """Why something in a folder, with this mode and size in bytes, is no file to read; None if it is one."""
    if stat.S_ISDIR(mode):
        return "a folder"
    if not stat.S_ISREG(mode):
        return "not a regular file"
    return None if size else "empty"
