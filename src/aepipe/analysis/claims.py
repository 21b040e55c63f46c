"""The 24 conclusions of "The Great Autoencoder Bake Off", each with the contrasts that test it.

A contrast is positive where it supports the claim, and paired within a seed. "Stacked" means the published code's
`stacked_pixels` under the protocol `paper`, and both variants of stacking under `corrected`, where "all" and "the
others" include both, too. A claim is tested only if all autoencoders that it names have scores. Autoencoders that the
article lacks take part in C18 alone: one that wins every task would refute it.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pandas as pd

from aepipe.analysis.scores import wide
from aepipe.analysis.verdict import NOT_TESTED, Contrast, Thresholds, Verdict, decide
from aepipe.catalogue import BASELINE_TITLES, EVALUATIONS, TASKS, needs_labels

VAES = ["vae", "beta_vae_strict", "beta_vae_loose"]
GENERATIVE = [*VAES, "vq"]
STACKED = {"paper": ["stacked_pixels"], "corrected": ["stacked", "stacked_pixels"]}
#: Both variants of stacking are the article's, whichever a protocol counts.
ARTICLE = ["shallow", "vanilla", *STACKED["corrected"], "sparse", "denoising", *GENERATIVE]
#: The article's baseline of classification: as its code measured it, and as its text describes it.
BASELINE = {"paper": "untrained", "corrected": "scratch"}
#: Metric -> its evaluation.
EVALUATION = {metric.name: evaluation.name for evaluation in EVALUATIONS for metric in evaluation.metrics}


@dataclass
class Evidence:
    """The scores under one protocol, as claims ask for them; `missing` collects those that were not found."""

    table: pd.DataFrame
    protocol: str
    thresholds: Thresholds
    sweep: pd.DataFrame | None = None  # anomaly detection of other classes and latent dimensions, for C17
    unit: str = "seed"
    has_labels: bool = True
    missing: dict[str, list[str]] = field(default_factory=dict)  # metric -> models

    @property
    def stacked(self) -> list[str]:
        """What "stacked" means under this protocol."""
        return STACKED[self.protocol]

    @property
    def all(self) -> list[str]:
        """What "all autoencoders" means under this protocol."""
        return [model for model in ARTICLE if model not in STACKED["corrected"] or model in self.stacked]

    @property
    def added(self) -> list[str]:
        """The autoencoders that the article lacks."""
        return [model for model in self.table["model"].unique() if model not in (*ARTICLE, *BASELINE_TITLES)]

    @property
    def baseline(self) -> str:
        """What "the baseline" of classification means under this protocol."""
        return BASELINE[self.protocol]

    def others(self, *but: str) -> list[str]:
        """All autoencoders except some."""
        return [model for model in self.all if model not in but]

    def of(self, metric: str, models: Iterable[str]) -> pd.DataFrame:
        """A metric of some models: a row for each seed, a column for each model."""
        found = wide(self.table, self.protocol, EVALUATION[metric], metric, self.unit).reindex(columns=list(models))
        for model in found.columns[found.isna().all()]:
            known = self.missing.setdefault(metric, [])
            if model not in known:
                known.append(model)
        return found

    def higher(self, metric: str, higher: Sequence[str], lower: Sequence[str]) -> list[Contrast]:
        """The contrasts of a claim that a metric of each of the first is higher than of each of the second."""
        values = self.of(metric, dict.fromkeys([*higher, *lower]))
        return [Contrast(f"{a} − {b}", values[a] - values[b]) for a in higher for b in lower]

    def falling(self, metric: str, *models: str) -> list[Contrast]:
        """The contrasts of a claim that a metric falls from each model to the next."""
        return [contrast for a, b in pairwise(models) for contrast in self.higher(metric, [a], [b])]

    def overlap(self, first: str, second: str) -> pd.Series:
        """The share of nearest neighbours that two models' codes have in common, recorded with either or both."""
        pair = [(first, f"overlap_{second}"), (second, f"overlap_{first}")]
        tables = [wide(self.table, self.protocol, "latent_similarity", metric) for _, metric in pair]
        found = [table[model] for table, (model, _) in zip(tables, pair, strict=True) if model in table]
        if not found:
            self.missing.setdefault("latent similarity", []).append(f"{first} and {second}")
            return pd.Series(dtype=float)
        return pd.concat(found, axis=1).mean(axis=1)


@dataclass(frozen=True)
class Claim:
    """A conclusion of the article, its measure, and the contrasts that decide it."""

    id: str
    statement: str
    measure: str  # with names of thresholds in braces
    contrasts: Callable[[Evidence], list[Contrast]]


