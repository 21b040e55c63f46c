from aepipe.data.arrays import load_array, load_arrays
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import latent_structure, style

with job(snakemake) as work:
    cell = snakemake.params.cell
    maps = {model: load_arrays(paths[0])["positions"] for model, paths in by_model(snakemake.input.cells).items()}
    test_count = len(next(iter(maps.values())))
    labels = load_array(snakemake.input.labels)[-test_count:] if snakemake.input.labels else None
    figure = latent_structure.draw(
        style.entries(dict(snakemake.params.labels)),
        maps,
        labels,
        class_names=snakemake.params.class_names,
        latent_dim=cell["latent_dim"],
        left_out=cell.get("left_out", [None])[0],
        dataset=snakemake.wildcards.dataset,
    )
    style.save(figure, work.figure, snakemake.params.failed, snakemake.params.notes)
