"""An autoencoder of one's own: one file and one block, and it is in all that the others are in."""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from support.workflow_runs import ROOT, snakemake
from test_rebuilds import MODELS, REPORT, append, evaluations, planned, training

pytestmark = pytest.mark.workflow

PAGE = (ROOT / "docs" / "add-an-autoencoder.md").read_text()
#: What the page writes: path -> text.
FILES = dict(re.findall(r"^cat > (\S+) <<'END'\n(.*?)^END$", PAGE, re.MULTILINE | re.DOTALL))
SOURCE = "src/aepipe/models/spherical.py"
BLOCK = yaml.safe_load(FILES["results/spherical.yaml"])["autoencoders"]


@pytest.fixture(scope="module")
def with_own(bake_off: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished bake-off to which the page's autoencoder was added, and no other file touched."""
    folder = tmp_path_factory.mktemp("own") / "bake_off"
    shutil.copytree(bake_off, folder)
    (folder / SOURCE).write_text(FILES[SOURCE])
    tiny = folder / "tests" / "support" / "tiny.yaml"
    overlay = yaml.safe_load(tiny.read_text())
    overlay["experiment"]["autoencoders"] = [*MODELS, "spherical"]
    tiny.write_text(yaml.safe_dump(overlay | {"autoencoders": BLOCK}))
    assert planned(folder) == training({"spherical"}) | evaluations({"spherical"}) | REPORT
    snakemake(folder, "--cores", "2", "digits")
    return folder


def test_it_has_every_number_that_an_autoencoder_with_a_prior_has(with_own: Path) -> None:
    table = pd.read_csv(with_own / "results/digits/metrics.csv", keep_default_na=False)
    key = ["protocol", "evaluation", "metric", "held_out"]
    shared = table[~table["metric"].str.startswith(("overlap_", "codebook_")) & (table["metric"] != "rate")]
    own, vq = ({*shared.loc[shared["model"] == model, key].itertuples(index=False)} for model in ("spherical", "vq"))
    assert own == vq
    assert len(own) > 40
    assert "spherical" in set(table.loc[table["metric"].str.startswith("overlap_"), "model"])


def test_it_is_in_every_table_and_comparison(with_own: Path) -> None:
    tables = list((with_own / "results/digits/tables").glob("*.md"))
    assert len(tables) > 8
    assert all("Spherical" in path.read_text() for path in tables)
    comparisons = pd.read_csv(with_own / "results/digits/comparisons.csv")
    others = comparisons[comparisons["other"] == "spherical"]["model"]
    assert set(others) == set(MODELS)


def test_every_figure_was_drawn_again(with_own: Path, bake_off: Path) -> None:
    figures = sorted(path.name for path in (bake_off / "results/digits/figures").glob("*.png"))
    before, after = (
        [(folder / "results/digits/figures" / name).read_bytes() for name in figures] for folder in (bake_off, with_own)
    )
    assert len(figures) > 10
    assert not [name for name, old, new in zip(figures, before, after, strict=True) if old == new]


def test_no_claim_but_c18_is_about_it(with_own: Path, bake_off: Path) -> None:
    before, after = (pd.read_csv(folder / "results/digits/claims.csv", dtype=str) for folder in (bake_off, with_own))
    changed = before["claim"][(before.fillna("") != after.fillna("")).any(axis=1)]
    assert set(changed) <= {"C18"}
    assert "Spherical can win tasks of C18" in (with_own / "results/digits/claims.md").read_text()


def test_an_edit_of_its_file_plans_its_cells_alone(with_own: Path) -> None:
    path = with_own / SOURCE
    append(path, "\n# a comment\n")
    assert planned(with_own) == set()
    append(path, "\nEDITED = True\n")
    assert planned(with_own) == training({"spherical"}) | evaluations({"spherical"}) | REPORT
    path.write_text(FILES[SOURCE])


def test_a_mistake_in_it_stops_its_training_at_once_and_says_where(with_own: Path) -> None:
    path = with_own / SOURCE
    path.write_text(FILES[SOURCE].replace("return self.radius * F.normalize(h), {}", "return h[:, :3], {}"))
    run = "results/digits/runs/spherical/d10_without-none_seed0"
    output = snakemake(with_own, "--cores", "1", f"{run}/weights.safetensors", succeeds=False)
    assert "autoencoders.spherical: Spherical.bottleneck returns (65, 3) for h (65, 10)" in output
    path.write_text(
        FILES[SOURCE].replace("def bottleneck(self, h: Tensor, *, sample: bool)", "def bottleneck(self, h)")
    )
    output = snakemake(with_own, "--cores", "1", f"{run}/weights.safetensors", succeeds=False)
    assert "autoencoders.spherical: Spherical.bottleneck fails in training mode: TypeError: " in output
    assert "got an unexpected keyword argument 'sample'" in output
