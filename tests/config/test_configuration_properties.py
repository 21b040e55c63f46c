"""That any configuration, however odd, is either refused by lines that name a file or key, or can be planned.

The shipped configuration is mutated in one to four places. The schema says where, and what would fit there, so that
a key added to it is mutated, too. Texts of configuration files are mutated byte by byte.
"""

import atexit
import contextlib
import copy
import datetime
import functools
import json
import math
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from snakemake.common.configfile import load_configfile
from snakemake.utils import update_config, validate
from support.configurations import SCHEMA, changed, shipped
from support.workflow_runs import ROOT, checkout

from aepipe.config import configuration
from aepipe.config.checks import check
from aepipe.config.configuration import Config
from aepipe.config.files import check_file, dotted
from aepipe.errors import ConfigurationError
from aepipe.provenance import digests

SHIPPED = shipped()
#: What may stand for a wildcard; Snakemake takes 20 repetitions for an endless loop.
PART_OF_PATH = re.compile(r"(?!.*(.+)\1{19}$)\w{1,100}")
#: Of Snakemake's output where it shows a stack; of its own errors, the last line names a Snakefile's line alone.
STACK = re.compile(r'Traceback|File ".*\.py", line')
Place = tuple[Any, ...]  # the keys and indices that lead to a value
Mutation = tuple[Callable[..., None], tuple[Any, ...]]  # a function of a configuration, and its other arguments


# What may stand in a configuration


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """A part of the schema, with the definition that it refers to."""
    if "$ref" not in schema:
        return schema
    target = functools.reduce(lambda inner, name: inner[name], schema["$ref"].split("/")[1:], SCHEMA)
    return {**resolved(target), **schema}


