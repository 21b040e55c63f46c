"""The article's 24 claims, tested on made-up numbers for which the verdict is known."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from support.workflow_runs import ROOT

from aepipe.analysis import claims
from aepipe.analysis.evidence import GENERATIVE, PRIOR, VAES, Evidence
from aepipe.analysis.image_variance import ImageVariance
from aepipe.analysis.measures import DIVERSITY, QUALITY
from aepipe.analysis.verdict import (
    DEPENDS,
    DOES_NOT_HOLD,
    HOLDS,
    NO_DIFFERENCE,
    NOT_TESTED,
    UNDECIDED,
    Limits,
    Verdict,
)
from aepipe.catalogue import TASKS, needs_labels
from aepipe.evaluation import metrics
from aepipe.reporting import claims_page

LIMITS = Limits(**yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["claims"])
CLAIMS = {claim.id: claim for claim in claims.CLAIMS}
REST = ["shallow", "vanilla", "stacked", "stacked_pixels", "sparse", "denoising", "vq"]
MODELS = [*REST, *VAES]
VAE, STRICT, LOOSE = VAES
SPACES = ("features", "pca")
SAMPLES = [measure.metric for measure in (*QUALITY, *DIVERSITY)]
EVALUATION = {
    **dict.fromkeys(("bce", "mse", "edge_energy", "high_frequencies", "thin_to_all_ink"), "reconstruction"),
    **dict.fromkeys((f"{name}_distance_{space}" for name in ("midpoint", "end") for space in SPACES), "interpolation"),
    **dict.fromkeys(("knn_accuracy", "nmi", "ari", "own_group_excess", "mixing_gap"), "latent_structure"),
    **dict.fromkeys(SAMPLES, "sampling"),
    **{"accuracy": "classification", "auc": "anomaly"},
}

Changes = Mapping[tuple[str, str], float]


def spaces(metric: str, values: Mapping[str, float]) -> dict[str, Mapping[str, float]]:
    """A metric in both spaces."""
    return {f"{metric}_{space}": values for space in SPACES}


#: Metric -> model -> mean, so that every claim holds. "all" stands for the models that are not named.
TRUE: dict[str, Mapping[str, float]] = {
    "bce": {"shallow": 80, "denoising": 66.5, LOOSE: 65, VAE: 66, STRICT: 67, "stacked": 66, "stacked_pixels": 67}
    | dict.fromkeys(("vanilla", "sparse", "vq"), 64)
    | {"real": 45},
    "mse": {"shallow": 0.02, "all": 0.0107, LOOSE: 0.0105, VAE: 0.011, STRICT: 0.0115}
    | dict.fromkeys(("vanilla", "sparse", "vq"), 0.01),
    "edge_energy": {"all": 0.8, "vq": 0.95},
    "high_frequencies": {"all": 0.7, "vq": 0.9},
    "thin_to_all_ink": {"all": 0.95, "denoising": 0.8},
    **spaces("frechet", {STRICT: 3, VAE: 5, LOOSE: 7, "vq": 9}),
    **spaces("kid", {STRICT: 0.03, VAE: 0.05, LOOSE: 0.07, "vq": 0.09}),
    **spaces("density", {STRICT: 0.9, VAE: 0.7, LOOSE: 0.5, "vq": 0.3, "real": 1}),
    **spaces("precision", {STRICT: 0.9, VAE: 0.8, LOOSE: 0.7, "vq": 0.5}),
    **spaces("recall", {STRICT: 0.4, VAE: 0.6, LOOSE: 0.8, "vq": 0.5}),
    **spaces("coverage", {STRICT: 0.3, VAE: 0.5, LOOSE: 0.7, "vq": 0.5}),
    **spaces("midpoint_distance", {"all": 5, "cross_fade": 4, "real": 2.3} | dict.fromkeys(VAES, 3)),
    **spaces("end_distance", {"all": 2.5}),
    "knn_accuracy": {"all": 0.9, "shallow": 0.3},
    "nmi": {"all": 0.6, "shallow": 0.2},
    "ari": {"all": 0.5, "shallow": 0.1},
    "own_group_excess": {"all": 0.3},
    "mixing_gap": {"all": 0.2},
    "accuracy": {"all": 0.7, "denoising": 0.9, "vanilla": 0.85, "vq": 0.85, LOOSE: 0.75, STRICT: 0.65}
    | {"shallow": 0.53, "sparse": 0.3, "untrained": 0.5, "scratch": 0.5},
    "auc": {"all": 0.8, "shallow": 0.95, "stacked": 0.9, "stacked_pixels": 0.9},
}
#: Claim -> what of this is changed, so that it no longer holds by any measure.
FALSE: dict[str, Changes] = {
    "C1": {("bce", "shallow"): 60, ("mse", "shallow"): 0.005},
    "C2": {("bce", "denoising"): 60, ("mse", "denoising"): 0.005},
    "C3": {("bce", VAE): 60, ("mse", VAE): 0.005},
    "C4": {("bce", LOOSE): 80, ("mse", LOOSE): 0.03},
    "C5": {("frechet", STRICT): 20, ("kid", STRICT): 0.2, ("density", STRICT): 0.1, ("precision", STRICT): 0.1},
    "C6": {("recall", STRICT): 0.9, ("coverage", STRICT): 0.9},
    "C7": {("frechet", "vq"): 1, ("kid", "vq"): 0.01, ("density", "vq"): 0.99, ("precision", "vq"): 0.99},
    "C8": {("midpoint_distance", "cross_fade"): 2},
    "C9": {("own_group_excess", "sparse"): -0.1},
    "C10": {("knn_accuracy", "shallow"): 0.8, ("nmi", "shallow"): 0.5, ("ari", "shallow"): 0.45},
    "C11": {("accuracy", VAE): 0.4},
    "C12": {("accuracy", "denoising"): 0.8},
    "C13": {("accuracy", "shallow"): 0.8},
    "C14": {("accuracy", "sparse"): 0.6},
    "C15": {("accuracy", STRICT): 0.72},
    "C16": {("auc", "vanilla"): 0.93},
    "C17": {("auc", "vanilla"): 0.93},
    "C18": {("bce", "vq"): 50, ("frechet", "vq"): 1, ("midpoint_distance", "vq"): 1}
    | {("knn_accuracy", "vq"): 0.99, ("accuracy", "vq"): 0.99, ("auc", "vq"): 0.99},
    "C19": {("edge_energy", "denoising"): 0.99, ("high_frequencies", "denoising"): 0.99},
    "C20": {("frechet", VAE): 20, ("kid", VAE): 0.2, ("density", VAE): 0.1, ("precision", VAE): 0.1}
    | {("recall", VAE): 0.9, ("coverage", VAE): 0.9},
    "C21": {(f"overlap_{VAE}", model): 0.7 for model in REST},
    "C22": {("bce", "denoising"): 90, ("mse", "denoising"): 0.03},
    "C23": {("thin_to_all_ink", "denoising"): 0.99},
    "C24": {("bce", "stacked_pixels"): 60, ("mse", "stacked_pixels"): 0.005},
}
OF_SEVERAL = [claim for claim in CLAIMS if len(CLAIMS[claim].measures) > 1]


def in_spaces(changes: Changes | None) -> dict[tuple[str, str], float]:
    """Changes with the metrics of both spaces by their names."""
    return {
        (name, model): value
        for (metric, model), value in (changes or {}).items()
        for name in ([metric] if metric in TRUE or "overlap" in metric else spaces(metric, {}))
    }


def means_of(protocol: str, changes: Changes) -> dict[tuple[str, str], float]:
    """(metric, model) -> its mean."""
    found: dict[tuple[str, str], float] = {}
    for metric, known in TRUE.items():
        rest = dict.fromkeys(MODELS, known["all"]) if "all" in known else {}
        found |= {(metric, model): mean for model, mean in (rest | dict(known)).items() if model != "all"}
    found |= {(f"overlap_{b}", a): 0.6 for a, b in combinations(REST, 2)}
    found |= {(f"overlap_{vae}", model): 0.3 for vae in VAES for model in REST}
    return found | in_spaces(changes)


def bake_off(
    changes: Changes | None = None,
    swings: Changes | None = None,
    lacking: Changes | None = None,
    seeds: int = 5,
    latent_dim: int = 2,
    held_out: str = "1",
) -> pd.DataFrame:
    """All metrics of both protocols: the means of TRUE but for `changes`, without those of `lacking`.

    Seeds differ by a little noise; those of `swings` by that share of their mean, up and down in turn.
    """
    rng, rows = np.random.default_rng(0), []
    swings, lacking = in_spaces(swings), in_spaces(lacking)
    for protocol in metrics.PROTOCOLS:
        for (metric, model), mean in means_of(protocol, changes or {}).items():
            if (metric, model) in lacking:
                continue
            evaluation = EVALUATION.get(metric, "latent_similarity")
            if evaluation == "sampling" and model != "real":
                evaluation = PRIOR[protocol]
            run = (model, latent_dim, held_out) if evaluation == "anomaly" else (model, 20, "")
            swing = swings.get((metric, model), 0)
            for seed, noise in enumerate(rng.normal(0, 1e-4, seeds)):
                value = mean * (1 + noise + swing * (-1) ** seed)
                rows.append(("mnist", *run, seed, protocol, evaluation, metric, value))
    return pd.DataFrame(rows, columns=metrics.COLUMNS)


def sweep(
    changes: Changes | None = None, swings: Changes | None = None, lacking: Changes | None = None, seeds: int = 5
) -> pd.DataFrame:
    """Anomaly detection of three classes at d = 2 as it is true, at d = 20 with what is changed."""
    tables = [bake_off(seeds=seeds, held_out=str(label)) for label in range(3)]
    tables += [bake_off(changes, swings, lacking, seeds, 20, str(label)) for label in range(3)]
    return claims.other_pairs(pd.concat(tables), 2, [1])


def judge(claim: str, protocol: str, table: pd.DataFrame, limits: Limits = LIMITS, **known: pd.DataFrame) -> Verdict:
    return claims.judge(CLAIMS[claim], claims.evidence_of(table, protocol, limits, **known), dataset="mnist")  # type: ignore[arg-type]


def judged(
    claim: str,
    protocol: str,
    changes: Changes | None = None,
    swings: Changes | None = None,
    lacking: Changes | None = None,
    limits: Limits = LIMITS,
) -> Verdict:
    """The verdict on a claim; what the arguments change is the sweep for C17, the bake-off for all others."""
    if claim == "C17":
        return judge(claim, protocol, bake_off(), limits, sweep=sweep(changes, swings, lacking))
    return judge(claim, protocol, bake_off(changes, swings, lacking), limits)


def test_the_claims_are_those_of_the_article() -> None:
    assert [claim.id for claim in claims.CLAIMS] == [f"C{number}" for number in range(1, 25)]
    assert set(FALSE) == set(CLAIMS)


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_holds_where_all_its_contrasts_speak_for_it_by_every_measure(claim: str, protocol: str) -> None:
    found = judged(claim, protocol)
    assert found.weakest
    assert (found.verdict, found.weakest.estimate.low > 0, found.p < 0.05) == (HOLDS, True, True)
    assert len(found.findings) == len(CLAIMS[claim].measures) and found.weakest.estimate.n == 5


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_does_not_hold_where_one_contrast_refutes_it_by_every_measure(claim: str, protocol: str) -> None:
    found = judged(claim, protocol, FALSE[claim])
    assert found.weakest
    assert (found.verdict, found.weakest.estimate.high < 0, found.p) == (DOES_NOT_HOLD, True, 1)


@pytest.mark.parametrize("claim", OF_SEVERAL)
def test_a_claim_that_one_measure_refutes_and_another_supports_depends_on_the_measure(claim: str) -> None:
    (refuting, model), value = next(iter(in_spaces(FALSE[claim]).items()))
    found = judged(claim, "paper", {(refuting, model): value})
    verdicts = {measure: finding.verdict for measure, finding in found.findings.items()}
    assert (found.verdict, found.measure) == (DEPENDS, refuting)
    assert verdicts.pop(refuting) == DOES_NOT_HOLD and set(verdicts.values()) == {HOLDS}


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_undecided_where_seeds_differ_by_more_than_its_contrast(claim: str, protocol: str) -> None:
    changes = FALSE[claim] if claim == "C18" else {}  # the winner of every task is one in every second seed alone
    found = judged(claim, protocol, changes, dict.fromkeys(FALSE[claim], 3))
    assert found.verdict == UNDECIDED and found.weakest
    assert found.weakest.estimate.low < 0 < found.weakest.estimate.high
    assert "seeds would show" in found.reason or "no number of seeds would show it" in found.reason


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_not_tested_without_its_numbers(claim: str, protocol: str) -> None:
    found = judged(claim, protocol, lacking=FALSE[claim])
    (metric, model) = next(iter(in_spaces(FALSE[claim])))
    assert found.verdict == NOT_TESTED
    named = "latent similarity" if metric.startswith("overlap") else metric
    assert f"no {named} of" in found.reason and model in found.reason


@pytest.mark.parametrize("claim", CLAIMS)
def test_too_few_seeds_decide_nothing(claim: str) -> None:
    found = judged(claim, "paper", limits=replace(LIMITS, min_seeds=11))
    assert (found.verdict, found.reason, found.p) == (UNDECIDED, "5 of at least 11 seeds", 1)


@pytest.mark.parametrize("claim", sorted(set(CLAIMS) - {"C17"}))
def test_one_seed_shows_its_number_without_an_interval(claim: str) -> None:
    found = judge(claim, "corrected", bake_off(seeds=1))
    assert (found.verdict, found.reason) == (UNDECIDED, "1 of at least 3 seeds") and found.weakest
    assert found.weakest.estimate.n == 1 and found.weakest.estimate.mean > 0 and np.isnan(found.weakest.estimate.low)


def test_equal_models_show_no_difference() -> None:
    equal = {("bce", model): 64.0 for model in VAES} | {("mse", model): 0.01 for model in VAES}
    assert judged("C3", "paper", equal).verdict == NO_DIFFERENCE
    assert judged("C4", "paper", equal).verdict == NO_DIFFERENCE
    assert judged("C14", "corrected", {("accuracy", "sparse"): 0.5}).verdict == NO_DIFFERENCE


@pytest.mark.parametrize(
    ("claim", "metric", "model", "reference", "margin"),
    [
        ("C3", "bce", LOOSE, 64, 0.01 * (64 - 45)),
        ("C3", "mse", LOOSE, 0.01, 0.01 * 0.01),
        ("C16", "auc", "stacked_pixels", 0.95, 0.02),
        ("C23", "thin_to_all_ink", "denoising", 0.95, 0.01),
        ("C19", "edge_energy", "denoising", 0.95, 0.02),
        ("C7", "frechet_pca", LOOSE, 9, 0.05 * 5),
        ("C7", "precision_pca", LOOSE, 0.5, 0.02),
        ("C8", "midpoint_distance_pca", "cross_fade", 3, 0.02 * 2.3),
    ],
)
def test_differences_within_the_margin_of_their_measure_are_none(
    claim: str, metric: str, model: str, reference: float, margin: float
) -> None:
    for share, verdict in ((0.5, True), (1.5, False)):
        own = judged(claim, "paper", {(metric, model): reference + share * margin}).findings[metric]
        other = judged(claim, "paper", {(metric, model): reference - share * margin}).findings[metric]
        nearly = min(own, other, key=lambda finding: finding.estimate.mean)  # the side that does not support the claim
        assert nearly.estimate.mean < 0 and nearly.alike == verdict


# What the claims mean by their words


def with_added(table: pd.DataFrame, best: bool, but: str = "") -> pd.DataFrame:
    """The bake-off with an autoencoder that is not the article's, the best or the worst of all, but in a metric."""
    own = table[table["model"] == "vq"].assign(model="mine")
    for task in TASKS:
        rows = own["metric"] == task.metric
        own.loc[rows, "value"] = 0.0 if best == task.lower_is_better else 1e3
    own.loc[own["metric"].str.startswith("density") & best, "value"] = 1.0
    return pd.concat([table, own[own["metric"] != but]])


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
def test_an_autoencoder_that_the_article_does_not_know_can_be_best_at_everything(protocol: str) -> None:
    table = bake_off()
    assert judge("C18", protocol, with_added(table, best=True)).verdict == DOES_NOT_HOLD
    assert judge("C18", protocol, with_added(table, best=False)).verdict == HOLDS
    beaten = with_added(table, best=True)
    beaten.loc[(beaten["model"] == "mine") & (beaten["metric"] == "accuracy"), "value"] = 0.1
    assert judge("C18", protocol, beaten).verdict == HOLDS


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim not in ("C17", "C18")])
def test_no_other_claim_is_about_it(claim: str) -> None:
    for protocol in metrics.PROTOCOLS:
        assert judge(claim, protocol, with_added(bake_off(), best=True)) == judged(claim, protocol)


