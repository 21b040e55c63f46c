"""After a run in which runs have failed: tables and figures of the others, which name the failed ones."""

import subprocess
import sys
import tempfile

import yaml


def report_failed():
    """With --keep-going: has tables and figures made of each data set that lacks nothing but what failed."""
    if SHOW_FAILED or not workflow.execution_settings.keep_going:
        return
    for dataset in config["datasets"]:
        needed = [
            [path for path in inputs_of(name, {"dataset": dataset, "seed": seed}) if "/runs/" in path]
            for name in REPORT_RULES
            for seed in configuration.seeds(config, dataset)
        ]
        lost = {path for paths in needed for path in paths if failures.is_lost(path)}
        if not lost:
            continue
        lines = [f"{failure['run']}: {failure['reason']}" for failure in failures.described(sorted(lost), TITLES)]
        if any(paths and lost.issuperset(paths) for paths in needed):
            lines.append("no tables and figures, as nothing is left for some of them")
        else:
            lines.append(make_without_failed(dataset))
        print("\n".join([f"{dataset}, failed:", *(f"  {line}" for line in lines)]), file=sys.stderr)


def make_without_failed(dataset):
    """Runs the same workflow with `show_failed` set, which leaves out what failed and names it; says how it went."""
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        yaml.safe_dump({**config, "experiment": {**config["experiment"], "show_failed": True}}, file)
        file.flush()
        command = [sys.executable, "-m", "snakemake", dataset, "--snakefile", workflow.main_snakefile, "--nolock"]
        options = ["--executor", "prefork", "--cores", str(workflow.cores or 1), "--configfile", file.name]
        plan = subprocess.run([*command, *options, "--summary"], capture_output=True, text=True).stdout
        files = [line.split("\t") for line in plan.splitlines() if line.startswith("results/")]
        if not files or any(line[-1] == "update pending" and line[2] not in REPORT_RULES for line in files):
            return "no tables and figures yet, as other work is to be done, too"
        made = subprocess.run([*command, *options, "--quiet", "all"], check=False).returncode == 0
        return "tables and figures were made without these" if made else "tables and figures could not be made"
