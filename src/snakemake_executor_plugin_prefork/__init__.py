"""Snakemake's executor `prefork`: Python scripts start as forks of a process that has their libraries loaded.

A `script:` job in Python otherwise starts an interpreter, which spends seconds importing what the last one had already
imported. Everything else is left to Snakemake's local executor. docs/prefork.md tells how to use it.
"""

import gc
import os
import signal
import sys
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from snakemake.exceptions import RuleException
from snakemake.executors.local import Executor as LocalExecutor
from snakemake.executors.local import common_settings, run_wrapper
from snakemake.script import PythonScript, get_source
from snakemake.settings.types import DeploymentMethod
from snakemake.shell import shell

from snakemake_executor_plugin_prefork.client import NoFork, Server, ThreadsStarted
from snakemake_executor_plugin_prefork.imports import libraries

__all__ = ["Executor", "common_settings"]

#: Set to a job's `threads` and `tmpdir` by Snakemake's `shell`, in which scripts run elsewhere; as is PWD.
THREADS = ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")
THREAD_VARIABLES = (*(f"{library}_NUM_THREADS" for library in THREADS), "VECLIB_MAXIMUM_THREADS")
TMPDIR_VARIABLES = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
#: What Snakemake gives a script, and a forked one has none of.
UNUSED = (
    *("conda_env", "conda_base_path", "container_img", "singularity_args", "env_modules", "shadow_dir"),
    *("bench_record", "bench_iteration", "jobid", "runtime_paths"),
)
#: What Snakemake's first lines of each script import.
OF_SNAKEMAKE = ("snakemake.iocontainers", "snakemake.logging")
#: Linux ends a process that way where memory runs out.
OUT_OF_MEMORY = ", perhaps for lack of memory: run fewer jobs at once (--cores, or --resources mem_mb=<megabytes>)"


