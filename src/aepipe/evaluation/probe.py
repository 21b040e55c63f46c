"""The corrected linear probe: standardised inputs, fitted to convergence, with cross-validated regularisation."""

import numpy as np
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from aepipe.evaluation.accuracy import accuracy_scores

#: Range of the strengths as powers of ten, as in scikit-learn.
STRENGTHS = (-4, 4)
#: Most steps of the solver, which needs some hundreds.
STEPS = 10_000


def fit_probe(inputs: np.ndarray, labels: np.ndarray, *, folds: int, strengths: int, seed: int) -> Pipeline:
    """Logistic regression on standardised inputs, with L2 regularisation chosen by cross-validation.

    Like the probe of S. Kornblith, J. Shlens and Q. Le, "Do better ImageNet models transfer better?", CVPR 2019, which
    has more strengths and a separate validation set, too many for few labels.

    Args:
        inputs: (n, d), codes or pixels.
        labels: (n,), of at least two classes.
        folds: of the cross-validation, >= 2; at most the number of images in a class. If a class has a single image,
            there is no cross-validation, and C = 1.
        strengths: number of values of C, from 1e-4 to 1e4 on a logarithmic scale; among equally good ones, the smallest
            (strongest regularisation) is chosen.
        seed: shuffles the images into folds.
    """
    folds = min(folds, int(np.unique(labels, return_counts=True)[1].min()))
    regression = LogisticRegression(max_iter=STEPS)
    if folds >= 2:
        regression = LogisticRegressionCV(
            Cs=np.logspace(*STRENGTHS, strengths),
            l1_ratios=(0,),
            cv=StratifiedKFold(folds, shuffle=True, random_state=seed),
            scoring="accuracy",
            max_iter=STEPS,
            use_legacy_attributes=False,
        )
    return make_pipeline(StandardScaler(), regression).fit(inputs.astype(float), labels)


def within_labels(probe: Pipeline) -> dict[str, float]:
    """`cross_validated`, the accuracy of a fitted probe in its cross-validation; empty if there was none."""
    regression = probe[-1]
    if not isinstance(regression, LogisticRegressionCV):
        return {}
    return {"cross_validated": float(regression.scores_.mean(axis=0).max())}


def probe_scores(
    codes: dict[str, np.ndarray], labels: np.ndarray, split: dict[str, np.ndarray], *, seed: int, **settings: int
) -> dict[str, np.ndarray]:
    """`accuracy_scores` of a probe on mean codes, on the test images.

    Args:
        codes: (n, d) of `labelled` and `test` images.
        labels: (N,) of all images.
        split: indices of the parts.
        seed, settings: see `fit_probe`.
    """
    probe = fit_probe(codes["labelled"], labels[split["labelled"]], seed=seed, **settings)
    return accuracy_scores(probe.predict(codes["test"].astype(float)), labels[split["test"]])
