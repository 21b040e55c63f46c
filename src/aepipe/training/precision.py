"""How precisely a training computes: from float32 throughout to bfloat16."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aepipe.provenance.jobs import Report

#: `highest`, `high` and `medium` are torch's names for products of float32 matrices: float32 throughout; factors that
#: may be rounded to TF32; to bfloat16 (on a GPU, to TF32). Processors without units for it round nothing, and torch
#: still takes a library in `medium` that is faster on some: `auto` is `medium` there, `highest` where it would round,
#: or where products are small.
#: `bfloat16` has layers give bfloat16 as well (autocast). Weights, losses and Adam are float32 in all of them.
PRECISIONS = ("auto", "highest", "high", "medium", "bfloat16")
#: That library, oneDNN, takes longer to begin: on a CPU it is faster from so many multiplications in a product
#: (docs/speed.md).
WORTHWHILE = 2**20


@contextmanager
def computing_in(
    precision: str, device: torch.device, report: Report = print, *, multiplications: int = WORTHWHILE
) -> Iterator[None]:
    """The block's layers compute in one of PRECISIONS; where `bfloat16` is missing, in `medium`, as it reports.

    `multiplications` are those of the largest matrix product, which `auto` decides by; convolutions are alike in both.
    """
    if precision == "bfloat16" and not has_bfloat16(device):
        report(f"This {device.type} has no units for bfloat16: taking precision medium instead.")
        precision = "medium"
    if precision == "auto":
        precision = "medium"
        if device.type == "cpu" and multiplications < WORTHWHILE:
            precision = "highest"
        elif rounds_in_medium(device):
            report(f"This {device.type} would round in precision medium: taking highest.")
            precision = "highest"
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium" if precision == "bfloat16" else precision)
    try:
        # a cache would keep the weights as they were before the first step
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16", cache_enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def rounds_in_medium(device: torch.device) -> bool:
    """Whether products in `medium` lose what float32 can hold, found by trying."""
    value = 1 + 2**-12  # has more bits than TF32 and bfloat16
    with computing_in("medium", device):
        product = torch.full((256, 512), value, device=device) @ torch.eye(512, device=device)
    return not bool((product == value).all())


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device has units for it; others can do it, slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return any(there for unit, there in torch.cpu.get_capabilities().items() if "bf16" in unit)
