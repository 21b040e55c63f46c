"""The article's 24 claims, tested on made-up numbers for which the verdict is known."""

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from aepipe.analysis import claims
from aepipe.analysis.verdict import DOES_NOT_HOLD, HOLDS, NOT_TESTED, UNDECIDED, Contrast, Thresholds, Verdict, decide
from aepipe.catalogue import needs_labels
from aepipe.evaluation import metrics
from aepipe.reporting import claims_page

LIMITS = Thresholds(
    confidence=0.95, min_seeds=3, fidelity=0.5, apart=0.9, joined=0.5, alike=0.1, hardly=0.5, little=0.2
)
CLAIMS = {claim.id: claim for claim in claims.CLAIMS}
REST = ["vanilla", "stacked", "stacked_pixels", "sparse", "denoising", "vq"]
MODELS = ["shallow", *REST, *claims.VAES]
VAE, STRICT, LOOSE = claims.VAES

#: Metric -> model -> mean, so that every claim holds. "all" stands for the models that are not named.
TRUE: dict[str, Mapping[str, float]] = {
    "bce": {"shallow": 123, "denoising": 70, LOOSE: 66, VAE: 68, STRICT: 72, "stacked": 73, "stacked_pixels": 74}
    | dict.fromkeys(("vanilla", "sparse", "vq"), 64),
    "sharpness": {"all": 0.8, "vq": 0.95},
    "thin_strokes": {"all": 0.9, "denoising": 0.7},
    "density_features": {"all": 0.35, STRICT: 0.9, VAE: 0.7, LOOSE: 0.5, "vq": 0.3, "real": 1},
    "recall_features": {"all": 0.5, LOOSE: 0.8, VAE: 0.6, STRICT: 0.4},
    "midpoint_distance_features": {"all": 5} | dict.fromkeys(claims.VAES, 3),
    "knn_accuracy": {"all": 0.9, "shallow": 0.5},
    "nmi": {"all": 0.6, "shallow": 0.2},
    "apart": {"all": 0.95},
    "joined": {"all": 0.7},
    "accuracy": {"all": 0.7, "denoising": 0.9, "vanilla": 0.85, "vq": 0.85, LOOSE: 0.75, STRICT: 0.65, "shallow": 0.6}
    | {"sparse": 0.3, "untrained": 0.5, "scratch": 0.5},
    "auc": {"all": 0.8, "shallow": 0.95, "stacked": 0.9, "stacked_pixels": 0.9},
    **{f"overlap_{vae}": dict.fromkeys(REST, 0.3) for vae in claims.VAES},
}
Changes = Mapping[tuple[str, str], float]

#: Claim -> what of this is changed, so that it no longer holds.
FALSE: dict[str, Changes] = {
    "C1": {("bce", "shallow"): 60},
    "C2": {("bce", "denoising"): 60},
    "C3": {("bce", VAE): 60},
    "C4": {("bce", LOOSE): 80},
    "C5": {("density_features", VAE): 0.95},
    "C6": {("recall_features", STRICT): 0.9},
    "C7": {("density_features", "vq"): 0.8},
    "C8": {("midpoint_distance_features", "vanilla"): 2},
    "C9": {("apart", "sparse"): 0.8},
    "C10": {("nmi", "shallow"): 0.5},
    "C11": {("accuracy", VAE): 0.4},
    "C12": {("accuracy", "denoising"): 0.8},
    "C13": {("accuracy", "shallow"): 0.4},
    "C14": {("accuracy", "sparse"): 0.6},
    "C15": {("accuracy", STRICT): 0.72},
    "C16": {("auc", "vanilla"): 0.93},
    "C17": {("auc", "vanilla"): 0.93},
    "C18": {("bce", "vq"): 50, ("density_features", "vq"): 2, ("midpoint_distance_features", "vq"): 1}
    | {("knn_accuracy", "vq"): 0.99, ("accuracy", "vq"): 0.99, ("auc", "vq"): 0.99},
    "C19": {("sharpness", "denoising"): 0.99},
    "C20": {("density_features", VAE): 0.95},
    "C21": {(f"overlap_{VAE}", model): 0.7 for model in REST},
    "C22": {("bce", "denoising"): 90},
    "C23": {("thin_strokes", "denoising"): 0.95},
    "C24": {("bce", "stacked_pixels"): 60},
}
#: Claims that a model's swinging from seed to seed about its true mean does not leave undecided: means and swings.
UNSURE: dict[str, tuple[Changes, Changes]] = {
    "C18": (FALSE["C18"], {("bce", "vq"): 100}),  # wins every task in every second seed
    "C20": ({}, {("density_features", STRICT): 5}),  # the VAE between the two is against one of them in every seed
    "C22": ({("bce", "denoising"): 76}, {("bce", "denoising"): 6}),
}


