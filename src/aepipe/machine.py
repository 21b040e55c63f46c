"""How a job uses its machine: one core, memory that it keeps, matrix products as precise as asked for."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

import torch

#: Torch's names for how precise products of float32 matrices are: `highest` is float32 throughout; `medium` may round
#: the factors to bfloat16 where that is faster. On processors without units for it, a faster library is the gain alone.
PRECISIONS = ("highest", "high", "medium")

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

    A megabyte from the system comes in 256 pages, each a fault: a third of the time of a training step.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it; others are left as they are
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


@contextmanager
def products_in(precision: str) -> Iterator[None]:
    """Computes the matrix products of the block in one of PRECISIONS; all else, weights included, stays float32."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
