"""What tuning makes, and which files of which runs its jobs read.

Imported by the Snakefile, so nothing here imports torch.
"""

from collections.abc import Iterable
from typing import Any

from aepipe import catalogue
from aepipe.config import configuration, costs
from aepipe.config.configuration import Run
from aepipe.config.paths import RUN, SELECTED, TUNED, TUNING
from aepipe.config.plan import OF_IMAGES, Plan, of, splits_of


class TuningPlan:
    """The target and inputs of tuning, beside a plan of the bake-off."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.config = plan, plan.config

    def files(self, dataset: str) -> list[str]:
        """What a data set's tuning makes."""
        names = ("report.html", "tuning.md", "claims.md", "metrics.csv", "trials.csv", "ranks.png", "trials.png")
        return of(dataset, *(f"{TUNING}/{name}" for name in names))

    def tasks(self, dataset: str) -> list[catalogue.Task]:
        """The tasks of a data set that settings are selected for."""
        done = {own.name for own in self.plan.evaluations(dataset)}
        return [task for task in catalogue.tasks(self.plan.labelled(dataset)) if task.evaluation in done]

    def trial_runs(self, dataset: str, task: catalogue.Task, models: list[str] | None = None) -> list[Run]:
        """The runs of the trials of some autoencoders that a task's settings are selected by; of all by default."""
        of_task = [trial for model in models or self.plan.models for trial in configuration.trials(self.config, model)]
        return list(configuration.runs(self.config, dataset, role_of(task), of_task))

    def tuned_runs(self, dataset: str, task: catalogue.Task) -> list[Run]:
        """The runs with the settings that are selected for a task."""
        networks = [f"{model}{TUNED}{task.evaluation}" for model in self.plan.models]
        return list(configuration.runs(self.config, dataset, role_of(task), networks))

    def runs(self, dataset: str) -> tuple[list[Run], list[Run]]:
        """All runs of a data set's tuning: trials, each once, and those with the selected settings."""
        tasks = self.tasks(dataset)
        trials = dict.fromkeys(run for task in tasks for run in self.trial_runs(dataset, task))
        return list(trials), [run for task in tasks for run in self.tuned_runs(dataset, task)]

    def about(self, dataset: str) -> str:
        """How many trainings a data set's tuning takes, in a line."""
        trials, tuned = self.runs(dataset)
        seconds = costs.core_seconds(self.config, [*trials, *tuned])
        return (
            f"{dataset}_tuned: {len(trials):,} trials and {len(tuned):,} trainings with the selected settings, about "
            f"{seconds:,.0f} core-seconds, besides the bake-off; those that are done are kept"
        )

    def selection_metrics(self, wildcards: Any) -> list[str]:
        """The metrics that the settings of a tuned network are selected by, of all its trials."""
        own = self.config["autoencoders"][wildcards.model]["tuned"]
        task = next(task for task in self.tasks(wildcards.dataset) if task.evaluation == own["evaluation"])
        return self.plan.kept(self.selection_files(wildcards.dataset, task, [own["of"]]))

    def selection_files(self, dataset: str, task: catalogue.Task, models: list[str] | None = None) -> list[str]:
        """The files with the metrics that a task's settings are selected by, of the trials of some autoencoders."""
        name = f"{RUN}/metrics/{task.selected_by[0]}.csv"
        return [name.format(**vars(run)) for run in self.trial_runs(dataset, task, models)]

    def trial_metrics(self, wildcards: Any) -> list[str]:
        """The metrics that settings are selected by, and the training times, of all trials."""
        trials, _ = self.runs(wildcards.dataset)
        times = [f"{RUN}/metrics/training.csv".format(**vars(run)) for run in trials]
        chosen = [
            path for task in self.tasks(wildcards.dataset) for path in self.selection_files(wildcards.dataset, task)
        ]
        return self.plan.kept([*dict.fromkeys(chosen), *times])

    def tuned_metrics(self, wildcards: Any) -> list[str]:
        """The metrics of the tuned networks that are not reused, each network's of its own task."""
        return self.of_tuned(wildcards.dataset, "metrics", "csv")

    def settings(self, wildcards: Any) -> list[str]:
        """What was selected for all tuned networks."""
        _, tuned = self.runs(wildcards.dataset)
        return list(dict.fromkeys(SELECTED.format(**vars(run)) for run in tuned))

    def times(self, wildcards: Any) -> list[str]:
        """The training times of the tuned networks that are not reused."""
        _, tuned = self.runs(wildcards.dataset)
        return self.plan.kept(self.plan.computed(tuned, f"{RUN}/metrics/training.csv", "tuning/metrics.csv"))

    def image_scores(self, wildcards: Any) -> list[str]:
        """The scores of single test images of the tuned networks that are not reused, and of baselines."""
        own = [one for one in self.plan.evaluations(wildcards.dataset) if one.name in OF_IMAGES]
        baselines = self.plan.of_evaluations("image_scores", "npz", own, wildcards, [], computed=True)
        return [*self.of_tuned(wildcards.dataset, "image_scores", "npz", OF_IMAGES), *baselines]

    def splits(self, wildcards: Any) -> list[str]:
        """The splits of the runs that `image_scores` are of."""
        return splits_of(wildcards.dataset, self.image_scores(wildcards))

    def of_tuned(self, dataset: str, folder: str, extension: str, only: Iterable[str] = ()) -> list[str]:
        """The files <folder>/<evaluation>.<extension> of the tuned networks, each network's of its own task."""
        paths = [
            path
            for task in self.tasks(dataset)
            if not only or task.evaluation in only
            for path in self.plan.computed(
                self.tuned_runs(dataset, task), f"{RUN}/{folder}/{task.evaluation}.{extension}", "tuning/metrics.csv"
            )
        ]
        return self.plan.kept(paths)


def role_of(task: catalogue.Task) -> str:
    """The kind of runs that a task is about."""
    return catalogue.evaluation(task.evaluation).roles[0]