def c5(evidence: Evidence) -> list[Contrast]:
    """The strict β-VAE above all others that can be sampled: under `paper`, those with a prior."""
    others = evidence.others("beta_vae_strict")
    if evidence.protocol == "paper":
        others = [model for model in others if model in GENERATIVE]
    return evidence.higher("density_features", ["beta_vae_strict"], others)


def c7(evidence: Evidence) -> list[Contrast]:
    """vq's samples against a fraction of the density that real images reach."""
    density = evidence.of("density_features", ["real", "vq"])
    share = evidence.thresholds.fidelity
    return [Contrast(f"{share} × real − vq", share * density["real"] - density["vq"])]


def c9(evidence: Evidence) -> list[Contrast]:
    """Each model has the structure that the article describes, and they hardly differ."""
    models, limits = ["vanilla", *evidence.stacked, "sparse", "denoising", "vq"], evidence.thresholds
    contrasts = []
    for metric, limit in (("apart", limits.apart), ("joined", limits.joined)):
        values = evidence.of(metric, models)
        contrasts += [Contrast(f"{metric} of {model} − {limit}", values[model] - limit) for model in models]
    return [*contrasts, Contrast(f"{limits.alike} − range", limits.alike - spread(evidence.of("knn_accuracy", models)))]


def c10(evidence: Evidence) -> list[Contrast]:
    """Shallow against a fraction of what vanilla reaches."""
    nmi, share = evidence.of("nmi", ["vanilla", "shallow"]), evidence.thresholds.hardly
    return [Contrast(f"{share} × vanilla − shallow", share * nmi["vanilla"] - nmi["shallow"])]


def c16(evidence: Evidence) -> list[Contrast]:
    """Shallow above all, stacked above all but shallow."""
    stacked = evidence.stacked
    first = evidence.higher("auc", ["shallow"], evidence.others("shallow"))
    return first + evidence.higher("auc", stacked, evidence.others("shallow", *stacked))


def c17(evidence: Evidence) -> list[Contrast]:
    """The contrasts of C16 over held-out classes instead of seeds, for each latent dimension of the sweep."""
    if evidence.sweep is None or evidence.sweep.empty:
        evidence.missing["sweep"] = []
        return []
    contrasts = []
    for latent_dim, rows in evidence.sweep.groupby("latent_dim"):
        own = Evidence(rows, evidence.protocol, evidence.thresholds, unit="held_out", missing=evidence.missing)
        contrasts += [Contrast(f"{contrast.name} (d = {latent_dim})", contrast.values) for contrast in c16(own)]
    return contrasts


def c18(evidence: Evidence) -> list[Contrast]:
    """The number of tasks that the most frequent winner does not win, minus 0.5. Ties count as wins.

    An autoencoder that the article lacks cannot win a task in which it has no score.
    """
    wins, entrants = [], [*evidence.all, *evidence.added]
    for task in TASKS:
        priors_only = task.evaluation == "sampling" and evidence.protocol == "paper"
        named = GENERATIVE if priors_only else evidence.all
        scores = wide(evidence.table, evidence.protocol, task.evaluation, task.metric).reindex(columns=evidence.added)
        scores = evidence.of(task.metric, named).dropna().join(scores)
        best = scores.min(axis=1) if task.lower_is_better else scores.max(axis=1)
        wins.append(scores.eq(best, axis=0).astype(float).reindex(columns=entrants, fill_value=0.0))
    seeds = sorted(set.intersection(*(set(won.index) for won in wins)))
    total = sum((won.loc[seeds] for won in wins[1:]), wins[0].loc[seeds])
    return [Contrast("tasks not won by the most frequent winner − 0.5", len(TASKS) - total.max(axis=1) - 0.5)]


def c20(evidence: Evidence) -> list[Contrast]:
    """Quality falls from strict to loose, diversity from loose to strict."""
    quality = evidence.falling("density_features", "beta_vae_strict", "vae", "beta_vae_loose")
    diversity = evidence.falling("recall_features", "beta_vae_loose", "vae", "beta_vae_strict")
    kinds = {"density": quality, "recall": diversity}
    return [Contrast(f"{kind}: {own.name}", own.values) for kind, contrasts in kinds.items() for own in contrasts]


def c21(evidence: Evidence) -> list[Contrast]:
    """The rest share more neighbours with each other than with a VAE."""
    rest = evidence.others("shallow", *VAES)
    pairs = [(a, b) for i, a in enumerate(rest) for b in rest[i + 1 :]]
    among = average(evidence.overlap(a, b) for a, b in pairs)
    return [
        Contrast(f"the rest − {vae}", among - average(evidence.overlap(vae, model) for model in rest)) for vae in VAES
    ]