def test_stacked_means_both_ways_of_stacking_under_corrected_alone() -> None:
    changes = {("bce", "stacked"): 60.0, ("mse", "stacked"): 0.005}
    assert judged("C24", "paper", changes).verdict == HOLDS
    assert judged("C24", "corrected", changes).verdict == DOES_NOT_HOLD


def test_the_baseline_is_untrained_under_paper_and_from_scratch_under_corrected() -> None:
    changes = {("accuracy", "scratch"): 0.99}
    assert judged("C11", "paper", changes).verdict == HOLDS
    assert judged("C11", "corrected", changes).verdict == DOES_NOT_HOLD


def test_samples_are_those_from_priors_under_both_protocols() -> None:
    table = bake_off()
    mixture = table[table["evaluation"] == "prior_sampling"].assign(evaluation="sampling", value=0.5)
    for claim in ("C5", "C6", "C7", "C20"):
        assert judge(claim, "corrected", pd.concat([table, mixture])) == judged(claim, "corrected")


def test_a_density_above_that_of_real_images_is_no_better() -> None:
    changes = {("density", model): 2.0 + number for number, model in enumerate(GENERATIVE)}
    found = judged("C5", "paper", changes).findings["density_pca"]
    assert (found.verdict, found.estimate.mean) == (NO_DIFFERENCE, 0)


