"""The executor `prefork` on small workflows of any kind: its scripts are forks, and notice nothing of it."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from support.workflow_runs import PATIENCE

from snakemake_executor_plugin_prefork.imports import libraries

pytestmark = pytest.mark.workflow

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere, nothing is forked")
ALL = "rule all:\n    input: {}\n\n"
RULE = """
rule {name}:
    output: "{name}.txt"
    log: "{name}.log"
    {more}
    script: "scripts/{name}.py"
"""
WRITE = "from pathlib import Path\nPath(snakemake.output[0]).write_text(str({}))\n"


def project(folder: Path, snakefile: str = "", **scripts: str) -> Path:
    """A workflow with a rule for each script, in their order, and what else the Snakefile has."""
    rules = "".join(RULE.format(name=name, more="") for name in scripts if f"scripts/{name}.py" not in snakefile)
    everything = ", ".join(f'"{name}.txt"' for name in scripts)
    (folder / "Snakefile").write_text(ALL.format(everything) + snakefile + rules)
    (folder / "scripts").mkdir()
    for name, text in scripts.items():
        (folder / f"scripts/{name}.py").write_text(text)
    return folder


def start(folder: Path, *arguments: str, executor: str = "prefork", **environment: str) -> subprocess.Popen:
    command = [sys.executable, "-m", "snakemake", "--executor", executor, "--cores", "2", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | environment
    streams |= {"start_new_session": True}  # a process group of its own, as a shell gives it
    return subprocess.Popen(command, cwd=folder, env=variables, text=True, **streams)  # type: ignore[call-overload]


def run(folder: Path, *arguments: str, succeeds: bool = True, executor: str = "prefork", **environment: str) -> str:
    """What Snakemake prints."""
    process = start(folder, *arguments, executor=executor, **environment)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert (process.returncode == 0) == succeeds, printed
    return printed


def wait_until(happened: Callable[[], object], process: subprocess.Popen) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline
        time.sleep(0.01)


# What is imported for a script


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import json\nfrom numpy import linalg", {"json", "numpy", "numpy.linalg"}),
        ("try:\n    import numpy\nexcept ImportError: pass", {"numpy"}),
        ("class A:\n    import numpy", {"numpy"}),
        ("def f():\n    import numpy", set()),
        ("f = lambda: __import__('numpy')", set()),
        ("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import numpy", {"typing", "typing.TYPE_CHECKING"}),
        ("import helper", {"torch.nn", "math"}),
        ("from package import module", {"scipy"}),
        ("import os\nos.environ['X'] = '1'\nimport numpy", {"os"}),
        ("import sys\nsys.path.insert(0, '.')\nimport numpy", {"sys"}),
        ("import os\ndef f():\n    os.environ.clear()\nimport numpy", {"os", "numpy"}),
        ("import nowhere.to.be_found", set()),
        ("import )", set()),
    ],
)
def test_the_libraries_are_those_that_running_the_script_would_import(
    tmp_path: Path, text: str, found: set[str]
) -> None:
    (tmp_path / "package").mkdir()
    (tmp_path / "script.py").write_text(text)
    (tmp_path / "helper.py").write_text("import torch.nn, math, script")
    (tmp_path / "package/__init__.py").touch()
    (tmp_path / "package/module.py").write_text("from . import inner")
    (tmp_path / "package/inner.py").write_text("import scipy")
    assert set(libraries(tmp_path / "script.py", tmp_path)) == found


# Forks


@LINUX
def test_scripts_are_forks_of_one_process_that_has_their_libraries_loaded(tmp_path: Path) -> None:
    loaded = "import os, sys\nthere = 'numpy' in sys.modules\nimport numpy\n" + WRITE.format("[os.getppid(), there]")
    printed = run(project(tmp_path, a=loaded, b=loaded), "--nocolor")
    (server, there), other = (json.loads((tmp_path / f"{name}.txt").read_text().lower()) for name in "ab")
    assert there
    assert other == [server, True]
    assert "prefork leaves" not in printed  # all is forked but `all`, which runs nothing
    assert not psutil.pid_exists(server)


@LINUX
def test_a_dry_run_starts_no_server(tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.mkdir()
    (told / "sitecustomize.py").write_text(f"import sys\nprint(sys.orig_argv, file=open('{told}/programs', 'a'))\n")
    project(tmp_path, a=WRITE.format(1))
    servers = lambda: (told / "programs").read_text().count("server.py")  # noqa: E731
    run(tmp_path, "--dry-run", PYTHONPATH=str(told))
    assert servers() == 0
    run(tmp_path, PYTHONPATH=str(told))
    assert servers() == 1


def test_a_job_runs_the_code_as_it_is_when_the_job_starts(tmp_path: Path) -> None:
    edit = "import helper\nPath('scripts/helper.py').write_text('VALUE = 2')\n"
    second = RULE.format(name="second", more='input: "first.txt"')
    project(
        tmp_path,
        second,
        first="from pathlib import Path\n" + edit + WRITE.format("helper.VALUE"),
        second="import helper\n" + WRITE.format("helper.VALUE"),
    )
    (tmp_path / "scripts/helper.py").write_text("VALUE = 1")
    run(tmp_path, PYTHONDONTWRITEBYTECODE="1")
    assert [(tmp_path / f"{name}.txt").read_text() for name in ("first", "second")] == ["1", "2"]


def test_cuda_is_not_initialised_where_jobs_are_forked(tmp_path: Path) -> None:
    state = "torch.cuda.is_initialized() or torch.cuda._is_in_bad_fork()"
    run(project(tmp_path, a="import torch\n" + WRITE.format(state)))
    assert (tmp_path / "a.txt").read_text() == "False"


def test_snakemake_ends_with_its_last_job_whatever_it_still_meant_to_look_at(tmp_path: Path) -> None:
    run(project(tmp_path, a=WRITE.format(1), b=WRITE.format(1)), "--max-jobs-per-timespan", "1000/10h")


# A script notices nothing


SEEN = """
import json, os, random, sys, tempfile, threading
import numpy
from pathlib import Path

