"""What the workflow makes, and which numbers are gathered from which cells."""

# Figures of numbers, and with pictures, which only the cells have
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
# Kind of cell -> table of numbers -> models that have it
NUMBERS = {
    "representation": {
        "training": MODELS,
        "reconstruction": [*MODELS, "pca", "untrained"],
        "sampling": [*MODELS, "pca", "real"],
        "interpolation": [*MODELS, "pca", "real"],
        "latent_structure": [*MODELS, "pca", "untrained", "pixels"],
        "classification": [*MODELS, "pca", "untrained", "pixels"],
        "baseline": ["untrained", "scratch"],
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
        f"{CODES}/{CELL_NAME}.parquet".format(**vars(cell))
        for cell in configuration.cells(config, dataset, "representation", [*MODELS, "pca"])
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


def of_cells(name, *roles, models=MODELS, computed=False, own_seed=False):
    """An input function: the file `name` of every cell of these roles and models.

    Of failed cells there is none once they are to be shown as such; nor, where the file is wanted only as far as it is
    to be `computed`, of cells whose numbers are saved. A rule for each seed may want those of its `own_seed`.
    """
    return lambda wildcards: [
        path
        for role in roles
        for cell in configuration.cells(config, wildcards.dataset, role, models)
        if not (own_seed and cell.seed != int(wildcards.seed))
        if not (computed and cell in saved_cells(wildcards.dataset))
        for path in [f"{CELL}/{name}".format(**vars(cell))]
        if not (SHOW_FAILED and failures.is_lost(path))
    ]


def of_first_cells(name, role, models=MODELS):
    """An input function: the file `name` of each model's first cell of a role, to be shown for all."""
    return lambda wildcards: [path for model in models for path in of_cells(name, role, models=[model])(wildcards)[:1]]


def failed(*roles):
    """An input function: what is to be said of the failed cells of these roles; nothing before they were tried."""
    return lambda wildcards: (
        failures.described(
            [
                f"{CELL}/".format(**vars(cell))
                for role in roles
                for cell in configuration.cells(config, wildcards.dataset, role, [*MODELS, *CONTROLS])
            ],
            LABELS | CONTROLS,
        )
        if SHOW_FAILED
        else []
    )


# Numbers
# -------
def numbers(wildcards):
    """The tables of numbers of all cells that are not saved, and how alike the codes of each seed's models are."""
    seeds = configuration.seeds(config, wildcards.dataset)
    own = [
        path
        for role, tables in NUMBERS.items()
        for table, models in tables.items()
        if table in made(tables, wildcards.dataset)
        for path in of_cells(f"metrics/{table}.csv", role, models=models, computed=True)(wildcards)
    ]
    compared = [SIMILARITY.format(dataset=wildcards.dataset, seed=seed) for seed in seeds]
    return own + [path for seed, path in zip(seeds, compared) if not is_saved(wildcards.dataset, seed)]


def sweep_numbers(wildcards):
    """The anomaly detection of all cells of the sweep that are not saved."""
    cells = dict.fromkeys(configuration.sweep_cells(config, wildcards.dataset, [*MODELS, "pca"]))
    computed = (cell for cell in cells if cell not in saved_cells(wildcards.dataset, "sweep/metrics.csv"))
    return [f"{CELL}/metrics/anomaly.csv".format(**vars(cell)) for cell in computed]


def is_saved(dataset, seed):
    """Whether the numbers of all autoencoders that see every class are saved for a seed."""
    cells = configuration.cells(config, dataset, "representation")
    return all(cell in saved_cells(dataset) for cell in cells if cell.seed == seed)


def saved_cells(dataset, name="metrics.csv"):
    """The cells whose numbers an earlier run has left."""
    return reuse.cells(config["run"].get("saved"), dataset, name)


def saved_file(name):
    """An input function: the data set's table of that name from an earlier run, if there is one."""
    return lambda wildcards: reuse.file(config["run"].get("saved"), wildcards.dataset, name) or []


def wanted(cells):
    """What of saved numbers is taken: those of these cells, by their models, seeds and kinds."""
    cells = list(cells)
    return {
        "kinds": sorted({(cell.latent_dim, cell.left_out) for cell in cells}),
        "models": sorted({cell.model for cell in cells}),
        "seeds": sorted({cell.seed for cell in cells}),
    }
