"""No job loads a library that it doesn't use: where jobs aren't forked, imports would be the longest part of most."""

from pathlib import Path

import pytest
from support.workflow_runs import ROOT

from snakemake_executor_plugin_prefork.imports import libraries

SCRIPTS = sorted((ROOT / "workflow/scripts").glob("*.py"))
HEAVY = {"torch", "torchvision", "umap", "numba", "sklearn", "pandas", "matplotlib", "snakemake"}
NEEDED = {
    "train_autoencoder": {"torch"},
    "train_stacked_layer": {"torch"},
    "train_feature_extractor": {"torch"},
    "train_scheme": {"torch"},
    "fit_baseline": {"torch"},
    "apply_autoencoder": {"torch"},
    "train_supervised_baseline": {"torch", "sklearn"},
    "export_codes": {"torch"},
    "classify_codes": {"torch", "sklearn"},
    "evaluate_generation": {"torch", "sklearn"},
    "evaluate_scheme": {"torch", "sklearn"},
    "evaluate_real_images": {"sklearn"},
    "measure_latent_structure": {"sklearn"},
    "measure_rate": {"torch"},
    "compare_codes": {"sklearn"},
    "copy_images": {"sklearn"},
    "detect_anomalies": {"sklearn"},
    "detect_defects": {"torch", "sklearn"},
    "cross_fade": {"torch", "sklearn"},
    "write_quick_look": {"pandas"},
    "prepare_dataset": {"sklearn"},
    "rank_autoencoders": {"matplotlib", "pandas"},
    "assemble_stacked": {"pandas"},
    "gather_metrics": {"pandas"},
    "compare_autoencoders": {"pandas"},
    "write_table": {"pandas"},
    "write_grid": {"pandas"},
    "select_settings": {"pandas"},
    "gather_tuned": {"pandas"},
    "write_tuning": {"pandas"},
    "write_claims": {"pandas"},
    "write_report": {"pandas"},
    "answer_stacking": {"pandas"},
}


def needed(script: str) -> set[str]:
    """The heavy libraries that a script's own work is done with."""
    named = {"matplotlib", "pandas"} if script.startswith("draw_") else NEEDED.get(script, set())
    return named | {"pandas"} if "sklearn" in named else named  # which loads it itself


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_job_loads_what_it_uses_and_no_more(script: Path) -> None:
    loaded = {name.partition(".")[0] for name in libraries(script)}
    assert loaded & HEAVY <= needed(script.stem)


def test_every_script_that_is_listed_exists() -> None:
    assert SCRIPTS and NEEDED.keys() <= {script.stem for script in SCRIPTS}


def test_every_library_that_is_listed_is_loaded() -> None:
    for name, listed in NEEDED.items():
        loaded = {library.partition(".")[0] for library in libraries(ROOT / f"workflow/scripts/{name}.py")}
        assert listed <= loaded, name
