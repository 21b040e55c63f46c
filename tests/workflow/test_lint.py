"""The workflow's own linter; formatters, the Python linter and the types are checked by `make lint`."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
#: The environment is the one that Snakemake itself runs in, pinned by requirements.lock: it needs no other for a rule.
ACCEPTED = {"Specify a conda environment or container for each rule."}


def test_snakemake_finds_nothing_to_lint() -> None:
    command = [sys.executable, "-m", "snakemake", "--lint"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    found = set(re.findall(r"^    \* (.*?):?$", done.stdout + done.stderr, re.MULTILINE))
    assert found == ACCEPTED
