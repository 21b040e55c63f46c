"""How a job uses its machine: one core, memory that it keeps, and a GPU of its own if there is one."""

import ctypes
import fcntl
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import torch

from aepipe.errors import AepipeError

#: Where networks can be trained; `auto` uses a GPU if there is one.
DEVICES = ("auto", "cpu", "cuda")

# Of glibc's malloc.h
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3

#: Name of a GPU -> this process's lock on it, which the system releases however the process ends.
HELD: dict[str, IO[str]] = {}


def use_one_core() -> None:
    """Limits torch to one core: jobs run in parallel, and the order of a sum must not depend on the number of cores.

    Also makes torch deterministic, and keeps freed memory for the next training step. Memory from the system comes in
    256 pages per megabyte, each with a page fault, which would take a third of the time of a step.
    """
    torch.set_num_threads(1)
    # like `use_deterministic_algorithms(True)`, but without torch's compiler, which takes a second and 150 MB per job
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # only for debugging
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # required for deterministic products on a GPU
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc only
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def device_named(name: str) -> torch.device:
    """One of DEVICES; among several GPUs, one that no other job uses. AepipeError if there is no GPU."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name != "cuda":
        return torch.device(name)
    if not torch.cuda.is_available():
        raise AepipeError(
            "training.device is cuda, but PyTorch finds no GPU: set it to auto or cpu, or run the job on a machine "
            "with a GPU."
        )
    visible = [str(torch.cuda.get_device_properties(gpu).uuid) for gpu in range(torch.cuda.device_count())]
    torch.cuda.set_device(claim(visible))
    return torch.device("cuda", torch.cuda.current_device())


def claim(names: Sequence[str]) -> int:
    """The index of the first GPU that no other job of this user has claimed; claims it until this process ends.

    Args:
        names: unique names of the visible GPUs, at least one.

    Returns:
        An index into `names`. If all GPUs are claimed, jobs share them by their process numbers.
    """
    if len(names) > 1:
        for index, name in enumerate(names):
            if name in HELD:
                return index
            lock = (Path(tempfile.gettempdir()) / f"aepipe-{os.getuid()}-gpu-{name}.lock").open("w", encoding="utf-8")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
            else:
                HELD[name] = lock
                return index
    return os.getpid() % len(names)