pairs = {name: dict(value.items()) for name, value in vars(snakemake).items() if hasattr(value, "items")}
temporary = ".snakemake/scripts/"
seen = {
    "name": __name__,
    "file": __file__,
    "argv": [temporary in sys.argv[0], sys.argv[1:]],
    "path": [temporary in sys.path[0] + "/", sorted(folder for folder in sys.path[1:] if "-cache" not in folder)],
    "executable": sys.executable,
    "directory": os.getcwd(),
    "environment": {name: value for name, value in os.environ.items() if name not in ("_", "SHLVL", "OLDPWD")},
    "tempfile": tempfile.gettempdir(),
    "snakemake": {name: repr(value) for name, value in vars(snakemake).items()},
    "named": repr(sorted(pairs.items())),
    "threads": threading.active_count(),
    "signals": [repr(__import__("signal").getsignal(number)) for number in (2, 15)],
    "command": temporary in Path("/proc/self/cmdline").read_text(),
}
Path(snakemake.output[0]).write_text(json.dumps(seen, indent=1, sort_keys=True))
"""
EVERYTHING = """
config["colour"] = "red"

rule a:
    input: x="x.in"
    output: "a.txt", more=touch("more.txt")
    log: "a.log"
    threads: 2
    resources: mem_mb=100, tmpdir="scratch"
    params: 3, settings={"b": 1, "a": [2, None]}, of=lambda wildcards: "called"
    script: "scripts/a.py"
