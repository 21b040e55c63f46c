"""One training step: loss, gradients, Adam. On a GPU, it is recorded once and then replayed."""

import torch
from torch import Tensor, nn

from aepipe.data.batches import Batches
from aepipe.training.adam import Adam

#: Steps before the recording, in which libraries choose their kernels.
WARM_UP = 3


class TrainingStep:
    """Updates the weights of a model with one batch.

    A step of these networks consists of some hundred kernels, most of them shorter than the time that Python needs to
    launch one. On a GPU, full batches are therefore replayed as one CUDA graph, without waiting for the GPU or copying.

    Args:
        model: with a method `losses`, see `aepipe.training.loop.fit`; on the device of `data`.
        optimiser: of the parameters of the model.
        data: to pick batches from.
        batch_size: of a full batch; others are not replayed.
    """

    def __init__(self, model: nn.Module, optimiser: Adam, data: Batches, batch_size: int) -> None:
        self.model, self.optimiser, self.data, self.batch_size = model, optimiser, data, batch_size
        self.warm_up = WARM_UP
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, positions: Tensor) -> dict[str, Tensor]:
        """Positions (B,) in the data -> the loss terms before the step, and their sum as `loss`: scalars."""
        if not positions.is_cuda or len(positions) != self.batch_size:
            return self.compute(positions)
        if self.warm_up:
            self.warm_up -= 1
            return self.compute(positions)
        if self.graph is None:
            self.positions = positions.clone()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):  # records without computing
                self.terms = self.compute(self.positions)
            self.graph = graph
        self.positions.copy_(positions)
        self.graph.replay()
        return {term: value.clone() for term, value in self.terms.items()}

    def compute(self, positions: Tensor) -> dict[str, Tensor]:
        """The step without a recording."""
        terms = with_sum(self.model.losses(self.data[positions]))  # type: ignore[operator]
        terms["loss"].backward()
        self.optimiser.step()
        # detached, as a recording must not keep references to earlier computations
        return {term: value.detach() for term, value in terms.items()}


def with_sum(terms: dict[str, Tensor]) -> dict[str, Tensor]:
    """Loss terms, scalars, preceded by their sum as `loss`."""
    return {"loss": torch.stack(list(terms.values())).sum(), **terms}
