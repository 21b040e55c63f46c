from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.image_sets import flat
from aepipe.evaluation.latent_structure import latent_structure
from aepipe.provenance.jobs import job

with job(snakemake) as work:
    test = load_arrays(snakemake.input.split)["test"]
    labels = load_array(snakemake.input.labels)[test] if snakemake.input.labels else None
    numbers, scores = latent_structure(
        load_arrays(snakemake.input.codes),
        flat(load_array(snakemake.input.images), test),
        labels,
        **snakemake.params.evaluation["latent_structure"],
        seed=int(snakemake.wildcards.seed),
    )
    image_scores.save(work.scores, scores)
    metrics.write(metrics.tidy(snakemake.wildcards, "latent_structure", numbers), work.metrics)
