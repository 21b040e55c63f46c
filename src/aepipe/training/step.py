"""One step of training: loss, gradients, Adam. On a GPU, recorded once and then replayed."""

import torch
from torch import Tensor, nn

from aepipe.data.batches import Batches
from aepipe.training.adam import Adam

#: Steps before the recording, in which libraries choose their kernels.
WARM_UP = 3


class TrainingStep:
    """Moves a model's weights by one batch.

    A step of these networks is some hundred kernels, most of them shorter than Python needs to start one. So on a GPU
    full batches are replayed as one CUDA graph; nothing in a step waits for the GPU, or copies from or to it.

    Args:
        model: has `losses` (see `aepipe.training.loop.Trainable`), and lies on the device of `data`.
        optimiser: of its parameters.
        data: what the batches are picked from.
        batch_size: of a full batch; any other is computed step by step.
    """

    def __init__(self, model: nn.Module, optimiser: Adam, data: Batches, batch_size: int) -> None:
        self.model, self.optimiser, self.data, self.batch_size = model, optimiser, data, batch_size
        self.warm_up = WARM_UP
        self.graph: torch.cuda.CUDAGraph | None = None

    def __call__(self, positions: Tensor) -> dict[str, Tensor]:
        """Positions (B,) in the data -> the terms of the loss before the step, and their sum as `loss`: scalars."""
        if not positions.is_cuda or len(positions) != self.batch_size:
            return self.compute(positions)
        if self.warm_up:
            self.warm_up -= 1
            return self.compute(positions)
        if self.graph is None:
            self.positions = positions.clone()
            graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(graph):  # records, and computes nothing yet
                self.terms = self.compute(self.positions)
            self.graph = graph
        self.positions.copy_(positions)
        self.graph.replay()
        return {term: value.clone() for term, value in self.terms.items()}

    def compute(self, positions: Tensor) -> dict[str, Tensor]:
        """The step, kernel by kernel."""
        terms = with_sum(self.model.losses(self.data[positions]))  # type: ignore[operator]
        terms["loss"].backward()
        self.optimiser.step()
        # without their past: what is recorded as a graph must not hold on to what was computed before
        return {term: value.detach() for term, value in terms.items()}


def with_sum(terms: dict[str, Tensor]) -> dict[str, Tensor]:
    """Loss terms, scalars, and before them their sum as `loss`."""
    return {"loss": torch.stack(list(terms.values())).sum(), **terms}
