"""What the targets make, and which files of which runs a job reads.

Imported by the Snakefile, so nothing here imports torch.
"""

import csv
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from aepipe import catalogue
from aepipe.config import configuration
from aepipe.config.configuration import Config, Run
from aepipe.config.paths import (
    CODES,
    FAILURES,
    FIGURES,
    GRID,
    METRICS,
    PAPER,
    QUICK,
    RUN,
    RUN_NAME,
    SIMILARITY,
    SPLIT,
    STACKING,
    SWEEP,
    TABLES,
    autoencoder_of,
    run_of,
)
from aepipe.errors import ConfigurationError
from aepipe.provenance import failures

#: The autoencoders of a first look, if they are compared.
QUICK_MODELS = ("vanilla", "vae")
#: Wildcards -> paths.
Input = Callable[[Any], list[str]]
#: Metrics of a data set that can be reused.
REUSED = ("metrics.csv", "sweep/metrics.csv", "stacking/metrics.csv", "grid/metrics.csv", "tuning/metrics.csv")
#: Evaluations with metrics that are means over the test images.
OF_IMAGES = ("reconstruction", "latent_structure", "classification", "anomaly")
#: Figures with pictures or curves, which only the runs have.
PICTURES = ("reconstruction", "sampling", "interpolation", "latent_structure", "training_curves")


