"""The continuous Bernoulli distribution on [0, 1], with density C(p) p^x (1 - p)^(1 - x): a likelihood of grey pixels.

G. Loaiza-Ganem and J. Cunningham, "The continuous Bernoulli: fixing a pervasive error in variational autoencoders",
NeurIPS 2019. All functions are of l = logit p, in which C = l / tanh(l / 2), and work element by element. The mean is
not p, but nearer to 1/2.
"""

import math

import numpy as np
import torch
from torch import Tensor

#: Below this |l|, where differences of large numbers would lose digits, series in l are exact in float32.
NEAR = 0.5
#: asinh l of a table that inverts means, 0.001 apart: up to means of 1 - 1e-8, with errors below 1e-6 of l.
TABLE = np.linspace(-19, 19, 38001)


def log_normaliser(logits: Tensor) -> Tensor:
    """log C, of any shape: at least log 2, which it is at l = 0; with exact gradients there, too."""
    size = logits.abs()
    far = size.clamp_min(NEAR)
    exact = far.log() + torch.exp(-far).log1p() - torch.log(-torch.expm1(-far))
    s = (size.clamp_max(NEAR) / 2).square()
    series = math.log(2) + s * (1 / 3 - s * (7 / 90 - s * (62 / 2835)))
    return torch.where(size < NEAR, series, exact)


def logits_of_mean(logits: Tensor) -> Tensor:
    """logit m of the mean m = 1 / (1 - exp(-l)) - 1 / l, of any shape and with the sign of l.

    m = p / (2 p - 1) + 1 / (2 artanh(1 - 2 p)), equation 8 of the article.
    """
    size = logits.abs().double()
    far = size.clamp_min(NEAR)
    mean = 1 / -torch.expm1(-far) - 1 / far
    rest = 1 / far - torch.exp(-far) / -torch.expm1(-far)  # 1 - m, without its cancellation
    s = size.clamp_max(NEAR)
    series = s / 3 - s**3 / 405 + s**5 / 34020
    return torch.where(size < NEAR, series, mean.log() - rest.log()).copysign(logits).to(logits.dtype)


def logits_of(mean_logits: Tensor) -> Tensor:
    """The inverse of `logits_of_mean`: logit m -> l, of any shape, for m from 1e-8 to 1 - 1e-8."""
    means = logits_of_mean(torch.from_numpy(np.sinh(TABLE))).numpy()
    found = np.sinh(np.interp(mean_logits.double().numpy(), means, TABLE))
    return torch.as_tensor(found, dtype=mean_logits.dtype)
