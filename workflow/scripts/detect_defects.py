import pandas as pd

from aepipe.data.arrays import load_array, load_arrays, save_arrays
from aepipe.data.batches import ImageBatches
from aepipe.data.stored import read_files
from aepipe.evaluation import defects, metrics
from aepipe.models.build import load
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    split, masks = load_arrays(snakemake.input.split), load_array(snakemake.input.masks)
    model = load(snakemake.input.weights)
    parts = {part: ImageBatches(images, split[part]) for part in defects.PARTS}
    found = defects.detect(
        model,
        parts,
        images[0].shape,
        labels[split["anomalies"]],
        defects.masks_of(masks, split, len(images)),
        false_positive_rate=snakemake.params.settings["false_positive_rate"],
        shown=snakemake.params.settings["shown"],
        seed=int(snakemake.wildcards.seed),
    )
    rows = metrics.tidy(snakemake.wildcards, "defects", found.together)
    for label, numbers in found.by_class.items():
        rows += metrics.tidy({**snakemake.wildcards, "held_out": str(label)}, "anomaly", numbers)
    metrics.write(rows, work.metrics)
    save_arrays(work.worst, **found.worst)

    files, names = read_files(snakemake.input.files), snakemake.params.class_names
    indices = {part: split[part] for part in defects.PARTS}
    table = [
        {
            "file": files[index],
            "class": names[labels[index]],
            "part": "test" if part == "anomalies" else part,
            "score": score,
            "anomaly": score > found.at,
        }
        for part, own in indices.items()
        for index, score in zip(own, found.scores[part], strict=True)
    ]
    metrics.write_table(pd.DataFrame(table).sort_values("score", ascending=False), work.scores)
