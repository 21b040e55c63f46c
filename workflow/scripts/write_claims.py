from aepipe import metrics
from aepipe.claims import article, pages
from aepipe.claims.verdict import Thresholds
from aepipe.jobs import job

with job(snakemake) as work:
    params, wildcards = snakemake.params, snakemake.wildcards
    thresholds = Thresholds(**params.thresholds)
    configured = [(params.configured or {}).get(key) for key in ("latent_dim", "left_out")]
    sweep = [article.other_pairs(metrics.read(path), *configured) for path in snakemake.input.sweep]
    ours = metrics.read(snakemake.input.metrics)
    verdicts = article.verdicts(ours, metrics.PROTOCOLS, thresholds, *sweep, has_labels=params.has_labels)
    metrics.write_table(verdicts, work.claims)
    known = {"has_labels": params.has_labels, "failed": params.failed}
    work.page.write_text(pages.claims_page(verdicts, wildcards.dataset, dict(params.labels), thresholds, **known))
