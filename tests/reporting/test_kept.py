"""The tables of README and findings are those of the results that are kept."""

import pandas as pd
import pytest
from support.workflow_runs import ROOT

from aepipe.analysis.image_variance import NOT_KNOWN, ImageVariance
from aepipe.catalogue import TASKS
from aepipe.reporting import kept

TITLES = {"vanilla": "Vanilla", "vae": "VAE", "vq": "vq-VAE", "sparse": "Sparse"}


def results(seeds: dict[str, list[float]], image_variance: ImageVariance = NOT_KNOWN) -> kept.Kept:
    """Cross-entropies of models, a number for each seed."""
    known = {"dataset": "mnist", "latent_dim": 20, "held_out": "", "evaluation": "reconstruction", "metric": "bce"}
    rows = [
        {**known, "model": model, "seed": seed, "protocol": "corrected", "value": value}
        for model, values in seeds.items()
        for seed, value in enumerate(values)
    ]
    return kept.Kept("MNIST", pd.DataFrame(rows), pd.DataFrame(), image_variance)


def best(own: kept.Kept) -> str:
    return kept.winners(own, TASKS[0], "corrected", TITLES, 0.95)


def test_the_pages_have_the_tables_of_the_results_that_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for path, text in kept.pages().items():
        assert path.read_text(encoding="utf-8") == text, "run `make reference`"
        assert "<!-- kept: best -->" in text


def test_the_best_is_named_with_all_that_are_not_significantly_different_and_the_best_baseline() -> None:
    one, alike = [60.0, 61, 62], [60.2, 61, 62.1]
    seeds = {"vanilla": one, "vae": alike, "vq": [70.0, 71, 72], "pca": [90.0, 90, 90], "untrained": [200.0] * 3}
    assert best(results(seeds)) == "Vanilla 61.00 (VAE); PCA 90.00"
    assert best(results({"vanilla": one, "vae": alike, "vq": alike, "sparse": alike})) == "Vanilla 61.00 (3 others)"


def test_few_test_images_leave_more_that_are_not_significantly_different() -> None:
    pairs = [("vanilla", "vanilla", 50.0), ("vq", "vq", 50.0), ("vanilla", "vq", 0.0)]
    rows = [
        dict(zip(["protocol", "evaluation", "metric", "model", "other", "covariance"], row, strict=True))
        for row in (("corrected", "reconstruction", "bce", *pair) for pair in pairs)
    ]
    seeds = {"vanilla": [60.0, 61, 62], "vq": [70.0, 71, 72]}
    assert best(results(seeds)) == "Vanilla 61.00"
    assert best(results(seeds, ImageVariance(pd.DataFrame(rows)))) == "Vanilla 61.00 (vq-VAE)"


def test_a_page_keeps_what_is_outside_of_its_marks() -> None:
    page = "above\n<!-- kept: best -->\nold\n<!-- end -->\nbelow\n"
    once = kept.written(page, {"best": lambda: "new"})
    assert once == "above\n<!-- kept: best -->\n\nnew\n\n<!-- end -->\nbelow\n"
    assert kept.written(once, {"best": lambda: "new"}) == once
