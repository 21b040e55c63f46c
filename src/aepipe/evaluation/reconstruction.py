"""How much of an image survives its code."""

import numpy as np

from aepipe.evaluation.protocols import PROTOCOLS, Metrics, chosen

#: A unit whose codes differ by no more than this over all test images is dead.
DEAD = 1e-6


def reconstruction_metrics(reconstruction: dict[str, np.ndarray], codes: dict[str, np.ndarray] | None) -> Metrics:
    """What the reconstructions keep of the test images, from sampled and from mean codes.

    Args:
        reconstruction: what `network.reconstruct` or `detail.perfect_copies` gives.
        codes: (n, d) of the `test` images, and `test_sampled` for stochastic models; None for copies without codes.

    Returns:
        protocol -> `bce`, the mean over images in nats; `sharpness`, the gradient energy of all reconstructions over
        that of the originals, 1 where they are as sharp; `thin_strokes`, the share of the ink of thin strokes that is
        still there; and `live_units`, where there are codes.
    """
    return {
        protocol: {
            "bce": float(chosen(reconstruction, "errors", protocol).mean()),
            "sharpness": share(chosen(reconstruction, "energies", protocol), reconstruction["original_energies"]),
            "thin_strokes": share(chosen(reconstruction, "thin_ink", protocol), reconstruction["original_thin_ink"]),
            **({} if codes is None else {"live_units": live_units(chosen(codes, "test", protocol))}),
        }
        for protocol in PROTOCOLS
    }


def share(kept: np.ndarray, original: np.ndarray) -> float:
    """What is kept of all images, in parts of what was there: (n,), (n,) -> a number, 1 where all is kept.

    NaN where nothing was there, as in images without thin strokes.
    """
    return float(kept.sum() / original.sum()) if original.any() else float("nan")


def live_units(codes: np.ndarray) -> int:
    """Number of latent units that take more than one value: (n, d) -> 0 ... d."""
    return int((np.ptp(codes, axis=0) > DEAD).sum())