def test_shallow_gains_but_not_much() -> None:
    assert judged("C13", "paper", {("accuracy", "shallow"): 0.54}).verdict == HOLDS
    assert judged("C13", "paper", {("accuracy", "shallow"): 0.56}).verdict == DOES_NOT_HOLD
    assert judged("C13", "paper", {("accuracy", "shallow"): 0.49}).verdict == DOES_NOT_HOLD


def test_scores_of_codes_count_beyond_chance() -> None:
    nearly_chance = {("knn_accuracy", "vanilla"): 0.3, ("knn_accuracy", "shallow"): 0.19}  # of ten classes
    assert judged("C10", "paper", nearly_chance).findings["knn_accuracy"].estimate.mean == pytest.approx(0.01, abs=1e-3)
    two = claims.evidence_of(bake_off(), "paper", LIMITS, classes=2)
    found = claims.judge(CLAIMS["C10"], two).findings["knn_accuracy"]
    assert found.estimate.mean == pytest.approx(0.5 * (0.9 - 0.5) - (0.3 - 0.5), abs=2e-3)


def test_reconstructions_are_about_as_good_by_their_excess_over_perfect_copies() -> None:
    findings = judged("C22", "paper", {("bce", "real"): 60.0}).findings  # excesses of 4 to 7
    assert (findings["bce"].verdict, findings["mse"].verdict) == (DOES_NOT_HOLD, HOLDS)
    assert findings["bce"].estimate.mean == pytest.approx(0.2 - 3 / 4, abs=0.1)
    assert findings["bce"].contrast.startswith("0.2 − (")


