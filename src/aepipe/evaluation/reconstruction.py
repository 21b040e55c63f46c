"""How much of an image is left after reconstruction from its code."""

import numpy as np

from aepipe.evaluation import detail
from aepipe.evaluation.metrics import PROTOCOLS, Metrics, chosen

#: A unit whose codes differ by at most this over all test images is dead.
DEAD = 1e-6


def reconstruction_metrics(reconstruction: dict[str, np.ndarray], codes: dict[str, np.ndarray] | None) -> Metrics:
    """Quality of the reconstructions of the test images.

    Args:
        reconstruction: output of `network.reconstruct` or `detail.perfect_copies`.
        codes: (n, d) of the `test` images, and `test_sampled` for stochastic models; None for copies without codes.

    Returns:
        protocol -> `bce`, the mean over images in nats; `mse`, the mean squared error of a pixel, and `psnr`, the peak
        signal-to-noise ratio -10 log10(mse) of each image in dB, both means over images; `ssim`, their structural
        similarity, 1 if equal, of images of at least 7 x 7 pixels; `sharpness`, the gradient
        energy of the reconstructions divided by that of the originals, 1 if equally sharp; of images in ink,
        `thin_strokes`, the share of the ink of thin strokes that is kept; and with codes, `live_units`.
    """
    in_ink = detail.is_ink(reconstruction["borders"])

    def strokes(protocol: str) -> dict[str, float]:
        kept = chosen(reconstruction, "thin_ink", protocol)
        return {"thin_strokes": share(kept, reconstruction["original_thin_ink"])} if in_ink else {}

    return {
        protocol: {
            "bce": float(chosen(reconstruction, "errors", protocol).mean()),
            **squared(chosen(reconstruction, "squares", protocol)),
            **similarity(chosen(reconstruction, "similarities", protocol)),
            "sharpness": share(chosen(reconstruction, "energies", protocol), reconstruction["original_energies"]),
            **strokes(protocol),
            **({} if codes is None else {"live_units": live_units(chosen(codes, "test", protocol))}),
        }
        for protocol in PROTOCOLS
    }


def squared(errors: np.ndarray) -> dict[str, float]:
    """`mse` and `psnr` of the mean squared errors of images (n,); no `psnr` where one is a perfect copy."""
    psnr = {"psnr": float(-10 * np.log10(errors).mean())} if errors.all() else {}
    return {"mse": float(errors.mean()), **psnr}


def similarity(similarities: np.ndarray) -> dict[str, float]:
    """`ssim`, the mean structural similarity of images (n,), unless they are too small for it."""
    return {} if np.isnan(similarities).any() else {"ssim": float(similarities.mean())}


def share(kept: np.ndarray, original: np.ndarray) -> float:
    """Share of the original that is kept, over all images: (n,), (n,) -> number; NaN if the original is 0."""
    return float(kept.sum() / original.sum()) if original.any() else float("nan")


def live_units(codes: np.ndarray) -> int:
    """Number of latent units that take more than one value: (n, d) -> 0 ... d."""
    return int((np.ptp(codes, axis=0) > DEAD).sum())
