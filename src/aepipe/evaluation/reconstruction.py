"""How much of an image survives its code."""

import numpy as np

#: A unit whose codes differ by no more than this over all test images is dead.
DEAD = 1e-6


def reconstruction_metrics(reconstruction: dict[str, np.ndarray], codes: dict[str, np.ndarray]) -> dict[str, float]:
    """Mean test BCE in nats an image (`bce` from mean codes, `bce_sampled` from sampled ones), `live_units`."""
    errors = {name: values for name, values in reconstruction.items() if name.startswith("errors")}
    return {
        **{name.replace("errors", "bce"): float(values.mean()) for name, values in errors.items()},
        "live_units": live_units(codes["test"]),
    }


def live_units(codes: np.ndarray) -> int:
    """Number of latent units that take more than one value: (n, d) -> 0 ... d."""
    return int((np.ptp(codes, axis=0) > DEAD).sum())
