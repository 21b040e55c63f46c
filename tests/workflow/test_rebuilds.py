"""What an edit makes Snakemake do again: exactly the jobs that the edited code or setting goes into."""

import ast
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from support.workflow_runs import ROOT, snakemake

pytestmark = pytest.mark.workflow

MODELS = yaml.safe_load((ROOT / "config.yaml").read_text())["experiment"]["autoencoders"]
STACKED = {"stacked", "stacked_pixels"}
ENTRIES = set(MODELS)
OF_PAPER = {"beta_vae_loose_paper"}  # tests/support/tiny.yaml gives one a network of its own under this protocol
NETWORKS = ENTRIES | OF_PAPER
ALL = NETWORKS | {"pca", "untrained"}  # what has a network
VARIATIONAL = {"vae", "beta_vae_strict", "beta_vae_loose"} | OF_PAPER
TINY = "tests/support/tiny.yaml"
REPRESENTATION, ANOMALY = "d10_without-none_seed0", "d2_without-1_seed0"

Job = tuple[str, str]  # rule, and what distinguishes its job: a run's folder, or nothing


def jobs(rules: str, models: set[str], runs: tuple[str, ...] = (REPRESENTATION, ANOMALY)) -> set[Job]:
    """The jobs of run rules for some models."""
    return {(rule, f"{model}/{run}") for rule in rules.split() for model in models for run in runs}


def single(rules: str) -> set[Job]:
    """The jobs of rules that have one for the whole data set."""
    return {(rule, "") for rule in rules.split()}


COVARIANCES = single("measure_image_covariances")


def evaluations(models: set[str] = ALL) -> set[Job]:
    """All that follows from the weights of some models, PCA and the untrained one among them."""
    mapped, with_pca = models - {"pca", "untrained"} - OF_PAPER, models - {"untrained"}
    of_codes = "apply_autoencoder evaluate_reconstruction measure_latent_structure"
    return (
        jobs(of_codes, models, (REPRESENTATION,))
        | jobs("classify_codes", with_pca, (REPRESENTATION,))
        | jobs("train_supervised_baseline", models & {"untrained"}, (REPRESENTATION,))
        | jobs("evaluate_generation", with_pca, (REPRESENTATION,))
        | jobs("measure_rate", with_pca - OF_PAPER, (REPRESENTATION,))
        | jobs("apply_autoencoder detect_anomalies", with_pca, (ANOMALY,))
        | jobs("map_latent_codes", mapped)
        | single("compare_codes")
        | COVARIANCES
    )


def training(models: set[str]) -> set[Job]:
    return jobs("train_autoencoder", models - STACKED) | jobs("train_stacked_layer assemble_stacked", models & STACKED)


PIXELS = "d64_without-none_seed0"
FITTED = jobs("fit_baseline", {"pca"}) | jobs("fit_baseline", {"untrained"}, (REPRESENTATION,))
BASELINES = jobs("train_supervised_baseline", {"untrained", "scratch"}, (REPRESENTATION,))
COPIES = jobs("copy_images", {"real"})
MAJORITY = jobs("guess_majority", {"majority"}, (REPRESENTATION,))
REAL_SAMPLES = jobs("evaluate_real_images", {"real"}, (REPRESENTATION,))
CROSS_FADES = jobs("cross_fade", {"cross_fade"}, (REPRESENTATION,))
DRAWN_MAPS = single("draw_latent_structure draw_latent_structure_anomaly")
MAPS = jobs("map_latent_codes", ENTRIES) | DRAWN_MAPS | single("write_report")
STRUCTURE = jobs("measure_latent_structure", ALL, (REPRESENTATION,)) | jobs(
    "measure_latent_structure", {"pixels"}, (PIXELS,)
)
PROBES = jobs("classify_codes", ALL - {"untrained"}, (REPRESENTATION,)) | jobs("classify_codes", {"pixels"}, (PIXELS,))
RATES = jobs("measure_rate", ALL - {"untrained"} - OF_PAPER, (REPRESENTATION,))
GENERATION = jobs("evaluate_generation", ALL - {"untrained"}, (REPRESENTATION,))

PAGE = single("write_report")
PAGES = single("write_table compare_autoencoders write_claims") | PAGE
SCORES = single("draw_scores draw_anomaly")
AFTER_METRICS = single("gather_metrics draw_reconstruction") | PAGES | SCORES
FROM_ARRAYS = single(
    "draw_sampling draw_interpolation draw_latent_structure draw_latent_structure_anomaly draw_training_curves"
)
FIGURES = (AFTER_METRICS | FROM_ARRAYS) - single("gather_metrics") - PAGES
REPORT = AFTER_METRICS | FROM_ARRAYS


def code(path: str) -> Callable[[Path], None]:
    """Adds a statement to a module."""
    return lambda folder: append(folder / "src/aepipe" / path, "\nEDITED = True\n")


def beside(path: str, text: str) -> Callable[[Path], None]:
    """Adds text to what lies beside modules."""
    return lambda folder: append(folder / "src/aepipe" / path, f"\n{text}\n")