class Plan:
    """The targets and inputs of a configuration.

    Args:
        config: completed, with defaults.

    Attributes:
        models: the autoencoders to compare.
        pictured: these, and the baselines whose images stand beside theirs.
        titles: model -> name in tables and figures.
        points: the points of all grids, as in `configuration.points`.
    """

    def __init__(self, config: Config) -> None:
        self.config = config
        self.models = configuration.models(config)
        self.pictured = [*self.models, *(own.name for own in catalogue.BASELINES if own.pictured)]
        self.titles = {name: config["autoencoders"][name]["title"] for name in self.models}
        self.points = configuration.points(config)
        self.reused = config["experiment"].get("reuse")
        self.shows_failed = config["show_failed"]

    def labelled(self, dataset: str) -> bool:
        """Whether a data set has class labels."""
        return configuration.has_labels(self.config, dataset)

    def evaluations(self, dataset: str) -> list[catalogue.Evaluation]:
        """The evaluations of a data set: all, or those that need no class labels."""
        normal = self.normal(dataset)
        return [
            own
            for own in catalogue.EVALUATIONS
            if (self.labelled(dataset) or not own.needs_labels) and (normal or not own.needs_normal)
        ]

    def normal(self, dataset: str) -> bool:
        """Whether one class is normal, and all others are anomalies."""
        return configuration.normal_class(self.config, dataset) is not None

    # Targets
    def bake_off(self, dataset: str) -> list[str]:
        """What a data set's bake-off makes."""
        pictures = [*PICTURES, *(["latent_structure_anomaly"] if self.labelled(dataset) else [])]
        pictures += ["defects"] if self.normal(dataset) else []
        figures = [f"{FIGURES}/{name}.png" for name in pictures] + [f"{FIGURES}/interpolation.gif"]
        return [*self.verdict(dataset), *of(dataset, "results/{dataset}/report.html", *figures)]

    def verdict(self, dataset: str) -> list[str]:
        """What of it is made from metrics.csv alone, and so from reused metrics, too."""
        own = self.evaluations(dataset)
        anomalies = ["anomaly"] if self.normal(dataset) else []  # by class
        figures = [f"{FIGURES}/{one.name}_scores.png" if one.figure else f"{FIGURES}/{one.name}.png" for one in own]
        tables = [f"{TABLES}/{name}.md" for name in ("summary", "comparisons", *(one.name for one in own), *anomalies)]
        return of(dataset, METRICS, "results/{dataset}/claims.md", *figures, *tables)

    def quick(self, dataset: str) -> list[str]:
        """A first look at a data set."""
        return of(dataset, QUICK)

    def quick_metrics(self, wildcards: Any) -> list[str]:
        """The metrics of a first look: all tasks of two autoencoders and of the baselines, with the first seed."""
        few = [model for model in QUICK_MODELS if model in self.models]
        few = [*few, *(model for model in self.models if model not in few)][: len(QUICK_MODELS)]
        seed = configuration.seeds(self.config, wildcards.dataset)[0]
        return [path for path in self.scores(wildcards, few) if f"_seed{seed}/" in path]

    def codes(self, dataset: str) -> list[str]:
        """The exported latent codes of all images."""
        runs = configuration.runs(self.config, dataset, "representation", self.pictured)
        return [f"{CODES}/{RUN_NAME}.parquet".format(**vars(run)) for run in runs]

    def sweep(self, dataset: str) -> list[str] | Input:
        """What a data set's sweep makes."""
        return self.if_labelled(
            dataset, "sweep", [f"{SWEEP}/{name}" for name in ("metrics.csv", "anomaly.png", "claims.md")]
        )

    def grid(self, dataset: str) -> list[str]:
        """What a data set's grid makes: a figure for each evaluation, and for each protocol where they differ."""
        own = self.evaluations(dataset)
        figures = [one.name for one in own] + [f"{one.name}{PAPER}" for one in own if one.paper]
        names = ["metrics.csv", "points.csv", "grid.md", "rate_distortion.png", *(f"{name}.png" for name in figures)]
        return of(dataset, *(f"{GRID}/{name}" for name in names))

    def stacking(self, dataset: str) -> list[str] | Input:
        """What a data set's stacking experiment makes."""
        names = ("metrics.csv", "stacking.md", "label_efficiency.png")
        return self.if_labelled(dataset, "stacking", [f"{STACKING}/{name}" for name in names])

    def if_labelled(self, dataset: str, experiment: str, paths: list[str]) -> list[str] | Input:
        """Files of an experiment; an input function that refuses it where there are no class labels."""

        def refuse(_: Any) -> list[str]:
            raise ConfigurationError(
                f"{dataset}_{experiment}: the data set has no labels, and this is about its classes"
            )

        return of(dataset, *paths) if self.labelled(dataset) else refuse

    # Files of runs
    def of_runs(
        self,
        name: str,
        role: str,
        models: list[str] | None = None,
        *,
        paper: bool = False,
        computed: bool = False,
        own_seed: bool = False,
    ) -> Input:
        """An input function: the file `name` of every run of a role.

        Args:
            name: of the file.
            role: `representation` or `anomaly`.
            models: all autoencoders by default.
            paper: adds the networks that autoencoders have under the protocol `paper` alone.
            computed: leaves out runs whose metrics are reused.
            own_seed: takes the runs with the seed of the job alone.
        """
        models = self.models if models is None else models
        return lambda wildcards: [
            path
            for run in configuration.runs(
                self.config,
                wildcards.dataset,
                role,
                configuration.with_paper(self.config, wildcards.dataset, models) if paper else models,
            )
            if not (own_seed and run.seed != int(wildcards.seed))
            if not (computed and self.is_reused(run, "metrics.csv"))
            for path in [f"{RUN}/{name}".format(**vars(run))]
            if not (self.shows_failed and failures.is_lost(path))
        ]

    def of_first_runs(self, name: str, role: str, models: list[str] | None = None) -> Input:
        """An input function: the file `name` of each model's first run, with the first of the held-out classes."""

        def files(wildcards: Any) -> list[str]:
            block = self.config["datasets"][wildcards.dataset].get(role, {})
            first = f"_without-{block.get('held_out', ['none'])[0]}_"
            every = [self.of_runs(name, role, [model])(wildcards) for model in models or self.models]
            return [path for paths in every for path in [path for path in paths if first in path][:1]]

        return files

    def runs(self, dataset: str) -> list[Run]:
        """All runs of a bake-off, with those of baselines."""
        models = configuration.with_paper(self.config, dataset, [*self.models, *catalogue.BASELINE_TITLES])
        return [run for role in catalogue.ROLES for run in configuration.runs(self.config, dataset, role, models)]

    def sweep_runs(self, dataset: str) -> list[Run]:
        """All runs of a data set's sweep, each once."""
        models = configuration.with_paper(self.config, dataset, self.pictured)
        return list(dict.fromkeys(configuration.sweep_runs(self.config, dataset, models)))

    def grid_runs(self, dataset: str) -> list[Run]:
        """All runs of a data set's grid."""
        models = configuration.with_paper(self.config, dataset, list(self.points))
        return [run for role in catalogue.ROLES for run in configuration.runs(self.config, dataset, role, models)]

    def grid_baselines(self, dataset: str) -> list[Run]:
        """The runs of baselines beside a data set's grid, one for each of its latent dimensions and seeds."""
        most = configuration.train_count(self.config, dataset)  # as many components as images, at most
        return [
            Run(dataset, name, latent_dim, "none", seed)
            for name in catalogue.OF_GRIDS
            for latent_dim in configuration.grid_dimensions(self.config, dataset)
            for seed in configuration.seeds(self.config, dataset)
            if latent_dim <= most
        ]

    def about_grid(self, dataset: str) -> str:
        """How many trainings a data set's grid takes, in a line."""
        runs = self.grid_runs(dataset)
        return (
            f"{dataset}_grid: {len(runs):,} trainings, of {len(self.points):,} combinations of settings with "
            f"{len({run.seed for run in runs}):,} seeds; those that are done are kept"
        )

    # Metrics
    def metrics(self, wildcards: Any) -> list[str]:
        """The metrics of all runs that are not reused, and how similar the codes of each seed's autoencoders are."""
        paths = self.scores(wildcards, self.models, computed=True)
        runs = configuration.runs(self.config, wildcards.dataset, "representation")
        seeds = [run.seed for run in runs if not self.is_reused(run, "metrics.csv")]
        compared = [seed for seed in dict.fromkeys(seeds) if seeds.count(seed) > 1]
        return paths + [SIMILARITY.format(dataset=wildcards.dataset, seed=seed) for seed in compared]

    def scores(self, wildcards: Any, models: list[str], *, computed: bool = False) -> list[str]:
        """The metrics of all evaluations of some autoencoders and of the baselines; see `of_runs`."""
        return self.of_evaluations(
            "metrics", "csv", self.evaluations(wildcards.dataset), wildcards, models, computed=computed
        )

    def grid_metrics(self, wildcards: Any) -> list[str]:
        """The metrics of all evaluations of the grid's runs that are not reused, and the distortion of baselines."""
        every, table = self.grid_runs(wildcards.dataset), "grid/metrics.csv"
        paths = [
            path
            for own in self.evaluations(wildcards.dataset)
            for path in self.computed(
                [
                    run
                    for run in every
                    if run.role in own.roles and ("paper" in own.protocols or not run.model.endswith(PAPER))
                ],
                f"{RUN}/metrics/{own.name}.csv",
                table,
            )
        ]
        paths += self.computed(self.grid_baselines(wildcards.dataset), f"{RUN}/metrics/rate.csv", table)
        return self.kept(paths)

    def kept(self, paths: Iterable[str]) -> list[str]:
        """The paths, without those of failed runs where these are to be shown."""
        return [path for path in paths if not (self.shows_failed and failures.is_lost(path))]

    def image_scores(self, wildcards: Any) -> list[str]:
        """The scores of single test images of all runs that are not reused."""
        own = [one for one in self.evaluations(wildcards.dataset) if one.name in OF_IMAGES]
        return self.of_evaluations("image_scores", "npz", own, wildcards, self.models, computed=True)

    def of_evaluations(
        self,
        folder: str,
        extension: str,
        evaluations: Iterable[catalogue.Evaluation],
        wildcards: Any,
        models: list[str],
        *,
        computed: bool,
    ) -> list[str]:
        """The files <folder>/<evaluation>.<extension> of the runs of evaluations."""
        return [
            path
            for own in evaluations
            for role in own.roles
            for path in self.of_runs(
                f"{folder}/{own.name}.{extension}",
                role,
                catalogue.participants(own.name, models),
                paper="paper" in own.protocols,
                computed=computed,
            )(wildcards)
        ]

    def splits(self, wildcards: Any) -> list[str]:
        """The splits of the runs that `image_scores` are of."""
        return splits_of(wildcards.dataset, self.image_scores(wildcards))

    def computed(self, runs: Iterable[Run], name: str, table: str) -> list[str]:
        """The file `name` of those runs whose metrics are not in a reused table, each once."""
        return list(dict.fromkeys(name.format(**vars(run)) for run in runs if not self.is_reused(run, table)))

    def is_reused(self, run: Run, table: str) -> bool:
        """Whether a reused table has the metrics of a run; those of an autoencoder's networks are under its name."""
        own = replace(run, model=autoencoder_of(run.model))
        return own in reused_runs(self.reused, run.dataset, table)

    def reused_table(self, name: str) -> Callable[[Any], str | list[str]]:
        """An input function: the data set's table of that name from an earlier experiment, if there is one."""
        return lambda wildcards: (
            str(Path(self.reused, wildcards.dataset, name)) if reused_runs(self.reused, wildcards.dataset, name) else []
        )

    def reused_covariances(self, name: str) -> Input:
        """An input function: the data set's table of that name from an earlier experiment, if it has one."""
        return lambda wildcards: [
            str(path) for path in [Path(self.reused or "", wildcards.dataset, name)] if self.reused and path.is_file()
        ]

    # Failures
    def failed(self, runs: Iterable[Run], since: float = 0) -> list[dict[str, str]]:
        """What is said of those runs that have failed since then, in seconds of the epoch."""
        paths = [f"{RUN}/".format(**vars(run)) for run in runs]
        titles = {name: entry["title"] for name, entry in self.config["autoencoders"].items()}
        return failures.described(paths, titles | catalogue.BASELINE_TITLES, since)

    def failures(self, _: Any) -> str | list[str]:
        """An input function: the list of failed runs, where it is to be shown."""
        return FAILURES if self.shows_failed else []