def test_latent_structures_hardly_differ_if_the_range_of_accuracies_is_small() -> None:
    assert judged("C9", "paper", {("knn_accuracy", "vq"): 0.81}).verdict == HOLDS
    found = judged("C9", "paper", {("knn_accuracy", "vq"): 0.75})
    assert found.verdict == DOES_NOT_HOLD and found.weakest
    assert found.weakest.contrast.endswith("− vq) in knn_accuracy")


def test_distances_from_the_ends_of_a_path_stand_beside_the_verdict_and_decide_nothing() -> None:
    known = claims.verdicts(bake_off(), ["paper"], LIMITS)
    beside = claims.by_measure(known, LIMITS)
    beside = beside[beside["verdict"] == ""]
    assert set(beside["claim"]) == {"C8"} and len(beside) == 2 * 9
    vae = beside[(beside["contrast"] == "midpoints − ends of vae") & (beside["measure"] == "midpoint_distance_pca")]
    assert vae["estimate"].item() == pytest.approx(0.5, abs=0.01)
    without = bake_off(lacking={("end_distance", model): 0 for model in MODELS})
    assert judge("C8", "paper", without).verdict == HOLDS


def test_claims_about_digits_are_tested_on_digits_alone() -> None:
    table = claims.overview(claims.verdicts(bake_off(), ["paper"], LIMITS, of_digits=False), LIMITS).set_index("claim")
    assert table.index[table["reason"] == "it is about digits"].tolist() == ["C9", "C23"]


