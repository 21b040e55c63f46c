import json
from pathlib import Path

import pandas as pd

from aepipe.analysis import claims, image_variance
from aepipe.analysis.curves import roc_curves
from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import metrics
from aepipe.provenance import failures, trace
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.page import origin, render
from aepipe.reporting.page.results import Results


def first_arrays(paths):
    """Model -> the arrays of its first run."""
    return {model: load_arrays(own[0]) for model, own in by_model(paths).items()}


def training_curves(paths):
    """Model -> the table of each of its runs."""
    return {model: [pd.read_csv(path) for path in own] for model, own in by_model(paths).items()}


def accuracy_of(path):
    """The test accuracy of the feature extractor; None where there is none."""
    return json.loads(Path(path).read_text(encoding="utf-8"))["test_accuracy"] if path else None


with job(snakemake) as work:
    files, params = snakemake.input, snakemake.params
    settings = metrics.read(files.settings) if files.settings else pd.DataFrame()
    results = Results(
        dataset=snakemake.wildcards.dataset,
        titles=dict(params.titles),
        metrics=metrics.read(files.metrics),
        claims=claims.read(files.claims),
        claims_by_measure=claims.read(files.claims_by_measure),
        comparisons=metrics.read(files.comparisons),
        images=load_array(files.images),
        classes=load_array(files.classes),
        split=load_arrays(files.split),
        class_names=params.class_names,
        has_labels=params.has_labels,
        origin=json.loads(Path(files.origin).read_text(encoding="utf-8")),
        reconstructions=first_arrays(files.reconstructions),
        samples=first_arrays(files.samples),
        mixtures=first_arrays(files.mixtures),
        interpolations=first_arrays(files.interpolations),
        maps=first_arrays(files.maps),
        anomaly_maps=first_arrays(files.anomaly_maps),
        held_out=next(iter(params.held_out), None),
        roc_curves=roc_curves(by_model(files.roc_curves)),
        training_curves=training_curves(files.training_curves),
        layerwise=dict(params.layerwise),
        labelled=params.labelled,
        failed=failures.read(snakemake.input.failures),
        confidence=params.confidence,
        image_variance=image_variance.read(files.covariances),
        in_article=params.in_article,
        settings={(row["model"], row["evaluation"]): row["settings"] for row in settings.to_dict("records")},
        extractor_accuracy=accuracy_of(files.extractor),
        defects=Path(files.defects).read_bytes() if files.defects else b"",
    )
    work.page.write_text(
        render.render(results, origin.gathered(trace.origins(list(dict.fromkeys(files))))), encoding="utf-8"
    )
