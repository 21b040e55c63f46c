import json
from pathlib import Path

from aepipe import export
from aepipe.data.arrays import load_array, load_arrays
from aepipe.data.batches import ImageBatches
from aepipe.data.stored import read_files
from aepipe.evaluation.network import codes_of
from aepipe.models.build import load
from aepipe.provenance.jobs import job
from aepipe.provenance.records import checksum
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, weights = load_array(snakemake.input.images), snakemake.input.weights
    model = load(weights)
    positions = export.code_parts(load_arrays(snakemake.input.split), len(images))
    found = {part: codes_of(model, ImageBatches(images, positions[part]), sample=False) for part in positions}

    classes = json.loads(Path(snakemake.input.origin).read_text(encoding="utf-8"))["classes"]
    names = snakemake.params.class_names
    named = names if names != [str(label) for label in classes] else None
    about = dict(snakemake.wildcards.items()) | {"weights_sha256": checksum(weights)}
    labels = load_array(snakemake.input.labels) if classes else None
    files = read_files(snakemake.input.files)
    export.write_codes(export.code_table(found, positions, labels, named, about, files), work.codes)
