"""`make bench`: every measurement in one run, as a table, a figure and results/bench/bench.csv.

The machine should have nothing else to do. Speeds are measured in rounds, each of all of them, and ratios within a
round; what is told is the median. Speeds are of processor time, so that other programs disturb them less.
"""

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pandas as pd

from aepipe.config import configuration
from aepipe.data.arrays import load_array
from benchmarks import conventional, engine, throughput
from benchmarks.figure import draw
from benchmarks.limits import matmul_limits
from benchmarks.options import positive, require_images
from benchmarks.submission import submitted
from benchmarks.trainings import CONFIG, DATA

RESULTS = Path("results/bench")
#: The entry that is measured in every precision, and in several runs at once.
STANDARD = "vanilla"
#: The entry that the peer, pythae's trainer, is measured on.
PEER_ENTRY = "vae"
PARTS = ("speed", "digits", "mnist", "dry_runs", "submission")
DRY_RUN_CELLS = (20, 200, 2000)
SUBMITTED_CELLS = 2000
#: Measure, entry -> what we want it to be.
WANTED = {
    ("speedup_vs_conventional", STANDARD): ">= 5",
    ("speedup_vs_conventional", ""): ">= 3",
    ("share_of_fp32_limit", STANDARD): ">= 0.6",
    ("scaling_2_runs", STANDARD): ">= 1.9",
    ("lost_core_seconds_per_job", ""): "<= 0.25",
    ("lost_core_seconds", "mnist"): "<= 60",
    ("time_over_jobs", "digits as shipped"): "<= 1.2",
    ("bake_off_seconds", "digits"): "<= 180",
    ("bake_off_seconds", "digits as shipped"): "<= 180",
    ("bake_off_seconds", "mnist"): "<= 1200",
    ("dry_run_seconds", "200 runs"): "<= 4",
    ("dry_run_seconds", "2000 runs"): "<= 20",
}

Row = tuple[str, str, float, str]


def speed(rounds: int, cores: int) -> Iterator[Row]:
    """Limits of the machine, speeds of ours and of the conventional loop, and of several runs at once."""
    entries = configuration.models(CONFIG)
    seen: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    with (
        tempfile.TemporaryDirectory() as raw,
        throughput.one_process() as our_process,
        throughput.one_process() as conventional_process,
        throughput.one_process() as peer_process,
    ):
        images, labels = (load_array(DATA / f"{name}.npy") for name in ("images", "labels"))
        conventional.write_raw_mnist(Path(raw), images[: throughput.COUNT], labels[: throughput.COUNT])
        operations = dict(zip(entries, our_process.map(throughput.operations_per_image, entries), strict=True))
        our_process.submit(throughput.ours, STANDARD).result()  # a first run is slower
        conventional_process.submit(throughput.conventionals, STANDARD, raw).result()
        for number in range(rounds):
            limits = matmul_limits()
            for kind, limit in limits.items():
                seen["matmul_limit", kind, "operations/s"].append(limit)
            for entry in entries:
                report(f"round {number + 1} of {rounds}: {entry}")
                usual = conventional_process.submit(throughput.conventionals, entry, raw).result()
                own = our_process.submit(throughput.ours, entry).result()
                seen["conventional_images_per_core_second", entry, "images/s"].append(usual)
                seen["images_per_core_second", entry, "images/s"].append(own)
                if entry == PEER_ENTRY:
                    peer = peer_process.submit(throughput.peers, entry).result()
                    seen["peer_images_per_core_second", entry, "images/s"].append(peer)
                    seen["speedup_vs_peer", entry, "ratio"].append(own / peer)
                seen["speedup_vs_conventional", entry, "ratio"].append(own / usual)
                seen["share_of_fp32_limit", entry, "ratio"].append(own * operations[entry] / limits["float32"])
            for precision in ("highest", "medium", "bfloat16"):
                own = our_process.submit(throughput.ours, STANDARD, precision).result()
                name = f"{STANDARD} in {precision}"
                seen["images_per_core_second", name, "images/s"].append(own)
                seen["share_of_fp32_limit", name, "ratio"].append(own * operations[STANDARD] / limits["float32"])
            alone = throughput.runs_at_once(STANDARD, 1)
            for count in counts_of_runs(cores):
                report(f"round {number + 1} of {rounds}: {count} runs at once")
                together = throughput.runs_at_once(STANDARD, count)
                seen[f"scaling_{count}_cells", STANDARD, "ratio"].append(together / alone)
    for (measure, entry, unit), values in seen.items():
        yield measure, entry, median(values), unit


