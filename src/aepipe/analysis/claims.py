"""The 24 conclusions of "The Great Autoencoder Bake Off", each with the contrasts that test it.

Panels and contrasts are those of docs/preregistration.md. "Stacked" means the published code's `stacked_pixels` under
the protocol `paper`, and both variants of stacking under `corrected`, where "all" and "the others" include both, too. A
conclusion is tested only if all autoencoders that it names have scores by all measures of its panel. Autoencoders that
the article lacks take part in C18 alone: one that is best in every task would refute it.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import nan
from pathlib import Path

import pandas as pd

from aepipe.analysis.evidence import ARTICLE, GENERATIVE, VAES, Evidence
from aepipe.analysis.image_variance import ImageVariance
from aepipe.analysis.measures import (
    ACCURACY,
    ARI,
    AUC,
    BCE,
    DETAIL,
    DIVERSITY,
    EDGES,
    END_DISTANCES,
    KNN,
    MIDPOINTS,
    MIXING,
    NMI,
    OVERLAP,
    OWN_GROUP,
    QUALITY,
    RECONSTRUCTION,
    THIN_STROKES,
    Measure,
    headlines,
)
from aepipe.analysis.scores import wide
from aepipe.analysis.statistics import means
from aepipe.analysis.verdict import NOT_TESTED, NOTHING, Contrast, Limits, Verdict, after_holm, decide
from aepipe.catalogue import BASELINE_TITLES, needs_labels

#: Sources of images that show digits.
DIGITS = ("mnist", "digits")
#: Columns of text that may be empty.
TEXTS = ("measure", "verdict", "contrast", "reason")
#: Each contrast is a list of alternatives, most of them of one.
Contrasts = list[list[Contrast]]


@dataclass(frozen=True)
class Claim:
    """A conclusion of the article, the measures of its panel, and the contrasts that each measure tests."""

    id: str
    statement: str
    panel: str  # in words; names of limits in braces
    measures: tuple[Measure, ...]
    contrasts: Callable[[Evidence, Measure], Contrasts]
    together: str = ""  # what measures several metrics at once, where the panel is no list of metrics
    of_digits: bool = False  # whether it is about digits alone
    beside: Callable[[Evidence], dict[str, Contrasts]] | None = None  # measure -> contrasts that decide nothing


@dataclass(frozen=True)
class Judged:
    """A conclusion and its verdict under a protocol."""

    claim: Claim
    protocol: str
    verdict: Verdict
    after_holm: str  # the verdict after Holm's correction
    p_holm: float
    beside: dict[str, Contrasts]


def c5(own: Evidence, measure: Measure) -> Contrasts:
    """The strict β-VAE above the others that have a prior."""
    return own.better(measure, ["beta_vae_strict"], [model for model in GENERATIVE if model != "beta_vae_strict"])


def c8(own: Evidence, measure: Measure) -> Contrasts:
    """Each VAE nearer to real images than a cross-fade of the same pair, and than each other."""
    return own.better(measure, VAES, ["cross_fade", *own.others(*VAES)])


def from_ends(own: Evidence) -> dict[str, Contrasts]:
    """How much further from real images midpoints are than the reconstructions of their ends."""
    return {
        midpoint.metric: [
            own.contrast(f"midpoints − ends of {model}", (midpoint, {model: 1}), (end, {model: -1}))
            for model in own.all
            if own.has(midpoint, model) and own.has(end, model)
        ]
        for midpoint, end in zip(MIDPOINTS, END_DISTANCES, strict=True)
    }


def c9(own: Evidence, _: Measure) -> Contrasts:
    """Each has the structure that the article describes, and they hardly differ."""
    models, alike = ["vanilla", *own.stacked, "sparse", "denoising", "vq"], own.limits.alike
    structure = [
        own.contrast(f"{measure.metric} of {model}", (measure, {model: 1}))
        for measure in (OWN_GROUP, MIXING)
        for model in models
    ]
    averages = {model: own.mean(KNN, model) for model in models}
    if own.missing:
        return structure
    least, most = extremes(averages)
    spread = own.contrast(f"{alike} − ({most} − {least}) in {KNN.metric}", (KNN, {most: -1, least: 1}), constant=alike)
    return [*structure, spread]


def c10(own: Evidence, measure: Measure) -> Contrasts:
    """Shallow against a share of what vanilla reaches beyond chance."""
    share, chance = own.limits.hardly, 1 / own.classes if measure == KNN and own.classes else 0.0
    weights = {"vanilla": share, "shallow": -1}
    return [own.contrast(f"{share} × vanilla − shallow", (measure, weights), constant=(1 - share) * chance)]


def c12(own: Evidence, measure: Measure) -> Contrasts:
    """Denoising before vanilla and vq, and these before all others."""
    next_ones = ["vanilla", "vq"]
    others = own.others("denoising", *next_ones)
    return own.better(measure, ["denoising"], next_ones) + own.better(measure, next_ones, others)


def c13(own: Evidence, measure: Measure) -> Contrasts:
    """Shallow above the baseline, by little."""
    gain, most = own.better(measure, ["shallow"], [own.baseline]), own.limits.slightly
    name = f"{most} − (shallow − {own.baseline})"
    return [*gain, own.contrast(name, (measure, {"shallow": -1, own.baseline: 1}), constant=most)]


def c15(own: Evidence, measure: Measure) -> Contrasts:
    """Vanilla above each VAE, and these in the order of β."""
    order = own.falling(measure, "beta_vae_loose", "vae", "beta_vae_strict")
    return own.better(measure, ["vanilla"], VAES) + order


def c16(own: Evidence, measure: Measure) -> Contrasts:
    """Shallow above all, stacked above all but shallow."""
    rest = own.others("shallow", *own.stacked)
    return own.better(measure, ["shallow"], own.others("shallow")) + own.better(measure, own.stacked, rest)


def c17(own: Evidence, measure: Measure) -> Contrasts:
    """The contrasts of C16 for each latent dimension of the sweep, of means over its held-out classes."""
    if not own.sweep:
        own.note("sweep", "")
    return [
        [Contrast(f"{one.name} (d = {latent_dim})", one.values, one.image_variance, one.margin)]
        for latent_dim, evidence in own.sweep.items()
        for (one,) in c16(evidence, measure)
    ]


def c18(own: Evidence, _: Measure) -> Contrasts:
    """For each autoencoder, each other one in each task: one that is better will do.

    Autoencoders without a prior do not compete in sampling, nor do added ones where they have no score.
    """
    contrasts: dict[str, list[Contrast]] = {}
    for measure in headlines():
        named = GENERATIVE if measure.evaluation == "sampling" else own.all
        entrants = [*named, *(model for model in own.added if own.has(measure, model))]
        for model in entrants:
            rivals = [rival for rival in entrants if rival != model]
            for (one,) in own.better(measure, rivals, [model]):
                named_one = Contrast(f"{one.name} in {measure.metric}", one.values, one.image_variance, one.margin)
                contrasts.setdefault(model, []).append(named_one)
    return list(contrasts.values())


def c20(own: Evidence, measure: Measure) -> Contrasts:
    """Quality falls from strict over VAE to loose, diversity from loose over VAE to strict."""
    order = ["beta_vae_strict", "vae", "beta_vae_loose"]
    return own.falling(measure, *(order if measure in QUALITY else reversed(order)))


def c21(own: Evidence, _: Measure) -> Contrasts:
    """The rest share more neighbours with each other than with a VAE."""
    rest = own.others(*VAES)
    pairs = list(combinations(rest, 2))
    among = [term for pair in pairs for term in own.overlap(*pair, 1 / len(pairs))]
    contrasts = []
    for vae in VAES:
        with_vae = [term for model in rest for term in own.overlap(vae, model, -1 / len(rest))]
        if not own.missing:
            contrasts.append(own.contrast(f"the rest − {vae}", *among, *with_vae))
    return contrasts


def c22(own: Evidence, measure: Measure) -> Contrasts:
    """The range of the errors as a share of the least, at the models whose means over seeds are the extremes.

    The cross-entropy is that beyond perfect copies. The margin is a share, too: about that of vanilla's error.
    """
    share, copies = own.limits.little, ["real"] if measure == BCE else []
    averages = {model: own.mean(measure, model) for model in [*own.others("shallow"), *copies]}
    if own.missing:
        return []
    end = sum(averages.pop(model) for model in copies)
    least, most = extremes(averages)
    base, ratio = averages[least] - end, (averages[most] - end) / (averages[least] - end)
    slopes = {most: -1 / base, least: ratio / base} | dict.fromkeys(copies, (1 - ratio) / base)
    name = f"{share} − ({most} − {least}) / {least}"
    return [own.contrast(name, (measure, slopes), at=share + 1 - ratio, within=own.limits.margins[measure.margin])]


def extremes(averages: Mapping[str, float]) -> tuple[str, str]:
    """The models with the least and with the largest mean."""
    least, *_, most = sorted(averages, key=lambda model: averages[model])
    return least, most


#: Id, statement, panel in words, measures, and contrasts of each claim.
# fmt: off
CLAIMS = [
    Claim("C1", "Shallow reconstructs worse than each of the others",
          "reconstruction: shallow − each other",
          RECONSTRUCTION, lambda own, by: own.better(by, own.others("shallow"), ["shallow"])),
    Claim("C2", "Vanilla, sparse and vq reconstruct better than each of the rest",
          "reconstruction: each of the rest − each of the three",
          RECONSTRUCTION, lambda own, by: own.better(
              by, ["vanilla", "sparse", "vq"], own.others("vanilla", "sparse", "vq"))),
    Claim("C3", "The VAEs reconstruct worse than vanilla",
          "reconstruction: each VAE − vanilla",
          RECONSTRUCTION, lambda own, by: own.better(by, ["vanilla"], VAES)),
    Claim("C4", "The larger β, the worse the reconstruction",
          "reconstruction: VAE − loose, strict − VAE",
          RECONSTRUCTION, lambda own, by: own.falling(by, "beta_vae_loose", "vae", "beta_vae_strict")),
    Claim("C5", "Of the four generative ones, the strict β-VAE's samples are most like digits",
          "quality: strict better than VAE, loose and vq",
          QUALITY, c5),
    Claim("C6", "The loose β-VAE's samples are more diverse than the strict one's",
          "diversity: loose − strict",
          DIVERSITY, lambda own, by: own.better(by, ["beta_vae_loose"], ["beta_vae_strict"])),
    Claim("C7", "vq's samples are no digits, where those of the VAEs are",
          "quality: each VAE better than vq",
          QUALITY, lambda own, by: own.better(by, VAES, ["vq"])),
    Claim("C8", "Between two digits, the VAEs pass through digits, and the others through cross-fades",
          "distance of midpoints to the nearest real image, in both spaces: pixel cross-fade of the same pair − each "
          "VAE; each other − each VAE",
          MIDPOINTS, c8, beside=from_ends),
    Claim("C9", "In the codes of vanilla, stacked, sparse, denoising and vq, 0, 1, 2 and 6 lie apart, 4-7-9 and 3-5-8 "
          "lie together, and the five hardly differ",
          "nearest neighbours of codes: for each of the five, share from the own group − share from as many other "
          "classes; mean share of other classes of the grouped − that of the separate classes; {alike} − range of kNN "
          "accuracies",
          (OWN_GROUP,), c9, together="nearest neighbours", of_digits=True),
    Claim("C10", "The classes are hardly separated in shallow's codes",
          "kNN accuracy, NMI and ARI, each as the excess over chance: {hardly} × vanilla − shallow",
          (KNN, NMI, ARI), c10),
    Claim("C11", "All but sparse classify better than the baseline",
          "accuracy: each but sparse − baseline (paper: the untrained encoder, which the published code measured; "
          "corrected: trained from scratch)",
          (ACCURACY,), lambda own, by: own.better(by, own.others("sparse"), [own.baseline])),
    Claim("C12", "Denoising classifies best, vanilla and vq next",
          "accuracy: denoising − vanilla and vq; each of these − each other",
          (ACCURACY,), c12),
    Claim("C13", "Shallow classifies better than the baseline, but not by much",
          "accuracy: shallow − baseline of C11; {slightly} − (shallow − baseline)",
          (ACCURACY,), c13),
    Claim("C14", "Sparse classifies worse than the baseline",
          "accuracy: baseline of C11 − sparse",
          (ACCURACY,), lambda own, by: own.better(by, [own.baseline], ["sparse"])),
    Claim("C15", "The VAEs classify worse than vanilla, the stricter the worse",
          "accuracy: vanilla − each VAE; loose − VAE; VAE − strict",
          (ACCURACY,), c15),
    Claim("C16", "Shallow detects the digit 1 best, stacked next",
          "AUC, mean over the configured held-out classes: shallow − each other; stacked − each but shallow",
          (AUC,), c16),
    Claim("C17", "The same for other digits and latent dimensions",
          "AUC, mean over held-out classes without the pairs of C16: the contrasts of C16, for each latent dimension",
          (AUC,), c17),
    Claim("C18", "There is no autoencoder that is best at everything",
          "headline metric of each task: for each autoencoder, the largest difference to a better one over all tasks, "
          "corrected for the number of tasks and rivals",
          (BCE,), c18, together="headline metrics"),
    Claim("C19", "vq's reconstructions are less blurred",
          "gradient energy divided by variance, and share of the spectrum's power above half of its highest frequency: "
          "vq − each other",
          (EDGES, DETAIL), lambda own, by: own.better(by, ["vq"], own.others("vq"))),
    Claim("C20", "From strict over VAE to loose, the samples' quality falls and their diversity rises",
          "quality: strict better than VAE, VAE better than loose; diversity: loose − VAE, VAE − strict",
          (*QUALITY, *DIVERSITY), c20),
    Claim("C21", "The codes of the VAEs are arranged otherwise than those of the rest",
          "share of common nearest neighbours: the rest with each other − each VAE with the rest",
          (OVERLAP,), c21, together="common neighbours"),
    Claim("C22", "But for shallow, reconstructions are about as good",
          "excess of the cross-entropy over that of perfect copies, and mean squared error: {little} − range / least",
          RECONSTRUCTION, c22),
    Claim("C23", "Denoising loses thin strokes more than the rest of the ink",
          "share of thin strokes' ink that is kept, divided by the share of all ink: vanilla − denoising",
          (THIN_STROKES,), lambda own, by: own.better(by, ["vanilla"], ["denoising"]), of_digits=True),
    Claim("C24", "Greedily stacked, the same network reconstructs worse",
          "reconstruction: stacked − vanilla",
          RECONSTRUCTION, lambda own, by: own.better(by, ["vanilla"], own.stacked)),
]
# fmt: on


def other_pairs(sweep: pd.DataFrame, latent_dim: int, held_out: Iterable[object]) -> pd.DataFrame:
    """A sweep's rows of anomaly detection, without the pairs of latent dimension and class that C16 tests."""
    configured = (sweep["latent_dim"] == latent_dim) & sweep["held_out"].isin([str(label) for label in held_out])
    return sweep[(sweep["evaluation"] == "anomaly") & ~configured]


