"""After a run in which cells have failed: tables and figures of the others, which name the failed ones."""

import subprocess
import sys
import tempfile

import yaml


def report_failed():
    """Has tables and figures made of each data set that lacks nothing but what failed."""
    for dataset in [] if SHOW_FAILED else config["datasets"]:
        needed = {
            name: [path for path in inputs_of(name, {"dataset": dataset}) if "/cells/" in path]
            for name in ["gather_metrics", *(f"draw_{figure}" for figure in FIGURES)]
        }
        lost = {path for paths in needed.values() for path in paths if failures.is_lost(path)}
        if not lost:
            continue
        for failure in failures.described(sorted(lost), LABELS):
            print(f"{dataset}: {failure['cell']} failed: {failure['reason']}", file=sys.stderr)
        others = {path for paths in needed.values() for path in paths} - lost
        if not all(map(os.path.exists, others)):
            print(f"{dataset}: no tables yet: others are to be done, too (--keep-going does them)", file=sys.stderr)
        elif any(paths and lost.issuperset(paths) for paths in needed.values()):
            print(f"{dataset}: no tables, as nothing is left for some of them", file=sys.stderr)
        else:
            print(f"{dataset}: tables and figures are made without what failed", file=sys.stderr)
            make_without_failed(dataset)


def make_without_failed(dataset):
    """The same workflow with `show_failed` set, which leaves out what failed and names it."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({**config, "run": {**config["run"], "show_failed": True}}, file)
        file.flush()
        command = [sys.executable, "-m", "snakemake", dataset, "--snakefile", workflow.main_snakefile, "--nolock"]
        command += ["--executor", "local", "--cores", str(workflow.cores or 1), "--quiet", "all"]
        subprocess.run([*command, "--configfile", file.name], check=False)