def means_of(metric: str, changes: Changes) -> dict[str, float]:
    """Model -> mean of a metric."""
    known = TRUE[metric]
    rest = dict.fromkeys(MODELS, known["all"]) if "all" in known else {}
    own = {model: mean for (name, model), mean in changes.items() if name == metric}
    return rest | {model: mean for model, mean in known.items() if model != "all"} | own


def bake_off(
    changes: Changes | None = None,
    swings: Changes | None = None,
    lacking: Changes | None = None,
    seeds: int = 5,
    latent_dim: int = 2,
    held_out: str = "1",
) -> pd.DataFrame:
    """All metrics of both protocols: the means of TRUE but for `changes`, without those of `lacking`.

    Seeds differ by a little noise; those of `swings` by that much, up and down in turn.
    """
    rng, rows = np.random.default_rng(0), []
    for protocol in metrics.PROTOCOLS:
        values = {(metric, model): mean for metric in TRUE for model, mean in means_of(metric, changes or {}).items()}
        values |= {(f"overlap_{a}", b): 0.6 for a, b in combinations(REST, 2)}
        values |= {("overlap_shallow", model): 0.1 for model in MODELS[1:]}
        if protocol == "paper":  # without a prior there are no samples
            values = {k: v for k, v in values.items() if "density" not in k[0] or k[1] in [*claims.GENERATIVE, "real"]}
        for (metric, model), mean in values.items():
            evaluation = claims.EVALUATION.get(metric, "latent_similarity")
            run = (model, latent_dim, held_out) if evaluation == "anomaly" else (model, 20, "")
            swing = (swings or {}).get((metric, model), 0)
            for seed, noise in enumerate(rng.normal(0, 1e-3, seeds)):
                value = mean * (1 + noise) + swing * (-1) ** seed
                rows.append(("mnist", *run, seed, protocol, evaluation, metric, value))
    table = pd.DataFrame(rows, columns=metrics.COLUMNS)
    gone = [(table["metric"] == metric) & (table["model"] == model) for metric, model in lacking or {}]
    return table[~np.any(gone, axis=0)] if gone else table


def sweep(
    changes: Changes | None = None, swings: Changes | None = None, lacking: Changes | None = None
) -> pd.DataFrame:
    """Anomaly detection of ten classes at d = 2 as it is true, at d = 20 with what is changed; classes swing."""
    shares = {key: swing / 5 for key, swing in (swings or {}).items()}
    tables = [bake_off(seeds=1, held_out=str(label)) for label in range(10)]
    for label in range(10):
        swung = {key: TRUE[key[0]].get(key[1], TRUE[key[0]]["all"]) + s * (-1) ** label for key, s in shares.items()}
        tables.append(bake_off({**(changes or {}), **swung}, None, lacking, 1, 20, str(label)))
    return claims.other_pairs(pd.concat(tables), 2, [1])


def judged(
    claim: str,
    protocol: str,
    changes: Changes | None = None,
    swings: Changes | None = None,
    lacking: Changes | None = None,
    limits: Thresholds = LIMITS,
) -> Verdict:
    """The verdict on a claim; what the arguments change is the sweep for C17, the bake-off for all others."""
    of_sweep = claim == "C17"
    table = bake_off() if of_sweep else bake_off(changes, swings, lacking)
    others = sweep(changes, swings, lacking) if of_sweep else None
    return claims.judge(CLAIMS[claim], claims.Evidence(table, protocol, limits, others))


