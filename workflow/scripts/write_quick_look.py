from aepipe.analysis import scores
from aepipe.provenance.jobs import job
from aepipe.reporting import tables

with job(snakemake) as work:
    params, found = snakemake.params, scores.gather(snakemake.input.runs)
    titles = {name: title for name, title in dict(params.titles).items() if name in set(found["model"])}
    text = tables.summary(
        found,
        titles,
        confidence=params.confidence,
        has_labels=params.has_labels,
        test_images=params.test_images,
    )
    work.table.write_text(text, encoding="utf-8")