def places(value: Any, schema: dict[str, Any], place: Place = ()) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each value of a configuration, and those that the schema knows beside it, with what the schema says of it."""
    schema = resolved(schema)
    yield place, schema
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, schema.get("items", {}), (*place, index))
    inside = value if isinstance(value, dict) else {}
    known = schema.get("properties", {})
    for key in [*known, *(key for key in inside if key not in known)]:
        yield from places(inside.get(key), known.get(key) or schema.get("additionalProperties") or {}, (*place, key))


PLACES = {place: schema for place, schema in places(SHIPPED, SCHEMA) if place}
PRESENT = [place for place, _ in places(SHIPPED, {}) if place]

NAMES = ["vae", "mnist", "digits", "X", "a1", "none", "config", "rules", "results", "class", "tied_vae"]
ODD_NAMES = [
    *["", " ", "2vae", "_", "pca", "pixels", "untrained", "naïve", "a b", "a.b", "a/b", "../up", "/", ".", "~", "-x"],
    *["{wildcards}", "{", "}", "{{dataset}}", "%s", "$HOME", "vae\n", "a\nb", "a: b", "a\x00b", "a|b", "*", "\ud83d"],
    *["<<", "pathvars", "null", "1", "a" * 20, "ab" * 40, "x" * 101, "mnist" * 60, "β", "None", "__class__", "vae\t"],
]
ODD_KEYS: list[Any] = [*NAMES, *ODD_NAMES, 1, 0, -1, 2.5, None, True, False, datetime.date(2024, 1, 1)]
NOT_FINITE = [math.nan, math.inf, -math.inf]
#: What a person may write where a value of a type belongs.
EXTREMES: dict[str, list[Any]] = {
    "integer": [0, 1, -1, 2**31, 2**32, 2**64, 10**30, 10**400, 1.0, 2.5, True, "1", None, [1], *NOT_FINITE],
    "number": [0, 1, -1, 10**400, -(10**400), 1e308, 1e-320, -0.0, True, "0.1", "1e-3", None, [0.1], *NOT_FINITE],
    "string": [
        *[*ODD_NAMES, "x" * 5000, "'", "\\", "\x7f", "日本", "# no comment"],
        *[1, 0.5, True, None, ["vae"], {"vae": 1}],
    ],
    "array": [
        *[[], [[]], [0], [10], [-1], [1, 1], [1, 1.0], [True], [None], ["1"], [[1]], [{}], [2**32], [10**400]],
        *[list(range(10)), [1] * 50, ["mnist"] * 2, ["a", 1], [{1: 1}, {"a": 1}], {0: 1}, "[1]", "vae", 10**9, None],
    ],
    "object": [
        *[{}, {"a": {}}, {1: 2}, {None: None}, {True: [], "x": {2: 3, None: 4}}, {"beta": 1.0, 1: 2, None: 3}],
        *[{"": 0}, {"{": "}"}, {"<<": {"epochs": 1}}, {"$ref": "#"}, [], [{}], "{}", 3, None],
    ],
    "boolean": [0, 1, "true", "yes", None, []],
}
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.dates() | st.binary(max_size=2)
)
ODD = st.sampled_from([value for values in EXTREMES.values() for value in values]) | st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(ODD_KEYS), inner, max_size=3),
    max_leaves=4,
)
CLASSES = [
    *["aepipe.models.vae.VAE", "aepipe.models.vanilla.Vanilla", "aepipe.models.base.Autoencoder"],
    *["user.relative.Tied", "user.latin.Latin", "user.space.free.Free", "json.decoder.JSONDecoder"],
    *["user.broken.X", "user.above.X", "user.null.X", "user.empty.X", "user.text.X", "single.user.X", "user"],
    *["os.system", "sys.path", "json", "math.Foo", "numpy.linalg._umath_linalg.X", "__main__.X", "", ".", "VAE"],
    *["aepipe.models.vae", "aepipe.models.VAE", "aepipe..vae.VAE", ".vae.VAE", "aepipe.models.vae."],
    *["aepipe.models.vae.VAE\n", "../vae.VAE", "aepipe/autoencoders/vae.VAE", "aepipe.models.vae:VAE"],
    *["a b.C", "1.2", "é.É", "{wildcards}.VAE", "None.None", "x" * 300 + ".Y", "aepipe." + "x" * 300 + ".Y"],
]
#: A user's own modules, some of them broken.
MODULES = {
    "user/__init__.py": b"from user.relative import Tied",
    "user/relative.py": b"from .helpers import Base\nclass Tied(Base): ...",
    "user/helpers.py": b"from aepipe.models.base import Autoencoder\nclass Base(Autoencoder): ...",
    "user/space/free.py": b"from ..helpers import Base\nclass Free(Base): ...",
    "user/latin.py": b"# -*- coding: latin-1 -*-\nfrom .helpers import Base\nclass Latin(Base):\n    '\xe9'",
    "user/settings.py": b"from .helpers import Base\nclass X(Base):\n    def __init__(self, s, d, *, x, **widths): ...",
    "user/broken.py": b"class X(:",
    "user/above.py": b"from .broken import Broken\nclass X(Broken): ...",
    "user/null.py": b"class X: ...\n\0",
    "user/empty.py": b"",
    "user/text.py": b"\xff\xfe",
    "single.py": b"",
}


def fitting(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that the schema allows, and some just beside its limits."""
    schema = resolved(schema)
    if "oneOf" in schema:
        return st.one_of(*map(fitting, schema["oneOf"]))
    if "then" in schema:
        return fitting(schema["then"])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    low, high = schema.get("minimum", schema.get("exclusiveMinimum", 0)), schema.get("maximum", 1000)
    of_type: dict[str, st.SearchStrategy[Any]] = {
        "boolean": st.booleans(),
        "integer": st.integers(low, min(low + 10, high)) | st.integers(low - 1, high + 1),
        "number": st.floats(low, high) | st.integers(low - 1, high + 1),
        "array": st.lists(fitting(schema["items"]), max_size=4) if "items" in schema else st.just([]),
        "string": st.sampled_from(NAMES) if "pattern" in schema else st.text(min_size=1, max_size=8),
        "object": st.just({}),
    }
    return of_type.get(schema.get("type", ""), ODD)


