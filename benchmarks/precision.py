"""Whether a lower precision changes any result: each autoencoder of the bake-off trained again, in pairs.

`python -m benchmarks.precision --epochs 6 --seeds 3 --cores 2`, after `snakemake results/mnist/data/images.npy`.

Beside the precisions stands a baseline, `nudged`: `highest` once more, but with one of the many thousand weights moved
by a millionth. What that changes is chance, the scale for what a precision changes.
"""

import argparse
import itertools
import multiprocessing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from aepipe.config import configuration
from aepipe.data.arrays import load_array
from aepipe.data.batches import ImageBatches
from aepipe.data.splits import split
from aepipe.evaluation.anomaly import detect_anomalies
from aepipe.evaluation.classification import probe_codes
from aepipe.evaluation.network import latent_codes, reconstruct
from aepipe.models.base import Autoencoder
from aepipe.models.build import build
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit
from benchmarks.options import positive, require_images
from benchmarks.trainings import CONFIG, DATA, settings_of, trainings

TABLE = Path("results/bench/precision.csv")
MODES = ("highest", "nudged", "medium", "bfloat16")
NUDGE = 1e-6
TEST = 10_000


def measure(job: tuple[str, str, int, str], epochs: int) -> dict[str, Any]:
    """One training and what is measured of it: test BCE, and accuracy of the probe or AUC of the held-out class."""
    name, held_out, seed, mode = job
    use_one_core()
    data = CONFIG["datasets"]["mnist"]
    images, labels = load_array(DATA / "images.npy"), load_array(DATA / "labels.npy")
    sizes = {"validation": data["validation"], "labelled": data["labelled"]}
    out = None if held_out == "none" else int(held_out)
    parts = split(labels, load_array(DATA / "copies.npy"), TEST, **sizes, held_out=out, seed=seed)
    chosen = {part: ImageBatches(images, parts[part]) for part in ("test", "validation", "labelled")}

    torch.manual_seed(seed)
    model = build(configuration.network_settings(CONFIG, "mnist", name, held_out), images[0].shape)
    if mode == "nudged":
        *_, bias = model.decoder.parameters()
        bias.data[0] += NUDGE
    precision = "highest" if mode == "nudged" else mode
    seconds = train(model, images, parts, epochs, precision=precision, seed=seed, name=name)
    codes = latent_codes(model, chosen, seed)
    errors = reconstruct(model, chosen["test"], codes, images[0].shape, 1)
    row = {"entry": name, "held_out": held_out, "seed": seed, "mode": mode, "seconds": seconds}
    row["bce"] = errors["errors"].mean()
    if held_out == "none":
        probe = {
            key: value for key, value in CONFIG["evaluation"]["classification"].items() if key != "baseline_network"
        }
        row["accuracy"] = probe_codes(codes, labels, parts, **probe, seed=seed)
    else:
        row["auc"] = detect_anomalies(errors, labels[parts["test"]], int(held_out))[0]["corrected"]["auc"]
    return row


def train(model: Autoencoder, images: np.ndarray, parts: dict[str, np.ndarray], epochs: int, **changes: Any) -> float:
    """Trains an autoencoder as the workflow would, in so many epochs, shared by its layers; the seconds it took."""
    settings, objective = settings_of(changes["name"])
    if objective is not None:
        epochs = max(1, epochs // len(model.encoder))
    settings |= {"epochs": epochs, "report": lambda line: None, **changes}
    seconds = sum(
        fit(trained, *batches, **settings)[1] for trained, *batches in trainings(model, images, parts, objective)
    )
    model.requires_grad_(True).eval()
    return seconds


def compare(table: pd.DataFrame) -> pd.DataFrame:
    """Mean paired differences from `highest`, by entry: BCE in per cent, accuracy, AUC; and time as a ratio."""
    key = ["entry", "held_out", "seed"]
    highest = table[table["mode"] == "highest"].set_index(key)
    columns = {}
    for mode in MODES[1:]:
        other = table[table["mode"] == mode].set_index(key)
        differences = pd.DataFrame(
            {
                "bce %": 100 * (other["bce"] / highest["bce"] - 1),
                **{score: other[score] - highest[score] for score in ("accuracy", "auc") if score in table},
                "time": other["seconds"] / highest["seconds"],
            }
        )
        columns[mode] = differences.groupby("entry").mean()
    return pd.concat(columns, axis=1)


def main() -> None:
    """Trains, writes every number to results/bench/precision.csv, prints the comparison."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--epochs", type=positive, default=6, help="of each training (default: %(default)s)")
    parser.add_argument("--seeds", type=positive, default=3, help="how many (default: %(default)s)")
    parser.add_argument("--cores", type=positive, default=2, help="trainings at once (default: %(default)s)")
    parser.add_argument("--entries", nargs="+", choices=configuration.models(CONFIG), help="all by default")
    parser.add_argument("--anomaly", action="store_true", help="only the runs with a class left out")
    parser.add_argument("--table", type=Path, default=TABLE, help="where every number goes, a row for each training")
    asked = parser.parse_args()
    require_images(parser)
    roles = ["1"] if asked.anomaly else ["none", "1"]
    jobs = list(itertools.product(asked.entries or configuration.models(CONFIG), roles, range(asked.seeds), MODES))
    jobs.sort(key=lambda job: job[2])  # seed by seed, the modes of a pair close to each other in time
    asked.table.parent.mkdir(parents=True, exist_ok=True)
    with multiprocessing.get_context("spawn").Pool(asked.cores, maxtasksperchild=20) as pool:
        rows = []
        for row in pool.imap(partial(measure, epochs=asked.epochs), jobs):
            rows.append(row)
            print(row, flush=True)
            pd.DataFrame(rows).to_csv(asked.table, index=False)
    table = pd.DataFrame(rows)
    print(compare(table).round(4).to_string())


if __name__ == "__main__":
    main()
