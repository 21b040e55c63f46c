"""What a plan of thousands of jobs costs the machine that submits them: time and memory of Snakemake alone."""

import sys
import time
from pathlib import Path
from subprocess import STDOUT

import psutil

from benchmarks.engine import SNAKEMAKE, copy_workflow, seeds_for, with_seeds

SCHEDULER = Path(__file__).with_name("done_at_once.sh")
#: The last jobs of a run. What comes after them needs real results.
EVALUATIONS = (
    "evaluate_reconstruction",
    "map_latent_codes",
    "measure_latent_structure",
    "measure_rate",
    "classify_codes",
    "detect_anomalies",
    "evaluate_generation",
)


def submitted(runs: int, folder: Path) -> dict[str, float]:
    """Submits the jobs of so many runs of a digits bake-off to a scheduler that has done each of them at once.

    Returns:
        `plan_seconds` and `plan_memory_mb` of a dry run; `submitted_jobs`, `submissions_per_second`, and
        `submission_memory_mb`, the most that Snakemake held meanwhile.

    Raises:
        RuntimeError: Snakemake failed; with what it printed.
    """
    copy_workflow(folder)
    target = ["digits", "--until", *EVALUATIONS, *with_seeds("digits", seeds_for(runs), folder)]
    plan_seconds, plan_memory, _ = observed(folder, *target, "--dry-run", "--quiet", "all")
    scheduler = f"{SCHEDULER} {{output}}"
    options = ["--executor", "cluster-generic", "--cluster-generic-submit-cmd", scheduler, "--jobs", "1000"]
    waits = ["--seconds-between-status-checks", "1", "--max-status-checks-per-second", "10000", "--latency-wait", "0"]
    seconds, memory, said = observed(folder, *target, *options, *waits)
    jobs = said.count("Submitted ")
    return {
        "plan_seconds": plan_seconds,
        "plan_memory_mb": plan_memory,
        "submitted_jobs": jobs,
        "submissions_per_second": jobs / (seconds - plan_seconds),
        "submission_memory_mb": memory,
    }


def observed(folder: Path, *arguments: str) -> tuple[float, float, str]:
    """Runs Snakemake there: the seconds that it took, the MB that it held at most, and what it printed."""
    started = time.perf_counter()
    log = folder / "log"
    with log.open("w", encoding="utf-8") as file:
        run = psutil.Popen([sys.executable, *SNAKEMAKE, *arguments], cwd=folder, stdout=file, stderr=STDOUT)
        memory = 0
        while run.poll() is None:
            memory = max(memory, run.memory_info().rss)
            time.sleep(0.2)
    if run.returncode:
        raise RuntimeError(f"snakemake {' '.join(arguments)} failed:\n{log.read_text(encoding='utf-8')[-5000:]}")
    return time.perf_counter() - started, memory / 1e6, log.read_text(encoding="utf-8")