def test_a_missing_model_is_named_and_no_claim_is_tested_on_the_others_alone() -> None:
    table = bake_off()
    found = judge("C1", "paper", table[table["model"] != "vq"])
    assert (found.verdict, found.reason) == (NOT_TESTED, "there is no bce of vq; no mse of vq")


def test_without_a_sweep_its_target_is_named() -> None:
    found = judge("C17", "paper", bake_off())
    assert (found.verdict, found.reason) == (NOT_TESTED, "run the target mnist_sweep")


def test_the_sweep_is_judged_without_the_pair_that_the_article_has_tested() -> None:
    pairs = sweep()[["latent_dim", "held_out"]].drop_duplicates()
    assert len(pairs) == 5
    assert not ((pairs["latent_dim"] == 2) & (pairs["held_out"] == "1")).any()


def test_seeds_are_the_units_of_the_sweep_and_classes_are_averaged() -> None:
    table = sweep(seeds=4)
    other = (table["held_out"] == "0") & (table["model"] == "vanilla")
    table.loc[other, "value"] += 0.16  # above shallow for one class, not for the mean
    found = judge("C17", "paper", bake_off(), sweep=table)
    assert found.weakest and (found.verdict, found.weakest.estimate.n) == (HOLDS, 4)
    one = judge("C17", "paper", bake_off(), sweep=sweep(seeds=1))
    assert (one.verdict, one.reason) == (UNDECIDED, "1 of at least 3 seeds")


