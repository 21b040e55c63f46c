import json
from pathlib import Path

from aepipe.analysis import image_variance, tuning
from aepipe.config.paths import TUNED
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.page.results import Numbers
from aepipe.reporting.tuning_page import tuning_page


def autoencoder_and_evaluation(network):
    """What a tuned network is of, and what it is tuned for."""
    return tuple(network.split(TUNED))


with job(snakemake) as work:
    files, params = snakemake.input, snakemake.params
    selected = {Path(path).stem: json.loads(Path(path).read_text(encoding="utf-8")) for path in files.selected}
    settings = tuning.table(selected, {network: autoencoder_and_evaluation(network) for network in selected})
    times = [metrics.read(path) for path in files.times]
    seconds = tuning.mean_seconds(times)
    metrics.write_table(settings, work.settings)
    results = Numbers(
        titles=dict(params.titles),
        metrics=metrics.read(files.metrics),
        has_labels=params.has_labels,
        confidence=params.confidence,
        image_variance=image_variance.read(files.covariances),
    )
    seconds = {autoencoder_and_evaluation(network): value for network, value in seconds.items()}
    spent = tuning.seconds_spent(metrics.read(files.trials)), tuning.seconds_spent(*times)
    known = {
        "spent": spent,
        "trials": params.trials,
        "test_images": params.test_images,
        "failed": failures.read(files.failures),
    }
    work.page.write_text(tuning_page(results, settings, seconds, **known), encoding="utf-8")
