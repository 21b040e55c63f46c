from aepipe.data.arrays import load_arrays
from aepipe.evaluation import metrics
from aepipe.evaluation.latent_similarity import latent_similarity
from aepipe.provenance.jobs import by_model, job

with job(snakemake) as work:
    codes = {model: load_arrays(path) for model, (path,) in by_model(snakemake.input.codes).items()}
    settings = snakemake.params.evaluation["latent_structure"]
    found = latent_similarity(codes, images=settings["images"], neighbours=settings["neighbours"])
    rows = []
    for model, numbers in found.items():
        run = {"model": model, "latent_dim": codes[model]["test"].shape[1], "held_out": "none"}
        rows += metrics.tidy({**snakemake.wildcards, **run}, "latent_similarity", numbers)
    metrics.write(rows, work.metrics)
