"""Torch's Adam, called directly: creating `torch.optim.Adam` imports torch's compiler, a second and 160 MB per job."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """Torch's fused Adam, bit for bit like `torch.optim.Adam(parameters, learning_rate, fused=True)`.

    Source: D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Args:
        parameters: on one device; those that require a gradient are trained, at least one.
        learning_rate: > 0.
    """

    def __init__(self, parameters: Iterable[Tensor], learning_rate: float) -> None:
        self.parameters = [parameter for parameter in parameters if parameter.requires_grad]
        self.learning_rate = learning_rate
        self.device = self.parameters[0].device
        self.means = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.squares = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.steps = [torch.zeros((), device=self.device) for _ in self.parameters]

    @torch.no_grad()
    def step(self) -> None:
        """Updates each parameter that has a gradient, and deletes the gradients."""
        moved = [index for index, parameter in enumerate(self.parameters) if parameter.grad is not None]
        adam(
            [self.parameters[index] for index in moved],
            [gradient for parameter in self.parameters if (gradient := parameter.grad) is not None],
            [self.means[index] for index in moved],
            [self.squares[index] for index in moved],
            [],
            [self.steps[index] for index in moved],
            fused=True,
            amsgrad=False,
            beta1=0.9,
            beta2=0.999,
            lr=self.learning_rate,
            weight_decay=0,
            eps=1e-8,
            maximize=False,
        )
        for parameter in self.parameters:
            parameter.grad = None

    def state_dict(self) -> dict[str, Any]:
        """The state that the next step depends on, apart from the parameters."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Restores a state."""
        for name, values in state.items():
            setattr(self, name, [value.to(self.device) for value in values])
