"""How a job uses its machine: one core, memory that it keeps, and a GPU where it is given one."""

import ctypes
import os

import torch

from aepipe.errors import AepipeError
from aepipe.training import gpus

#: Where networks may be trained; `auto` takes a GPU where there is one.
DEVICES = ("auto", "cpu", "cuda")

# Of glibc's malloc.h
M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3


def use_one_core() -> None:
    """One core a job: runs run beside each other, and a sum's order can't depend on the machine's cores."""
    torch.set_num_threads(1)
    # what `use_deterministic_algorithms(True)` does, but for importing torch's compiler: a second and 150 MB a job
    torch.set_deterministic_debug_mode("error")
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # it is for debugging
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it, CUDA's matrix products refuse
    keep_freed_memory()


def keep_freed_memory() -> None:
    """Lets the C library give each step the memory that the last one has freed, where it would ask the system again.

    A megabyte from the system comes in 256 pages, each a fault: a third of the time of a training step.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc has it; others are left as they are
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, 2**30)
        mallopt(M_TRIM_THRESHOLD, 2**31 - 1)


def device_named(name: str) -> torch.device:
    """One of DEVICES, of several GPUs one that no other job has; AepipeError where there is none."""
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise AepipeError(
            "training.device is cuda, and PyTorch finds no GPU here: set it to auto or cpu, or give the job a GPU."
        )
    if name == "cuda":
        visible = [str(torch.cuda.get_device_properties(gpu).uuid) for gpu in range(torch.cuda.device_count())]
        torch.cuda.set_device(gpus.claim(visible))
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device(name)


def random_state(device: torch.device) -> torch.Tensor:
    """The state of torch's global generator of a device, in the CPU's memory."""
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def set_random_state(device: torch.device, state: torch.Tensor) -> None:
    """Has torch's global generator of a device go on from a state."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)
