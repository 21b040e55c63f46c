"""The same bytes from the same settings, whatever else the machine does."""

import torch


def use_one_thread() -> None:
    """One core a job: cells run beside each other, and a sum's order can't depend on the machine's cores."""
    torch.set_num_threads(1)
    # what `use_deterministic_algorithms(True)` does, but for importing torch's compiler: a second and 150 MB a job
    torch.set_deterministic_debug_mode("error")