# Errors of the test images


def of_images(metric: str, deviation: float, correlation: float = 0.0, latent_dim: float = np.nan) -> pd.DataFrame:
    """Covariances of all models in a metric."""
    models = [*MODELS, "untrained", "scratch"]
    pairs = [*((a, a) for a in models), *combinations(models, 2)]
    rows = [
        ("mnist", latent_dim, protocol, EVALUATION[metric], metric, a, b, deviation**2 * (1 if a == b else correlation))
        for protocol in metrics.PROTOCOLS
        for a, b in pairs
    ]
    columns = ["dataset", "latent_dim", "protocol", "evaluation", "metric", "model", "other", "covariance"]
    return pd.DataFrame(rows, columns=columns)


def test_few_test_images_leave_a_claim_undecided_whatever_the_number_of_seeds() -> None:
    found = judge("C14", "paper", bake_off(), covariances=of_images("accuracy", 0.2))
    assert found.verdict == UNDECIDED and found.weakest
    assert found.reason == "no number of seeds would show it: there are too few test images"
    half = found.weakest.estimate.high - found.weakest.estimate.mean
    assert half == pytest.approx(1.96 * 0.2 * np.sqrt(2), rel=1e-3)  # of untrained − sparse


def test_errors_that_models_share_cancel() -> None:
    found = judge("C14", "paper", bake_off(), covariances=of_images("accuracy", 0.2, correlation=0.9999))
    assert found.verdict == HOLDS


def test_a_weighted_contrast_has_the_error_of_its_weights() -> None:
    found = judge("C10", "paper", bake_off(), covariances=of_images("nmi", 0.01)).findings["nmi"]
    half = found.estimate.high - found.estimate.mean
    assert half == pytest.approx(1.96 * 0.01 * np.sqrt(0.5**2 + 1), rel=1e-2)


def test_the_error_of_a_ratio_is_that_of_its_gradient() -> None:
    found = judge("C22", "paper", bake_off(), covariances=of_images("mse", 1e-4)).findings["mse"]
    most, least = 0.0115, 0.01
    half = found.estimate.high - found.estimate.mean
    assert half == pytest.approx(1.96 * 1e-4 * np.sqrt(1 / least**2 + (most / least**2) ** 2), rel=2e-2)


