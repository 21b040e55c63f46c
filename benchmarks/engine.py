"""What Snakemake and the starts of processes cost: core-seconds lost in a whole bake-off, and the time of a dry run."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from aepipe.config import configuration
from benchmarks.trainings import CONFIG, DATA

#: What a bake-off is made of; copied to where nothing is done yet.
WORKFLOW = ("Snakefile", "config.yaml", "workflow", "profiles")
SNAKEMAKE = ["-m", "snakemake"]
#: `--touch` waits a tenth of a second in each job; thousands of them shall not.
SNAKEMAKE_TOUCHING = [
    "-c",
    "from snakemake.executors import touch; touch.Executor.SLEEPING_TIME = 0; from snakemake.cli import main; main()",
]


def copy_workflow(folder: Path) -> None:
    """A project folder without results."""
    folder.mkdir(parents=True)
    for name in WORKFLOW:
        copy: Any = shutil.copytree if Path(name).is_dir() else shutil.copy
        copy(name, folder / name)


def snakemake(folder: Path, *arguments: str, program: list[str] = SNAKEMAKE, **environment: str) -> str:
    """Runs it there, and gives what it prints; RuntimeError with that where it fails."""
    done = subprocess.run(
        [sys.executable, *program, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(f"snakemake {' '.join(arguments)} failed:\n{done.stdout}")
    return done.stdout


def with_seeds(dataset: str, count: int, folder: Path) -> list[str]:
    """Lays a number of seeds over the configuration; gives Snakemake's options for that."""
    (folder / "seeds.yaml").write_text(f"datasets: {{{dataset}: {{seeds: {count}}}}}\n", encoding="utf-8")
    return ["--configfile", "seeds.yaml"]


def seeds_for(runs: int) -> int:
    """With how many seeds the digits bake-off has so many runs."""
    shipped = sum(len(list(configuration.runs(CONFIG, "digits", role))) for role in configuration.ROLES)
    return runs * len(configuration.seeds(CONFIG, "digits")) // shipped


def bake_off(dataset: str, folder: Path, cores: int, seeds: int = 1, executor: str = "prefork") -> dict[str, float]:
    """A bake-off of some seeds from nothing but its images, nothing compiled: how much of its core-seconds was no work.

    Work is what jobs spend in training and evaluating, as their records tell. Lost is the rest of wall-clock time x
    cores: starts of processes, imports, checks, compiling, Snakemake itself, idle cores.

    Returns:
        `bake_off_seconds` of wall-clock time, `jobs`, `lost_core_seconds`, `lost_core_seconds_per_job`, and
        `time_over_jobs`, wall-clock time x cores over all that was spent inside of jobs, compiling included.
    """
    copy_workflow(folder)
    if dataset == "mnist":
        place_images(folder)
    records = folder / "results" / dataset
    before = set(records.glob("**/records/*.json"))
    started = time.perf_counter()
    options = ["--cores", str(cores), "--executor", executor, *with_seeds(dataset, seeds, folder)]
    snakemake(folder, dataset, *options, NUMBA_CACHE_DIR=str(folder.resolve() / "compiled"))
    seconds = time.perf_counter() - started
    jobs = [json.loads(path.read_text(encoding="utf-8")) for path in set(records.glob("**/records/*.json")) - before]
    lost = seconds * cores - work(jobs)
    return {
        "bake_off_seconds": seconds,
        "jobs": len(jobs),
        "lost_core_seconds": lost,
        "lost_core_seconds_per_job": lost / len(jobs),
        "time_over_jobs": seconds * cores / sum(job["spent"]["seconds"] for job in jobs),
    }


def place_images(folder: Path) -> None:
    """The images that are here already, as the job that fetches them has left them: the network is not measured."""
    data = DATA.resolve()
    shutil.copytree(data, folder / DATA)
    for part in ("records", "logs"):
        name = "prepare_dataset" + (".json" if part == "records" else ".log")
        (folder / DATA.parent / part).mkdir()
        shutil.copy(data.parent / part / name, folder / DATA.parent / part / name)
    snakemake(folder, str(DATA / "images.npy"), "--cores", "1", "--touch", "--forceall")


def work(jobs: list[dict[str, Any]]) -> float:
    """Seconds that jobs spent in training and evaluating.

    The jobs that map latent codes load UMAP in their work, and the first of them compile it. So what each of them takes
    beyond the median is not counted, nor is the import.
    """
    maps = [job["spent"]["seconds"] for job in jobs if loads_umap(job)]
    others = sum(job["spent"]["seconds"] for job in jobs if not loads_umap(job))
    if not maps:
        return others
    usual = median(maps)
    return others + sum(min(seconds, usual) for seconds in maps) - len(maps) * umap_import_seconds()


def loads_umap(job: dict[str, Any]) -> bool:
    """Whether a job maps codes: those of two elements are a map already."""
    return job["rule"] == "map_latent_codes" and int(job["wildcards"]["latent_dim"]) > 2


def umap_import_seconds() -> float:
    """How long the import of UMAP takes where NumPy is there already."""
    program = "import time, numpy; t = time.perf_counter(); import umap; print(time.perf_counter() - t)"
    return median(float(subprocess.check_output([sys.executable, "-c", program])) for _ in range(3))


def dry_run_seconds(runs: int, folder: Path, repeats: int = 3) -> float:
    """The median time of `snakemake -n` with nothing to do, of a digits bake-off with so many runs, all of them done.

    The files are empty, but there, and Snakemake's notes of them are what they would be.
    """
    copy_workflow(folder)
    target = ["digits", "--cores", "1", *with_seeds("digits", seeds_for(runs), folder)]
    for line in snakemake(folder, *target, "--summary").splitlines():
        if line.startswith("results/"):
            path = folder / line.partition("\t")[0]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    at_once = ["--cores", "1000"]  # each choice of jobs looks at all that are ready
    snakemake(folder, *target, *at_once, "--touch", "--forceall", "--quiet", "all", program=SNAKEMAKE_TOUCHING)
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        said = snakemake(folder, *target, "--dry-run")
        times.append(time.perf_counter() - started)
        if "Nothing to be done" not in said or "missing provenance" in said:
            raise RuntimeError(f"there is something to be done:\n{said}")
    return median(times)