"""


@LINUX
def test_a_script_sees_what_it_sees_in_a_process_of_its_own(tmp_path: Path) -> None:
    project(tmp_path, EVERYTHING, a=SEEN)
    (tmp_path / "x.in").touch()
    (tmp_path / "scratch").mkdir()
    seen = {}
    for executor in ("local", "prefork"):
        run(tmp_path, "--forceall", executor=executor)
        seen[executor] = json.loads((tmp_path / "a.txt").read_text())
    assert seen["prefork"] == seen["local"]
    assert seen["prefork"]["environment"]["OMP_NUM_THREADS"] == "2"


def test_random_numbers_are_a_jobs_own(tmp_path: Path) -> None:
    draw = "import random, numpy, torch\n" + WRITE.format(
        "[random.random(), numpy.random.rand(), torch.initial_seed()]"
    )
    run(project(tmp_path, a=draw, b=draw))
    ours, theirs = (json.loads((tmp_path / f"{name}.txt").read_text()) for name in "ab")
    assert not set(ours) & set(theirs)


def test_what_a_script_leaves_to_its_end_is_done(tmp_path: Path) -> None:
    late = "import atexit, tempfile, threading, time, torch\nfrom pathlib import Path\n"
    late += "threading.Thread(target=lambda: (time.sleep(0.1), Path('thread').touch())).start()\n"
    late += "atexit.register(Path('handler').touch)\nprint('buffered', end='')\n"
    late += "folder = tempfile.TemporaryDirectory(dir='.', prefix='temporary')\n"
    printed = run(project(tmp_path, a=late + WRITE.format(1)))
    assert (tmp_path / "thread").exists()
    assert (tmp_path / "handler").exists()
    assert not list(tmp_path.glob("temporary*"))
    assert "buffered" in printed


def test_the_rules_of_a_module_have_its_configuration(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    project(tmp_path / "inner", a=WRITE.format("snakemake.config['colour']"))
    use = 'module inner:\n    snakefile: "inner/Snakefile"\n    config: {"colour": "blue"}\n\nuse rule * from inner\n'
    (tmp_path / "Snakefile").write_text(f'config["colour"] = "red"\n{use}')
    run(tmp_path, "a.txt")
    assert (tmp_path / "a.txt").read_text() == "blue"


@pytest.mark.parametrize(
    "text",
    [
        "import multiprocessing\nmultiprocessing.set_start_method('spawn')\n",
        "import multiprocessing\nassert multiprocessing.current_process().name == 'MainProcess'\n",
        "import subprocess\nassert subprocess.run(['cat'], capture_output=True).stdout == b''\n",
        "from package import act\nassert act() == 1\n",
        "import pickle, sys\nclass A: pass\nassert isinstance(pickle.loads(pickle.dumps(A())), A)\n",
        "import sys\nsys.exit()\n",
    ],
    ids=["start method", "main process", "standard input", "function named as a module", "pickle", "exit"],
)
def test_a_script_may(tmp_path: Path, text: str) -> None:
    package = tmp_path / "site-packages/package"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("def act(): return 1")
    (package / "act.py").touch()
    run(project(tmp_path, a=WRITE.format(1) + text), PYTHONPATH=str(package.parent))


def test_a_script_may_come_as_a_path(tmp_path: Path) -> None:
    folder = project(tmp_path, a=WRITE.format(1))
    snakefile = (folder / "Snakefile").read_text()
    (folder / "Snakefile").write_text(snakefile.replace('"scripts/a.py"', 'Path("scripts") / "a.py"'))
    run(folder)


# Failures


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ("sys.exit(3)", "ended with exit status 3"),
        ("raise ValueError('too long')", "ended with exit status 1"),
        ("os.kill(os.getpid(), 9)", "was ended by SIGKILL, perhaps for lack of memory: run fewer jobs at once"),
        ("import ctypes; ctypes.string_at(0)", "was ended by SIGSEGV"),
        ("os.kill(os.getpid(), 40)", "was ended by signal 40"),
        ("import time; os.fork() or time.sleep(3600); os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
    ],
)
def test_a_failed_script_is_reported_with_its_end_and_its_log(tmp_path: Path, end: str, said: str) -> None:
    log = "import os, sys\nfrom pathlib import Path\nPath(snakemake.log[0]).write_text('the last words')\n"
    folder = project(tmp_path, a=WRITE.format("'half'") + log + end, b=WRITE.format("'whole'"))
    printed = run(folder, "--keep-going", "--show-failed-logs", succeeds=False)
    assert "Error in rule a:" in printed
    assert "the last words" in printed
    assert not (folder / "a.txt").exists()
    assert (folder / "b.txt").read_text() == "whole"
    if sys.platform == "linux":
        assert re.search(f"Rule a: the script .*scripts/a.py {said}", printed)
    if "ValueError" in end:
        assert "ValueError: too long" in printed


def test_a_retry_knows_its_attempt(tmp_path: Path) -> None:
    more = "retries: 1\n    resources: mem_mb=lambda wildcards, attempt: 100 * attempt"
    fail = "if snakemake.resources.mem_mb < 200: raise ValueError\n"
    run(project(tmp_path, RULE.format(name="a", more=more), a=fail + WRITE.format("snakemake.resources.mem_mb")))
    assert (tmp_path / "a.txt").read_text() == "200"


@LINUX
def test_a_server_that_is_killed_takes_its_jobs_along_and_another_takes_its_place(tmp_path: Path) -> None:
    kill = "import os, time\nif snakemake.resources.mem_mb < 200:\n    os.kill(os.getppid(), 9)\n    time.sleep(3600)\n"
    more = "retries: 1\n    resources: mem_mb=lambda wildcards, attempt: 100 * attempt"
    printed = run(project(tmp_path, RULE.format(name="a", more=more), a=kill + WRITE.format(1)))
    assert "was ended by SIGKILL" in printed
    assert (tmp_path / "a.txt").exists()


# What is left to the local executor


OTHERS = """
rule shell:
    output: "shell.txt"
    shell: "echo $OMP_NUM_THREADS > {output}"

rule run:
    output: "run.txt"
    run: open(output[0], "w").close()

rule shadow:
    output: "shadow.txt"
    shadow: "minimal"
    script: "scripts/shadow.py"

