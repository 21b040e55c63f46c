from aepipe.analysis import claims
from aepipe.analysis.verdict import Thresholds
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting import claims_page

with job(snakemake) as work:
    params, wildcards = snakemake.params, snakemake.wildcards
    thresholds = Thresholds(**params.thresholds)
    configured = [(params.configured or {}).get(key) for key in ("latent_dim", "held_out")]
    sweep = [claims.other_pairs(metrics.read(path), *configured) for path in snakemake.input.sweep]
    ours = metrics.read(snakemake.input.metrics)
    verdicts = claims.verdicts(ours, metrics.PROTOCOLS, thresholds, *sweep, has_labels=params.has_labels)
    metrics.write_table(verdicts, work.claims)
    known = {"has_labels": params.has_labels, "failed": failures.read(snakemake.input.failures)}
    work.page.write_text(
        claims_page.claims_page(verdicts, wildcards.dataset, dict(params.titles), thresholds, **known), encoding="utf-8"
    )