def evidence_of(
    table: pd.DataFrame,
    protocol: str,
    limits: Limits,
    covariances: pd.DataFrame | None = None,
    classes: int = 10,
    sweep: pd.DataFrame | None = None,
    sweep_covariances: pd.DataFrame | None = None,
) -> Evidence:
    """The scores of a bake-off under a protocol; arguments as those of `verdicts`."""
    missing: dict[str, list[str]] = {}

    def evidence(rows: pd.DataFrame, known: pd.DataFrame | None) -> Evidence:
        seeds = sorted(rows["seed"].unique())

        @cache
        def scores(evaluation: str, metric: str) -> pd.DataFrame:
            return wide(rows, protocol, evaluation, metric).reindex(seeds)

        return Evidence(protocol, limits, scores, ImageVariance(known), classes=classes, missing=missing)

    own = evidence(table, covariances)
    own.added = [model for model in table["model"].unique() if model not in (*ARTICLE, *BASELINE_TITLES)]
    if sweep is None:
        return own
    for latent_dim in sorted(sweep["latent_dim"].unique()):
        errors = None
        if sweep_covariances is not None:
            errors = sweep_covariances[sweep_covariances["latent_dim"] == latent_dim]
        own.sweep[latent_dim] = evidence(sweep[sweep["latent_dim"] == latent_dim], errors)
    return own


