"""The documentation agrees with the kept results, the rules, the packages and the version."""

import re
from collections.abc import Iterator
from fnmatch import fnmatch
from itertools import pairwise

import pandas as pd
import pytest
import yaml
from support.pages import blocks
from support.workflow_runs import ROOT, snakemake

KEPT = ROOT / "docs" / "results"
FINDINGS, ARCHITECTURE = (ROOT / path for path in ("docs/findings.md", "docs/architecture.md"))
COLUMNS = [("mnist", "paper"), ("mnist", "corrected"), ("fmnist", "paper"), ("fmnist", "corrected")]


def verdicts(dataset: str, protocol: str) -> dict[str, str]:
    """Claim -> verdict, of the kept claims; with the sweep where there is one."""
    tables = [
        path for path in (KEPT / dataset / "claims.csv", KEPT / dataset / "sweep" / "claims.csv") if path.exists()
    ]
    claims = pd.concat([pd.read_csv(path) for path in tables])
    claims = claims[(claims["protocol"] == protocol) & (claims["verdict"] != "not tested")]
    return dict(zip(claims["claim"], claims["verdict"], strict=True))


@pytest.mark.parametrize("column", COLUMNS, ids=" ".join)
def test_the_verdicts_in_the_findings_are_those_of_the_kept_results(column: tuple[str, str]) -> None:
    rows = re.findall(r"^\| (C\d+) \| .*? \| (.*) \|$", FINDINGS.read_text(), re.MULTILINE)
    printed = {claim: runs.split(" | ")[COLUMNS.index(column)].strip("*") for claim, runs in rows}
    assert len(printed) == 24
    assert {claim: verdict for claim, verdict in printed.items() if verdict != "not tested"} == verdicts(*column)


Arrows = set[tuple[str, str]]


def arrows(chart: str) -> Arrows:
    """From which node to which a Mermaid chart has arrows; nodes are named by what stands in them."""
    nodes = re.findall(r'(\w+)\[(?:"([^"]+)"|([^\]"]+))\]', chart)
    labels = {name: text or other for name, text, other in nodes}
    assert len(labels) == len({text or other for _, text, other in nodes}), "two nodes have the same id"
    lines = re.sub(r'\["?[^\]]+\]', "", chart).splitlines()
    chains = [[labels[name.strip()] for name in line.split("-->")] for line in lines if "-->" in line]
    return {pair for chain in chains for pair in pairwise(chain)}


def reached(start: str, arrows: Arrows) -> set[str]:
    """A node, and those that its arrows lead to, over others, too."""
    found: set[str] = set()
    waiting = {start}
    while waiting:
        found |= waiting
        waiting = {end for begin, end in arrows if begin in waiting} - found
    return found


def boxes(rule: str, chart: Arrows) -> Iterator[str]:
    """The boxes of the chart that name a rule."""
    for box in {box for arrow in chart for box in arrow}:
        if any(fnmatch(rule, name) for name in box.replace("↻", "").split()):
            yield box


@pytest.mark.workflow
def test_the_chart_is_that_of_the_rules() -> None:
    (drawn,) = [block.code for block in blocks(ARCHITECTURE) if block.language == "mermaid"]
    chart = arrows(drawn)
    printed = arrows(snakemake(ROOT, "digits", "--rulegraph", "mermaid-js", "--forceall"))
    needed = {(begin, end) for begin, end in printed if end != "digits"}
    rules = {rule for arrow in needed for rule in arrow}
    box_of = {rule: list(boxes(rule, chart)) for rule in rules}
    assert {rule: found for rule, found in box_of.items() if len(found) != 1} == {}
    names = {name for arrow in chart for box in arrow for name in box.replace("↻", "").split()}
    assert {name for name in names if not any(fnmatch(rule, name) for rule in rules)} == set()
    missing = {arrow for arrow in needed if box_of[arrow[1]][0] not in reached(box_of[arrow[0]][0], chart)}
    assert missing == set()
    untrue = {
        (begin, end)
        for begin, end in chart
        if not any(end in box_of[later] for rule in rules if begin in box_of[rule] for later in reached(rule, needed))
    }
    assert untrue == set()


def test_the_page_of_the_architecture_has_every_package() -> None:
    listed = set(re.findall(r"^\| \[(\w+)\]\(\.\./src/aepipe/\w+\) \|", ARCHITECTURE.read_text(), re.MULTILINE))
    assert listed == {path.parent.name for path in (ROOT / "src" / "aepipe").glob("*/__init__.py")}


def test_there_is_one_version() -> None:
    (version,) = re.findall(r'^version = "(.*)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert str(yaml.safe_load((ROOT / "CITATION.cff").read_text())["version"]) == version
    assert f"## [{version}] - " in (ROOT / "CHANGELOG.md").read_text()


def test_the_kept_results_stay_small() -> None:
    assert sum(path.stat().st_size for path in (KEPT / "mnist").rglob("*")) < 5e6