def test_the_claims_are_those_of_the_article() -> None:
    assert [claim.id for claim in claims.CLAIMS] == [f"C{number}" for number in range(1, 25)]
    assert set(FALSE) == set(CLAIMS)


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_holds_where_all_its_contrasts_speak_for_it(claim: str, protocol: str) -> None:
    found = judged(claim, protocol)
    assert (found.verdict, found.estimate.low > 0) == (HOLDS, True)
    assert found.agree == found.estimate.n
    assert found.estimate.n in ({9, 10} if claim == "C17" else {5})


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_does_not_hold_where_one_contrast_refutes_it(claim: str, protocol: str) -> None:
    found = judged(claim, protocol, FALSE[claim])
    assert (found.verdict, found.estimate.high < 0, found.agree) == (DOES_NOT_HOLD, True, 0)


def beside(table: pd.DataFrame, best: bool, but: str = "") -> pd.DataFrame:
    """The bake-off with an autoencoder that is not the article's, the best or the worst of all, but in a metric."""
    own = table[table["model"] == "vanilla"].assign(model="mine")
    for task in claims.TASKS:
        rows = own["metric"] == task.metric
        own.loc[rows, "value"] = 0.0 if best == task.lower_is_better else 1e3
    return pd.concat([table, own[own["metric"] != but]])


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
def test_an_autoencoder_that_the_article_does_not_know_can_win_every_task(protocol: str) -> None:
    table = bake_off()
    without_prior = protocol == "paper"  # vanilla's rows, which have no samples there

    def c18(table: pd.DataFrame) -> Verdict:
        return claims.judge(CLAIMS["C18"], claims.Evidence(table, protocol, LIMITS))

    assert c18(beside(table, best=True)).verdict == (HOLDS if without_prior else DOES_NOT_HOLD)
    assert c18(beside(table, best=True, but="accuracy")).verdict == HOLDS
    assert c18(beside(table, best=False)) == c18(table)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim not in ("C17", "C18")])
def test_no_other_claim_is_about_it(claim: str) -> None:
    for protocol in metrics.PROTOCOLS:
        table = beside(bake_off(), best=True)
        assert claims.judge(CLAIMS[claim], claims.Evidence(table, protocol, LIMITS)) == judged(claim, protocol)


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_undecided_where_seeds_differ_by_more_than_its_contrast(claim: str, protocol: str) -> None:
    changes, swings = UNSURE.get(claim, ({}, dict.fromkeys(FALSE[claim], 5)))
    if claim in {"C1", "C2", "C3", "C4", "C24"}:
        swings = dict.fromkeys(FALSE[claim], 100)
    found = judged(claim, protocol, changes, swings)
    assert (found.verdict, found.estimate.low < 0 < found.estimate.high) == (UNDECIDED, True)
    assert 0 < found.agree < found.estimate.n


@pytest.mark.parametrize("protocol", metrics.PROTOCOLS)
@pytest.mark.parametrize("claim", CLAIMS)
def test_a_claim_is_not_tested_without_its_numbers(claim: str, protocol: str) -> None:
    found = judged(claim, protocol, lacking=FALSE[claim])
    (metric, model) = next(iter(FALSE[claim]))
    assert found.verdict == NOT_TESTED
    named = "latent similarity" if metric.startswith("overlap") else metric
    assert f"no {named} of" in found.reason and model in found.reason


@pytest.mark.parametrize("claim", CLAIMS)
def test_too_few_seeds_decide_nothing(claim: str) -> None:
    limits = Thresholds(**{**vars(LIMITS), "min_seeds": 11})
    found = judged(claim, "paper", limits=limits)
    assert found.verdict == UNDECIDED
    assert found.reason == ("9 of at least 11 held-out classes" if claim == "C17" else "5 of at least 11 seeds")


@pytest.mark.parametrize("claim", sorted(set(CLAIMS) - {"C17"}))
def test_one_seed_shows_its_number_without_an_interval(claim: str) -> None:
    evidence = claims.Evidence(bake_off(seeds=1), "corrected", LIMITS)
    found = claims.judge(CLAIMS[claim], evidence)
    assert (found.verdict, found.estimate.n, found.agree) == (UNDECIDED, 1, 1)
    assert found.estimate.mean > 0 and np.isnan(found.estimate.low)


# What the protocols mean by their words


def test_stacked_means_both_ways_of_stacking_under_fair_alone() -> None:
    changes = {("bce", "stacked"): 60.0}
    assert judged("C24", "paper", changes).verdict == HOLDS
    assert judged("C24", "corrected", changes).verdict == DOES_NOT_HOLD


