from aepipe.data.arrays import load_array, load_arrays
from aepipe.evaluation import image_scores, metrics
from aepipe.evaluation.classification import probe_codes
from aepipe.evaluation.probe import probe_scores
from aepipe.provenance.jobs import job
from aepipe.training.device import use_one_core

with job(snakemake) as work:
    use_one_core()
    evaluation, seed = snakemake.params.evaluation, int(snakemake.wildcards.seed)
    published = {key: value for key, value in evaluation["classification"].items() if key != "baseline_network"}
    codes, labels = load_arrays(snakemake.input.codes), load_array(snakemake.input.labels)
    split = load_arrays(snakemake.input.split)
    scores = {
        "corrected": probe_scores(codes, labels, split, **evaluation["probe"], seed=seed),
        "paper": probe_codes(codes, labels, split, **published, seed=seed),
    }
    image_scores.save(work.scores, scores)
    metrics.write(metrics.tidy(snakemake.wildcards, "classification", image_scores.means(scores)), work.metrics)
