"""What every workflow job does around its work: log, check, keep others out, publish, record."""

import errno
import gc
import json
import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from aepipe.errors import AepipeError, printable
from aepipe.provenance import locks, records

#: Says in a line how far a job is.
Report = Callable[[str], None]

PROGRESS = "progress"
DISK_FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))


@contextmanager
def job(snakemake: Any) -> Iterator[SimpleNamespace]:
    """The frame of a job: when the block succeeds, its results get their names, each of them whole, the record first.

    Until then they lie in a folder of the job's own. A job that fails or is killed leaves no result, but its progress.

    Args:
        snakemake: of the script. Each rule has an output `record`.

    Yields:
        Where to write each output, by its name; `progress`, a path that survives to the next try; `identity`, which
        stands for inputs, settings, code and library versions; and `tell`, a function for a line that the user should
        see on the terminal and in the report.
        All output of the block, also that of libraries, goes to the log.
        An error ends the job with exit status 1: one of ours with its message, any other with its traceback.
    """
    terminal = os.dup(sys.stderr.fileno())
    log_to(snakemake.log[0])
    record_path = Path(snakemake.output.record)
    folder = None
    try:
        folder = take_over(record_path)
        locks.lock_in(folder)
        record = records.begin(
            snakemake.rule,
            dict(snakemake.wildcards.items()),
            snakemake.params,
            dict.fromkeys(snakemake.input),
            records.results_of(record_path),
        )
        outputs = {name: Path(path) for name, path in snakemake.output.items() if name != "record"}
        staged = {name: folder / path.name for name, path in outputs.items()}
        started = time.perf_counter()
        notes: list[str] = []
        work = SimpleNamespace(**staged, progress=folder / PROGRESS, identity=records.identity(record))
        work.tell = partial(tell, terminal=terminal, notes=notes)
        yield work
        if notes:
            record["notes"] = notes
        record["spent"] = {
            "seconds": round(time.perf_counter() - started, 3),
            "peak_memory_mb": peak_memory(),
            "requested_memory_mb": snakemake.resources.get("mem_mb"),
        }
        record["versions"] |= records.gpu_in_use()
        record["outputs"] = {str(outputs[name]): records.checksum(path) for name, path in staged.items()}
        (folder / record_path.name).write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
        (folder / record_path.name).replace(record_path)  # first, so that each result that is there has a record
        for name, path in staged.items():
            publish(path, outputs[name])
        shutil.rmtree(folder, ignore_errors=True)
        gc.freeze()  # or Python would look through all objects of all libraries at its end: half a second with PyTorch
    except Exception as error:
        if folder is not None and not folder.exists():
            leave_to_another(record_path)
        give_up(error, folder, record_path)
        if is_disk_full(error):  # the log may be empty
            os.write(terminal, f"{explain(error)}\n".encode())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("Interrupted: to go on, run snakemake again.")


def tell(text: str, terminal: int, notes: list[str]) -> None:
    """Says something in the log, on the terminal and in the job's record, and so in the report."""
    print(text)
    notes.append(text)
    with suppress(OSError):  # a terminal may be gone
        os.write(terminal, f"Note: {printable(text)}\n".encode(errors="backslashreplace"))


def publish(path: Path, output: Path) -> None:
    """Gives a finished file its name, at once; also where the folder of the output is a link to another disk."""
    output.parent.mkdir(parents=True, exist_ok=True)  # Snakemake removes empty folders of failed jobs
    try:
        path.replace(output)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        beside = output.with_name(f".{output.name}")
        shutil.copyfile(path, beside)
        beside.replace(output)


def peak_memory() -> int | None:
    """The most memory that this process has held so far, in MB, shared pages included; None where /proc doesn't tell.

    The portable `getrusage` tells of Snakemake, from which a job is forked, where that is the larger.
    """
    with suppress(OSError):
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) * 1024 / 1e6)
    return None


def log_to(path: str) -> None:
    """Sends all output to a new file. A job that an earlier run left behind goes on with the old one."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).unlink(missing_ok=True)
    with Path(path).open("w", encoding="utf-8") as log:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
            os.dup2(log.fileno(), stream.fileno())
            stream.reconfigure(encoding="utf-8", line_buffering=True)  # type: ignore[union-attr]


def take_over(record: Path) -> Path:
    """A new folder beside a job's record, with the progress of an earlier try, if there is one.

    The earlier try may still run, where the Snakemake that started it was killed. Its folder is moved away from under
    it, so that nothing it writes from now on can appear among the results.
    """
    record.parent.mkdir(parents=True, exist_ok=True)
    earlier = folders_of(record)
    folder = Path(tempfile.mkdtemp(prefix=f".{record.stem}.", dir=record.parent))
    for index, old in enumerate(earlier):
        with suppress(FileNotFoundError):
            taken = old.rename(folder / str(index))
            if (taken / PROGRESS).exists():
                (taken / PROGRESS).replace(folder / PROGRESS)
            shutil.rmtree(taken, ignore_errors=True)
    records.failure_note(record).unlink(missing_ok=True)
    return folder


def folders_of(record: Path) -> list[Path]:
    """The folders of jobs for a record that are at work, or were killed."""
    return sorted(record.parent.glob(f".{record.stem}.*"))


def leave_to_another(record: Path) -> None:
    """Waits for the job that has taken over, and ends as it did.

    A job that fails has its results removed, if its Snakemake is alive, and these are the other's.
    """
    print("Another run has taken over this job. This one waits for it, and leaves the results alone.", file=sys.stderr)
    for folder in folders_of(record):
        locks.wait_for(folder)
    sys.exit(0 if record.exists() else 1)


def give_up(error: Exception, folder: Path | None, record: Path) -> None:
    """The error into the log, the reason for it beside the record; of what the job wrote, its progress alone stays."""
    if folder is not None:
        for path in folder.iterdir():
            if path.name != PROGRESS:
                path.unlink()
        with suppress(OSError):
            folder.rmdir()  # where it is empty
    # With a full disk, neither may come about.
    with suppress(OSError):
        print(explain(error), file=sys.stderr)
    with suppress(OSError):
        note = records.failure_note(record)
        note.write_text(first_line(error) + "\n", encoding="utf-8", errors="backslashreplace")


def explain(error: Exception) -> str:
    """All that the log should say of an error."""
    if isinstance(error, AepipeError):
        return str(error)
    if is_disk_full(error):
        return f"The disk is full ({error}). Free some of it and run snakemake again."
    return "".join(traceback.format_exception(error)).rstrip()


def first_line(error: Exception) -> str:
    """An error in a line, for tables and figures."""
    if is_disk_full(error):
        return "the disk was full"
    text = str(error).partition("\n")[0]
    return text if isinstance(error, AepipeError) else f"{type(error).__name__}: {text}".rstrip(": ")


def is_disk_full(error: Exception) -> bool:
    """Whether it is that; libraries have errors of their own for it, numpy for bytes that it could not write."""
    numpys = isinstance(error, OSError) and " requested and " in str(error)
    return numpys or any(text in str(error) for text in DISK_FULL)


def by_model(paths: Iterable[str]) -> dict[str, list[str]]:
    """Files of runs, results/<dataset>/runs/<model>/<run>/<file>, grouped by model, in their order."""
    groups: dict[str, list[str]] = {}
    for path in paths:
        groups.setdefault(Path(path).parts[-3], []).append(path)
    return groups