def test_the_baseline_is_untrained_under_paper_and_from_scratch_under_fair() -> None:
    changes = {("accuracy", "scratch"): 0.99}
    assert judged("C11", "paper", changes).verdict == HOLDS
    assert judged("C11", "corrected", changes).verdict == DOES_NOT_HOLD


def test_only_models_with_a_prior_have_samples_under_paper() -> None:
    changes = {("density_features", "vanilla"): 0.99}
    assert judged("C5", "paper", changes).verdict == HOLDS
    assert judged("C5", "corrected", changes).verdict == DOES_NOT_HOLD


def test_a_missing_model_is_named_and_no_claim_is_tested_on_the_others_alone() -> None:
    table = bake_off()
    found = claims.judge(CLAIMS["C1"], claims.Evidence(table[table["model"] != "vq"], "paper", LIMITS))
    assert (found.verdict, found.reason) == (NOT_TESTED, "there is no bce of vq")


def test_without_a_sweep_its_target_is_named() -> None:
    found = claims.judge(CLAIMS["C17"], claims.Evidence(bake_off(), "paper", LIMITS))
    assert (found.verdict, found.reason) == (NOT_TESTED, "run the target mnist_sweep")


def test_the_sweep_is_judged_without_the_pair_that_the_article_has_tested() -> None:
    pairs = sweep()[["latent_dim", "held_out"]].drop_duplicates()
    assert len(pairs) == 19
    assert not ((pairs["latent_dim"] == 2) & (pairs["held_out"] == "1")).any()


def test_seeds_of_a_left_out_class_are_averaged_and_each_class_counts_once() -> None:
    tables = [bake_off(seeds=4, held_out=str(label)) for label in range(3)]
    evidence = claims.Evidence(bake_off(), "paper", LIMITS, claims.other_pairs(pd.concat(tables), 2, [1]))
    assert claims.judge(CLAIMS["C17"], evidence).estimate.n == 2


# How it is decided


def contrast(name: str, *values: float, seeds: list[int] | None = None) -> Contrast:
    return Contrast(name, pd.Series(values, index=seeds))


def test_contrasts_are_paired_within_the_seed() -> None:
    table = bake_off()
    common = table["seed"].map({0: 40, 1: -30, 2: 0, 3: 20, 4: -10})  # all models alike, far more than they differ
    table.loc[table["metric"] == "bce", "value"] += common
    assert claims.judge(CLAIMS["C3"], claims.Evidence(table, "paper", LIMITS)).verdict == HOLDS


def test_one_contrast_that_is_not_sure_leaves_a_claim_undecided_and_is_the_one_shown() -> None:
    found = decide([contrast("sure", 1, 1.1, 0.9), contrast("unsure", 3, -1, 2)], 0.95, 3)
    assert (found.verdict, found.contrast, found.agree) == (UNDECIDED, "unsure", 2)


def test_the_weakest_contrast_is_the_one_with_the_smallest_mean_in_standard_errors() -> None:
    found = decide([contrast("small and sure", 0.1, 0.11, 0.1), contrast("large and less sure", 10, 12, 9)], 0.95, 3)
    assert (found.verdict, found.contrast) == (HOLDS, "large and less sure")


def test_a_contrast_against_a_claim_must_be_surer_where_there_are_many() -> None:
    against, rest = contrast("against", -1, -2, -3, -1.5), [contrast("for", 1, 1.1, 1, 0.9)]
    assert decide([against], 0.95, 3).verdict == DOES_NOT_HOLD
    assert decide([against, *rest], 0.95, 3).verdict == DOES_NOT_HOLD
    assert decide([against, *rest * 30], 0.95, 3).verdict == UNDECIDED


def test_equal_numbers_decide_and_zeros_do_not() -> None:
    assert decide([contrast("same", 0.5, 0.5, 0.5)], 0.95, 3).verdict == HOLDS
    assert decide([contrast("same", -0.5, -0.5, -0.5)], 0.95, 3).verdict == DOES_NOT_HOLD
    assert decide([contrast("none", 0, 0, 0)], 0.95, 3).verdict == UNDECIDED


def test_seeds_without_a_number_do_not_count() -> None:
    contrasts = [contrast("a", 1, 1.1, np.nan, 0.9), contrast("b", 2, 3, 2.2, 1, seeds=[0, 1, 2, 3])]
    assert decide(contrasts, 0.95, 4).reason == "3 of at least 4 seeds"
    found = decide(contrasts, 0.95, 3)
    assert (found.contrast, found.estimate.n, found.agree) == ("b", 4, 4)


