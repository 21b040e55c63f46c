"""Made-up results for reports."""

from dataclasses import replace

import numpy as np
import pandas as pd

from aepipe.analysis import comparisons
from aepipe.analysis.curves import LOSS
from aepipe.catalogue import TASKS
from aepipe.evaluation.metrics import COLUMNS, PROTOCOLS
from aepipe.reporting.page import origin
from aepipe.reporting.page.results import Results

LABELS = {"vanilla": "Vanilla", "mine": "My <own> autoencoder"}
NOTHING = origin.gathered([])
VERDICTS = [
    ("C1", "paper", "holds"),
    ("C1", "corrected", "does not hold"),
    ("C2", "paper", "undecided"),
    ("C2", "corrected", "undecided"),
    ("C3", "paper", "holds"),
    ("C3", "corrected", "not tested"),
]


def measured(values: dict[str, list[float]]) -> pd.DataFrame:
    """Tidy metrics in which a model's number in every task and under both protocols is one for each seed."""
    rows = [
        ("toys", model, 2, held_out, seed, protocol, task.evaluation, task.metric, value)
        for model, own in values.items()
        for seed, value in enumerate(own)
        for protocol in PROTOCOLS
        for task in TASKS
        for held_out in ["1" if task.evaluation == "anomaly" else ""]
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def verdicts() -> pd.DataFrame:
    common = {"statement": "Vanilla is best", "panel": "", "measure": "bce", "contrast": "vanilla − mine"}
    numbers = {"estimate": 0.5, "low": 0.25, "high": 0.75, "n": 3, "reason": "no sweep"}
    later = {"holds": "undecided"}  # after Holm's correction
    return pd.DataFrame(
        [
            {"claim": c, "protocol": p, "verdict": v, "after_holm": later.get(v, v), **common, **numbers}
            for c, p, v in VERDICTS
        ]
    )


def verdicts_by_measure() -> pd.DataFrame:
    """Two measures of each tested claim, which disagree on the second one."""
    common = {"contrast": "vanilla − mine", "estimate": 0.5, "low": 0.25, "high": 0.75, "n": 3}
    return pd.DataFrame(
        [
            {"claim": c, "protocol": p, "measure": measure, "verdict": other if c == "C2" else v, **common}
            for c, p, v in VERDICTS
            if v != "not tested"
            for measure, other in (("bce", "holds"), ("mse", "undecided"))
        ]
    )


def toys(values: dict[str, list[float]], size: tuple[int, ...] = (8, 8)) -> Results:
    """Results on 40 images of noise, half of them the test set."""
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, *size), dtype=np.uint8)
    drawn = {model: {"images": random.random((4, *size), dtype=np.float32)} for model in LABELS}
    metrics = measured(values)
    return Results(
        dataset="toys",
        titles=LABELS,
        metrics=metrics,
        claims=verdicts(),
        claims_by_measure=verdicts_by_measure(),
        comparisons=comparisons.differences(metrics, LABELS, PROTOCOLS),
        images=images,
        classes=np.arange(40, dtype=np.uint8) % 2,
        split={
            "train": np.arange(16),
            "labelled": np.arange(4),
            "validation": np.arange(16, 20),
            "test": np.arange(20, 40),
        },
        class_names=["even", "odd"],
        has_labels=True,
        origin={"source": "noise", "train": 20, "test": 20, "shape": size, "classes": [0, 1]},
        reconstructions={model: {**own, "originals": images[:4] / 255} for model, own in drawn.items()},
        samples={"vanilla": {"images": np.empty((0, *size), np.float32)}},
        mixtures=drawn,
        interpolations={model: {**own, "ends": images[:2] / 255} for model, own in drawn.items()},
        maps={model: {"positions": random.random((20, 2))} for model in LABELS},
        anomaly_maps={},
        held_out=1,
        roc_curves={},
        training_curves={},
        layerwise={},
        labelled=10,
        failed=[],
        confidence=0.95,
        in_article=True,
        settings={},
        extractor_accuracy=0.9,
    )


THREE_SEEDS = {"vanilla": [1.0, 1.1, 1.2], "mine": [1.05, 1.0, 1.1], "pca": [5.0, 5.0, 5.0]}


def named(titles: list[str], classes: list[str]) -> Results:
    """Results with other titles and names of classes, one failure and a source."""
    results = toys(THREE_SEEDS)
    random = np.random.default_rng(0)
    curve = {"protocol": "paper", "metric": "auc", "false_positive_rate": [0, 1], "true_positive_rate": [0, 1]}
    return replace(
        results,
        titles=dict(zip(LABELS, titles, strict=True)),
        class_names=classes,
        origin={**results.origin, "source": titles[0]},
        anomaly_maps={model: {"positions": random.random((20, 2))} for model in LABELS},
        roc_curves={model: [pd.DataFrame(curve)] for model in LABELS},
        training_curves={model: [pd.DataFrame({"epoch": [1], LOSS: [1.0]})] for model in LABELS},
        failed=[{"model": "mine", "held_out": "", "run": titles[1], "reason": classes[0]}],
    )