rule benchmark:
    output: "benchmark.txt"
    benchmark: "benchmark.tsv"
    script: "scripts/benchmark.py"

rule language:
    output: "language.txt"
    script: "scripts/language.sh"
"""


@LINUX
def test_what_cannot_be_forked_runs_as_ever_and_is_mentioned_once(tmp_path: Path) -> None:
    text = WRITE.format("__import__('os').getcwd()")
    folder = project(tmp_path, OTHERS, shadow=text, benchmark=text, forked=text)
    (folder / "scripts/language.sh").write_text("#!/bin/bash\ntouch ${snakemake_output[0]}\n")
    printed = run(folder, "--forceall", "all", "shell.txt", "run.txt", "language.txt")
    for reason in ("what is no Python script", "scripts with a shadow directory", "scripts with a benchmark"):
        assert printed.count(f"prefork leaves to Snakemake's local executor: {reason}\n") == 1
    assert ".snakemake/shadow" in (folder / "shadow.txt").read_text()
    assert "cpu_time" in (folder / "benchmark.tsv").read_text()


@LINUX
def test_a_library_that_starts_threads_is_imported_by_the_jobs(tmp_path: Path) -> None:
    library = tmp_path / "site-packages"
    library.mkdir()
    thread = "import threading, time\nthreading.Thread(target=time.sleep, args=(3600,), daemon=True).start()\n"
    (library / "busy_library.py").write_text(thread)
    busy = "import busy_library, os\n" + WRITE.format("os.getppid()")
    printed = run(project(tmp_path, a=busy, b=busy), PYTHONPATH=str(library))
    folder = tmp_path
    assert printed.count("prefork leaves the import of busy_library to each job: it starts threads\n") == 1
    assert len({(folder / f"{name}.txt").read_text() for name in "ab"}) == 1


# Interruptions


ENDLESS = """
import os, signal, subprocess, time
from pathlib import Path
for number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
helper = subprocess.Popen(["sleep", "3600"])
Path("pids.part").write_text(f"{os.getpid()} {os.getppid()} {helper.pid}")
Path("pids.part").rename("pids")
time.sleep(3600)
"""


@LINUX
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_snakemake_leaves_no_process_behind(tmp_path: Path, how: signal.Signals) -> None:
    folder = project(tmp_path, endless=ENDLESS)
    process = start(folder)
    wait_until((folder / "pids").exists, process)
    left = [psutil.Process(int(pid)) for pid in (folder / "pids").read_text().split()]
    process.send_signal(how)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    _, alive = psutil.wait_procs(left, timeout=PATIENCE)
    assert not alive
    assert "Traceback" not in printed
    assert "Error in rule" not in printed
    if how != signal.SIGKILL:
        assert "Terminating processes on user request" in printed


@LINUX
def test_an_interrupted_script_can_clean_up(tmp_path: Path) -> None:
    text = "import time\nfrom pathlib import Path\ntry:\n    Path('begun').touch()\n    time.sleep(3600)\n"
    folder = project(tmp_path, a=text + "finally:\n    Path('cleaned').touch()\n")
    process = start(folder)
    wait_until((folder / "begun").exists, process)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert (folder / "cleaned").exists()


FRAMED = """
rule framed:
    output: record="results/records/framed.json"
    log: "framed.log"
    script: "scripts/framed.py"
"""


@pytest.mark.parametrize("executor", ["prefork", "local"])
def test_ctrl_c_prints_no_traceback(tmp_path: Path, executor: str) -> None:
    text = "import time\nfrom pathlib import Path\nfrom aepipe.provenance.jobs import job\nwith job(snakemake):\n"
    folder = project(tmp_path, FRAMED, framed=text + "    Path('begun').touch()\n    time.sleep(3600)\n")
    process = start(folder, "--show-failed-logs", "results/records/framed.json", executor=executor)
    wait_until((folder / "begun").exists, process)
    os.killpg(process.pid, signal.SIGINT)
    printed, _ = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "Traceback" not in printed
    assert (folder / "framed.log").read_text() == "Interrupted: to go on, run snakemake again.\n"


@LINUX
def test_an_import_under_way_holds_up_nobody(tmp_path: Path) -> None:
    library = tmp_path / "site-packages"
    library.mkdir()
    (library / "endless.py").write_text("import time, pathlib\npathlib.Path('begun').touch()\ntime.sleep(3600)\n")
    folder = project(tmp_path, a="import endless\n")
    process = start(folder, PYTHONPATH=str(library))
    wait_until((folder / "begun").exists, process)
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
