"""The shipped configuration, and others like it."""

import functools
import json
from typing import Any

import pytest
import yaml

from aepipe.config.checks import check
from aepipe.config.configuration import Config
from aepipe.errors import ConfigurationError
from support.workflow_runs import ROOT

SCHEMA_FILE = "workflow/schemas/config.schema.yaml"
SCHEMA = yaml.safe_load((ROOT / SCHEMA_FILE).read_text())
ABSENT = object()


def shipped() -> Config:
    """config.yaml; the blocks that its anchors share are copies, to be changed one at a time."""
    return json.loads(json.dumps(yaml.safe_load((ROOT / "config.yaml").read_text())))


def changed(key: str, value: Any, config: Config | None = None) -> Config:
    """The shipped configuration, or another one, with a single key set, or left out."""
    config = config or shipped()
    *parents, last = key.split(".")
    block = functools.reduce(lambda block, name: block.setdefault(name, {}), parents, config)
    if value is ABSENT:
        del block[last]
    else:
        block[last] = value
    return config


def problems(config: Config) -> str:
    """What the check says of a configuration that it refuses."""
    with pytest.raises(ConfigurationError) as refusal:
        check(config, SCHEMA)
    return str(refusal.value)