def extreme(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values of the type that the schema wants, or nearly so, that it should refuse or the code be able to bear."""
    schema = resolved(schema)
    return st.sampled_from(EXTREMES[schema.get("type", "array" if "oneOf" in schema else "string")])


# Mutations


def get(config: Any, place: Place) -> Any:
    """The value at a place."""
    return functools.reduce(lambda block, key: block[key], place, config)


def put(config: Any, place: Place, value: Any) -> None:
    """Sets a value, and the blocks around it where there are none."""
    *parents, last = place
    for key in parents:
        config = config.setdefault(key, {}) if isinstance(config, dict) else config[key]
    config[last] = copy.deepcopy(value)


def put_inside(config: Any, place: Place, key: Any, value: Any) -> None:
    put(config, (*place, key), value)


def delete(config: Any, place: Place) -> None:
    del get(config, place[:-1])[place[-1]]


def rename(config: Any, place: Place, key: Any) -> None:
    block = get(config, place[:-1])
    block[key] = block.pop(place[-1])


def put_widths(config: Any, place: Place, widths: list[int]) -> None:
    """Sets the widths of encoder and decoder, which mirror each other."""
    put(config, (*place, "encoder_widths"), widths)
    put(config, (*place, "decoder_widths"), widths[::-1])


def swap(config: Any, one: Place, other: Place) -> None:
    first, second = get(config, one), get(config, other)
    put(config, one, second)
    put(config, other, first)


def repeat(config: Any, place: Place) -> None:
    """Gives a list its items twice."""
    get(config, place).extend(get(config, place))


def add_autoencoder(config: Any, name: str, like: str) -> None:
    """Compares a copy of an autoencoder with the others."""
    put(config, ("autoencoders", name), {**config["autoencoders"][like], "title": f"Another {like}"})
    config["experiment"]["autoencoders"].append(name)


def add_dataset(config: Any, name: str, like: str) -> None:
    """Runs a copy of a data set, too."""
    put(config, ("datasets", name), config["datasets"][like])
    config["experiment"]["datasets"].append(name)


def call(function: Callable[..., None], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Mutation]:
    return st.tuples(st.just(function), st.tuples(*arguments))


def somewhere(among: list[Place]) -> st.SearchStrategy[Place]:
    """Some place; the kind of place first, so that what is the same for all data sets is not taken more often."""
    kinds: dict[Place, list[Place]] = {}
    for place in among:
        kinds.setdefault(tuple("*" if key in NAMED or isinstance(key, int) else key for key in place), []).append(place)
    return st.sampled_from(list(kinds.values())).flatmap(st.sampled_from)


NAMED = {*SHIPPED["autoencoders"], *SHIPPED["datasets"]}
VALUES = [place for place, schema in PLACES.items() if schema.get("type") != "object"]
WITH_WIDTHS = [place[:-1] for place in PLACES if place[-1] == "encoder_widths"]
ANYWHERE, THERE = somewhere(list(PLACES)), somewhere(PRESENT)
LISTS = somewhere([place for place in PRESENT if isinstance(get(SHIPPED, place), list)])
KEY, NAME = st.sampled_from(ODD_KEYS), st.sampled_from([*NAMES, *ODD_NAMES])
LIKELY = st.one_of(
    somewhere(VALUES).flatmap(lambda place: call(put, st.just(place), fitting(PLACES[place]))),
    call(put_widths, st.sampled_from(WITH_WIDTHS), st.lists(st.integers(1, 2000), max_size=5)),
)
EXTREME = st.one_of(
    ANYWHERE.flatmap(lambda place: call(put, st.just(place), extreme(PLACES[place]))),
    call(put, st.sampled_from([place for place in PLACES if place[-1] == "class"]), st.sampled_from(CLASSES)),
    call(add_autoencoder, NAME, st.sampled_from(["vae", "stacked"])),
    call(add_dataset, NAME, st.sampled_from(["mnist", "digits"])),
)
ODD_ONES = st.one_of(
    call(put, ANYWHERE, ODD),
    call(put_inside, st.just(()) | THERE, KEY, ODD),
    call(delete, THERE),
    call(rename, THERE, KEY),
    call(swap, THERE, THERE),
    call(repeat, LISTS),
)
#: A third of the configurations have only likely mutations, so that enough are accepted.
MUTATIONS = st.one_of(
    st.lists(LIKELY, min_size=1, max_size=4),
    st.lists(EXTREME, min_size=1, max_size=2),
    st.lists(LIKELY | EXTREME | ODD_ONES, min_size=1, max_size=4),
)


def mutated(mutations: list[Mutation]) -> Config:
    """The shipped configuration after mutations; where one has removed the place of another, that changes nothing."""
    config = copy.deepcopy(SHIPPED)
    for function, arguments in mutations:
        with contextlib.suppress(KeyError, IndexError, TypeError, AttributeError, ValueError):
            function(config, *arguments)
    return config


# Mutated texts

PIECES = [
    *[b"\t", b"\0", b"\xe4", b"\xff\xfe", b"\r", b"\n", b" ", b"  ", b"-", b"- ", b":", b": ", b"?", b"? ", b"#", b","],
    *[
        b"&a ",
        b"*a",
        b"<<: ",
        b"[",
        b"]",
        b"{",
        b"}",
        b"'",
        b'"',
        b"|",
        b">",
        b"%",
        b"@",
        b"`",
        b"!",
        b"\\x",
        b"9" * 50,
    ],
    *[b"!!set ", b"!!binary ", b"!!python/tuple ", b"!!int ", b"---\n", b"...\n", b"~", b"null", b"=", b"010", b"1:30"],
    *[
        b"1e3",
        b".nan",
        b"-.inf",
        b"0x",
        b"0b",
        b"2024-13-45",
        b"\xc2\x85",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
        b"yes",
        b"",
    ],
]
Edit = tuple[int, int, bytes | None]  # where, how many bytes are replaced, and by what: None stands for them twice
EDITS: st.SearchStrategy[list[Edit]] = st.lists(
    st.tuples(
        st.integers(0, 3000),
        st.sampled_from([0, 0, 1, 1, 4, 40, 400]),
        st.none() | st.sampled_from(PIECES) | st.binary(max_size=2),
    ),
    min_size=1,
    max_size=4,
)


def small() -> Config:
    """The shipped configuration with one data set and few autoencoders, one of them with a grid, quick to read."""
    config = copy.deepcopy(SHIPPED)
    config["datasets"] = {"digits": config["datasets"]["digits"]}
    config["autoencoders"] = {
        name: config["autoencoders"][name] for name in ("vanilla", "stacked", "stacked_pixels", "vae", "beta_vae_loose")
    }
    config["autoencoders"]["vae"]["grid"] = {"beta": [0.5, 2], "latent_dim": {"from": 2, "to": 8, "steps": 2}}
    config["experiment"] = {"datasets": ["digits"], "autoencoders": ["vanilla", "vae"], "seeds": 1}
    return config


TEXTS = {
    "config.yaml": yaml.safe_dump(small(), default_flow_style=None, sort_keys=False, width=120).encode(),
    "overlay.yaml": (ROOT / "tests/support/tiny.yaml").read_bytes(),
}


def edited(text: bytes, edits: list[Edit]) -> bytes:
    for where, length, piece in edits:
        at = where % (len(text) + 1)
        text = text[:at] + (text[at : at + length] * 2 if piece is None else piece) + text[at + length :]
    return text


def read(path: Path) -> Config | None:
    """The configuration of a file, or of one laid over another, as the Snakefile reads it; None if it is refused."""
    try:
        check_file(str(path))
    except ConfigurationError as error:
        assert all(line.startswith(str(path)) for line in str(error).split("\n")), str(error)
        return None
    config = small() if path.name == "overlay.yaml" else {}
    update_config(config, load_configfile(path))
    return config


# What becomes of them


def refusal(config: Config) -> str | None:
    """What the check says of a configuration that it refuses: a line for each problem, which names a key."""
    try:
        check(config, SCHEMA)
    except ConfigurationError as error:
        keys = tuple(f"  - {dotted(place)}: " for place, _ in places(config, SCHEMA))
        title, *problems, end = str(error).split("\n")
        assert (title, end) == ("The configuration is invalid:", "")
        assert problems
        assert all(problem.startswith(keys) for problem in problems), str(error)
        return str(error)
    return None


@functools.cache
def schema_as_json() -> str:
    """The schema in a file that is read a hundred times faster than YAML."""
    with tempfile.NamedTemporaryFile("w", encoding="utf-8", suffix=".json", delete=False) as file:
        json.dump(SCHEMA, file)
    atexit.register(Path(file.name).unlink)
    return file.name


def plan(config: Config) -> None:
    """Asks for all that the Snakefile asks for, of all data sets and autoencoders."""
    validate(config, schema_as_json())  # fills in defaults
    config = configuration.completed(config)
    configuration.stacked_models(config)
    baseline = config["evaluation"]["classification"]["baseline_network"]
    modules = set()
    for dataset in config["datasets"]:
        for evaluation in config["evaluation"]:
            configuration.evaluation_settings(config, dataset, evaluation)
        for role in configuration.ROLES:
            found = list(configuration.runs(config, dataset, role, [*config["autoencoders"], "untrained", "scratch"]))
            assert all(
                PART_OF_PATH.fullmatch(part) for part in {str(part) for run in found for part in vars(run).values()}
            )
            found += configuration.sweep_runs(config, dataset)
            for name, held_out, latent_dim in {(run.model, run.held_out, run.latent_dim) for run in found}:
                model = name if name in config["autoencoders"] else baseline
                configuration.training_settings(config, dataset, model)
                network = configuration.network_settings(config, dataset, model, held_out, latent_dim)
                modules.add(network["class"].rpartition(".")[0])
    assert all(map(digests.code_of_modules, modules))


def write_modules(folder: Path) -> None:
    """The user's own modules."""
    for name, content in MODULES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


@pytest.fixture(scope="module", autouse=True)
def user_modules(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The user's own modules, where Python finds them."""
    folder = tmp_path_factory.mktemp("modules")
    write_modules(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(folder)
        yield


def always_the_same(count: int) -> settings:
    return settings(max_examples=count, deadline=None, derandomize=True, database=None)


@contextlib.contextmanager
def little() -> Iterator[None]:
    """Refuses what takes much longer than the second, or more than the memory, that a refusal may take."""
    start, before = time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    yield
    assert time.process_time() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000  # kB


@functools.cache
def outcomes(count: int) -> dict[str, list[Config | None]]:
    """Configurations, always the same: `refused` by their keys, or `accepted` and with all that planning asks for.

    Of many, only their number is kept.
    """
    found: dict[str, list[Config | None]] = {"accepted": [], "refused": []}

    @always_the_same(count)
    @given(MUTATIONS)
    def sort(mutations: list[Mutation]) -> None:
        config = mutated(mutations)
        with little():
            is_refused = bool(refusal(config))
        if not is_refused:
            plan(copy.deepcopy(config))
        found["refused" if is_refused else "accepted"].append(config if count < 100 else None)

    sort()
    return found


@pytest.mark.parametrize("count", [700, pytest.param(14_000, marks=pytest.mark.slow)])
def test_any_configuration_is_refused_by_its_key_or_can_be_planned(count: int) -> None:
    found = outcomes(count)
    assert len(found["accepted"]) > count / 5
    assert len(found["refused"]) > count / 5


@pytest.mark.parametrize("count", [150, pytest.param(3000, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", TEXTS)
def test_any_text_is_refused_by_its_file_or_key_or_can_be_planned(name: str, count: int, tmp_path: Path) -> None:
    found = Counter[str]()

    @always_the_same(count)
    @given(EDITS)
    def sort(edits: list[Edit]) -> None:
        (tmp_path / name).write_bytes(edited(TEXTS[name], edits))
        with little():
            config = read(tmp_path / name)
            outcome = "file" if config is None else "key" if refusal(config) else "accepted"
        if config is not None and outcome == "accepted":
            plan(config)
        found[outcome] += 1

    sort()
    assert min(found[outcome] for outcome in ("file", "key", "accepted")) > count / 20, found


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("experiment.seeds", [2**32 - 1]),
        ("datasets.digits.padding", 100),
        ("datasets." + "a" * 19, SHIPPED["datasets"]["digits"]),
        ("autoencoders.vanilla.class", "user.relative.Tied"),
        ("autoencoders.vanilla.class", "user.space.free.Free"),
        ("autoencoders.vanilla.class", "user.latin.Latin"),
        ("autoencoders.x", {"title": "X", "class": "user.settings.X", "settings": {"x": {1: 2, "a": 3}}}),
    ],
)
def test_an_odd_configuration_that_makes_sense_is_accepted(key: str, value: Any) -> None:
    config = changed(key, value)
    check(config, SCHEMA)
    plan(config)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        # more than a float, a run or the name of a file has room for
        ("training.learning_rate", 10**400, f"training.learning_rate: {10**400} is not of type 'number'"),
        ("evaluation.sampling.images", 10**400, f"sampling.images: {10**400} is not of type 'integer' (number of"),
        (
            "experiment.seeds",
            10**9,
            "experiment.seeds: 1000000000 is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        (
            "experiment.seeds",
            [2**32],
            "experiment.seeds: [4294967296] is not allowed; allowed: a count from 1 to 1000, or a list",
        ),
        ("datasets.mnist.padding", 101, "datasets.mnist.padding: 101 is greater than the maximum of 100 (black pixels"),
        # names that can't stand in a path, or in a line
        ("datasets.mnist\n", {}, "datasets: 'mnist\\n' is not allowed; allowed: letters, digits"),
        ("datasets." + "ab" * 20, {}, f"datasets: '{'ab' * 20}' is not allowed; allowed: letters"),
        ("autoencoders." + "x1" * 51, {}, f"autoencoders: '{'x1' * 51}' is too long (letters, digits"),
        ("datasets.a\nb", {}, "datasets.'a\\nb': 'source' is a required property"),
        ("autoencoders.vae.settings", {1: 2}, "autoencoders.vae.settings: YAML reads this as 1, not as text; put"),
        # modules that Python can't import
        (
            "autoencoders.vae.class",
            "user.broken.X",
            "user.broken can't be imported: invalid syntax (broken.py, line 1)",
        ),
        ("autoencoders.vae.class", "user.above.X", "user.above can't be imported: invalid syntax (broken.py, line 1)"),
        ("autoencoders.vae.class", "user.null.X", "autoencoders.vae.class: user.null can't be imported: source code"),
        ("autoencoders.vae.class", "user.text.X", "autoencoders.vae.class: user.text can't be imported: "),
        ("autoencoders.vae.class", "user.empty.X", "class: user.empty defines no class 'X', but none; name"),
        (
            "autoencoders.vae.class",
            "single.user.X",
            "autoencoders.vae.class: no Python file of module 'single.user'",
        ),
        ("autoencoders.vae.class", "user." + "x" * 300 + ".X", "' is too long (module and class"),
    ],
)
def test_an_odd_configuration_is_refused_by_its_key(key: str, value: Any, message: str) -> None:
    assert message in str(refusal(changed(key, value)))


# In a real run


def dry_run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit status and output of `snakemake --dry-run` in a checkout."""
    run = subprocess.run(
        [sys.executable, "-m", "snakemake", "--dry-run", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    return run.returncode, run.stdout


def with_config(folder: Path, content: bytes) -> Path:
    """A checkout with another config.yaml, and the user's own modules."""
    write_modules(checkout(folder) / "src")
    (folder / "config.yaml").write_bytes(content)
    return folder


def quick(config: Config) -> bool:
    """Whether few seeds make few jobs, planned in a second."""
    seeds = config["experiment"].get("seeds", 1)
    return not isinstance(seeds, int) or seeds < 10


@pytest.mark.workflow
@pytest.mark.parametrize("number", range(2))
def test_an_accepted_configuration_is_planned(number: int, tmp_path: Path) -> None:
    config = [config for config in outcomes(60)["accepted"] if config and quick(config)][-number - 1]
    status, output = dry_run(with_config(tmp_path, yaml.safe_dump(config, sort_keys=False).encode()))
    assert status == 0, output
    assert re.search(r"^gather_metrics +[1-9]", output, re.MULTILINE)


@pytest.mark.workflow
@pytest.mark.parametrize("number", range(2))
def test_a_refused_configuration_stops_a_run_with_the_key(number: int, tmp_path: Path) -> None:
    config = outcomes(60)["refused"][-number - 1] or {}
    status, output = dry_run(with_config(tmp_path, yaml.safe_dump(config, sort_keys=False).encode()))
    assert status == 1
    assert str(refusal(config)) in output
    assert not STACK.search(output)


@pytest.mark.workflow
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"run:\n\tdatasets: [mnist]\n",
            "NAME can't be read: line 2, column 1: found character '\\t' that cannot start",
        ),
        (
            b"training: {epochs: 2} # k\xe4se\n",
            "NAME can't be read: line 1: the byte 0xe4 is not UTF-8; save it as UTF-8",
        ),
        (b"", "NAME can't be read: it is empty; expected keys at top level"),
        (
            b"training: &a {epochs: *a}",
            "NAME, line 1: training.epochs contains itself, through an alias (*); write out",
        ),
        (
            b"training: {epochs: 1, epochs: 2}",
            "NAME, line 1: training.epochs is given twice, first in line 1; keep one",
        ),
    ],
)
@pytest.mark.parametrize("name", ["config.yaml", "overlay.yaml"])
def test_a_file_that_is_no_configuration_is_named(name: str, content: bytes, message: str, tmp_path: Path) -> None:
    (checkout(tmp_path) / name).write_bytes(content)
    status, output = dry_run(tmp_path, *(["--configfile", name] if name != "config.yaml" else []))
    assert status == 1
    assert message.replace("NAME", name) in output
    assert not STACK.search(output)


