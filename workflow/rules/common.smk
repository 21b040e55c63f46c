"""The configuration, checked, and what the rules ask of it."""

import os
import shlex
import sys
import time
from functools import cache

import yaml
from aepipe import catalogue
from aepipe.config import configuration, memory, settings
from aepipe.config.checks import check, check_grid, check_tuning
from aepipe.config.paths import *
from aepipe.config.plan import Plan, wanted
from aepipe.config.tuning_plan import TuningPlan
from aepipe.errors import AepipeError, ConfigurationError
from aepipe.experiments.stacking import schemes
from aepipe.experiments.stacking import settings as stacking_settings
from aepipe.provenance import digests, locks, records, verify
from snakemake.exceptions import WorkflowError
from snakemake.iocontainers import Wildcards
from snakemake.logging import logger

SCHEMA = "../schemas/config.schema.yaml"


def refuse_read_only(folder, use):
    """Says so where a folder, or the one that it is to be made in, can't be written."""
    folder = Path(folder if Path(folder).exists() else ".").resolve()
    if not os.access(folder, os.W_OK):
        raise WorkflowError(
            f"{folder} can't be written, and {use}: make it writable, or work in another folder with --directory"
        )


refuse_read_only(".snakemake", "Snakemake keeps its notes there")
if os.path.lexists("results") and not Path("results").is_dir():
    raise WorkflowError("results is a file, or a link to no folder: mount the disk that it is on, or remove it")

try:
    check(config, yaml.safe_load(Path(workflow.source_path(SCHEMA)).read_text(encoding="utf-8")))
except ConfigurationError as error:
    raise WorkflowError(str(error))
validate(config, SCHEMA)  # fills in defaults
config.update(configuration.completed(config))  # and those that depend on the images
if workflow.is_main_process:
    for note in memory.notes(config):
        logger.warning(note)

plan = Plan(config)
tuning_plan = TuningPlan(plan)
STACKED = configuration.stacked_models(config)
LABELLED = [name for name in config["datasets"] if plan.labelled(name)]
FITTED = [baseline.name for baseline in catalogue.BASELINES if baseline.fitted]
NETWORKS = [*config["autoencoders"], *FITTED]
SELECTABLE = [name for name in config["autoencoders"] if settings.is_tuned(config, name)]
TITLES = list(plan.titles.items())
GRID_TITLES = [(name, entry["title"]) for name, entry in config["autoencoders"].items() if "grid" in entry]
EVALUATIONS = [evaluation.name for evaluation in catalogue.EVALUATIONS]
CONFIDENCE = config["claims"]["confidence"]
# What messages call a run
THIS_RUN = "d = {wildcards.latent_dim}, held-out class: {wildcards.held_out}, seed {wildcards.seed}"


def run_log(rule_name, suffix=""):
    """Where a job of a run logs."""
    return f"{LOGS}/{rule_name}/{RUN_NAME}{suffix}.log"


# Code and settings
# -----------------
def code(script):
    """The code of a rule: parameters that change, and so rerun it, when its script or what that imports does.

    Snakemake compares parameters as a set, so each module is one, and settings that could swap values are one dict.
    """
    return digests.code_of_script(workflow.source_path(f"../scripts/{script}.py"))


def class_code(network):
    """An input function: the code of a network's class, which scripts look up by name."""
    return lambda wildcards: digests.code_of_modules(network(wildcards)["class"].rpartition(".")[0])


def setting(name, *keys):
    """An input function: what `aepipe.config.settings.<name>` says of a job, found once for all seeds."""
    found = cache(lambda items: getattr(settings, name)(config, Wildcards(fromdict=dict(items)), *keys))
    return lambda wildcards: found(tuple(item for item in wildcards.items() if item[0] != "seed"))


def stacking_setting(name):
    """An input function: what `aepipe.experiments.stacking.settings.<name>` says of a job."""
    return lambda wildcards: getattr(stacking_settings, name)(config, wildcards)


# Inputs
# ------
def split_of_run(wildcards):
    """The split of a run; refuses runs that the configuration doesn't have."""
    try:
        settings.check_run(config, wildcards)
    except ConfigurationError as error:
        raise WorkflowError(str(error))
    return TUNING_SPLIT if TRIAL in wildcards.model else SPLIT


def selected_settings(wildcards):
    """The settings that tuning has selected for a network; none of one whose settings are configured."""
    return SELECTED if settings.is_tuned(config, wildcards.model) else []


def larger(files, about, check):
    """A target: for a data set, the files that it makes, with a line on its trainings; refuses one that can't be made."""

    def target(dataset):
        def checked(_):
            try:
                check(config, dataset)
            except ConfigurationError as error:
                raise WorkflowError(str(error))
            logger.info(about(dataset))
            return files(dataset)

        return checked

    return target


def failed_points(wildcards):
    """The failed runs of a grid, where they are to be shown."""
    return plan.failed(plan.grid_runs(wildcards.dataset)) if plan.shows_failed else []


def first_split(wildcards):
    """The split of the first seed, whose images are shown; with a class held out, test images are in the same order."""
    seed = configuration.seeds(config, wildcards.dataset)[0]
    return SPLIT.format(dataset=wildcards.dataset, held_out="none", seed=seed)


def if_labelled(path):
    """An input function: a file that only data sets with labels have."""
    return lambda wildcards: path if wildcards.dataset in LABELLED else []


def has_labels(wildcards):
    """Whether the data set has class labels."""
    return wildcards.dataset in LABELLED


