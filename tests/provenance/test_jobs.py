"""The frame of a job: results appear all at once with their record, or not at all, whatever happens to it."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from aepipe.provenance.jobs import by_model

RUN = Path("results/digits/runs/vae/d10_without-none_seed0")
RECORD = RUN / "records/train_autoencoder.json"
SCRIPT = """
import os, sys
from types import SimpleNamespace
from snakemake.iocontainers import InputFiles, OutputFiles, Params, Wildcards
from aepipe.errors import DataError
from aepipe.provenance.jobs import job

snakemake = SimpleNamespace(
    rule="train_autoencoder",
    wildcards=Wildcards(fromdict={{"model": "vae", "seed": "0"}}),
    params=Params(toclone=["train.py 0a1b", "pandas"], fromdict={{"training": {{"epochs": {epochs}}}}}),
    input=InputFiles(fromdict={{"images": "images.npy"}}),
    output=OutputFiles(
        fromdict={{
            "weights": "{run}/weights",
            "metrics": "{run}/metrics/training.csv",
            "record": "{record}",
        }}
    ),
    log=["logs/job.log"],
    resources={{"mem_mb": 1000}},
)
with job(snakemake) as work:
    {body}
"""
WRITE = "work.weights.write_text('{0}'); work.metrics.write_text('{0}')"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return prepared(tmp_path)


def prepared(folder: Path) -> Path:
    """As Snakemake leaves it to a job: inputs, and folders for outputs."""
    (folder / "images.npy").write_bytes(b"pixels")
    (folder / RUN / "metrics").mkdir(parents=True)
    return folder


def start(folder: Path, body: str, epochs: int = 60) -> subprocess.Popen:
    script = SCRIPT.format(run=RUN, record=RECORD, body=body, epochs=epochs)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    streams = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen([sys.executable, "-c", script], cwd=folder, text=True, env=environment, **streams)  # type: ignore[call-overload]


def run(folder: Path, body: str) -> tuple[int, str, str]:
    """Runs a script like a workflow's: its exit status, what it printed on the terminal, and its log."""
    process = start(folder, body)
    terminal, _ = process.communicate()
    return process.returncode, terminal, (folder / "logs/job.log").read_text()


def wait_until(happened: Callable[[], bool], process: subprocess.Popen) -> None:
    while not happened():
        assert process.poll() is None
        time.sleep(0.005)


def text_of(log: Path) -> str:
    """What a log holds; a job that starts makes it anew."""
    try:
        return log.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""


def files(folder: Path) -> set[str]:
    """All files of the run, the hidden ones, too."""
    return {str(path.relative_to(folder / RUN)) for path in (folder / RUN).rglob("*") if path.is_file()}


# The log


def test_a_note_is_in_the_log_on_the_terminal_and_in_the_record(folder: Path) -> None:
    status, terminal, log = run(folder, WRITE.format("a") + "; work.tell('b.png is a copy of a\\x1b.png')")
    assert (status, terminal) == (0, "Note: b.png is a copy of a\\x1b.png\n")
    assert "b.png is a copy of a" in log
    assert len(json.loads((folder / RECORD).read_text())["notes"]) == 1


def test_all_output_of_a_job_goes_to_its_log(folder: Path) -> None:
    body = "print('ours'); print('theirs', file=sys.stderr); os.system('echo of a library'); " + WRITE
    assert run(folder, body) == (0, "", "ours\ntheirs\nof a library\n")


def test_the_log_is_utf_8_whatever_the_locale_says(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}.items():
        monkeypatch.setenv(name, value)
    body = f"print('\\u03b2'); print('\\u03b2', file=sys.stderr); {WRITE}"
    assert run(folder, body) == (0, "", "\u03b2\n\u03b2\n")


def test_an_error_that_its_message_explains_ends_a_job_without_traceback(folder: Path) -> None:
    status, terminal, log = run(folder, "print('reading'); raise DataError('x is truncated.')")
    assert (status, terminal) == (1, "")
    assert log.splitlines() == ["reading", "x is truncated."]


