"""What SLURM adds to each job, and what grouping saves: `PYTHONPATH=tests python -m slurm.timing`.

The tiny bake-off of three autoencoders, on the tests' cluster, in several ways, and without SLURM. For a submitted job,
the seconds between its submission and its start, and between its end and the moment at which Snakemake notices.
"""

import re
import tempfile
import time
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from statistics import mean, median

import pandas as pd
import yaml
from support.workflow_runs import checkout, configured, snakemake

from slurm.cluster import Cluster, said

MODELS = ["vanilla", "stacked_pixels", "vae"]
ROUNDS = 2
#: The one rule of each group of profiles/slurm by which its end is known, and the rules that are in no group.
SUBMITTED = {
    "assemble_stacked",
    "apply_autoencoder",
    "encode_pixels",
    "train_autoencoder",
    "train_feature_extractor",
    "train_supervised_baseline",
}
LOCAL = re.compile(r"draw_|write_|gather_|compare_|copy_|split_|prepare_|evaluate_real_images|digits")
MEASURES = ["seconds", "jobs", "in the queue", "unnoticed", "running"]
AS_SHIPPED = ("--profile", "profiles/slurm")
WAYS = {
    "as shipped": AS_SHIPPED,
    "first look after 5 s": (*AS_SHIPPED, "--slurm-prefork-init-seconds-before-status-checks", "5"),
    "trainings as an array": (*AS_SHIPPED, "--slurm-prefork-array-jobs", "train_autoencoder"),
    "each job on its own": ("--profile", "profiles/single"),
    "without SLURM": ("--cores", "2"),
}


def without_groups(folder: Path) -> None:
    """Adds a profile that submits each job on its own."""
    profile = yaml.safe_load((folder / "profiles/slurm/config.yaml").read_text())
    for name in ("groups", "set-resource-scopes", "resources"):
        del profile[name]
    (folder / "profiles/single").mkdir()
    (folder / "profiles/single/config.yaml").write_text(yaml.safe_dump(profile))
    (folder / "profiles/single/partitions.yaml").write_text("partitions: {}\n")


def finished(printed: str, grouped: bool) -> list[float]:
    """When Snakemake noticed the end of each submitted job, in seconds since 1970."""
    found = re.findall(r"^\[(.+)\]\nFinished jobid: \S+ \(Rule: (\w+)\)", printed, re.MULTILINE)
    return [
        datetime.strptime(moment, "%a %b %d %H:%M:%S %Y").timestamp()
        for moment, rule in found
        if (rule in SUBMITTED if grouped else not LOCAL.match(rule))
    ]


def run(arguments: tuple[str, ...]) -> dict[str, float]:
    """One bake-off: its seconds, the jobs that it submitted, and the mean seconds that each of them waited."""
    with tempfile.TemporaryDirectory() as raw:
        folder = configured(checkout(Path(raw)), experiment={"autoencoders": MODELS})
        without_groups(folder)
        before = set(jobs())
        started = time.perf_counter()
        printed = snakemake(folder, *arguments, "digits")
        seconds = {"seconds": time.perf_counter() - started}
    mine = [times for job, times in jobs().items() if job not in before]
    if not mine:
        return seconds
    noticed = finished(printed, grouped="profiles/single" not in arguments)
    if len(noticed) != len(mine):
        raise RuntimeError(f"{len(mine)} jobs were submitted, and {len(noticed)} are known to have ended:\n{printed}")
    submitted, begun, ended = (mean(times) for times in zip(*mine, strict=True))
    return {
        **seconds,
        "jobs": len(mine),
        "in the queue": begun - submitted,
        "unnoticed": mean(noticed) - ended,
        "running": ended - begun,
    }


def jobs() -> dict[str, list[float]]:
    """A job's id -> when it was submitted, started and ended."""
    lines = said("squeue", "-ah", "-r", "-t", "all", "-o", "%i|%V|%S|%e").splitlines()
    return {
        job: [datetime.fromisoformat(time).timestamp() for time in times]
        for job, *times in (line.split("|") for line in lines)
    }


def main() -> None:
    """Prints the table of medians over the rounds so far, after each."""
    seen = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder) / "slurm")
        try:
            for number in range(ROUNDS):
                for way, arguments in WAYS.items():
                    print(f"round {number + 1} of {ROUNDS}: {way}", flush=True)
                    for measure, value in run(arguments).items():
                        seen[way, measure].append(value)
        finally:
            cluster.stop()
    table = pd.Series({key: median(values) for key, values in seen.items()}).unstack()
    print(
        table.loc[list(WAYS), ["seconds", "jobs", "in the queue", "unnoticed", "running"]].to_markdown(floatfmt=".1f")
    )


if __name__ == "__main__":
    main()
