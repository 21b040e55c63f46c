"""`python -m benchmarks.rules`: checks the rules of the verdict by simulation (docs/preregistration.md).

Bake-offs of ten identical models: the scores of all are drawn from one distribution, so that what holds nevertheless
holds by chance; but for C22, as it is true that identical models reconstruct about equally well. And intervals: how
often they cover the true difference.
"""

import argparse
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from aepipe.analysis import claims
from aepipe.analysis.evidence import ARTICLE, BASELINE, Evidence
from aepipe.analysis.image_variance import ImageVariance
from aepipe.analysis.measures import LOWER_IS_BETTER
from aepipe.analysis.statistics import means
from aepipe.analysis.verdict import HOLDS, Limits, after_holm
from aepipe.evaluation.metrics import PROTOCOLS
from benchmarks.options import positive

SEEDS = 5
#: What is true of identical models.
TRUE = ["C22"]
#: Metric -> its mean, and its standard deviation over seeds; of others, OTHER.
SCALES = {
    **{"bce": (70.0, 1.0), "mse": (0.01, 3e-4), "knn_accuracy": (0.9, 0.01), "auc": (0.6, 0.1)},
    **{f"frechet_{space}": (10.0, 1.0) for space in ("features", "pca")},
    **{f"kid_{space}": (0.05, 0.005) for space in ("features", "pca")},
    **{f"midpoint_distance_{space}": (3.0, 0.05) for space in ("features", "pca")},
    **{"own_group_excess": (0.0, 0.02), "mixing_gap": (0.0, 0.02)},
}
OTHER = (0.6, 0.03)
#: What real images have, with every seed.
REAL = {"bce": 45.0, **{f"midpoint_distance_{space}": 2.3 for space in ("features", "pca")}}
OTHER_REAL = 1.0
#: The standard error due to test images, in standard deviations over seeds: of a mean over seeds.
IMAGES = 0.3
#: Evaluations whose images are drawn anew with each seed.
DRAWN_ANEW = ("sampling", "prior_sampling", "interpolation")


def limits() -> Limits:
    """Those of the verdict, as configured."""
    return Limits(**yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8"))["claims"])


def identical(rng: np.random.Generator, protocol: str, own: Limits, shared: float, seeds: int = SEEDS) -> Evidence:
    """A bake-off of identical models, with a sweep of two latent dimensions.

    Args:
        rng: random numbers.
        protocol: `paper` or `corrected`.
        own: limits of the verdict.
        shared: correlation of the metrics of an evaluation; in each, a model that is better by one tends to be better
            by another.
        seeds: their number.
    """
    models = [*ARTICLE, BASELINE[protocol], "cross_fade"]

    def noise() -> np.ndarray:
        """Seed × model, and in the last row the error of the test images."""
        return rng.normal(size=(seeds + 1, len(models)))

    @cache
    def common(evaluation: str) -> np.ndarray:
        return noise()

    @cache
    def scores(evaluation: str, metric: str) -> pd.DataFrame:
        mean, deviation = SCALES.get(metric, OTHER)
        sign = -1 if metric in LOWER_IS_BETTER else 1
        drawn = sign * np.sqrt(shared) * common(evaluation) + np.sqrt(1 - shared) * noise()
        images = 0 if evaluation in DRAWN_ANEW else IMAGES * drawn[-1]
        table = pd.DataFrame(mean + deviation * (drawn[:-1] + images), columns=models)
        return table.assign(real=REAL.get(metric, OTHER_REAL))

    class OfImages(ImageVariance):
        def covariances(self, protocol: str, evaluation: str, metric: str) -> dict[tuple[str, str], float]:
            """Those of models whose errors are independent."""
            _, deviation = SCALES.get(metric, OTHER)
            return {} if evaluation in DRAWN_ANEW else {(model, model): (IMAGES * deviation) ** 2 for model in models}

    return Evidence(protocol, own, scores, OfImages())


def null(bake_offs: int, shared: float, protocol: str, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bake-off × claim: whether it holds, and whether it does so after Holm's correction; arguments as above."""
    rng, own = np.random.default_rng(seed), limits()
    before, after = [], []
    for _ in range(bake_offs):
        evidence = identical(rng, protocol, own, shared)
        evidence.sweep = {dim: identical(rng, protocol, own, shared) for dim in (2, 20)}
        verdicts = [claims.judge(claim, evidence) for claim in claims.CLAIMS]
        before.append([found.verdict == HOLDS for found in verdicts])
        after.append([verdict == HOLDS for verdict, _ in after_holm(verdicts, own.confidence)])
    names = [claim.id for claim in claims.CLAIMS]
    return pd.DataFrame(before, columns=names), pd.DataFrame(after, columns=names)


def coverage(simulations: int, share: float, seeds: int = SEEDS, images: int = 2000, seed: int = 0) -> float:
    """How often 95% intervals of a difference cover the true one.

    Args:
        simulations: their number.
        share: of the variance that is due to test images.
        seeds: number of seeds.
        images: number of test images, of which that variance is estimated.
        seed: of the random numbers.
    """
    rng, truth = np.random.default_rng(seed), 0.3
    variance = share / (1 - share) / seeds  # of the mean, due to images, where that of one seed is 1
    values = truth + rng.normal(size=(seeds, simulations)) + np.sqrt(variance) * rng.normal(size=simulations)
    estimated = variance * rng.chisquare(images - 1, simulations) / (images - 1)
    found = means(values, estimated)
    return float((np.minimum(found.p_above(truth), found.p_below(truth)) > 0.025).mean())


def main() -> None:
    """Prints both checks."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rules", description="Checks the verdict's rules.")
    parser.add_argument("--bake-offs", type=positive, default=200, help="simulated (default: %(default)s)")
    parser.add_argument("--simulations", type=positive, default=2000, help="of intervals (default: %(default)s)")
    asked = parser.parse_args()
    table, summary = pd.DataFrame(index=[claim.id for claim in claims.CLAIMS]), {}
    for protocol in PROTOCOLS:
        for shared in (0.0, 0.9):
            name = f"{protocol}, correlation {shared}"
            before, after = null(asked.bake_offs, shared, protocol)
            table[name] = before.mean()
            false = before.drop(columns=TRUE)
            summary[name] = {
                "claims that hold": before.mean(axis=None),
                "without C22": false.mean(axis=None),
                "bake-offs with any after Holm": after.any(axis=1).mean(),
                "without C22, after Holm": after.drop(columns=TRUE).any(axis=1).mean(),
            }
    print(table.to_markdown(floatfmt=".3f"), pd.DataFrame(summary).to_markdown(floatfmt=".4f"), sep="\n\n")
    shares = {
        f"{seeds} seeds": {share: coverage(asked.simulations, share, seeds) for share in (0.0, 0.2, 0.5, 0.8)}
        for seeds in (3, 5, 10)
    }
    print("\nCoverage of 95% intervals by the images' share of the variance:\n")
    print(pd.DataFrame(shares).to_markdown(floatfmt=".4f"))


if __name__ == "__main__":
    main()