def c22(evidence: Evidence) -> list[Contrast]:
    """The range of the errors, relative to the lowest."""
    errors, share = evidence.of("bce", evidence.others("shallow")), evidence.thresholds.little
    return [Contrast(f"{share} − range / least", share - spread(errors) / errors.min(axis=1))]


def spread(values: pd.DataFrame) -> pd.Series:
    """Highest minus lowest value in each seed that has all models."""
    whole = values.dropna()
    return whole.max(axis=1) - whole.min(axis=1)


def average(values: Iterable[pd.Series]) -> pd.Series:
    """Mean of the series in each seed that all of them have."""
    return pd.concat(values, axis=1).mean(axis=1, skipna=False)


#: Id, statement, measure and contrasts of each claim.
# fmt: off
CLAIMS = [Claim(*claim) for claim in (
    ("C1", "Shallow has the worst reconstruction",
     "test BCE: shallow above each other",
     lambda own: own.higher("bce", ["shallow"], own.others("shallow"))),
    ("C2", "Vanilla, sparse and vq have the three best reconstructions",
     "test BCE: each other above each of the three",
     lambda own: own.higher("bce", own.others("vanilla", "sparse", "vq"), ["vanilla", "sparse", "vq"])),
    ("C3", "VAE and β-VAEs reconstruct worse than vanilla",
     "test BCE: each VAE above vanilla",
     lambda own: own.higher("bce", VAES, ["vanilla"])),
    ("C4", "Reconstruction orders with β: loose better than VAE better than strict",
     "test BCE: VAE above loose, strict above VAE",
     lambda own: own.falling("bce", "beta_vae_strict", "vae", "beta_vae_loose")),
    ("C5", "The strict β-VAE gives the most digit-like samples",
     "density of samples among real images, in a classifier's features: strict above each other (paper: above VAE, "
     "loose and vq, the only others with a prior)",
     c5),
    ("C6", "The loose β-VAE's samples are more diverse than the strict one's",
     "recall of real images by samples, in a classifier's features: loose above strict",
     lambda own: own.higher("recall_features", ["beta_vae_loose"], ["beta_vae_strict"])),
    ("C7", "vq's samples do not look like digits",
     "density of samples among real images, in a classifier's features: vq below {fidelity} of what real held-out "
     "images reach",
     c7),
    ("C8", "VAE and β-VAEs interpolate through meaningful digits, the others do not",
     "distance from the midpoint of two images to the nearest real one, in a classifier's features: each other above "
     "each VAE; tests whether VAEs are better, not whether their midpoints are digits",
     lambda own: own.higher("midpoint_distance_features", own.others(*VAES), VAES)),
    ("C9", "Vanilla, stacked, sparse, denoising and vq have alike latent structures: 0, 1, 2, 6 apart; 4-7-9 and 3-5-8 "
     "joined",
     "nearest neighbours of codes: for each, accuracy of the classes apart above {apart} and share of the joined "
     "groups' errors inside them above {joined}; and kNN accuracies that differ by less than {alike}",
     c9),
    ("C10", "Shallow hardly separates the digits",
     "mutual information of k-means clusters and classes (NMI): shallow below {hardly} of vanilla",
     c10),
    ("C11", "All but sparse beat the from-scratch baseline in classification",
     "accuracy: each but sparse above the baseline (paper: the untrained encoder, which the published code measured; "
     "corrected: truly trained from scratch)",
     lambda own: own.higher("accuracy", own.others("sparse"), [own.baseline])),
    ("C12", "Denoising classifies best, then vanilla and vq",
     "accuracy: denoising above vanilla and vq, each of these above each other",
     lambda own: own.higher("accuracy", ["denoising"], ["vanilla", "vq"])
     + own.higher("accuracy", ["vanilla", "vq"], own.others("denoising", "vanilla", "vq"))),
    ("C13", "Even shallow beats the baseline a little",
     "accuracy: shallow above the baseline of C11; by how much is not tested",
     lambda own: own.higher("accuracy", ["shallow"], [own.baseline])),
    ("C14", "Sparse is below the baseline",
     "accuracy: the baseline of C11 above sparse",
     lambda own: own.higher("accuracy", [own.baseline], ["sparse"])),
    ("C15", "The VAEs classify worse than vanilla, the stricter the worse",
     "accuracy: vanilla above each VAE, loose above VAE, VAE above strict",
     lambda own: own.higher("accuracy", ["vanilla"], VAES)
     + own.falling("accuracy", "beta_vae_loose", "vae", "beta_vae_strict")),
    ("C16", "Shallow detects anomalies best, stacked second",
     "AUC of the configured held-out classes: shallow above each other, stacked above each other but shallow",
     c16),
    ("C17", "That order holds for other held-out digits and other latent dimensions",
     "the contrasts of C16 over held-out classes instead of seeds, for each latent dimension; without the pairs of C16",
     c17),
    ("C18", "No autoencoder wins every task",
     "of six tasks (BCE, accuracy, AUC, density of samples, distance of midpoints, kNN accuracy), the number that the "
     "most frequent winner of a seed does not win: above 0.5",
     c18),
    ("C19", "vq's reconstructions are less blurred than the others'",
     "sharpness, the gradient energy of reconstructions: vq above each other",
     lambda own: own.higher("sharpness", ["vq"], own.others("vq"))),
    ("C20", "The plain VAE's samples lie between the strict and the loose one's, in quality and in diversity",
     "density (quality) falls from strict over VAE to loose, recall (diversity) from loose over VAE to strict",
     c20),
    ("C21", "The latent maps of VAE and β-VAEs differ from those of the rest",
     "share of common nearest neighbours of codes: the rest (without shallow) with each other above each VAE with the "
     "rest; measured on the codes, not on their maps",
     c21),
    ("C22", "Apart from shallow, reconstruction quality differs little",
     "test BCE of all but shallow: highest minus lowest, below {little} of the lowest",
     c22),
    ("C23", "Denoising loses thin strokes",
     "share of the ink of thin strokes that the reconstruction keeps: vanilla above denoising",
     lambda own: own.higher("thin_strokes", ["vanilla"], ["denoising"])),
    ("C24", "Stacked encodes less than vanilla: worse reconstruction from the same network",
     "test BCE: stacked above vanilla",
     lambda own: own.higher("bce", own.stacked, ["vanilla"])),
)]
# fmt: on


