"""What the documentation says of the kept results is what is in them."""

import re

import pandas as pd
import pytest
from workflow_runs import ROOT

KEPT = ROOT / "docs" / "results"
COLUMNS = [("mnist", "paper"), ("mnist", "fair"), ("fmnist", "paper"), ("fmnist", "fair")]


def verdicts(dataset: str, protocol: str) -> dict[str, str]:
    """Claim -> verdict, of the kept claims; with the sweep where there is one."""
    tables = [
        path for path in (KEPT / dataset / "claims.csv", KEPT / dataset / "sweep" / "claims.csv") if path.exists()
    ]
    claims = pd.concat([pd.read_csv(path) for path in tables])
    claims = claims[(claims["protocol"] == protocol) & (claims["verdict"] != "not tested")]
    return dict(zip(claims["claim"], claims["verdict"], strict=True))


@pytest.mark.parametrize("column", COLUMNS, ids=" ".join)
def test_the_verdicts_in_the_readme_are_those_of_the_kept_results(column: tuple[str, str]) -> None:
    rows = re.findall(r"^\| (C\d+) \| .*? \| (.*) \|$", (ROOT / "README.md").read_text(), re.MULTILINE)
    printed = {claim: cells.split(" | ")[COLUMNS.index(column)].strip("*") for claim, cells in rows}
    assert len(printed) == 24
    assert {claim: verdict for claim, verdict in printed.items() if verdict != "not tested"} == verdicts(*column)


def test_the_kept_results_stay_small() -> None:
    assert sum(path.stat().st_size for path in (KEPT / "mnist").rglob("*")) < 5e6
