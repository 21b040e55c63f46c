from aepipe.analysis import ranks
from aepipe.evaluation import metrics
from aepipe.provenance import failures
from aepipe.provenance.jobs import job
from aepipe.reporting.figures import ranks as diagram
from aepipe.reporting.figures import style
from aepipe.reporting.ranks import ranks_page

with job(snakemake) as work:
    params = snakemake.params
    titles = dict(params.titles)
    tables = {name: metrics.read(path) for name, path in zip(params.datasets, snakemake.input.metrics, strict=True)}
    failed = [
        {**failure, "run": f"{name}: {failure['run']}"}
        for name, path in zip(params.datasets, snakemake.input.failures, strict=False)
        for failure in failures.read(path)
    ]
    found = ranks.rankings(tables, titles, metrics.PROTOCOLS)
    metrics.write_table(ranks.tidy(found), work.ranks)
    work.page.write_text(ranks_page(found, params.datasets, titles, params.confidence, failed), encoding="utf-8")
    style.save(diagram.draw(style.entries(titles), found, params.datasets, params.confidence), work.figure, failed)
