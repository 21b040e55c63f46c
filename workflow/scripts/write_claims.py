import pandas as pd

from aepipe.analysis import claims
from aepipe.analysis.verdict import Limits
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting import claims_page

with job(snakemake) as work:
    files, params = snakemake.input, snakemake.params
    limits, titles = Limits(**params.limits), dict(params.titles)
    configured = [(params.configured or {}).get(key) for key in ("latent_dim", "held_out")]
    table = metrics.read(files.metrics)
    judged = claims.verdicts(
        table,
        metrics.protocols(table),
        limits,
        covariances=pd.read_csv(files.covariances),
        sweep=claims.other_pairs(metrics.read(files.sweep), *configured) if files.sweep else None,
        sweep_covariances=pd.read_csv(files.sweep_covariances) if files.sweep else None,
        classes=len(params.class_names),
        has_labels=params.has_labels,
        of_digits=params.source in claims.DIGITS,
    )
    overview, by_measure = claims.overview(judged, limits), claims.by_measure(judged, limits)
    metrics.write_table(overview, work.claims)
    metrics.write_table(by_measure, work.by_measure)
    known = {"has_labels": params.has_labels, "failed": failures.read(files.failures)}
    page = claims_page.claims_page(overview, by_measure, snakemake.wildcards.dataset, titles, limits, **known)
    work.page.write_text(page, encoding="utf-8")