def test_any_other_error_ends_a_job_with_its_traceback(folder: Path) -> None:
    status, terminal, log = run(folder, "{}['missing']")
    assert (status, terminal) == (1, "")
    assert log.startswith("Traceback (most recent call last):")
    assert log.rstrip().endswith("KeyError: 'missing'")


def test_the_log_of_a_job_that_is_killed_has_all_that_it_printed(folder: Path) -> None:
    status, _, log = run(folder, "print('epoch 1'); os.kill(os.getpid(), 9)")
    assert (status, log) == (-9, "epoch 1\n")


# Results


def test_results_appear_all_at_once_with_their_record(folder: Path) -> None:
    early = f"assert not os.path.exists('{RUN}/weights')"
    check = f"import numpy; work.weights.write_text('w'); {early}; work.metrics.write_text('m')"
    assert run(folder, check)[0] == 0
    assert files(folder) == {"weights", "metrics/training.csv", "records/train_autoencoder.json"}
    record = json.loads((folder / RECORD).read_text())
    assert record["wildcards"] == {"model": "vae", "seed": "0"}
    assert record["settings"] == {"training": {"epochs": 60}}
    assert set(record["inputs"]) == {"images.npy"}
    assert set(record["outputs"]) == {f"{RUN}/weights", f"{RUN}/metrics/training.csv"}
    assert record["spent"]["seconds"] >= 0
    assert 10 < record["spent"]["peak_memory_mb"] < 1000
    # what its code imports, whatever is loaded
    assert record["versions"] == {"python": sys.version.split()[0], "pandas": version("pandas")}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("work.weights.write_text('half of'); raise DataError('x is truncated.\\nIn two lines.')", "x is truncated."),
        ("work.weights.write_text('half of'); 1 / 0", "ZeroDivisionError: division by zero"),
        ("work.weights.write_text('no metrics')", "FileNotFoundError: "),
    ],
)
def test_a_job_that_fails_leaves_nothing_but_its_reason(folder: Path, body: str, reason: str) -> None:
    assert run(folder, body)[0] == 1
    assert files(folder) == {"records/train_autoencoder.failed"}
    assert (folder / RECORD.with_suffix(".failed")).read_text().startswith(reason)


def test_the_next_try_forgets_the_reason(folder: Path) -> None:
    run(folder, "1 / 0")
    run(folder, WRITE)
    assert files(folder) == {"weights", "metrics/training.csv", "records/train_autoencoder.json"}


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "os.kill(os.getpid(), 15)", "1 / 0"])
def test_progress_survives_to_the_next_try_and_goes_with_success(folder: Path, end: str) -> None:
    assert run(folder, f"work.progress.write_text('40 epochs'); work.weights.write_text('half of'); {end}")[0] != 0
    _, _, log = run(folder, f"print(sorted(os.listdir(work.progress.parent)), work.progress.read_text()); {WRITE}")
    assert log == "['.lock', 'progress'] 40 epochs\n"
    assert files(folder) == {"weights", "metrics/training.csv", "records/train_autoencoder.json"}


def test_what_goes_into_a_job_has_one_identity(folder: Path) -> None:
    def identity(epochs: int = 60) -> str:
        process = start(folder, f"print(work.identity); {WRITE}", epochs)
        assert process.wait() == 0
        return (folder / "logs/job.log").read_text()

    before = identity()
    assert identity() == before
    assert identity(epochs=61) != before
    (folder / "images.npy").write_bytes(b"other pixels")
    assert identity() != before


def test_a_job_ends_without_looking_through_its_libraries_for_garbage(folder: Path) -> None:
    at_its_end = "import atexit, gc; atexit.register(lambda: print(len(gc.get_objects()) < gc.get_freeze_count()))"
    assert run(folder, f"{at_its_end}; {WRITE.format(1)}") == (0, "", "True\n")


# Two jobs for the same results: Snakemake was killed, started again, and the job of the dead one runs on


