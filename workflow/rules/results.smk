"""What the workflow makes, and which numbers are gathered from which runs."""

# Figures of numbers, and with pictures, which only the runs have
NUMBER_FIGURES = [
    "reconstruction_scores",
    "sampling_scores",
    "interpolation_scores",
    "latent_structure_scores",
    "classification",
    "anomaly",
    "training_time",
]
FIGURES = [
    *NUMBER_FIGURES,
    "reconstruction",
    "sampling",
    "interpolation",
    "latent_structure",
    "latent_structure_anomaly",
    "training_curves",
]
# Kind of run -> table of numbers -> models that have it
NUMBERS = {
    "representation": {
        "training": MODELS,
        "reconstruction": [*MODELS, "pca", "untrained"],
        "sampling": [*MODELS, "pca", "real"],
        "interpolation": [*MODELS, "pca", "real"],
        "latent_structure": [*MODELS, "pca", "untrained", "pixels"],
        "classification": [*MODELS, "pca", "untrained", "pixels"],
        "supervised_baseline": ["untrained", "scratch"],
        "perfect_copy": ["real"],
    },
    "anomaly": {
        "training": MODELS,
        "anomaly": [*MODELS, "pca"],
        "perfect_copy": ["real"],
    },
}
TABLES = [
    "summary",
    "reconstruction",
    "sampling",
    "interpolation",
    "latent_structure",
    "classification",
    "anomaly",
    "training",
]
REPORT_RULES = [
    "compare_codes",
    "gather_metrics",
    "write_tables",
    "write_tables_without_labels",
    "compare_autoencoders",
    "write_claims",
    "write_report",
    *(f"draw_{figure}" for figure in FIGURES),
]


def made(names, dataset):
    """Those of some figures or tables that a data set has: all, or those that need no labels."""
    return [name for name in names if dataset in LABELLED or name not in labels.RESULTS]


def bake_off(dataset):
    """What a data set's bake-off makes."""
    folder = f"results/{dataset}"
    return [
        *verdict(dataset),
        f"{folder}/report.html",
        f"{folder}/figures/interpolation.gif",
        *(f"{folder}/figures/{name}.png" for name in made(FIGURES, dataset) if name not in NUMBER_FIGURES),
    ]


def verdict(dataset):
    """What of it is made from metrics.csv alone, and so from saved numbers, too."""
    folder = f"results/{dataset}"
    return [
        f"{folder}/metrics.csv",
        f"{folder}/claims.md",
        *(f"{folder}/figures/{name}.png" for name in made(NUMBER_FIGURES, dataset)),
        *(f"{folder}/tables/{name}.md" for name in made([*TABLES, "comparisons"], dataset)),
    ]


def codes(dataset):
    """The latent codes of all images, of the autoencoders that have seen every class, and of PCA, to take away."""
    return [
        f"{CODES}/{RUN_NAME}.parquet".format(**vars(run))
        for run in configuration.runs(config, dataset, "representation", [*MODELS, "pca"])
    ]


def sweep(dataset):
    """What a data set's sweep makes."""
    results = [f"{SWEEP}/{name}".format(dataset=dataset) for name in ("metrics.csv", "anomaly.png", "claims.md")]
    return results if dataset in LABELLED else needs_labels(f"{dataset}_sweep")


def needs_labels(target):
    """An input function that says so, for a target of a data set without them."""

    def refuse(_):
        raise WorkflowError(f"{target}: the data set has no labels, and this is about its classes")

    return refuse


def ranking():
    """What is made of several data sets."""
    return ["results/ranks.md", "results/critical_difference.png"]


def of_runs(name, *roles, models=MODELS, computed=False, own_seed=False):
    """An input function: the file `name` of every run of these roles and models.

    Of failed runs there is none once they are to be shown as such; nor, where the file is wanted only as far as it is
    to be `computed`, of runs whose numbers are saved. A rule for each seed may want those of its `own_seed`.
    """
    return lambda wildcards: [
        path
        for role in roles
        for run in configuration.runs(config, wildcards.dataset, role, models)
        if not (own_seed and run.seed != int(wildcards.seed))
        if not (computed and run in reused_runs(wildcards.dataset))
        for path in [f"{RUN}/{name}".format(**vars(run))]
        if not (SHOW_FAILED and failures.is_lost(path))
    ]


def of_first_runs(name, role, models=MODELS):
    """An input function: the file `name` of each model's first run of a role, to be shown for all."""
    return lambda wildcards: [path for model in models for path in of_runs(name, role, models=[model])(wildcards)[:1]]


def failed(*roles):
    """An input function: what is to be said of the failed runs of these roles; nothing before they were tried."""
    return lambda wildcards: (
        failures.described(
            [
                f"{RUN}/".format(**vars(run))
                for role in roles
                for run in configuration.runs(config, wildcards.dataset, role, [*MODELS, *BASELINES])
            ],
            TITLES | BASELINES,
        )
        if SHOW_FAILED
        else []
    )


# Numbers
# -------
def numbers(wildcards):
    """The tables of numbers of all runs that are not saved, and how alike the codes of each seed's models are."""
    seeds = configuration.seeds(config, wildcards.dataset)
    own = [
        path
        for role, tables in NUMBERS.items()
        for table, models in tables.items()
        if table in made(tables, wildcards.dataset)
        for path in of_runs(f"metrics/{table}.csv", role, models=models, computed=True)(wildcards)
    ]
    compared = [SIMILARITY.format(dataset=wildcards.dataset, seed=seed) for seed in seeds]
    return own + [path for seed, path in zip(seeds, compared) if not is_reused(wildcards.dataset, seed)]


def sweep_numbers(wildcards):
    """The anomaly detection of all runs of the sweep that are not saved."""
    runs = dict.fromkeys(configuration.sweep_runs(config, wildcards.dataset, [*MODELS, "pca"]))
    computed = (run for run in runs if run not in reused_runs(wildcards.dataset, "sweep/metrics.csv"))
    return [f"{RUN}/metrics/anomaly.csv".format(**vars(run)) for run in computed]


def is_reused(dataset, seed):
    """Whether the numbers of all autoencoders that see every class are saved for a seed."""
    runs = configuration.runs(config, dataset, "representation")
    return all(run in reused_runs(dataset) for run in runs if run.seed == seed)


def reused_runs(dataset, name="metrics.csv"):
    """The runs whose numbers an earlier run has left."""
    return reuse.runs(config["experiment"].get("reuse"), dataset, name)


def reused_file(name):
    """An input function: the data set's table of that name from an earlier run, if there is one."""
    return lambda wildcards: reuse.file(config["experiment"].get("reuse"), wildcards.dataset, name) or []


def wanted(runs):
    """What of saved numbers is taken: those of these runs, by their models, seeds and kinds."""
    runs = list(runs)
    return {
        "kinds": sorted({(run.latent_dim, run.held_out) for run in runs}),
        "models": sorted({run.model for run in runs}),
        "seeds": sorted({run.seed for run in runs}),
    }