def test_claims_without_truth_are_rarely_decided() -> None:
    rng = np.random.default_rng(0)
    verdicts = [
        decide([Contrast(str(i), pd.Series(rng.normal(size=5))) for i in range(2)], 0.95, 3) for _ in range(600)
    ]
    share = {name: np.mean([found.verdict == name for found in verdicts]) for name in (HOLDS, DOES_NOT_HOLD)}
    assert share[HOLDS] < 0.01 and share[DOES_NOT_HOLD] < 0.05


# What is written


@pytest.fixture(scope="module")
def verdicts() -> pd.DataFrame:
    changes = {("bce", "stacked"): 60.0, ("accuracy", "scratch"): 0.6, **FALSE["C10"]}
    return claims.verdicts(bake_off(changes), metrics.PROTOCOLS, LIMITS)


def test_there_is_a_row_for_every_claim_and_protocol(verdicts: pd.DataFrame) -> None:
    columns = "claim,protocol,statement,measure,contrast,estimate,low,high,n,agree,verdict,reason"
    assert ",".join(verdicts.columns) == columns
    assert len(verdicts) == 48
    c7 = verdicts[(verdicts["claim"] == "C7") & (verdicts["protocol"] == "corrected")].iloc[0]
    assert (c7["contrast"], c7["n"], c7["agree"], c7["verdict"]) == ("0.5 × real − vq", 5, 5, HOLDS)
    assert c7["estimate"] == pytest.approx(0.2, abs=0.01)


def test_the_page_shows_verdicts_side_by_side_and_names_models_by_their_labels(verdicts: pd.DataFrame) -> None:
    page = claims_page.claims_page(
        verdicts, "mnist", {"vq": "vq-VAE", "shallow": "Shallow", "vanilla": "Vanilla"}, LIMITS, []
    )
    (c7,) = [line for line in page.splitlines() if line.startswith("| C7 ") and "vq's samples" in line]
    assert c7.count("**holds**") == 2 and "0.5 × Real images − vq-VAE: 0.2 [0.1" in c7 and c7.count("5 of 5") == 2
    (c10,) = [line for line in page.splitlines() if line.startswith("| C10 ") and "hardly separates" in line]
    assert c10.count("**does not hold**") == 2 and "0 of 5" in c10
    assert "- `paper`: holds: 22, does not hold: 1, not tested: 1\n" in page
    assert "run the target mnist_sweep" in page


def test_flips_tell_reversals_from_what_only_one_protocol_decides(verdicts: pd.DataFrame) -> None:
    changed = verdicts.assign(verdict=HOLDS)
    corrected = {"C2": DOES_NOT_HOLD, "C6": UNDECIDED, "C19": NOT_TESTED}
    for claim, verdict in corrected.items():
        changed.loc[(changed["claim"] == claim) & (changed["protocol"] == "corrected"), "verdict"] = verdict
    lines = [line for line in claims_page.flips(changed).splitlines() if line]
    assert lines == [
        "Reversed verdicts: 1 of 24 claims.",
        "**Reversed**",
        f"- C2: {CLAIMS['C2'].statement}: holds under `paper`, does not hold under `corrected`",
        "**Decided under one alone**",
        f"- C6: {CLAIMS['C6'].statement}: holds under `paper`, undecided under `corrected`",
        "**Tested under one alone**",
        f"- C19: {CLAIMS['C19'].statement}: holds under `paper`, not tested under `corrected`",
    ]


def test_without_labels_claims_that_need_them_are_not_tested_and_say_so() -> None:
    table = bake_off()
    table = table[[not needs_labels(metric) for metric in table["metric"]]]
    found = claims.verdicts(table, ["corrected"], LIMITS, has_labels=False).set_index("claim")
    assert found["verdict"]["C1"] == HOLDS
    assert found["verdict"]["C10"] == NOT_TESTED
    assert found["reason"]["C10"] == "without labels there is no nmi"
    assert found["reason"]["C17"] == "without labels there is no sweep"
    page = claims_page.claims_page(found.reset_index(), "flowers", {}, LIMITS, [], has_labels=False)
    assert "Networks see no labels here. Not measured: Classification, Anomaly detection." in page
