"""How fast one core of this machine multiplies matrices: the most that NumPy's and torch's libraries reach."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

REPEATS = 15
#: Seconds of a product that is not worth repeating.
LONG = 0.5
#: (rows, inner, columns): large, and the products of the vanilla network at batch 256, forward and of the weights.
SHAPES = [(2048, 2048, 2048), (256, 1024, 341), (256, 341, 1024), (1024, 256, 341)]
#: OpenBLAS takes kernels without AVX-512 on processors that it doesn't know; this asks for those with it.
WITH_AVX512 = {"OPENBLAS_CORETYPE": "SKYLAKEX"}
ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def matmul_limits() -> dict[str, float]:
    """Of `float32` and `bfloat16`: operations a second on one core, the highest median over libraries and shapes.

    Each library is asked in a process of its own, since it chooses its kernels once.
    """
    libraries: list[tuple[str, dict[str, str]]] = [("numpy", {}), ("torch", {})]
    if has_avx512():
        libraries.append(("numpy", WITH_AVX512))
    limits: dict[str, float] = {}
    for library, environment in libraries:
        done = subprocess.run(
            [sys.executable, "-m", __name__, library],
            env={**os.environ, **ONE_CORE, **environment},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        for kind, rate in json.loads(done.stdout).items():
            limits[kind] = max(limits.get(kind, 0), rate)
    return limits


def has_avx512() -> bool:
    """Whether the processor has it, as far as torch knows."""
    import torch

    return bool(torch.cpu.get_capabilities().get("avx512_f"))


def numpy_rates() -> dict[str, float]:
    """The highest rate of NumPy's library."""
    import numpy as np

    rates = []
    for rows, inner, columns in SHAPES:
        a, b = np.ones((rows, inner), np.float32), np.ones((inner, columns), np.float32)
        out = np.empty((rows, columns), np.float32)
        rates.append(2 * rows * inner * columns / seconds(partial(np.matmul, a, b, out=out)))
    return {"float32": max(rates)}


def torch_rates() -> dict[str, float]:
    """The highest rates of torch's libraries; of float32 in any precision that may be asked for."""
    import torch

    torch.set_num_threads(1)
    rates: dict[str, list[float]] = {"float32": [], "bfloat16": []}
    for rows, inner, columns in SHAPES:
        operations = 2 * rows * inner * columns
        a, b = torch.ones(rows, inner), torch.ones(inner, columns)
        for precision in ("highest", "medium"):
            torch.set_float32_matmul_precision(precision)
            rates["float32"].append(operations / seconds(partial(torch.mm, a, b)))
        a, b = a.bfloat16(), b.bfloat16()
        rates["bfloat16"].append(operations / seconds(partial(torch.mm, a, b)))
    return {kind: max(values) for kind, values in rates.items()}


def seconds(product: Callable[[], object]) -> float:
    """How long a call takes, the median of repeats of some milliseconds; a call that takes longer is not repeated.

    Without units for bfloat16, a large product takes seconds.
    """
    started = time.perf_counter()
    product()
    first = time.perf_counter() - started
    if first > LONG:
        return first
    calls = max(1, round(0.005 / first))
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        for _ in range(calls):
            product()
        times.append((time.perf_counter() - started) / calls)
    return median(times)


if __name__ == "__main__":
    print(json.dumps(numpy_rates() if sys.argv[1] == "numpy" else torch_rates()))
