"""What `snakemake verify` says of results that today's settings would make differently."""

import json
import os
from importlib.metadata import version
from pathlib import Path

from aepipe.provenance.verify import changes, report


def test_a_changed_setting_is_told_with_its_key_and_both_values() -> None:
    then = {"training": {"epochs": 60, "layerwise": "codes"}, "labels": [["vae", "VAE"]]}
    now = {"training": {"epochs": 20}, "labels": [["vae", "VAE"]]}
    assert list(changes(then, now, "")) == [
        "training.epochs was 60, and is 20 today",
        "training.layerwise was 'codes', and is None today",
    ]


def test_what_is_no_file_is_named_and_text_of_records_colours_no_terminal(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to("nowhere")
    (tmp_path / "red.json").write_text(
        '{"rule": "r", "wildcards": {}, "settings": {}, "code": {}, "inputs": {}, "versions": {}, '
        '"outputs": {"\\u001b[31mred\\n": ""}}'
    )
    text, _ = report({str(path): None for path in sorted(tmp_path.iterdir())}, [])
    assert f"{tmp_path}/link.json is a broken link, not the record of a job: remove it first" in text
    assert f"{tmp_path}/pipe.json is not a regular file, not the record of a job: remove it first" in text
    assert "\\x1b[31mred\\n is missing" in text and "\x1b" not in text


def test_records_of_other_versions_of_libraries_are_told_and_are_no_difference(tmp_path: Path) -> None:
    record = {"rule": "r", **{key: {} for key in ("wildcards", "settings", "code", "inputs", "outputs")}}
    for number, scipy in enumerate(("1.0.0", "1.0.0", version("scipy"))):
        made = {**record, "versions": {"python": "3.0", "scipy": scipy, "sklearn": version("scikit-learn")}}
        (tmp_path / f"{number}.json").write_text(json.dumps(made))
    text, stale = report({str(path): None for path in tmp_path.iterdir()}, [])
    assert text.splitlines() == [
        f"2 records were made with scipy 1.0.0; {version('scipy')} is installed",
        "3 records, 0 of them don't match today's code, settings and data.",
    ]
    assert not stale