def encoded_by_outer_layer(wildcards):
    """The data set as the layer outside of a layer has encoded it; the outermost reads the images alone."""
    layer = int(wildcards.layer)
    return f"{RUN}/layer{layer - 1}_encoded.npy" if layer > 1 else []


def of_layers(name):
    """An input function: the file `name` of each layer of a stacked autoencoder."""
    return lambda wildcards: [
        f"{RUN}/{name}".replace("{layer}", str(layer))
        for layer in range(1, len(settings.network(config, wildcards)["encoder_widths"]) + 2)
    ]


def one_of(names):
    """A wildcard constraint: one of the names, or nothing where there are none."""
    return "|".join(names) or "(?!)"


# What a job asks for, beyond the profile's defaults: measured, with room (docs/cluster.md); more with every retry
# ----------------------------------------------------------------------------------------------------------------
def memory_and_time(mem_mb, minutes, own=lambda _: 0):
    """Resources of a rule; `own` gives the MB that a job takes besides."""
    return {
        "mem_mb": lambda wildcards, attempt: attempt * (mem_mb + own(wildcards)),
        "runtime": lambda wildcards, attempt: attempt * minutes,
    }


def gpus(training):
    """An input function: how many GPUs a training asks for. With device `auto` it takes what it is given."""
    return lambda wildcards: int(training(wildcards)["device"] == "cuda")


NETWORK = memory_and_time(1500, minutes=10)  # imports PyTorch or UMAP
TRAINING = memory_and_time(1700, minutes=60, own=setting("training_memory"))

# The evaluations of one network ask for one of `in_turn`. Where they are submitted as one job, and there is one of it
# (profiles/slurm), they wait for each other, so that one core and the memory of one will do for all of them.
IN_TURN = {"in_turn": 1}


# Snakemake's report
# ------------------
def shown(path, category, caption, **labels):
    """A result that Snakemake's report shows."""
    about = {"data set": "{dataset}", **labels}
    return report(path, caption=f"../report/{caption}.rst", category=category, labels=about)


def figure(name, category, extension="png"):
    """A figure's file."""
    caption = "scores" if name.endswith("_scores") else name
    return shown(f"{FIGURES}/{name}.{extension}", category, caption, figure=name.replace("_", " "), format=extension)


def table(name):
    """A table's file."""
    return shown(f"{TABLES}/{name}.md", "tables", "tables", table=name)


# One run at a time
# -----------------
PLANNED = locks.last_used()


def lock_results():
    """Keeps other runs off the data sets that this one works on; ends it where another one does."""
    try:
        locks.hold(locks.folders(path for job in workflow.dag.needrun_jobs() for path in job.output), PLANNED)
    except AepipeError as error:
        raise WorkflowError(str(error))


# Failures
# --------
STARTED = time.time()


def report_failures():
    """With --keep-going: names the runs that have failed, and says how to make tables and figures of the others."""
    if plan.shows_failed or not workflow.execution_settings.keep_going:
        return
    for dataset in config["datasets"]:
        trials, tuned_runs = tuning_plan.runs(dataset)
        runs = [*plan.runs(dataset), *plan.grid_runs(dataset), *trials, *tuned_runs]
        if failed := plan.failed(runs, since=STARTED):
            lines = [f"{dataset}, failed:", *(f"  {one['run']}: {one['reason']}" for one in failed)]
            lines.append("To make tables and figures without them, add to your command:")
            lines.append("  --config show_failed=True")
            print("\n".join(lines), file=sys.stderr)


# Machines
# --------
def refuse_machine():
    """Before the first job: says what no job could do without."""
    refuse_read_only("results", "results go there")
    executor = workflow.executor_plugin.name
    if shlex.quote(sys.executable) != sys.executable and (executor != "prefork" or sys.platform != "linux"):
        raise WorkflowError(
            f"{sys.executable}: the executor {executor} can't start a Python with a space or the like in its path. "
            "Install into another folder, or use --executor prefork, on Linux"
        )


# Verification
# ------------
def results_now():
    """All that lies in results/, which a module's prefix may stand before."""
    folder = Path(str(rules.verify.log[0])).parent
    return list(verify.contents(folder)) if folder.is_dir() else []


def jobs_today(_):
    """Path of each record -> what its job would be made from today, or None where the configuration has no such job."""
    return {str(path): job_today(str(path)) for path in results_now() if verify.is_record(path)}


def files_made(_):
    """The files there that rules make, records left out."""
    outputs = [output for known in workflow.rules for output in known.output]
    paths = [str(path) for path in results_now() if not verify.is_record(path)]
    return [path for path in paths if any(output.match(path) for output in outputs)]


def job_today(path):
    """Wildcards, code, settings and inputs that the job of a record would have today; None where there is no such job."""
    for made in workflow.rules:
        if found := "record" in made.output.keys() and made.output.record.match(path):
            break
    else:
        return None
    try:
        known, wildcards = getattr(rules, made.name), Wildcards(fromdict=found.groupdict())
        params = {name: value(wildcards) if callable(value) else value for name, value in known.params.items()}
        inputs = [item(wildcards) if callable(item) else item for item in known.input]
        paths = [path for item in inputs for path in ([item] if isinstance(item, str) else item)]
        return {
            **records.described(records.unnamed(known.params), params),
            "inputs": [str(path).format(**found.groupdict()) for path in paths],
            "wildcards": found.groupdict(),
        }
    except (AepipeError, AttributeError, LookupError, ValueError, WorkflowError):
        return None
