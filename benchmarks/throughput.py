"""Images a second and core that training reaches: ours, that of the conventional loop, of several runs at once."""

import multiprocessing
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from aepipe.config import configuration
from aepipe.data.arrays import load_array
from aepipe.data.batches import Batches
from aepipe.models.base import Autoencoder
from aepipe.models.build import build
from aepipe.training.adam import Adam
from aepipe.training.device import use_one_core
from aepipe.training.loop import fit
from aepipe.training.step import TrainingStep
from benchmarks import conventional
from benchmarks.trainings import CONFIG, DATA, settings_of, trainings

#: Which images an epoch is of; those that are held out are as few as can be, as the conventional loop has none.
SPLIT = {"train": np.arange(25_600), "validation": np.arange(25_600, 25_602)}
COUNT = len(SPLIT["train"])
SPAWN = multiprocessing.get_context("spawn")
EPOCHS = 3  # a training has many, so its start should count little


def one_process() -> ProcessPoolExecutor:
    """A process apart, for settings that a process makes once, such as the number of threads."""
    return ProcessPoolExecutor(1, mp_context=SPAWN)


def core_seconds() -> float:
    """Processor time of this process so far, and of those that it has started and that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def network(entry: str) -> Autoencoder:
    """An entry's network that sees every class."""
    torch.manual_seed(0)
    return build(configuration.network_settings(CONFIG, "mnist", entry, "none"), (32, 32))


def trainings_of(entry: str) -> Iterator[tuple[nn.Module, Batches, Batches]]:
    """What an entry trains, on what, and what is held out."""
    return trainings(network(entry), load_array(DATA / "images.npy"), SPLIT, settings_of(entry)[1])


def operations_per_image(entry: str) -> float:
    """Floating-point operations of an image's matrix products in a training step, forward and backward.

    Where layers are trained one by one, the mean of them, as a pass through the images trains one.
    """
    batch, counts = 256, []
    for model, data, _ in trainings_of(entry):
        step = TrainingStep(model.train(), Adam(model.parameters(), 1e-3), data, batch)
        with FlopCounterMode(display=False) as counter:
            step.compute(torch.arange(batch))
        counts.append(counter.get_total_flops() / batch)
    return sum(counts) / len(counts)


def ours(entry: str, precision: str | None = None) -> float:
    """Images per core-second of our loop, as the workflow's jobs call it; in the configured precision, or another.

    Encoding the data set for the next layer of greedy training, once in 20 epochs, is left out.
    """
    use_one_core()
    settings = settings_of(entry)[0] | {"epochs": EPOCHS}
    if precision:
        settings["precision"] = precision
    spent, count = 0.0, 0
    for model, data, held_out in trainings_of(entry):
        started = core_seconds()
        fit(model, data, held_out, **settings, seed=0, name=entry, report=lambda line: None)
        spent += core_seconds() - started
        count += EPOCHS * COUNT
    return count / spent


def conventionals(entry: str, raw: str) -> float:
    """Images per core-second of the conventional loop, on the MNIST files in a folder."""
    settings, objective = settings_of(entry)
    model = network(entry)
    batches = conventional.loader(Path(raw), COUNT, settings["batch_size"])
    started = core_seconds()
    layers = [None] if objective is None else list(range(1, len(model.encoder) + 1))
    for layer in layers:
        conventional.train_epoch(model, batches, layer, objective)
    return len(layers) * COUNT / (core_seconds() - started)


def peers(entry: str) -> float:
    """Images per core-second of pythae's trainer with an entry's network, which is a VAE."""
    from benchmarks import peer  # `make bench` installs what it needs

    settings = settings_of(entry)[0]
    images = load_array(DATA / "images.npy")[:COUNT].reshape(COUNT, -1).astype(np.float32) / 255
    started = core_seconds()
    sizes = {key: settings[key] for key in ("batch_size", "learning_rate")}
    peer.train(network(entry), images, epochs=EPOCHS, **sizes)
    return EPOCHS * COUNT / (core_seconds() - started)


def run(entry: str, together: Any) -> float:
    """Images per second, of the clock, of one run among several that begin at once."""
    use_one_core()
    settings = settings_of(entry)[0] | {"epochs": 4 * EPOCHS}  # runs begin, but don't end together
    model, data, held_out = next(trainings_of(entry))
    together.wait()
    started = time.perf_counter()
    fit(model, data, held_out, **settings, seed=0, name=entry, report=lambda line: None)
    return settings["epochs"] * COUNT / (time.perf_counter() - started)


def runs_at_once(entry: str, count: int) -> float:
    """Images per second of several runs on as many cores, together."""
    with multiprocessing.Manager() as manager, ProcessPoolExecutor(count, mp_context=SPAWN) as processes:
        together = manager.Barrier(count)
        return sum(processes.map(run, [entry] * count, [together] * count))
