import json
from pathlib import Path

from aepipe.data.arrays import load_array, save_arrays
from aepipe.data.splits import outside_test
from aepipe.evaluation.feature_extractor import extract_features, train_feature_extractor
from aepipe.models.build import save_weights
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    images, labels = load_array(snakemake.input.images), load_array(snakemake.input.labels)
    train = json.loads(Path(snakemake.input.origin).read_text(encoding="utf-8"))["train"]
    learned = outside_test(load_array(snakemake.input.copies), len(images) - train)
    classifier = train_feature_extractor(images, labels, learned, **snakemake.params.evaluation["feature_extractor"])
    save_weights(classifier.state_dict(), work.weights)
    sight = extract_features(classifier, images)
    save_arrays(work.features, **sight)
    right = sight["probabilities"][train:].argmax(axis=1) == labels[train:]
    seen = {"train": learned.size, "test": right.size, "test_accuracy": float(right.mean())}
    work.note.write_text(json.dumps(seen) + "\n", encoding="utf-8")
