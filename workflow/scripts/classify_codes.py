from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.accuracy import accuracy_scores
from aepipe.evaluation.classification import probe_codes
from aepipe.evaluation.probe import fit_probe, within_labels
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    evaluation, seed = snakemake.params.evaluation, int(snakemake.wildcards.seed)
    published = {key: value for key, value in evaluation["classification"].items() if key != "baseline_network"}
    codes, labels = load_arrays(snakemake.input.codes), load_array(snakemake.input.labels)
    split = load_arrays(snakemake.input.split)
    probe = fit_probe(codes["labelled"], labels[split["labelled"]], seed=seed, **evaluation["probe"])
    scores = {
        "corrected": accuracy_scores(probe.predict(codes["test"].astype(float)), labels[split["test"]]),
        "paper": probe_codes(codes, labels, split, **published, seed=seed),
    }
    image_scores.save(work.scores, scores)
    numbers = image_scores.means(scores)
    numbers["corrected"] = {**numbers["corrected"], **within_labels(probe)}
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", numbers), work.metrics)