def other_pairs(sweep: pd.DataFrame, latent_dim: int, held_out: Iterable[object]) -> pd.DataFrame:
    """A sweep's rows of anomaly detection, without the pairs of latent dimension and class that C16 tests."""
    configured = (sweep["latent_dim"] == latent_dim) & sweep["held_out"].isin([str(label) for label in held_out])
    return sweep[(sweep["evaluation"] == "anomaly") & ~configured]


def judge(claim: Claim, evidence: Evidence) -> Verdict:
    """The verdict on a claim; not tested, with the reason, where models or metrics that it needs are missing."""
    evidence.missing.clear()
    contrasts = claim.contrasts(evidence)
    needing = [name for name in evidence.missing if name == "sweep" or needs_labels(name)]
    if needing and not evidence.has_labels:
        return Verdict(NOT_TESTED, f"without labels there is no {', no '.join(needing)}")
    if "sweep" in evidence.missing:
        dataset = evidence.table["dataset"].iloc[0]
        return Verdict(NOT_TESTED, f"run the target {dataset}_sweep")
    if evidence.missing:
        lacking = [f"{metric} of {', '.join(models)}" for metric, models in evidence.missing.items()]
        return Verdict(NOT_TESTED, f"there is no {'; no '.join(lacking)}")
    limits = evidence.thresholds
    units = "held-out classes" if claim.id == "C17" else "seeds"
    return decide(contrasts, limits.confidence, limits.min_seeds, units)


def verdicts(
    table: pd.DataFrame,
    protocols: Iterable[str],
    thresholds: Thresholds,
    sweep: pd.DataFrame | None = None,
    has_labels: bool = True,
) -> pd.DataFrame:
    """The verdict on every claim under every protocol, a row for each.

    Args:
        table: tidy metrics of a bake-off.
        protocols: `paper`, `corrected`.
        thresholds: of the verdicts.
        sweep: rows of anomaly detection for C17, from `other_pairs`.
        has_labels: whether the data set has class labels; without them, claims that need them are not tested.
    """
    rows = []
    for claim in CLAIMS:
        for protocol in protocols:
            found = judge(claim, Evidence(table, protocol, thresholds, sweep, has_labels=has_labels))
            estimate = found.estimate
            numbers = {"estimate": estimate.mean, "low": estimate.low, "high": estimate.high, "n": estimate.n}
            rows.append(
                {
                    **{"claim": claim.id, "protocol": protocol, "statement": claim.statement},
                    **{"measure": claim.measure.format(**vars(thresholds)), "contrast": found.contrast, **numbers},
                    **{"agree": found.agree, "verdict": found.verdict, "reason": found.reason},
                }
            )
    return pd.DataFrame(rows)
