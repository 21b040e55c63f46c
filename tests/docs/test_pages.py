"""What the pages tell to type works, as printed; what they link to is there.

A page is executed in a copy of the project in which the bake-off on digits is finished, with settings that take
seconds: those of tests/support/tiny.yaml, written into the copy's config.yaml, so that commands stay as they are
printed. Its first command may thus find its work done. Comments before a block, which readers don't see, say more:

    <!-- prints: text -->       the block's output contains the text
    <!-- planned: reason -->    Snakemake plans the block's jobs, and runs none
    <!-- not run: reason -->    only the block's form is checked
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from snakemake.utils import update_config
from support.pages import NOTES, PAGES, Block, anchors, blocks, links
from support.workflow_runs import PATIENCE, ROOT

#: How a reader would run a block of each language.
SHELLS = {"sh": ["bash", "-eo", "pipefail", "-c"], "python": [sys.executable, "-c"]}
PLANNED = 'snakemake() { command snakemake "$@" --dry-run --quiet all; }\n'
BLOCKS = [block for page in PAGES for block in blocks(page) if block.language in SHELLS]
EXECUTED = sorted({block.page for block in BLOCKS if "not run" not in block.notes})
#: Pages whose commands take a few seconds; the others are left to `make slow`.
QUICK = {"docs/read-the-results.md"}


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def finished(bake_off: Path, tmp_path: Path) -> Path:
    """A copy of the project with a finished bake-off, in which commands without any option are cheap."""
    folder = tmp_path / "aepipe"
    shutil.copytree(bake_off, folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    config = yaml.safe_load((folder / "config.yaml").read_text())
    update_config(config, yaml.safe_load((folder / "tests/support/tiny.yaml").read_text()))
    (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False, allow_unicode=True))
    return folder


def run(block: Block, folder: Path) -> str:
    """What a block prints, run to its end."""
    code = PLANNED + block.code if "planned" in block.notes else block.code
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(folder / "src")}
    done = subprocess.run(
        [*SHELLS[block.language], code],
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 0, f"{block}:\n{block.code}\n{done.stdout}"
    return done.stdout


@pytest.mark.workflow
@pytest.mark.parametrize(
    "page",
    [pytest.param(page, marks=[] if named(page) in QUICK else pytest.mark.slow) for page in EXECUTED],
    ids=named,
)
def test_the_commands_of_a_page_work_as_printed(page: Path, finished: Path) -> None:
    for block in BLOCKS:
        if block.page == page and "not run" not in block.notes:
            printed = run(block, finished)
            assert block.notes.get("prints", "") in printed, f"{block}:\n{printed}"


@pytest.mark.parametrize("block", [block for block in BLOCKS if "not run" in block.notes], ids=str)
def test_what_is_not_run_has_a_reason_and_can_be_read(block: Block) -> None:
    assert len(block.notes["not run"].split()) > 1
    check = ["bash", "-n", "-c"] if block.language == "sh" else [sys.executable, "-m", "py_compile", "/dev/stdin"]
    assert not subprocess.run([*check, block.code], input=block.code, capture_output=True, text=True).stderr


def test_comments_before_blocks_are_known() -> None:
    assert {note for block in BLOCKS for note in block.notes} <= set(NOTES)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_a_page_links_to_what_is_there(page: Path) -> None:
    broken = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []
