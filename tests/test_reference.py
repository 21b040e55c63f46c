"""The reference of the configuration: nothing is missing, and it is what the schema says."""

from collections.abc import Iterator

import yaml
from workflow_runs import ROOT

from aepipe.config import reference

SCHEMA = yaml.safe_load((ROOT / reference.SCHEMA).read_text())
SHIPPED = yaml.safe_load((ROOT / reference.SHIPPED).read_text())
PAGE = (ROOT / "docs/configuration.md").read_text()
KEYS = reference.keys(SCHEMA)

#: A block that may also be a name, in which a key has another meaning for each kind.
ALTERNATIVES: reference.Node = {
    "$defs": {"folder": {"type": "object", "properties": {"path": {"description": "a folder", "type": "string"}}}},
    "properties": {
        "source": {
            "description": "where images come from",
            "oneOf": [
                {"if": {"type": "string"}, "then": {"enum": ["mnist"]}},
                {"$ref": "#/$defs/folder"},
                {
                    "type": "object",
                    "properties": {"path": {"description": "a file | a URL", "type": "string"}},
                    "required": ["path"],
                },
            ],
        }
    },
}


def paths(config: object, place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The place of every key of a configuration."""
    if isinstance(config, dict):
        for name, value in config.items():
            yield (*place, name)
            yield from paths(value, (*place, name))


def stands_for(key: reference.Key, place: tuple[str, ...]) -> bool:
    pairs = zip(key.place, place, strict=False)
    return len(key.place) == len(place) and all(name in (reference.NAME, own) for name, own in pairs)


def test_the_page_is_what_the_schema_and_the_configuration_say() -> None:
    assert reference.page(SCHEMA, SHIPPED) == PAGE, "run `make reference`"


def test_every_key_has_a_description_of_its_own() -> None:
    of_kinds = [node["description"] for node in SCHEMA["$defs"].values() if "title" in node]
    assert [key.path for key in KEYS if key.node.get("description", "") in ("", *of_kinds)] == []


def test_every_key_of_the_configuration_is_in_the_page() -> None:
    shown = {key.setting for key in KEYS if f'<a id="{key.anchor}"></a>' in PAGE}
    known = {place: [key for key in KEYS if stands_for(key, place)] for place in paths(SHIPPED)}
    assert len(known) > 200
    assert [place for place, keys in known.items() if not any(key.setting in shown for key in keys)] == []


def test_no_place_has_two_rows() -> None:
    anchors = [part.partition('"')[0] for part in PAGE.split('<a id="')[1:]]
    assert len(anchors) == len(set(anchors))


def test_a_key_says_where_else_it_may_stand() -> None:
    own, _, rest = PAGE.partition('id="training"')[2].partition("\n## ")
    assert "All may also stand in `autoencoders.<name>.training`, `datasets.<name>.training`" in own
    classification = rest.partition('id="evaluation.classification"')[2].partition("\n## ")[0]
    assert "`patience` may also stand in `datasets.<name>.evaluation.classification`." in classification


def test_ranges_are_in_words() -> None:
    assert (
        "`batch_size` | images per gradient step; 2 or more, as batch normalisation needs two | integer (2 or" in PAGE
    )
    assert (
        "`validation_share` | share of the labelled images used for early stopping | number (between 0 and 1)" in PAGE
    )


def test_a_key_that_is_a_name_or_a_block_is_both() -> None:
    source, path = reference.keys(ALTERNATIVES)
    assert source.is_block and source.is_value
    assert path.node["description"] == "a folder; or a file | a URL"
    data = {"description": "data", "properties": ALTERNATIVES["properties"]}
    page = reference.page({**ALTERNATIVES, "properties": {"data": data}}, {"data": {"source": "mnist"}})
    assert "| `source` | where images come from | `mnist`, or block ([its keys](#data.source)) | `mnist` |" in page
    assert r"`path` | a folder; or a file \| a URL | text |" in page


def test_a_tag_in_a_description_is_no_html() -> None:
    assert reference.text("results/<dataset>/*, `<name>`") == r"results/\<dataset>/\*, `<name>`"


def test_a_key_that_a_block_has_beyond_its_twin_is_there() -> None:
    step = {"description": "a step", "type": "integer", "minimum": 1}
    general = {"description": "all", "properties": {"way": {"description": "a way", "properties": {"steps": step}}}}
    own = {"description": "own", "properties": {"way": {"properties": {"steps": step, "first": step}}}}
    datasets = {"description": "by name", "additionalProperties": {"properties": {"evaluation": own}}}
    page = reference.page({"properties": {"evaluation": general, "datasets": datasets}}, {})
    assert page.count("`steps` | a step | integer (1 or more)") == 1
    assert "`evaluation.way.first` | a step | integer (1 or more)" in page


def test_the_length_of_a_list_is_in_words() -> None:
    pair = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
    assert reference.allowed(pair) == "list of integers; 2 of them"
    assert reference.allowed(pair | {"maxItems": 3, "uniqueItems": True}) == "list of integers; 2 at least; none twice"
