"""How a job uses its machine: one core, memory that it keeps, matrix products as precise as asked for."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from aepipe.jobs import Report

#: Of matrix products in training: float32 throughout, or factors rounded to bfloat16 and summed in float32.
PRECISIONS = ("float32", "bfloat16")
#: Instructions without which bfloat16 products are slower than float32's.
BFLOAT16_INSTRUCTIONS = ("avx512_bf16", "amx_bf16", "sve_bf16", "bf16")

# Of glibc's malloc.h
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


def use_one_core() -> None:
    """One core a job: cells run beside each other, and a sum's order can't depend on the machine's cores."""
    torch.set_num_threads(1)
    # what `use_deterministic_algorithms(True)` does, but for importing torch's compiler: a second and 150 MB a job
    torch.set_deterministic_debug_mode("error")
    keep_freed_memory()


def keep_freed_memory() -> None:
    """Lets the C library give each step the memory that the last one has freed, where it would ask the system again.

    A megabyte from the system comes in 256 pages, each a fault; of a training step that is a third of the time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it; others are left as they are
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


@contextmanager
def products_in(precision: str, report: Report) -> Iterator[None]:
    """Computes the matrix products of the block in one of PRECISIONS; all else, weights included, stays float32.

    Where the processor has no instructions for bfloat16, float32 is used, and said.
    """
    before = torch.backends.mkldnn.matmul.fp32_precision
    if precision == "bfloat16" and not has_bfloat16():
        report("this processor has no instructions for bfloat16: matrix products in float32")
        precision = "float32"
    torch.backends.mkldnn.matmul.fp32_precision = "bf16" if precision == "bfloat16" else "ieee"
    try:
        yield
    finally:
        torch.backends.mkldnn.matmul.fp32_precision = before


def has_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself."""
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in BFLOAT16_INSTRUCTIONS)
