"""Adam as torch has it, called directly.

`torch.optim.Adam` imports torch's compiler when it is made: a second and 160 MB in every job, for nothing here.
"""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor
from torch.optim.adam import adam


class Adam:
    """Steps of torch's fused Adam, bit for bit those of `torch.optim.Adam(parameters, learning_rate, fused=True)`.

    Source: D. Kingma and J. Ba, "Adam: a method for stochastic optimization", ICLR 2015.

    Args:
        parameters: on one device; those that need a gradient are trained, at least one.
        learning_rate: above 0.
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
        """Moves each parameter that has a gradient, and forgets the gradients."""
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
        """All that the next step depends on but the parameters."""
        return {"means": self.means, "squares": self.squares, "steps": self.steps}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a saved state."""
        for name in ("means", "squares", "steps"):
            setattr(self, name, [value.to(self.device) for value in state[name]])
