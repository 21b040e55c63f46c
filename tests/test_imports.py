"""No job loads a library that it doesn't use: of most jobs, imports would be the longest part."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path("workflow/scripts").glob("*.py"))
HEAVY = {"torch", "torchvision", "torch._dynamo", "umap", "numba", "sklearn", "pandas", "matplotlib", "snakemake"}
NEEDED = {
    "train_autoencoder": {"torch"},
    "train_stacked_layer": {"torch"},
    "train_classifier": {"torch"},
    "train_arm": {"torch"},
    "fit_pca": {"torch"},
    "initialise_untrained": {"torch"},
    "apply_autoencoder": {"torch"},
    "classify_baseline": {"torch"},
    "export_codes": {"torch"},
    "classify_codes": {"torch", "sklearn"},
    "evaluate_generation": {"torch", "sklearn"},
    "evaluate_arm": {"torch", "sklearn"},
    "evaluate_real_images": {"sklearn"},
    "measure_latent_structure": {"sklearn"},
    "compare_codes": {"sklearn"},
    "copy_images": {"sklearn"},
    "detect_anomalies": {"sklearn"},
    "prepare_dataset": {"sklearn"},
    "rank_autoencoders": {"matplotlib", "pandas"},
    "assemble_stacked": {"pandas"},
    "gather_metrics": {"pandas"},
    "compare_autoencoders": {"pandas"},
    "write_tables": {"pandas"},
    "write_claims": {"pandas"},
    "write_report": {"pandas"},
    "answer_stacking": {"pandas"},
}


def needed(script: str) -> set[str]:
    """The heavy libraries that a script's own work is done with."""
    named = {"matplotlib", "pandas"} if script.startswith("draw_") else NEEDED.get(script, set())
    return named | {"pandas"} if "sklearn" in named else named  # which loads it itself


@pytest.mark.parametrize("script", [path.stem for path in SCRIPTS])
def test_a_job_loads_what_it_uses_and_no_more(script: str) -> None:
    tree = ast.parse(Path(f"workflow/scripts/{script}.py").read_text())
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    program = "\n".join([*imports, "import sys", f"print(*(name for name in {sorted(HEAVY)} if name in sys.modules))"])
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert set(loaded) <= needed(script)
