"""The linear probe as it should be: scaled inputs, fitted to the end, regularised as the labelled images advise."""

import numpy as np
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

#: Powers of ten between which the strengths lie, those of scikit-learn.
STRENGTHS = (-4, 4)
#: Steps after which the solver gives up; it needs some hundreds.
STEPS = 10_000


def fit_probe(inputs: np.ndarray, labels: np.ndarray, *, folds: int, strengths: int, seed: int) -> Pipeline:
    """Logistic regression on standardised inputs, converged; its L2 regularisation is chosen by cross-validation.

    S. Kornblith, J. Shlens and Q. Le, "Do better ImageNet models transfer better?", CVPR 2019, fit such a probe, with
    more strengths and a set of images to choose by, which few labels don't allow for.

    Args:
        inputs: (n, d), codes or pixels.
        labels: (n,) their classes, two at least.
        folds: of the cross-validation, >= 2; fewer where a class has fewer images. With one image of a class nothing
            can be held out, and the strength in the middle, C = 1, is taken.
        strengths: how many values of C, between 1e-4 and 1e4, evenly on a logarithmic scale; of equal ones the
            smallest, the strongest regularisation, is taken.
        seed: shuffles the images into folds.
    """
    folds = min(folds, int(np.unique(labels, return_counts=True)[1].min()))
    return make_pipeline(StandardScaler(), classifier(folds, strengths, seed)).fit(inputs.astype(float), labels)


def classifier(folds: int, strengths: int, seed: int) -> LogisticRegression | LogisticRegressionCV:
    """The regression, which chooses its strength where there are folds to choose it by."""
    if folds < 2:
        return LogisticRegression(max_iter=STEPS)
    return LogisticRegressionCV(
        Cs=np.logspace(*STRENGTHS, strengths),
        l1_ratios=(0,),
        cv=StratifiedKFold(folds, shuffle=True, random_state=seed),
        scoring="accuracy",
        max_iter=STEPS,
        use_legacy_attributes=False,
    )


def probe_accuracy(
    codes: dict[str, np.ndarray], labels: np.ndarray, split: dict[str, np.ndarray], *, seed: int, **settings: int
) -> float:
    """Test accuracy, in [0, 1], of a probe on mean codes.

    Args:
        codes: (n, d) of `labelled` and `test` images.
        labels: (N,) of all images.
        split: indices of the parts.
        seed: see `fit_probe`.
        settings: `folds` and `strengths`, see `fit_probe`.
    """
    probe = fit_probe(codes["labelled"], labels[split["labelled"]], seed=seed, **settings)
    return float(probe.score(codes["test"].astype(float), labels[split["test"]]))