def test_a_sweep_has_the_errors_of_its_latent_dimension() -> None:
    errors = pd.concat([of_images("auc", 0.001, latent_dim=2), of_images("auc", 0.3, latent_dim=20)])
    found = judge("C17", "paper", bake_off(), sweep=sweep(), sweep_covariances=errors)
    assert found.verdict == UNDECIDED and found.weakest and found.weakest.contrast.endswith("(d = 20)")


def test_errors_of_several_metrics_add_up() -> None:
    key = {"protocol": "paper", "evaluation": "sampling", "model": "vae", "other": "vae", "covariance": 0.01}
    errors = ImageVariance(pd.DataFrame([{**key, "metric": by.metric} for by in QUALITY]))
    own = Evidence("paper", LIMITS, lambda *_: pd.DataFrame({"vae": [1.0, 2.0]}), errors)
    ((one,), (other,)) = (own.contrast("", (measure, {"vae": 1}), within=0.0) for measure in (QUALITY[0], QUALITY[1]))
    (both,) = own.contrast("", (QUALITY[0], {"vae": 1}), (QUALITY[1], {"vae": -1}), within=0.0)
    assert one.image_variance == other.image_variance == pytest.approx(0.01)
    assert both.image_variance == pytest.approx((0.1 + 0.1) ** 2)


def test_contrasts_are_paired_within_the_seed() -> None:
    table = bake_off()
    common = table["seed"].map({0: 40, 1: -30, 2: 0, 3: 20, 4: -10})  # all models alike, far more than they differ
    table.loc[table["metric"] == "bce", "value"] += common
    assert judge("C3", "paper", table).verdict == HOLDS


# What is written


@pytest.fixture(scope="module")
def known() -> list[claims.Judged]:
    changes = {("bce", "stacked"): 60.0, ("mse", "stacked"): 0.005, ("accuracy", "scratch"): 0.6, **FALSE["C10"]}
    changes |= {("coverage_features", STRICT): 0.9}
    return claims.verdicts(bake_off(changes), metrics.PROTOCOLS, LIMITS)