def test_a_job_left_behind_can_write_no_result_once_another_has_started(folder: Path) -> None:
    orphan = start(folder, WRITE.format("old") + "; print('written'); sys.stdin.readline()", epochs=5)
    log = folder / "logs/job.log"
    wait_until(lambda: "written" in text_of(log), orphan)
    assert run(folder, WRITE.format("new")) == (0, "", "")
    before = {path: (folder / RUN / path).read_text() for path in files(folder)}
    orphan.communicate("go on\n")
    assert orphan.returncode == 0  # or its Snakemake, if alive, would remove the results
    assert before == {path: (folder / RUN / path).read_text() for path in files(folder)}
    assert set(before) == {"weights", "metrics/training.csv", "records/train_autoencoder.json"}
    assert log.read_text() == ""  # that of the new one


def test_a_job_left_behind_can_not_touch_the_progress_of_the_next(folder: Path) -> None:
    wait = "sys.stdin.readline()"
    orphan = start(folder, f"work.progress.write_text('5'); print('written'); {wait}; work.progress.write_text('10')")
    log = folder / "logs/job.log"
    wait_until(lambda: "written" in text_of(log), orphan)
    new = start(
        folder, f"print('from', work.progress.read_text()); {wait}; print('to', work.progress.read_text()); {WRITE}"
    )
    wait_until(lambda: "from" in text_of(log), new)
    assert orphan.stdin is not None
    orphan.stdin.write("go on\n")
    orphan.stdin.flush()
    new.communicate("go on\n")
    assert (orphan.wait(), new.returncode) == (0, 0)
    assert log.read_text() == "from 5\nto 5\n"


def test_a_job_left_behind_ends_as_the_one_that_took_over(folder: Path) -> None:
    orphan = start(folder, f"print('begun'); sys.stdin.readline(); {WRITE}")
    log = folder / "logs/job.log"
    wait_until(lambda: "begun" in text_of(log), orphan)
    new = start(folder, f"print('anew'); {WRITE}; sys.stdin.readline(); 1 / 0")
    wait_until(lambda: "anew" in text_of(log), new)
    assert orphan.stdin is not None
    orphan.stdin.write("go on\n")
    orphan.stdin.flush()
    wait_until(lambda: is_waiting(orphan), orphan)
    new.communicate("go on\n")
    assert (orphan.wait(), new.returncode) == (1, 1)
    assert files(folder) == {"records/train_autoencoder.failed"}


def is_waiting(process: subprocess.Popen) -> bool:
    """Whether it waits for a lock, as the kernel says."""
    return f"-> POSIX  ADVISORY  WRITE {process.pid} " in Path("/proc/locks").read_text(encoding="utf-8")


# Disks


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="there is no other disk")
def test_results_may_lie_on_another_disk(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm") as other:
        assert Path(other).stat().st_dev != folder.stat().st_dev
        (folder / RUN / "metrics").rmdir()
        (folder / RUN / "metrics").symlink_to(other)
        assert run(folder, WRITE.format(1)) == (0, "", "")
        assert {path.name for path in Path(other).iterdir()} == {"training.csv"}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root")
    yield prepared(folder)
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(
    "write",
    [
        "work.weights.write_bytes(bytes(100_000))",
        "import numpy; numpy.save(work.weights.open('wb'), numpy.zeros(100_000))",
        "from safetensors.numpy import save_file; import numpy; save_file({'a': numpy.zeros(100_000)}, work.weights)",
    ],
    ids=["bytes", "numpy", "safetensors"],
)
def test_a_full_disk_is_named_and_nothing_half_written_stays(small_disk: Path, write: str) -> None:
    status, terminal, log = run(small_disk, write)
    assert status == 1
    assert "The disk is full" in log
    assert "The disk is full" in terminal  # as the log may be empty
    assert "Traceback" not in log + terminal
    assert files(small_disk) == {"records/train_autoencoder.failed"}
    assert run(small_disk, WRITE)[0] == 0


def test_files_of_cells_are_grouped_by_model_in_their_order() -> None:
    paths = [f"results/mnist/runs/{run}/codes.npz" for run in ("vq/seed0", "vae/seed0", "vq/seed1")]
    assert by_model(paths) == {"vq": [paths[0], paths[2]], "vae": [paths[1]]}
