"""`python -m benchmarks.leaks`: does tuning gain anything where there is nothing to gain?

Digits whose labels are permuted, over and over: no setting classifies them better than chance. If the selection of
settings knew anything of the test images, tuned networks would be better on them than those as configured.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import yaml
from sklearn.datasets import load_digits

from aepipe.analysis.statistics import mean_interval
from aepipe.evaluation import metrics
from benchmarks.options import positive

AUTOENCODERS = ["vanilla", "vae", "denoising"]
#: Evaluation and metric of each task that is about labels; the last is the AUC of a random tenth of the images.
ABOUT_LABELS = {"classification": "accuracy", "latent_structure": "knn_accuracy", "anomaly": "auc"}


def permuted(folder: Path, permutations: int, seeds: int, epochs: int, trials: int) -> Path:
    """A configuration with a data set for each permutation of the labels of digits."""
    digits, config = load_digits(), yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))
    shared = {key: value for key, value in config["datasets"]["digits"].items() if key != "evaluation"}
    sets = {}
    for number in range(permutations):
        labels = np.random.default_rng(number).permutation(digits.target)
        np.savez(folder / f"permuted{number}.npz", images=np.float32(digits.images / 16), labels=labels)
        sets[f"permuted{number}"] = {**shared, "source": {"npz": str(folder / f"permuted{number}.npz")}, "seeds": seeds}
    path = folder / "leaks.yaml"
    changed = {
        "experiment": {"autoencoders": AUTOENCODERS},
        "training": {"epochs": epochs},
        "tuning": {"epochs": epochs, "trials": trials},
        "datasets": sets,
    }
    path.write_text(yaml.safe_dump(changed), encoding="utf-8")
    return path


def gains(path: Path) -> pd.DataFrame:
    """How much better tuned networks are than those as configured: `evaluation` and `gain`, for each model and seed."""
    table = metrics.read(path)
    rows = []
    for evaluation, metric in ABOUT_LABELS.items():
        own = table[(table["evaluation"] == evaluation) & (table["metric"] == metric)]
        own = own[own["model"].isin(AUTOENCODERS)]
        wide = own.pivot_table(index=["model", "held_out", "seed"], columns="protocol", values="value")
        rows += [(evaluation, gain) for gain in wide["tuned"] - wide["corrected"]]
    return pd.DataFrame(rows, columns=["evaluation", "gain"])


def main() -> None:
    """Tunes on every permutation, and prints the mean gain of each task with its interval over the permutations."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.leaks", description=__doc__)
    parser.add_argument("--permutations", type=positive, default=10, help="of the labels")
    parser.add_argument("--seeds", type=positive, default=2, help="of each")
    parser.add_argument("--trials", type=positive, default=6, help="of each autoencoder")
    parser.add_argument("--epochs", type=positive, default=2, help="of trials and trainings")
    parser.add_argument("--cores", type=positive, default=2, help="for Snakemake")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        config = permuted(folder, options.permutations, options.seeds, options.epochs, options.trials)
        names = [f"permuted{number}" for number in range(options.permutations)]
        command = [sys.executable, "-m", "snakemake", "--directory", scratch, "--snakefile", "Snakefile"]
        targets = [f"results/{name}/tuning/metrics.csv" for name in names]
        command += ["--cores", str(options.cores), "--configfile", "config.yaml", str(config), "--quiet", "rules"]
        subprocess.run([*command, "--", *targets], check=True)
        found = [gains(folder / target).groupby("evaluation")["gain"].mean() for target in targets]
    means = pd.DataFrame(found)
    for evaluation in ABOUT_LABELS:
        estimate = mean_interval(means[evaluation].to_numpy())
        print(f"{evaluation}: gain {estimate.mean:+.4f} [{estimate.low:+.4f}, {estimate.high:+.4f}]")


if __name__ == "__main__":
    main()
