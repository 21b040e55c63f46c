from aepipe.data.arrays import load_array, load_arrays
from aepipe.provenance import failures
from aepipe.provenance.jobs import by_model, job
from aepipe.reporting.figures import latent_structure, style

with job(snakemake) as work:
    params = snakemake.params
    maps = {model: load_arrays(paths[0])["positions"] for model, paths in by_model(snakemake.input.runs).items()}
    test = load_arrays(snakemake.input.split)["test"]
    labels = load_array(snakemake.input.labels)[test] if snakemake.input.labels else None
    figure = latent_structure.draw(
        style.entries(dict(params.titles)),
        maps,
        labels,
        class_names=style.class_labels(params.class_names),
        latent_dim=params.shown["latent_dim"],
        held_out=params.shown.get("held_out", [None])[0],
        dataset=snakemake.wildcards.dataset,
    )
    notes = ["Networks see no labels here: there are no classes to colour the maps by."]
    if snakemake.input.labels:
        notes = style.notes_on_classes(params.class_names)
    style.save(figure, work.figure, failures.read(snakemake.input.failures, params.role), notes)
