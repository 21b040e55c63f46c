"""How precise a training computes: from float32 throughout to bfloat16, each step faster than the one before."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aepipe.jobs import Report

#: `highest`, `high` and `medium` are torch's names for products of float32 matrices: float32 throughout; factors that
#: may be rounded to TF32; to bfloat16. Each takes the fastest library that is precise enough, and processors without
#: units for a rounding compute in float32 after all. `bfloat16` has layers give bfloat16 as well (autocast).
#: Weights, losses and Adam are float32 in all of them.
PRECISIONS = ("highest", "high", "medium", "bfloat16")


@contextmanager
def computing_in(precision: str, device: torch.device, report: Report = print) -> Iterator[None]:
    """The block's layers compute in one of PRECISIONS; where `bfloat16` is missing, in `medium`, as it reports."""
    if precision == "bfloat16" and not has_bfloat16(device):
        report(f"This {device.type} can't compute in bfloat16: taking precision medium instead.")
        precision = "medium"
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium" if precision == "bfloat16" else precision)
    try:
        # a cache would keep the weights as they were before the first step
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16", cache_enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device has units for it; others can do it, slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return any(there for unit, there in torch.cpu.get_capabilities().items() if "bf16" in unit)