def judge(claim: Claim, own: Evidence, has_labels: bool = True, of_digits: bool = True, dataset: str = "") -> Verdict:
    """The verdict on a claim; not tested, with the reason, where it isn't about the images or scores are missing."""
    own.missing.clear()
    if claim.of_digits and not of_digits:
        return Verdict(NOT_TESTED, "it is about digits")
    contrasts = {claim.together or by.metric: claim.contrasts(own, by) for by in claim.measures}
    needing = [name for name in own.missing if name == "sweep" or needs_labels(name)]
    if needing and not has_labels:
        return Verdict(NOT_TESTED, f"without labels there is no {', no '.join(needing)}")
    if "sweep" in own.missing:
        return Verdict(NOT_TESTED, f"run the target {dataset}_sweep")
    if own.missing:
        lacking = [f"{metric} of {some(models)}" for metric, models in own.missing.items()]
        return Verdict(NOT_TESTED, f"there is no {some(lacking, '; no ')}")
    return decide(contrasts, own.limits.confidence, own.limits.min_seeds)


def some(names: list[str], comma: str = ", ", most: int = 3) -> str:
    """The first few names."""
    return comma.join(names[:most]) + (f"{comma[0]} ..." if names[most:] else "")


def verdicts(
    table: pd.DataFrame,
    protocols: Iterable[str],
    limits: Limits,
    *,
    covariances: pd.DataFrame | None = None,
    sweep: pd.DataFrame | None = None,
    sweep_covariances: pd.DataFrame | None = None,
    classes: int = 10,
    has_labels: bool = True,
    of_digits: bool = True,
) -> list[Judged]:
    """The verdict on every claim under every protocol.

    Args:
        table: tidy metrics of a bake-off.
        protocols: `paper`, `corrected`.
        limits: of the verdicts.
        covariances: of the models' means due to the draw of the test images, see `ImageVariance`; None: not known.
        sweep: rows of anomaly detection for C17, from `other_pairs`.
        sweep_covariances: the same as `covariances` of means over a sweep's held-out classes, with its `latent_dim`.
        classes: number of classes, 0 if they are not known.
        has_labels: whether the data set has class labels; without them, claims that need them are not tested.
        of_digits: whether the images are digits; claims about digits are tested on these alone.
    """
    found = []
    for protocol in protocols:
        own = evidence_of(table, protocol, limits, covariances, classes, sweep, sweep_covariances)
        judged = [judge(claim, own, has_labels, of_digits, str(table["dataset"].iloc[0])) for claim in CLAIMS]
        corrected = after_holm(judged, limits.confidence)
        for claim, verdict, (later, p) in zip(CLAIMS, judged, corrected, strict=True):
            beside = claim.beside(own) if claim.beside and verdict.verdict != NOT_TESTED else {}
            found.append(Judged(claim, protocol, verdict, later, p, beside))
    places = {claim.id: place for place, claim in enumerate(CLAIMS)}
    return sorted(found, key=lambda one: places[one.claim.id])


