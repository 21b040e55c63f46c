"""How much of an image is left after reconstruction from its code."""

import numpy as np

from aepipe.evaluation import detail
from aepipe.evaluation.image_scores import means
from aepipe.evaluation.metrics import PROTOCOLS, Metrics, chosen
from aepipe.evaluation.use_of_codes import live_units


def reconstruction_metrics(reconstruction: dict[str, np.ndarray], codes: dict[str, np.ndarray] | None) -> Metrics:
    """Quality of the reconstructions of the test images.

    Args:
        reconstruction: output of `network.reconstruct` or `detail.perfect_copies`.
        codes: (n, d) of the `test` images, and `test_sampled` for stochastic models; None for copies without codes.

    Returns:
        protocol -> `bce`, the mean over images in nats; `mse`, the mean squared error of a pixel, and `psnr`, the peak
        signal-to-noise ratio -10 log10(mse) of each image in dB, both means over images; `ssim`, their structural
        similarity, 1 if equal, of images of at least 7 x 7 pixels; `sharpness`, the gradient
        energy of the reconstructions divided by that of the originals, 1 if equally sharp; `edge_energy`, the same of
        the energy per variance, which contrast doesn't change; `high_frequencies`, the same of the share of variance at
        high frequencies; of images in ink, `thin_strokes`, the share of the ink of thin strokes that is kept, and
        `thin_to_all_ink`, this divided by the share of all ink that is kept; and with codes, `live_units`.
    """
    in_ink = detail.is_ink(reconstruction["borders"])
    scores = reconstruction_scores(reconstruction)
    metrics = means(scores)

    def kept(name: str, protocol: str) -> float:
        return share(chosen(reconstruction, name, protocol), reconstruction[f"original_{name}"])

    def strokes(protocol: str) -> dict[str, float]:
        if not in_ink:
            return {}
        ink = reconstruction["original_ink"]
        all_ink = share(ink + chosen(reconstruction, "differences", protocol), ink)
        thin = kept("thin_ink", protocol)
        return {"thin_strokes": thin, "thin_to_all_ink": ratio(thin, all_ink)}

    return {
        protocol: {
            **metrics[protocol],
            **signal_to_noise(scores[protocol]["mse"]),
            **similarity(chosen(reconstruction, "similarities", protocol)),
            "sharpness": kept("energies", protocol),
            "edge_energy": ratio(kept("energies", protocol), kept("variances", protocol)),
            "high_frequencies": kept("fine_power", protocol),
            **strokes(protocol),
            **({} if codes is None else {"live_units": live_units(codes)}),
        }
        for protocol in PROTOCOLS
    }


def reconstruction_scores(reconstruction: dict[str, np.ndarray]) -> dict[str, dict[str, np.ndarray]]:
    """Protocol -> `bce` and `mse` of each image (n,); `reconstruction` is that of `reconstruction_metrics`."""
    return {
        protocol: {
            "bce": chosen(reconstruction, "errors", protocol),
            "mse": chosen(reconstruction, "squares", protocol),
        }
        for protocol in PROTOCOLS
    }


def signal_to_noise(errors: np.ndarray) -> dict[str, float]:
    """`psnr` of the mean squared errors of images (n,); nothing where one is a perfect copy."""
    return {"psnr": float(-10 * np.log10(errors).mean())} if errors.all() else {}


def similarity(similarities: np.ndarray) -> dict[str, float]:
    """`ssim`, the mean structural similarity of images (n,), unless they are too small for it."""
    return {} if np.isnan(similarities).any() else {"ssim": float(similarities.mean())}


def share(kept: np.ndarray, original: np.ndarray) -> float:
    """Share of the original that is kept, over all images: (n,), (n,) -> number; NaN if the original is 0."""
    return ratio(kept.sum(), original.sum())


def ratio(value: float, other: float) -> float:
    """value / other; NaN where the other is 0."""
    return float(value / other) if other else float("nan")
