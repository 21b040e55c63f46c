"""Snakemake's executor `slurm-prefork`: SLURM's, with `prefork` inside of each submitted job.

Scripts that are submitted together, as a group, are then forked from one process. Each submitted job also starts one
Snakemake instead of two nested ones.
"""

from typing import Any

from snakemake_executor_plugin_slurm import Executor as SlurmExecutor
from snakemake_executor_plugin_slurm import ExecutorSettings, common_settings

from snakemake_executor_plugin_prefork import cancel_timers

__all__ = ["Executor", "ExecutorSettings", "common_settings"]


class Executor(SlurmExecutor):
    """SLURM's executor, whose jobs run Snakemake as a step of their own, without the plugin `slurm-jobstep`."""

    def starts_steps(self) -> bool:
        """Whether the plugin `slurm-jobstep` is needed, which tells the tasks of an array apart."""
        return bool(self.workflow.executor_settings.array_jobs)

    def additional_general_args(self) -> str:
        """Which executor the submitted Snakemake has."""
        return super().additional_general_args() if self.starts_steps() else "--executor prefork"

    def get_python_executable(self) -> str:
        """A step, so that SLURM tells what it has used."""
        python = super().get_python_executable()
        return python if self.starts_steps() else f"srun --nodes=1 --ntasks=1 --cpu-bind=q {python}"

    def get_job_exec_prefix(self, job: Any) -> str:
        """Gives the step the cores of its job, which srun doesn't take over by itself."""
        cores = job.resources.get("cpus_per_task", job.threads)
        given = f"export SRUN_CPUS_PER_TASK={cores}" if cores > 0 else ""
        return " && ".join(filter(None, [super().get_job_exec_prefix(job), given]))

    def shutdown(self) -> None:
        """Ends when the last job has."""
        super().shutdown()
        cancel_timers()