def overview(judged: Iterable[Judged], limits: Limits) -> pd.DataFrame:
    """A row for each claim and protocol: its verdict, and the contrast that supports it least."""
    rows = []
    for one in judged:
        found, weakest = one.verdict, one.verdict.weakest
        row: dict[str, object] = {"claim": one.claim.id, "protocol": one.protocol, "statement": one.claim.statement}
        row |= {"panel": one.claim.panel.format(**vars(limits)), "verdict": found.verdict, "after_holm": one.after_holm}
        row |= {"p": found.p, "p_holm": one.p_holm, "seeds_needed": found.needed, "measure": found.measure}
        row |= {"contrast": weakest.contrast if weakest else "", **vars(weakest.estimate if weakest else NOTHING)}
        rows.append({**row, "reason": found.reason})
    return pd.DataFrame(rows).rename(columns={"mean": "estimate"})


def by_measure(judged: Iterable[Judged], limits: Limits) -> pd.DataFrame:
    """A row for each claim, protocol and measure: the verdict by that measure alone, and its weakest contrast.

    Contrasts that are reported beside a claim have rows without a verdict and p.
    """
    rows = []
    for one in judged:
        key: dict[str, object] = {"claim": one.claim.id, "protocol": one.protocol}
        for measure, found in one.verdict.findings.items():
            row = {**key, "measure": measure, "verdict": found.verdict, "contrast": found.contrast}
            rows.append(row | vars(found.estimate) | {"p": found.p})
        for measure, contrasts in one.beside.items():
            for (contrast,) in contrasts:
                found_beside = means(contrast.values[:, None], contrast.image_variance)
                row = {**key, "measure": measure, "verdict": "", "contrast": contrast.name}
                rows.append(row | vars(found_beside.estimate(0, limits.confidence)) | {"p": nan})
    columns = ["claim", "protocol", "measure", "verdict", "contrast", "mean", "low", "high", "n", "p"]
    return pd.DataFrame(rows, columns=columns).rename(columns={"mean": "estimate"})


def read(path: str | Path) -> pd.DataFrame:
    """Reads a table from `overview` or `by_measure`."""
    table = pd.read_csv(path)
    return table.fillna(dict.fromkeys(set(TEXTS) & set(table), ""))
