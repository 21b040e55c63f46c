from aepipe.data.arrays import load_array, load_arrays
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import latent_structure, style

with job(snakemake) as work:
    run = snakemake.params.run
    maps = {model: load_arrays(paths[0])["positions"] for model, paths in by_model(snakemake.input.runs).items()}
    test_count = len(next(iter(maps.values())))
    labels = load_array(snakemake.input.labels)[-test_count:] if snakemake.input.labels else None
    figure = latent_structure.draw(
        style.entries(dict(snakemake.params.titles)),
        maps,
        labels,
        class_names=snakemake.params.class_names,
        latent_dim=run["latent_dim"],
        held_out=run.get("held_out", [None])[0],
        dataset=snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
