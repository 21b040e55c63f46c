from aepipe.data.arrays import load_array, load_arrays
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import latent_structure, style

with job(snakemake) as work:
    params = snakemake.params
    maps = {model: load_arrays(paths[0])["positions"] for model, paths in by_model(snakemake.input.runs).items()}
    test_count = len(next(iter(maps.values())))
    labels = load_array(snakemake.input.labels)[-test_count:] if snakemake.input.labels else None
    figure = latent_structure.draw(
        style.entries(dict(params.titles)),
        maps,
        labels,
        class_names=style.class_labels(params.class_names),
        latent_dim=params.shown["latent_dim"],
        held_out=params.shown.get("held_out", [None])[0],
        dataset=snakemake.wildcards.dataset,
    )
    notes = style.notes_on_classes(params.class_names)
    if not snakemake.input.labels:
        notes.append("This data set has no labels: there are no classes to colour the maps by.")
    style.save(figure, work.figure, failures.read(snakemake.input.failures, params.role), notes)
