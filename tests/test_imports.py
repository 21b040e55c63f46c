"""No job loads a library that it doesn't use: of most jobs, imports would be the longest part."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = sorted(Path("workflow/scripts").glob("*.py"))
HEAVY = {"torch", "torchvision", "torch._dynamo", "umap", "numba", "sklearn", "matplotlib", "snakemake"}
TRAINS_OR_RUNS_NETWORKS = {
    "train_autoencoder",
    "train_stacked_layer",
    "apply_autoencoder",
    "classify_codes",
    "classify_baseline",
}


def needed(script: str) -> set[str]:
    """The heavy libraries that a script's own work is done with."""
    if script in TRAINS_OR_RUNS_NETWORKS:
        return {"torch"}
    if script.startswith("draw_"):
        return {"matplotlib"}
    return {"sklearn"} if script in {"prepare_dataset", "detect_anomalies"} else set()


@pytest.mark.parametrize("script", [path.stem for path in SCRIPTS])
def test_a_job_loads_what_it_uses_and_no_more(script: str) -> None:
    tree = ast.parse(Path(f"workflow/scripts/{script}.py").read_text())
    imports = [ast.unparse(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    program = "\n".join([*imports, "import sys", f"print(*(name for name in {sorted(HEAVY)} if name in sys.modules))"])
    loaded = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert set(loaded) <= needed(script)
