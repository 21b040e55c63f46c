from aepipe import metrics
from aepipe.claims import article, pages
from aepipe.claims.verdict import Thresholds
from aepipe.jobs import job

with job(snakemake) as work:
    params, wildcards = snakemake.params, snakemake.wildcards
    thresholds = Thresholds(**params.thresholds)
    configured = params.configured["latent_dim"], params.configured["left_out"]
    sweep = [article.other_pairs(metrics.read(path), *configured) for path in snakemake.input.sweep]
    ours = metrics.read(snakemake.input.metrics)
    verdicts = article.verdicts(ours, metrics.PROTOCOLS, thresholds, *sweep)
    metrics.write_table(verdicts, work.claims)
    page = pages.claims_page(verdicts, wildcards.dataset, dict(params.labels), thresholds, params.failed)
    work.page.write_text(page)