def cores_here() -> int:
    """How many this process may use, as far as the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def counts_of_runs(cores: int) -> list[int]:
    """2, 4, 8 and so on, up to as many as there are cores."""
    doubled = [2**power for power in range(1, cores.bit_length()) if 2**power < cores]
    return [*doubled, cores] if cores > 1 else []


def lost(
    dataset: str, cores: int, keep: Path | None, *, shipped: bool = False, executor: str = "prefork"
) -> Iterator[Row]:
    """What a whole bake-off loses, of one seed or as shipped; its results go to a folder in `keep`, or nowhere."""
    name = f"{dataset} as shipped" if shipped else dataset
    name += f" in {executor}" if executor != "prefork" else ""
    seeds = len(configuration.seeds(CONFIG, dataset)) if shipped else 1
    report(f"the whole bake-off: {name}")
    units = {"jobs": "jobs", "time_over_jobs": "ratio"}
    with tempfile.TemporaryDirectory() as folder:
        place = (keep or Path(folder)) / name.replace(" ", "-")
        for measure, value in engine.bake_off(dataset, place, cores, seeds, executor).items():
            yield measure, name, value, units.get(measure, "s")


def digits(cores: int, keep: Path | None) -> Iterator[Row]:
    """The small bake-off, of one seed as that of MNIST, and as `make` runs it, with both executors."""
    yield from lost("digits", cores, keep)
    yield from lost("digits", cores, keep, shipped=True)
    yield from lost("digits", cores, keep, shipped=True, executor="local")


def dry_runs() -> Iterator[Row]:
    """How long Snakemake takes to see that there is nothing to do."""
    for runs in DRY_RUN_CELLS:
        report(f"a dry run of {runs} runs")
        with tempfile.TemporaryDirectory() as folder:
            yield "dry_run_seconds", f"{runs} runs", engine.dry_run_seconds(runs, Path(folder) / "project"), "s"


def submission() -> Iterator[Row]:
    """What the machine that submits has to do for a large plan."""
    report(f"the submission of {SUBMITTED_CELLS} runs")
    units = {"seconds": "s", "mb": "MB", "second": "jobs/s", "jobs": "jobs"}
    with tempfile.TemporaryDirectory() as folder:
        for measure, value in submitted(SUBMITTED_CELLS, Path(folder) / "project").items():
            yield measure, f"{SUBMITTED_CELLS} runs", value, units[measure.rpartition("_")[2]]


def report(line: str) -> None:
    """What is being measured."""
    print(line, file=sys.stderr, flush=True)


def wanted(row: pd.Series) -> str:
    """What a row's value should be, and whether it is; empty where nothing is asked."""
    bound = WANTED.get((row["measure"], row["entry"])) or WANTED.get((row["measure"], ""), "")
    if not bound or " in " in row["entry"]:
        return ""
    sign, number = bound.split()
    reached = row["value"] >= float(number) if sign == ">=" else row["value"] <= float(number)
    return f"{bound}{'' if reached else ' MISSED'}"


def write(table: pd.DataFrame) -> None:
    """bench.csv and bench.png, of what has been measured by now."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    unfinished = RESULTS / ".bench.csv"
    table.to_csv(unfinished, index=False)
    unfinished.rename(RESULTS / "bench.csv")
    draw(table, CONFIG, RESULTS / "bench.png")


def main() -> None:
    """Measures the parts that are asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measures aepipe on this machine.")
    parser.add_argument("parts", nargs="*", help=f"of {', '.join(PARTS)}; all by default")
    parser.add_argument(
        "--rounds", type=positive, default=5, help="in which speeds are measured (default: %(default)s)"
    )
    parser.add_argument("--cores", type=positive, default=cores_here(), help="to use (default: %(default)s, all)")
    parser.add_argument("--keep", type=Path, help="a folder for the bake-offs with all their results")
    asked = parser.parse_args()
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; allowed: {', '.join(PARTS)}")
    parts = [part for part in PARTS if part in (asked.parts or PARTS)]
    if {"speed", "mnist"} & set(parts):
        require_images(parser)
    measures = {
        "speed": lambda: speed(asked.rounds, asked.cores),
        "digits": lambda: digits(asked.cores, asked.keep),
        "mnist": lambda: lost("mnist", asked.cores, asked.keep),
        "dry_runs": dry_runs,
        "submission": submission,
    }
    rows: list[Row] = []
    for part in parts:
        rows += measures[part]()
        table = pd.DataFrame(rows, columns=["measure", "entry", "value", "unit"])
        write(table)
    shown = table.assign(**{"wanted, on 2 cores": table.apply(wanted, axis=1)})
    print(shown.to_markdown(index=False, floatfmt=",.4g"))


if __name__ == "__main__":
    main()