@pytest.fixture(scope="module")
def tables(known: list[claims.Judged], tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Both tables as they are read from files."""
    folder: Path = tmp_path_factory.mktemp("claims")
    for name, table in (("a", claims.overview(known, LIMITS)), ("b", claims.by_measure(known, LIMITS))):
        metrics.write_table(table, folder / name)
    return claims.read(folder / "a"), claims.read(folder / "b")


def test_there_is_a_row_for_every_claim_and_protocol(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    verdicts, _ = tables
    assert ",".join(verdicts.columns) == (
        "claim,protocol,statement,panel,verdict,after_holm,p,p_holm,seeds_needed,measure,contrast,estimate,low,high,n,"
        "reason"
    )
    assert len(verdicts) == 48
    c23 = verdicts[(verdicts["claim"] == "C23") & (verdicts["protocol"] == "corrected")].iloc[0]
    assert (c23["measure"], c23["contrast"], c23["n"]) == ("thin_to_all_ink", "vanilla − denoising", 5)
    assert (c23["verdict"], c23["after_holm"]) == (HOLDS, HOLDS) and c23["p"] < c23["p_holm"] < 0.05
    assert c23["estimate"] == pytest.approx(0.15, abs=0.01)


def test_there_is_a_row_for_every_measure_of_a_tested_claim(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    verdicts, by_measure = tables
    assert ",".join(by_measure.columns) == "claim,protocol,measure,verdict,contrast,estimate,low,high,n,p"
    c6 = by_measure[(by_measure["claim"] == "C6") & (by_measure["protocol"] == "paper")].set_index("measure")
    assert c6["verdict"].to_dict() == {
        "recall_features": HOLDS,
        "recall_pca": HOLDS,
        "coverage_features": DOES_NOT_HOLD,
        "coverage_pca": HOLDS,
    }
    tested = verdicts[verdicts["verdict"] != NOT_TESTED]
    largest = by_measure.groupby(["claim", "protocol"])["p"].max()
    pd.testing.assert_series_equal(
        tested.set_index(["claim", "protocol"])["p"].sort_index(), largest.sort_index(), check_names=False
    )


def test_the_page_shows_verdicts_side_by_side_and_names_models_by_their_labels(
    tables: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    titles = {"vq": "vq-VAE", "shallow": "Shallow", "vanilla": "Vanilla", LOOSE: "Loose", STRICT: "Strict"}
    page = claims_page.claims_page(*tables, "mnist", titles, LIMITS, [])
    (c10,) = [line for line in page.splitlines() if line.startswith("| C10 ") and "hardly separated" in line]
    assert c10.count("**does not hold**") == 2 and "0.5 × Vanilla − Shallow: -0." in c10
    assert "- `paper`: holds: 20 (after Holm: 20), does not hold: 1, depends on the measure: 2, not tested: 1\n" in page
    assert "run the target mnist_sweep" in page
    disagreeing = page.partition("## Measures that disagree")[2].partition("##")[0]
    assert disagreeing.count("| C6 ") == 8 and "| Coverage " in disagreeing and "C10" not in disagreeing
    assert "Loose − Strict: -0.2" in disagreeing
    assert "midpoints − ends of Vanilla: 2.5" in page.partition("## Reported beside")[2]


def test_a_verdict_that_does_not_survive_holms_correction_says_so(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    verdicts, by_measure = tables
    changed = verdicts.assign(after_holm=verdicts["after_holm"].where(verdicts["claim"] != "C23", UNDECIDED))
    page = claims_page.claims_page(changed, by_measure, "mnist", {}, LIMITS, [])
    (c23,) = [line for line in page.splitlines() if line.startswith("| C23 ") and "thin strokes more" in line]
    assert c23.count("**holds**, after Holm: undecided") == 2
    assert "holds: 20 (after Holm: 19)" in page


def test_flips_tell_reversals_from_what_only_one_protocol_decides(tables: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    changed = tables[0].assign(verdict=HOLDS)
    corrected = {"C2": DOES_NOT_HOLD, "C4": NO_DIFFERENCE, "C6": UNDECIDED, "C19": NOT_TESTED}
    for claim, verdict in corrected.items():
        changed.loc[(changed["claim"] == claim) & (changed["protocol"] == "corrected"), "verdict"] = verdict
    lines = [line for line in claims_page.flips(changed).splitlines() if line]
    assert lines == [
        "Reversed verdicts: 1 of 24 claims.",
        "**Reversed**",
        f"- C2: {CLAIMS['C2'].statement}: holds under `paper`, does not hold under `corrected`",
        "**Decided otherwise**",
        f"- C4: {CLAIMS['C4'].statement}: holds under `paper`, no difference under `corrected`",
        "**Decided under one alone**",
        f"- C6: {CLAIMS['C6'].statement}: holds under `paper`, undecided under `corrected`",
        "**Tested under one alone**",
        f"- C19: {CLAIMS['C19'].statement}: holds under `paper`, not tested under `corrected`",
    ]


def test_without_labels_claims_that_need_them_are_not_tested_and_say_so() -> None:
    table = bake_off()
    table = table[[not needs_labels(metric) for metric in table["metric"]]]
    known = claims.verdicts(table, ["corrected"], LIMITS, has_labels=False, classes=0)
    found = claims.overview(known, LIMITS).set_index("claim")
    assert found["verdict"]["C1"] == HOLDS
    assert found["verdict"]["C10"] == NOT_TESTED
    assert found["reason"]["C10"] == "without labels there is no knn_accuracy, no nmi, no ari"
    assert found["reason"]["C17"] == "without labels there is no sweep"
    both = found.reset_index(), claims.by_measure(known, LIMITS)
    page = claims_page.claims_page(*both, "flowers", {}, LIMITS, [], has_labels=False)
    assert "Networks see no labels here. Not measured: Classification, Anomaly detection." in page


@pytest.mark.parametrize("dataset", ["mnist", "fmnist"])
def test_kept_results_that_lack_measures_leave_claims_untested(dataset: str) -> None:
    table = metrics.read(ROOT / "docs/results" / dataset / "metrics.csv")
    known = claims.verdicts(table, metrics.PROTOCOLS, LIMITS)
    found = claims.overview(known, LIMITS).set_index(["claim", "protocol"])
    assert found["reason"]["C24", "paper"].startswith("there is no mse of vanilla")
    assert found["verdict"]["C21", "paper"] == HOLDS
    assert claims_page.claims_page(found.reset_index(), claims.by_measure(known, LIMITS), dataset, {}, LIMITS, [])