def append(path: Path, text: str) -> None:
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def setting(old: str, new: str, file: str = "config.yaml") -> Callable[[Path], None]:
    """Replaces the one place where `old` stands."""

    def edit(folder: Path) -> None:
        text = (folder / file).read_text()
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        (folder / file).write_text(text.replace(old, new))

    return edit


def swap(folder: Path) -> None:
    """Two settings that exchange their values."""
    setting("reconstruction: {images: 12}", "reconstruction: {images: 8}", TINY)(folder)
    setting("sampling: {images: 8,", "sampling: {images: 12,", TINY)(folder)


def reformat(folder: Path) -> None:
    """Another layout, other comments and docstrings, the same code."""
    for path in (folder / "src").rglob("*.py"):
        layout = ast.unparse(ast.parse(path.read_text()))  # neither comments nor the project's line breaks
        path.write_text("# a comment\n\n" + layout.replace('"""', '"""Now: ', 1) + "\n\n# another\n")


def touch(folder: Path) -> None:
    """New file times for all that is in git."""
    for name in ("Snakefile", "config.yaml", "workflow", "src", "profiles"):
        for path in (folder / name, *(folder / name).rglob("*")):
            path.touch()


def reorder(folder: Path) -> None:
    """The same settings in another order, without comments."""

    def backwards(value: object) -> object:
        return {key: backwards(value[key]) for key in reversed(value)} if isinstance(value, dict) else value

    path = folder / "config.yaml"
    config = yaml.safe_load(path.read_text())
    path.write_text(yaml.safe_dump(backwards(config), sort_keys=False))


EDITS: dict[str, tuple[Callable[[Path], None], set[Job]]] = {
    # figures and tables
    "figures/reconstruction.py": (code("reporting/figures/reconstruction.py"), single("draw_reconstruction")),
    "figures/sampling.py": (code("reporting/figures/sampling.py"), single("draw_sampling")),
    "figures/interpolation.py": (code("reporting/figures/interpolation.py"), single("draw_interpolation")),
    "figures/latent_structure.py": (
        code("reporting/figures/latent_structure.py"),
        DRAWN_MAPS,
    ),
    "figures/anomaly.py": (code("reporting/figures/anomaly.py"), single("draw_anomaly")),
    "figures/training_curves.py": (code("reporting/figures/training_curves.py"), single("draw_training_curves")),
    "shared by some figures": (
        code("reporting/figures/image_rows.py"),
        single("draw_reconstruction draw_sampling draw_interpolation"),
    ),
    "shared by the figures of numbers": (code("reporting/figures/scores.py"), SCORES | single("draw_reconstruction")),
    "shared by all figures": (code("reporting/figures/style.py"), FIGURES),
    "figures/colours.py": (code("reporting/figures/colours.py"), FIGURES | PAGE),
    "a title in the catalogue": (
        setting('"Sharpness", "sharpness', '"Sharpness", "how sharp it is', "src/aepipe/catalogue.py"),
        FIGURES | PAGES,
    ),
    "tables.py": (code("reporting/tables.py"), single("write_table") | PAGE),
    "a claim": (code("analysis/claims.py"), single("write_claims") | PAGE),
    "the report's module": (code("reporting/page/charts.py"), PAGE),
    "the report's template": (beside("reporting/page/page.html", "<!-- edited -->"), PAGE),
    "the report's style": (beside("reporting/page/page.css", "/* edited */"), PAGE),
    "the report's script": (beside("reporting/page/page.js", "// edited"), PAGE),
    "shared by all pages": (code("reporting/markdown.py"), PAGES),
    # evaluations
    "evaluation/reconstruction.py": (
        code("evaluation/reconstruction.py"),
        jobs("evaluate_reconstruction", ALL, (REPRESENTATION,))
        | jobs("detect_anomalies", ALL - {"untrained"}, (ANOMALY,))
        | COPIES
        | COVARIANCES
        | AFTER_METRICS,
    ),
    "evaluation/anomaly.py": (
        code("evaluation/anomaly.py"),
        jobs("detect_anomalies", ALL - {"untrained"}, (ANOMALY,)) | COPIES | COVARIANCES | AFTER_METRICS,
    ),
    "evaluation/classification.py": (
        code("evaluation/classification.py"),
        PROBES | BASELINES | COVARIANCES | AFTER_METRICS,
    ),
    "evaluation/probe.py": (code("evaluation/probe.py"), PROBES | BASELINES | COVARIANCES | AFTER_METRICS),
    "evaluation/latent_structure.py": (code("evaluation/latent_structure.py"), STRUCTURE | COVARIANCES | AFTER_METRICS),
    "evaluation/latent_similarity.py": (
        code("evaluation/latent_similarity.py"),
        single("compare_codes") | AFTER_METRICS,
    ),
    "evaluation/sample_quality.py": (
        code("evaluation/sample_quality.py"),
        GENERATION | REAL_SAMPLES | AFTER_METRICS | single("draw_sampling"),
    ),
    "evaluation/feature_extractor.py": (
        code("evaluation/feature_extractor.py"),
        single("train_feature_extractor")
        | GENERATION
        | REAL_SAMPLES
        | CROSS_FADES
        | AFTER_METRICS
        | single("draw_sampling"),
    ),
    "evaluation/rate_distortion.py": (code("evaluation/rate_distortion.py"), RATES | AFTER_METRICS),
    "evaluation/latent_map.py": (code("evaluation/latent_map.py"), MAPS),
    "evaluation/network.py": (
        code("evaluation/network.py"),
        FITTED | evaluations() | REPORT - single("draw_training_curves"),
    ),
    # autoencoders and training
    "the VAE's class": (code("models/vae.py"), training(VARIATIONAL) | evaluations(VARIATIONAL) | REPORT),
    "the vq-VAE's class": (code("models/vq.py"), training({"vq"}) | evaluations({"vq"}) | REPORT),
    "greedy training": (code("training/layerwise.py"), training(STACKED) | evaluations(STACKED) | REPORT),
    "the training loop": (code("training/loop.py"), training(NETWORKS) | evaluations(NETWORKS) | REPORT),
    "shared by training and evaluation": (
        code("data/batches.py"),
        training(NETWORKS)
        | FITTED
        | evaluations()
        | PROBES
        | BASELINES
        | single("train_feature_extractor")
        | REAL_SAMPLES
        | CROSS_FADES
        | REPORT,
    ),
    # settings
    "one model's setting": (
        setting("settings: {beta: 2.0}", "settings: {beta: 4.0}"),
        training({"beta_vae_strict"}) | evaluations({"beta_vae_strict"}) | REPORT,
    ),
    "a setting of UMAP": (
        setting("{neighbours: 15, min_dist: 0.1}", "{neighbours: 10, min_dist: 0.1}"),
        MAPS,
    ),
    "a setting of the published linear layer": (
        setting("classification: {epochs: 3}", "classification: {epochs: 4}", TINY),
        PROBES | BASELINES | COVARIANCES | AFTER_METRICS,
    ),
    "a setting of the corrected probe": (
        setting("probe: {folds: 2,", "probe: {folds: 3,", TINY),
        PROBES | BASELINES | COVARIANCES | AFTER_METRICS,
    ),
    "a limit of the verdict": (setting("hardly: 0.5 ", "hardly: 0.6 "), single("write_claims") | PAGE),
    "a margin of the verdict": (setting("auc: 0.02", "auc: 0.03"), single("write_table write_claims") | PAGE),
    "the confidence of intervals": (
        setting("confidence: 0.95 ", "confidence: 0.9 "),
        PAGES | SCORES | single("draw_reconstruction"),
    ),
    "two settings swapped": (
        swap,
        evaluations() | REAL_SAMPLES | CROSS_FADES | REPORT - single("draw_training_curves"),
    ),
    "a published figure": (
        setting(
            "mnist,vae,,reconstruction,bce,76.12",
            "mnist,vae,,reconstruction,bce,76.2",
            "src/aepipe/config/published.csv",
        ),
        set(),  # digits has none
    ),
    # what doesn't count
    "comments, docstrings, formatting": (reformat, set()),
    "file times": (touch, set()),
    "order of keys, comments in the YAML": (reorder, set()),
}


