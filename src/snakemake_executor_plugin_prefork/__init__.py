"""Snakemake's executor `prefork`: Python scripts start as forks of a process that has their libraries loaded.

A `script:` job in Python otherwise starts an interpreter, which imports for seconds what the last one has imported,
too. Everything else is left to Snakemake's local executor. docs/prefork.md tells how to use it.
"""

import gc
import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any

from snakemake.exceptions import RuleException
from snakemake.executors.local import Executor as LocalExecutor
from snakemake.executors.local import common_settings, run_wrapper
from snakemake.script import PythonScript, get_source
from snakemake.settings.types import DeploymentMethod

from snakemake_executor_plugin_prefork.client import ForkingUnsafe, Server
from snakemake_executor_plugin_prefork.imports import libraries

__all__ = ["Executor", "common_settings"]

#: Set to a job's `threads` and `tmpdir` by Snakemake's `shell`, in which scripts run elsewhere; as is PWD.
THREADS = ("OMP", "GOTO", "OPENBLAS", "MKL", "NUMEXPR")
THREAD_VARIABLES = (*(f"{library}_NUM_THREADS" for library in THREADS), "VECLIB_MAXIMUM_THREADS")
TMPDIR_VARIABLES = ("TMPDIR", "TMP", "TEMPDIR", "TEMP")
#: What Snakemake's first lines of each script import.
OF_SNAKEMAKE = ("snakemake.iocontainers", "snakemake.logging")


class Executor(LocalExecutor):
    """The local executor, but for Python scripts."""

    def __post_init__(self) -> None:
        """Starts no server yet: the first script does."""
        super().__post_init__()
        gc.freeze()  # the plan stays: not to be searched for garbage, at the end least of all
        self.servers: dict[frozenset[tuple[str, str]], Server] = {}
        self.starting = threading.Lock()
        self.cancelled = False
        self.mentioned: set[str] = set()

    def run_job(self, job: Any) -> None:
        """Runs a job or group of jobs; SIGTERM is then the same as Ctrl-C, since running jobs would outlast it."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_job(job)

    def run_single_job(self, job: Any) -> Any:
        """Forks a job where that can be done."""
        if reason := self.obstacle(job):
            self.mention(reason)
            return super().run_single_job(job)
        return self.pool.submit(self.cached_or_run, job, self.run_script, *self.job_args_and_prepare(job))

    def obstacle(self, job: Any) -> str:
        """What of a job needs the local executor; empty where nothing does."""
        methods = self.workflow.deployment_settings.deployment_method
        if sys.platform != "linux":
            return f"Python scripts, as forking with libraries loaded is not safe on {sys.platform}"
        if not job.is_script or not str(job.rule.script).endswith(".py"):
            return "all jobs but Python scripts"
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
        if self.workflow.execution_settings.debug:
            return "scripts to be debugged"
        return ""

    def mention(self, reason: str) -> None:
        """Says once what is left to the local executor."""
        if reason not in self.mentioned:
            self.mentioned.add(reason)
            self.logger.info(f"prefork leaves to the local executor: {reason}")

    def run_script(self, *arguments: Any) -> None:
        """Runs a job's script in a fork; takes what the local executor's `run_wrapper` does."""
        rule, input_, output, params, wildcards, threads, resources, log, *_ = arguments
        source_cache = self.workflow.sourcecache
        path, source, _, is_local, cache_path = get_source(rule.script, source_cache, rule.basedir, wildcards, params)
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
            conda_env=None,
            conda_base_path=None,
            container_img=None,
            singularity_args=None,
            env_modules=None,
            bench_record=None,
            jobid=None,
            bench_iteration=None,
            cleanup_scripts=self.workflow.execution_settings.cleanup_scripts,
            shadow_dir=None,
            is_local=is_local,
            runtime_paths=None,
        )
        script.server = self.server(threads, resources)
        try:
            script.evaluate()
        except ForkingUnsafe as reason:
            self.mention(f"scripts that import {reason}, which starts threads")
            run_wrapper(*arguments)
        except ScriptFailed as error:
            if self.cancelled:
                raise KeyboardInterrupt from None  # which says nothing of the jobs that were interrupted
            raise RuleException(f"The script {path.get_path_or_uri(secret_free=True)} {error}.", rule=rule) from None

    def server(self, threads: int, resources: Any) -> Server:
        """The server of a job's environment, as libraries look at it when they are loaded."""
        environment = {**os.environ, "PWD": str(Path.cwd()), **dict.fromkeys(THREAD_VARIABLES, str(threads))}
        if tmpdir := resources.get("tmpdir"):
            environment |= dict.fromkeys(TMPDIR_VARIABLES, str(tmpdir))
        key = frozenset(environment.items())
        with self.starting:
            if key not in self.servers or self.servers[key].has_ended():
                self.servers[key] = Server(environment)
            return self.servers[key]

    def cancel(self) -> None:
        """Ends running jobs."""
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
        with self.starting:
            for server in self.servers.values():
                server.end()


def cancel_timers() -> None:
    """Has Python end without waiting for the times at which Snakemake would look for jobs: there are none left."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()


class ScriptFailed(Exception):
    """A script has ended with an error; says which."""


class ForkedScript(PythonScript):
    """A Python script that Snakemake writes as it always does, and that a server runs."""

    server: Server

    def execute_script(self, fname: str, edit: bool = False) -> None:
        """Runs the written file; ScriptFailed where its exit status isn't 0."""
        path = Path(self.local_path) if self.is_local else Path(fname)
        modules = [*OF_SNAKEMAKE, *libraries(path, folders=(path.parent,), at_once=True)]
        status = self.server.run(str(Path(fname).absolute()), modules)
        if status < 0:
            raise ScriptFailed(f"was ended by {signal.Signals(-status).name}")
        if status:
            raise ScriptFailed(f"ended with exit status {status}")
