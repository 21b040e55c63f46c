"""What the targets make, and from which runs."""

import sys
import time

from aepipe.config import reuse
from aepipe.provenance import failures

SHOW_FAILED = config["experiment"]["show_failed"]
REUSED = config["experiment"].get("reuse")
if REUSED and not Path(REUSED).is_dir():
    raise WorkflowError(f"experiment.reuse: there is no folder {REUSED!r} here; allowed: a folder of earlier metrics")

SIMILARITY = "results/{dataset}/metrics/latent_similarity_seed{seed}.csv"
FAILURES = "results/{dataset}/failures.json"
PICTURED = [*MODELS, *(baseline.name for baseline in catalogue.BASELINES if baseline.pictured)]
# Figures with pictures or curves, which only the runs have
PICTURES = [
    "reconstruction",
    "sampling",
    "interpolation",
    "latent_structure",
    "latent_structure_anomaly",
    "training_curves",
]


# Targets
# -------
def evaluations_of(dataset):
    """The evaluations that a data set has: all, or those that need no class labels."""
    return [own for own in catalogue.EVALUATIONS if dataset in LABELLED or not own.needs_labels]


def bake_off(dataset):
    """What a data set's bake-off makes."""
    pictures = [name for name in PICTURES if dataset in LABELLED or name != "latent_structure_anomaly"]
    return [
        *verdict(dataset),
        f"results/{dataset}/report.html",
        f"results/{dataset}/figures/interpolation.gif",
        *expand(f"{FIGURES}/{{name}}.png", dataset=dataset, name=pictures),
    ]


def verdict(dataset):
    """What of it is made from metrics.csv alone, and so from reused metrics, too."""
    evaluations = evaluations_of(dataset)
    figures = [f"{own.name}_scores" if own.figure else own.name for own in evaluations]
    return [
        METRICS.format(dataset=dataset),
        f"results/{dataset}/claims.md",
        *expand(f"{FIGURES}/{{name}}.png", dataset=dataset, name=figures),
        *expand(
            f"{TABLES}/{{name}}.md", dataset=dataset, name=["summary", "comparisons", *(o.name for o in evaluations)]
        ),
    ]


def codes(dataset):
    """The latent codes of all images, of the autoencoders that have seen every class, and of PCA."""
    runs = configuration.runs(config, dataset, "representation", PICTURED)
    return [f"{CODES}/{RUN_NAME}.parquet".format(**vars(run)) for run in runs]


def sweep(dataset):
    """What a data set's sweep makes."""
    return larger_experiment(dataset, SWEEP, ["metrics.csv", "anomaly.png", "claims.md"])


def stacking(dataset):
    """What a data set's stacking experiment makes."""
    return larger_experiment(dataset, STACKING, ["metrics.csv", "stacking.md", "label_efficiency.png"])


def larger_experiment(dataset, folder, names):
    """Files of an experiment that needs class labels; an input function that refuses it, where there are none."""

    def refuse(_):
        raise WorkflowError(f"{folder.format(dataset=dataset)}: needs class labels, and {dataset} has none")

    return [f"{folder}/{name}".format(dataset=dataset) for name in names] if dataset in LABELLED else refuse


def ranking():
    """What is made of several data sets."""
    return ["results/ranks.md", "results/critical_difference.png"]


# Files of runs
# -------------
def of_runs(name, role, models=MODELS, computed=False, own_seed=False):
    """An input function: the file `name` of every run of a role and of some models.

    Without failed runs, once these are shown as such; where the file is wanted only as far as it is to be `computed`,
    without runs whose metrics are reused. A rule for each seed may want those of its `own_seed`.
    """
    return lambda wildcards: [
        path
        for run in configuration.runs(config, wildcards.dataset, role, models)
        if not (own_seed and run.seed != int(wildcards.seed))
        if not (computed and run in reuse.runs(REUSED, wildcards.dataset, "metrics.csv"))
        for path in [f"{RUN}/{name}".format(**vars(run))]
        if not (SHOW_FAILED and failures.is_lost(path))
    ]


def of_first_runs(name, role, models=MODELS):
    """An input function: the file `name` of each model's first run of a role, with the first of the held-out classes."""

    def files(wildcards):
        block = config["datasets"][wildcards.dataset].get(role, {})
        first = f"_without-{block.get('held_out', ['none'])[0]}_"
        runs = [[path for path in of_runs(name, role, models=[model])(wildcards) if first in path] for model in models]
        return [path for paths in runs for path in paths[:1]]

    return files


def bake_off_runs(dataset, models=(*MODELS, *catalogue.BASELINE_TITLES)):
    """All runs of a bake-off."""
    return [run for role in catalogue.ROLES for run in configuration.runs(config, dataset, role, models)]


def metrics_of_runs(wildcards):
    """The tables of metrics of all runs that are not reused, and how similar the codes of each seed's autoencoders are."""
    paths = []
    for own in evaluations_of(wildcards.dataset):
        for role in own.roles:
            models = catalogue.participants(own.name, MODELS)
            paths += of_runs(f"metrics/{own.name}.csv", role, models=models, computed=True)(wildcards)
    runs = configuration.runs(config, wildcards.dataset, "representation")
    seeds = [run.seed for run in runs if run not in reuse.runs(REUSED, wildcards.dataset, "metrics.csv")]
    compared = [seed for seed in dict.fromkeys(seeds) if seeds.count(seed) > 1]
    return paths + [SIMILARITY.format(dataset=wildcards.dataset, seed=seed) for seed in compared]


def computed_runs(runs, name, table):
    """The file `name` of those runs whose metrics are not in a reused table."""
    known = reuse.runs(REUSED, runs[0].dataset, table) if runs else ()
    return [name.format(**vars(run)) for run in runs if run not in known]


def reused_table(name):
    """An input function: the data set's table of that name from an earlier experiment, if there is one."""
    return lambda wildcards: reuse.file(REUSED, wildcards.dataset, name) or []


def wanted(runs):
    """What of reused metrics is taken: those of these runs, by their models, seeds and kinds."""
    return {
        "kinds": sorted({(run.latent_dim, run.held_out) for run in runs}),
        "models": sorted({run.model for run in runs}),
        "seeds": sorted({run.seed for run in runs}),
    }


# Failures
# --------
def failed_runs(dataset):
    """What is said of the failed runs of a data set."""
    paths = [f"{RUN}/".format(**vars(run)) for run in bake_off_runs(dataset)]
    return failures.described(paths, TITLES | catalogue.BASELINE_TITLES)


def shown_failures(wildcards):
    """An input function: the list of failed runs, where they are to be shown."""
    return FAILURES if SHOW_FAILED else []


STARTED = time.time()


def report_failures():
    """With --keep-going: names the runs that have failed, and says how to make tables and figures of the others."""
    if SHOW_FAILED or not workflow.execution_settings.keep_going:
        return
    for dataset in config["datasets"]:
        paths = [f"{RUN}/".format(**vars(run)) for run in bake_off_runs(dataset)]
        failed = failures.described(paths, TITLES | catalogue.BASELINE_TITLES, since=STARTED)
        if failed:
            lines = [f"  {failure['run']}: {failure['reason']}" for failure in failed]
            command = f"snakemake {dataset} --config 'experiment={{show_failed: true}}'"
            print("\n".join([f"{dataset}, failed:", *lines]), file=sys.stderr)
            print(f"To make tables and figures of the other runs, add to your command: {command}", file=sys.stderr)
