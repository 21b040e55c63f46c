import json
from pathlib import Path

from aepipe.analysis import image_variance, tuning
from aepipe.config.paths import tuned_for
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.page.results import Numbers
from aepipe.reporting.tuning_page import tuning_page

with job(snakemake) as work:
    files, params = snakemake.input, snakemake.params
    paths, times = map(Path, files.selected), [metrics.read(path) for path in files.times]
    settings = tuning.table({tuned_for(path.stem): json.loads(path.read_text(encoding="utf-8")) for path in paths})
    metrics.write_table(settings, work.settings)
    results = Numbers(
        titles=dict(params.titles),
        metrics=metrics.read(files.metrics),
        has_labels=params.has_labels,
        confidence=params.confidence,
        image_variance=image_variance.read(files.covariances),
    )
    spent = tuning.seconds_spent(metrics.read(files.trials)), tuning.seconds_spent(*times)
    known = {
        "spent": spent,
        "trials": params.trials,
        "test_images": params.test_images,
        "failed": failures.read(files.failures),
    }
    work.page.write_text(tuning_page(results, settings, tuning.mean_seconds(times), **known), encoding="utf-8")