@pytest.mark.workflow
def test_overlays_are_checked_without_the_profile_too(tmp_path: Path) -> None:
    (checkout(tmp_path) / "overlay.yaml").write_bytes(b"training: {epochs: 010}")
    status, output = dry_run(tmp_path, "--workflow-profile", "none", "--configfile", "overlay.yaml")
    assert status == 1
    assert "overlay.yaml, line 1: training.epochs: YAML reads 010 as 8; write a decimal number" in output
    assert not STACK.search(output)


@pytest.mark.workflow
def test_a_missing_configuration_is_named(tmp_path: Path) -> None:
    (checkout(tmp_path) / "config.yaml").unlink()
    status, output = dry_run(tmp_path)
    assert status == 1
    assert "config.yaml can't be read: " in output
    assert not STACK.search(output)


@pytest.mark.workflow
@pytest.mark.parametrize("name", ["all", "train_autoencoder"])
def test_a_data_set_called_like_a_rule_is_refused(name: str, tmp_path: Path) -> None:
    config = mutated([(add_dataset, (name, "digits"))])
    status, output = dry_run(with_config(tmp_path, yaml.safe_dump(config).encode()))
    assert status == 1
    assert f"datasets.{name}: a rule has this name; choose another" in output
    assert not STACK.search(output)
