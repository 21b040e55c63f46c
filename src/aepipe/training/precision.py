"""The numerical precision of training, from float32 throughout to bfloat16."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aepipe.provenance.jobs import Report

#: `highest`, `high` and `medium` are torch's names for products of float32 matrices: float32 throughout, or factors
#: that may be rounded to TF32, or to bfloat16 (to TF32 on a GPU). On a GPU, this holds for convolutions, too. CPUs
#: without units for bfloat16 round nothing in `medium`, but still use a library, oneDNN, that is faster on some: `auto`
#: is `medium` there, and `highest` if `medium` would round, or if products are small. With `bfloat16`, layers also
#: return bfloat16 (autocast). Weights, losses and Adam are always float32.
PRECISIONS = ("auto", "highest", "high", "medium", "bfloat16")
#: Multiplications in a product from which oneDNN, which takes longer to start, is faster on a CPU (docs/speed.md).
WORTHWHILE = 2**20


@contextmanager
def computing_in(
    precision: str, device: torch.device, report: Report = print, *, multiplications: int = WORTHWHILE
) -> Iterator[None]:
    """Sets one of PRECISIONS for the block; falls back from `bfloat16` to `medium` on devices without it.

    `multiplications` is the size of the largest matrix product, by which `auto` decides; it doesn't matter for
    convolutions.
    """
    if precision == "bfloat16" and not has_bfloat16(device):
        report(f"This {device.type} has no units for bfloat16: falling back to precision medium.")
        precision = "medium"
    if precision == "auto":
        precision = "medium"
        if device.type == "cpu" and multiplications < WORTHWHILE:
            precision = "highest"
        elif rounds_in_medium(device):
            report(f"This {device.type} would round in precision medium: using highest.")
            precision = "highest"
    before, convolutions_before = torch.get_float32_matmul_precision(), torch.backends.cudnn.allow_tf32
    torch.set_float32_matmul_precision("medium" if precision == "bfloat16" else precision)
    torch.backends.cudnn.allow_tf32 = precision != "highest"  # convolutions on a GPU, which torch rounds by default
    try:
        # a cache would keep the weights of the first step
        with torch.autocast(device.type, torch.bfloat16, enabled=precision == "bfloat16", cache_enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)
        torch.backends.cudnn.allow_tf32 = convolutions_before


def rounds_in_medium(device: torch.device) -> bool:
    """Whether products in `medium` are less precise than float32, found by trying one."""
    value = 1 + 2**-12  # needs more bits than TF32 and bfloat16 have
    with computing_in("medium", device):
        product = torch.full((256, 512), value, device=device) @ torch.eye(512, device=device)
    return not bool((product == value).all())


def has_bfloat16(device: torch.device) -> bool:
    """Whether the device has units for bfloat16; others emulate it, slower than float32."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return any(there for unit, there in torch.cpu.get_capabilities().items() if "bf16" in unit)