class Executor(LocalExecutor):
    """The local executor, except that it forks Python scripts."""

    def __post_init__(self) -> None:
        """Starts no server yet: the first script does."""
        super().__post_init__()
        gc.freeze()  # the plan stays: not to be searched for garbage, at the end least of all
        self.servers: dict[frozenset[tuple[str, str]], Server] = {}
        self.retired: list[Server] = []
        self.threaded: set[str] = set()
        self.cancelled = False
        self.changing = threading.Lock()  # of these four, in the threads that jobs are run from
        self.mentioned: set[str] = set()

    def run_job(self, job: Any) -> None:
        """Runs a job or group of jobs; SIGTERM is then the same as Ctrl-C, since running jobs would outlast it."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_job(job)

    def run_single_job(self, job: Any) -> Any:
        """Forks a job where that can be done."""
        if reason := self.obstacle(job):
            if not job.is_norun:
                self.mention(f"prefork leaves to Snakemake's local executor: {reason}")
            return super().run_single_job(job)
        return self.pool.submit(self.cached_or_run, job, self.run_script, *self.job_args_and_prepare(job))

    def obstacle(self, job: Any) -> str:
        """What of a job needs the local executor; empty where nothing does."""
        methods = self.workflow.deployment_settings.deployment_method
        if sys.platform != "linux":
            return f"Python scripts, as forking with libraries loaded is not safe on {sys.platform}"
        if not job.is_script or not str(job.rule.script).endswith(".py"):
            return "what is no Python script"
        if (
            (DeploymentMethod.CONDA in methods and job.conda_env_spec)
            or (DeploymentMethod.APPTAINER in methods and job.container_img_url)
            or (DeploymentMethod.ENV_MODULES in methods and job.env_modules)
        ):
            return "scripts with a software environment of their own"
        if job.benchmark is not None:
            return "scripts with a benchmark"
        if job.is_shadow:
            return "scripts with a shadow directory"
        if shell._process_prefix is not None or shell._process_suffix:
            return "scripts of a workflow with shell.prefix or shell.suffix"
        if self.workflow.execution_settings.debug:
            return "scripts to be debugged"
        return ""

    def mention(self, message: str) -> None:
        """Says it once."""
        if message not in self.mentioned:
            self.mentioned.add(message)
            self.logger.info(message)

    def run_script(self, *arguments: Any) -> None:
        """Runs a job's script in a fork; takes what the local executor's `run_wrapper` does."""
        rule, input_, output, params, wildcards, threads, resources, log, *_ = arguments
        source_cache = self.workflow.sourcecache
        name = str(rule.script) if isinstance(rule.script, Path) else rule.script
        path, source, _, is_local, cache_path = get_source(name, source_cache, rule.basedir, wildcards, params)
        script = ForkedScript(
            path=path,
            cache_path=cache_path,
            source=source,
            basedir=rule.basedir,
            input_=input_,
            output=output,
            params=params,
            wildcards=wildcards,
            threads=threads,
            resources=resources,
            log=log,
            config=rule.run_func.__globals__["config"],  # a module's rules have their own
            rulename=rule.name,
            cleanup_scripts=self.workflow.execution_settings.cleanup_scripts,
            is_local=is_local,
            **dict.fromkeys(UNUSED),
        )
        script.executor = self
        try:
            script.evaluate()
        except NoFork as reason:
            self.mention(f"prefork leaves to Snakemake's local executor what it can't fork: {reason}")
            run_wrapper(*arguments)
        except ScriptFailed as error:
            if self.cancelled:
                raise KeyboardInterrupt from None  # which says nothing of the jobs that were interrupted
            script_path = path.get_path_or_uri(secret_free=True)
            logged = f" Its log: {log[0]}" if log else ""
            raise RuleException(f"Rule {rule.name}: the script {script_path} {error}.{logged}", rule=rule) from None

    def fork(self, script: str, modules: Iterable[str], threads: int, tmpdir: str | None) -> int:
        """Runs a script, an absolute path, in a fork; gives its exit status. For `modules`, see client.py."""
        directory = Path(os.environ.get("PWD", "/"))
        if not (directory.exists() and directory.samefile(".")):
            directory = Path.cwd()
        environment = {**os.environ, "PWD": str(directory), **dict.fromkeys(THREAD_VARIABLES, str(threads))}
        key = frozenset(environment.items())
        while True:
            with self.changing:
                if self.cancelled:
                    raise KeyboardInterrupt
                if key not in self.servers or self.servers[key].has_ended():
                    self.servers[key] = Server(environment)
                server = self.servers[key]
                loaded = [name for name in modules if name.partition(".")[0] not in self.threaded]
            try:
                return server.run(script, loaded, dict.fromkeys(TMPDIR_VARIABLES, tmpdir) if tmpdir else {})
            except ThreadsStarted as error:
                library = str(error).partition(".")[0]
                self.mention(f"prefork leaves the import of {library} to each job: it starts threads")
                with self.changing:
                    self.threaded.add(library)
                    if self.servers.get(key) is server:
                        self.retired.append(self.servers.pop(key))

    def cancel(self) -> None:
        """Ends running jobs."""
        with self.changing:
            self.cancelled = True
        self.end_servers()
        super().cancel()
        cancel_timers()

    def shutdown(self) -> None:
        """Leaves nothing behind."""
        super().shutdown()
        self.end_servers()
        cancel_timers()

    def end_servers(self) -> None:
        """Ends all servers, and with them the jobs that they have forked."""
        with self.changing:
            servers = [*self.servers.values(), *self.retired]
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()


def cancel_timers() -> None:
    """Lets Python end without waiting for the times at which Snakemake would look for jobs: there are none left."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            module = getattr(thread.function, "__module__", None) or ""
            if module.startswith("snakemake."):
                thread.cancel()


class ScriptFailed(Exception):
    """A script has ended with an error; says which."""


class ForkedScript(PythonScript):
    """A Python script that Snakemake writes as it always does, and that is run in a fork."""

    executor: Executor

    def execute_script(self, fname: str, edit: bool = False) -> None:
        """Runs the written file; ScriptFailed where its exit status isn't 0."""
        path = Path(self.local_path) if self.is_local else Path(fname)
        modules = [*OF_SNAKEMAKE, *libraries(path, path.parent)]
        status = self.executor.fork(str(Path(fname).absolute()), modules, self.threads, self.resources.get("tmpdir"))
        if status < 0:
            known = {number.value: number.name for number in signal.Signals}
            advice = OUT_OF_MEMORY if status == -signal.SIGKILL else ""
            raise ScriptFailed(f"was ended by {known.get(-status, f'signal {-status}')}{advice}")
        if status:
            raise ScriptFailed(f"ended with exit status {status}")