def splits_of(dataset: str, paths: Iterable[str]) -> list[str]:
    """The splits of the runs that files belong to."""
    return list(dict.fromkeys(SPLIT.format(dataset=dataset, **run_of(path)) for path in paths))


def of(dataset: str, *patterns: str) -> list[str]:
    """Paths of a data set."""
    return [pattern.format(dataset=dataset) for pattern in patterns]


def wanted(runs: list[Run]) -> dict[str, list[Any]]:
    """What of reused metrics is taken: those of these runs, by their models, seeds and kinds."""
    return {
        "kinds": sorted({(run.latent_dim, run.held_out) for run in runs}),
        "models": sorted({run.model for run in runs}),
        "seeds": sorted({run.seed for run in runs}),
    }


@cache
def reused_runs(folder: str | None, dataset: str, name: str) -> frozenset[Run]:
    """The runs of which <folder>/<dataset>/<name> has metrics; none without such a file.

    Raises:
        ConfigurationError: the file can't be read, or is no table of metrics.
    """
    path = Path(folder or "", dataset, name)
    if not folder or not path.is_file():
        return frozenset()
    try:
        with path.open(encoding="utf-8", newline="") as table:
            return frozenset(
                Run(row["dataset"], row["model"], int(row["latent_dim"]), row["held_out"] or "none", int(row["seed"]))
                for row in csv.DictReader(table)
            )
    except (OSError, ValueError, TypeError, KeyError, csv.Error) as error:
        raise ConfigurationError(
            f"experiment.reuse: {path} is not a table of metrics ({type(error).__name__}: {error}); give "
            "another folder, or remove the file"
        ) from error