def planned(folder: Path) -> set[Job]:
    """The jobs that a run would do, from Snakemake's own summary of all files."""
    summary = snakemake(folder, "digits", "--summary")
    rows = [line.split("\t") for line in summary.splitlines() if line.startswith("results/")]
    assert len(rows) > 100, summary
    found = set()
    for path, _, rule, *_, plan in rows:
        run = re.match(r"results/digits/runs/(\w+/[^/]+)/", path)
        if plan == "update pending":
            found.add((rule, run[1] if run else ""))
    return found


@pytest.fixture(scope="module")
def finished(bake_off: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished bake-off, moved to another place with its `.snakemake`, which makes nothing to be done."""
    folder = tmp_path_factory.mktemp("moved") / "bake_off"
    shutil.copytree(bake_off, folder)
    assert planned(folder) == set()
    return folder


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_plans_exactly_the_jobs_it_touches(name: str, finished: Path, tmp_path: Path) -> None:
    edit, expected = EDITS[name]
    tracked = [finished / part for part in ("config.yaml", "Snakefile", "workflow", "src", "profiles", "tests")]
    for path in tracked:
        shutil.copytree(path, tmp_path / path.name) if path.is_dir() else shutil.copy2(path, tmp_path)
    try:
        edit(finished)
        assert planned(finished) == expected
    finally:
        for path in tracked:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(tmp_path, finished, dirs_exist_ok=True)


def test_the_printed_reason_names_the_module(finished: Path) -> None:
    path = finished / "src/aepipe/reporting/figures/anomaly.py"
    before = path.read_text()
    append(path, "\nEDITED = True\n")
    printed = snakemake(finished, "digits", "--dry-run")
    path.write_text(before)
    reasons = [line for line in printed.splitlines() if line.startswith("Reason: Params have changed")]
    assert len(reasons) == 1
    assert "aepipe.reporting.figures.anomaly" in reasons[0]
    assert "aepipe.reporting.figures.style" not in reasons[0]
