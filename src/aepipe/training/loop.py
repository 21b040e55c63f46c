"""The training loop: Adam on shuffled batches; the last weights are kept or, with patience, the best ones."""

import time
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from aepipe.data.batches import Batches
from aepipe.errors import TrainingDivergedError
from aepipe.evaluation.metrics import Row
from aepipe.provenance.jobs import Report
from aepipe.training.adam import Adam
from aepipe.training.checkpoints import Checkpoint, Progress
from aepipe.training.device import device_named
from aepipe.training.precision import computing_in
from aepipe.training.step import TrainingStep, with_sum


def fit(
    model: nn.Module,
    train: Batches,
    validation: Batches,
    *,
    epochs: int,
    batch_size: int,
    learning_rate: float,
    loss: str = "bce",
    precision: str = "highest",
    device: str = "cpu",
    patience: int | None = None,
    seed: int,
    name: str,
    checkpoint: Checkpoint | None = None,
    report: Report = print,
) -> tuple[list[Row], float]:
    """Trains `model` in place, and leaves it in evaluation mode, in CPU memory.

    Args:
        model: with a method `losses(batch)`, a dict of scalar terms whose sum is minimised.
        train: training data, reshuffled every epoch.
        validation: data for the validation losses of the curve.
        batch_size: images per step; a last batch of one image, which batch normalisation can't use, is left out.
        loss: what images are compared by, one of `aepipe.models.base.IMAGE_LOSSES`.
        precision: one of `aepipe.training.precision.PRECISIONS`.
        device: one of `aepipe.training.device.DEVICES`. Model and data stay there throughout.
        patience: after how many epochs without a lower reconstruction loss of the validation data the training ends,
            with the weights of the lowest one; None for all epochs, and the last weights.
        seed: of the shuffling; the noise of a model comes from torch's global generator.
        name: of the model, for messages.
        checkpoint: to resume from, and to write.

    Returns:
        The curve, a row per epoch with the mean `train_*` and `validation_*` of each term and of the `loss`;
        and the seconds spent.

    Raises:
        TrainingDivergedError: a loss became NaN or infinite.
        AepipeError: there is no such device.
    """
    place = device_named(device)
    model.loss_name = loss  # type: ignore[assignment]
    model, train, validation = model.to(place), train.to(place), validation.to(place)
    optimiser = Adam(model.parameters(), learning_rate)
    shuffling = torch.Generator().manual_seed(seed)
    progress = checkpoint.restore(model, optimiser, shuffling) if checkpoint else Progress()
    step = TrainingStep(model, optimiser, train, batch_size)
    largest = max((parameter.numel() for parameter in model.parameters() if parameter.dim() > 1), default=0)
    with computing_in(precision, place, report, multiplications=min(batch_size, len(train)) * largest):
        for epoch in range(len(progress.curve) + 1, epochs + 1):
            if patience is not None and since_best(progress.curve) >= patience:
                report(f"{name}: no lower reconstruction loss of the validation images for {patience} epochs")
                break
            epoch_started = time.perf_counter()
            model.train()
            order = torch.randperm(len(train), generator=shuffling).to(place)
            steps = [positions for positions in order.split(batch_size) if len(positions) > 1]
            history = [step(positions) for positions in steps]
            row = {f"train_{term}": value for term, value in means(history, steps, name, epoch).items()}
            row |= {f"validation_{term}": value for term, value in evaluate(model, validation, batch_size).items()}
            if broken := [term for term, value in row.items() if not np.isfinite(value)]:
                term = broken[-1]  # the sum, which is broken with any of its terms, comes first
                raise diverged(name, term.replace("_", " "), row[term], f"epoch {epoch}, after step {len(steps)}")
            seconds = time.perf_counter() - epoch_started
            progress.curve.append({"epoch": epoch, **row})
            progress.seconds += seconds
            if patience is not None and since_best(progress.curve) == 0:
                progress.best = {key: value.clone() for key, value in model.state_dict().items()}
            if checkpoint:
                checkpoint.save(progress, model, optimiser, shuffling)
            report(
                f"{name}: epoch {epoch} of {epochs}, training loss {row['train_loss']:.4g}, "
                f"validation loss {row['validation_loss']:.4g}, {seconds:.1f} s"
            )
    if progress.best:
        model.load_state_dict(progress.best)
    model.eval().cpu()
    return progress.curve, progress.seconds


def since_best(curve: Sequence[Row]) -> int:
    """Epochs since the lowest reconstruction loss of the validation images.

    Other terms, as those of a codebook, may rise while images are reconstructed better and better.
    """
    losses = [row["validation_reconstruction"] for row in curve]
    return len(losses) - 1 - losses.index(min(losses)) if losses else 0


def means(history: list[dict[str, Tensor]], steps: list[Tensor], name: str, epoch: int) -> dict[str, float]:
    """Means of each term over the images of an epoch; TrainingDivergedError if one is NaN or infinite."""
    values = {term: torch.stack([terms[term] for terms in history]).cpu() for term in history[0]}
    broken = {term: int(found[0]) for term, own in values.items() if len(found := (~own.isfinite()).nonzero())}
    if broken:
        term = min(broken, key=lambda term: (broken[term], term == "loss"))  # the sum is broken with any of its terms
        step = broken[term]
        raise diverged(name, term, values[term][step].item(), f"epoch {epoch}, step {step + 1} of {len(steps)}")
    return {term: mean(own, steps) for term, own in values.items()}


def mean(values: Tensor, batches: Sequence[Tensor]) -> float:
    """The mean over images of the means (n,) of n batches, which may differ in size."""
    sizes = torch.tensor([len(batch) for batch in batches], dtype=torch.float64)
    return float(values.double() @ sizes / sizes.sum())


def diverged(name: str, term: str, value: float, when: str) -> TrainingDivergedError:
    """The error about a loss that is NaN or infinite."""
    return TrainingDivergedError(
        f"The training of {name} diverged: its {term} became {value} in {when}. "
        "Lower learning_rate in `training`, or in the entry of this autoencoder, or check its settings."
    )


@torch.no_grad()
def evaluate(model: nn.Module, data: Batches, batch_size: int) -> dict[str, float]:
    """Means of each loss term over `data`; leaves the model in evaluation mode."""
    model.eval()
    batches = torch.arange(len(data), device=data.device).split(batch_size)
    history = [with_sum(model.losses(data[positions])) for positions in batches]  # type: ignore[operator]
    return {term: mean(torch.stack([terms[term] for terms in history]).cpu(), batches) for term in history[0]}
