"""The two ways in which everything is measured: as published, and as it should be."""

import numpy as np

from aepipe.evaluation.metrics import PROTOCOLS

#: protocol -> metric -> number
Metrics = dict[str, dict[str, float]]

__all__ = ["PROTOCOLS", "Metrics", "chosen"]


def chosen(arrays: dict[str, np.ndarray], name: str, protocol: str) -> np.ndarray:
    """An array as a protocol takes it: `paper` from sampled codes, where there are any, `corrected` from mean codes."""
    return arrays.get(f"{name}_sampled", arrays[name]) if protocol == "paper" else arrays[name]
