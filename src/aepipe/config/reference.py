"""The reference of the configuration, from its schema: `python -m aepipe.config.reference > docs/configuration.md`.

A key's place is its path, in which `<name>` stands for a name that users choose. What may be set in several places has
the same path in each but for `run`, `datasets.<name>` and `autoencoders.<name>` before it: `training.epochs` may also
stand in `datasets.<name>.training`.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import yaml

SCHEMA = Path("workflow/schemas/config.schema.yaml")
SHIPPED = Path("config.yaml")
NAME = "<name>"
SHOWN = 3  # different values of a key in one run; of more, the first is an example

Node = dict[str, Any]

INTRODUCTION = """\
# Configuration

Every key of [config.yaml](../config.yaml): what it is, what is allowed, and what it is as shipped.
[Change the experiment](change-the-experiment.md) says how to set keys for one run, without editing that file. A
configuration is checked before any job starts, and an error names the key and what is allowed. Where a setting may
stand in several places, the most particular one counts: that of an autoencoder on a data set, else that of the
autoencoder, else that of the data set, else that of all.

*`make reference` writes this page from the [schema](../workflow/schemas/config.schema.yaml): edit that one.*
"""


@dataclass(frozen=True)
class Key:
    """A key of the configuration."""

    place: tuple[str, ...]
    node: Node  # its schema, references resolved
    required: bool

    @property
    def path(self) -> str:
        """As errors write it."""
        return ".".join(self.place)

    @property
    def block(self) -> str:
        """The path of the block that it stands in."""
        return ".".join(self.place[:-1])

    @property
    def anchor(self) -> str:
        """Where the page has it."""
        return self.path.replace(NAME, "name")

    @property
    def setting(self) -> str:
        """What is the same for all places in which it may be set; a block of named blocks is set where it stands."""
        if NAME in (self.place[-1], *(name for name, _, _ in below(self.node))):
            return self.path
        return re.sub(r"^(run\.|datasets\.<name>\.|autoencoders\.<name>\.)+", "", self.path)

    @property
    def is_block(self) -> bool:
        """Whether other keys stand below it."""
        return any(True for _ in below(self.node))

    @property
    def is_value(self) -> bool:
        """Whether it may be anything but a block."""
        return not self.is_block or bool(alternatives(self.node)) or self.node.get("type") == "array"


def keys(schema: Node) -> list[Key]:
    """Every key that a configuration may have, in the order of its schema, blocks before what is in them."""
    return list(walk(resolved(schema, schema), schema, ()))


def walk(node: Node, schema: Node, place: tuple[str, ...]) -> Iterator[Key]:
    """The keys below a place, and those below them; one that several alternatives have is one key."""
    named = defaultdict(list)
    for name, child, required in below(node):
        named[name].append((resolved(child, schema), required))
    for name, variants in named.items():
        nodes = [variant for i, (variant, _) in enumerate(variants) if variant not in [v for v, _ in variants[:i]]]
        texts = dict.fromkeys(variant.get("description", "") for variant in nodes)
        merged = nodes[0] if len(nodes) == 1 else {"oneOf": nodes, "description": "; or ".join(texts)}
        key = Key((*place, name), merged, all(required for _, required in variants))
        yield key
        yield from walk(merged, schema, key.place)


def below(node: Node) -> Iterator[tuple[str, Node, bool]]:
    """Name, schema and necessity of what may stand directly in a block, or in the blocks of a list."""
    for name, child in node.get("properties", {}).items():
        yield name, child, name in node.get("required", [])
    for child in (node.get("additionalProperties"), *node.get("patternProperties", {}).values()):
        if isinstance(child, dict):
            yield NAME, child, False
    for part in ([node["items"]] if "items" in node else []) + alternatives(node):
        yield from below(part)


def alternatives(node: Node) -> list[Node]:
    """The schemas of which one has to hold, beside what a block may be."""
    return [*node.get("oneOf", []), *node.get("anyOf", []), *(node[name] for name in ("then", "else") if name in node)]


def resolved(node: Node, schema: Node) -> Node:
    """A schema with what it refers to in it; what it says itself comes first."""
    node = dict(node)
    while "$ref" in node or "allOf" in node:
        parts = node.pop("allOf", [])
        if reference := node.pop("$ref", None):
            parts = [reduce(lambda inner, name: inner[name], reference.split("/")[1:], schema), *parts]
        for part in parts:
            properties = {**part.get("properties", {}), **node.get("properties", {})}
            node = {**part, **node, **({"properties": properties} if properties else {})}
    for name in node.keys() & {"oneOf", "anyOf"}:
        node[name] = [resolved(part, schema) for part in node[name]]
    for name in node.keys() & {"then", "else", "items"}:
        node[name] = resolved(node[name], schema)
    return node


def limits(node: Node) -> str:
    """The range of a number in words."""
    least, most = node.get("minimum"), node.get("maximum")
    above, under = node.get("exclusiveMinimum"), node.get("exclusiveMaximum")
    if least is not None and most is not None:
        return f"{least} to {most}"
    if above is not None and under is not None:
        return f"between {above} and {under}"
    words = {"{} or more": least, "above {}": above, "{} at most": most, "below {}": under}
    return ", ".join(text.format(limit) for text, limit in words.items() if limit is not None)


def allowed(node: Node, plural: bool = False) -> str:
    """What a value may be, in words; `plural` inside of a list."""
    ending = "s" if plural else ""
    if "title" in node:
        return f"{node['title']}{ending}"
    if "const" in node:
        return code(node["const"])
    if "enum" in node:
        return " or ".join(filter(None, [", ".join(map(code, node["enum"][:-1])), code(node["enum"][-1])]))
    if parts := alternatives(node):
        parts += [{"type": "object"}] if "properties" in node else []
        return ", or ".join(dict.fromkeys(allowed(part, plural) for part in parts))
    if node.get("type") == "array":
        items = node.get("items", {})
        single = "enum" in items or alternatives(items)
        text = f"list{ending} of " + (f"values, each {allowed(items)}" if single else allowed(items, plural=True))
        least, most = node.get("minItems", 0), node.get("maxItems")
        number = f"{least} of them" if least == most else f"{least} at least" if least else ""
        return "; ".join(filter(None, [text, number, "none twice" if node.get("uniqueItems") else ""]))
    if node.get("type") == "boolean":
        return "`true` or `false`"
    kind: str = node.get("type", "value")
    noun = {"string": "text", "object": "block"}.get(kind, kind) + ending
    return f"{noun} ({limits(node)})" if limits(node) else noun


class OneLine(yaml.SafeDumper):
    """Writes what occurs twice twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """Without `&` and `*`."""
        return True


def code(value: object) -> str:
    """A value as YAML has it, in one line."""
    text = yaml.dump([value], Dumper=OneLine, default_flow_style=True, allow_unicode=True, width=10_000)
    return f"`{text.strip()[1:-1]}`"


def found(config: Any, place: tuple[str, ...]) -> list[tuple[str, Any]]:
    """The values at a place of a configuration, each with the names that `<name>` stands for there."""
    if not place:
        return [("", config)]
    if not isinstance(config, dict):
        return []
    name, *rest = place
    return [
        (".".join(filter(None, [key if name == NAME else "", inner])), value)
        for key in config
        if name in (NAME, key)
        for inner, value in found(config[key], tuple(rest))
    ]


def shipped(key: Key, config: Node) -> str:
    """What config.yaml sets a key to, and what holds without it."""
    by_value = defaultdict(list)
    for name, value in found(config, key.place):
        by_value[code(value)].append(name)
    runs = [f"{value} ({', '.join(names)})" if any(names) else value for value, names in by_value.items()]
    if len(runs) > SHOWN:
        return f"{runs[0]}, and others"
    if "default" in key.node and (NAME in key.place or not runs):
        runs.append(f"{'else ' if runs else ''}{code(key.node['default'])}")
    return "; ".join(runs)


def text(words: str) -> str:
    """Words for a page: what looks like a tag or like emphasis is none, and code stays code."""
    parts = re.split(r"(`[^`]*`)", words)
    return "".join(part if part.startswith("`") else re.sub(r"([<*])", r"\\\1", part) for part in parts)


def row(key: Key, block: str, config: Node, twin: Key | None = None) -> str:
    """A row of a block's table; of a block that has the keys of another one, its `twin`."""
    what = text(key.node.get("description", "").removesuffix(f"; {limits(key.node)}"))
    if twin is not None:
        values, now = f"keys of [`{twin.path}`](#{twin.anchor})", ""
    else:
        values = allowed(key.node) + (f" ([its keys](#{key.anchor}))" if key.is_block else "")
        now = shipped(key, config)
    needed = " (required)" if key.required and NAME in key.place else ""
    anchor = "" if key.is_block else f'<a id="{key.anchor}"></a>'
    runs = [f"{anchor}`{key.path.removeprefix(f'{block}.')}`{needed}", what, values, now]
    return "| " + " | ".join(run.replace("|", "\\|") for run in runs) + " |"


def elsewhere(here: list[Key], everything: list[Key]) -> Iterator[str]:
    """In which other blocks the keys of a block may stand, in sentences."""
    blocks = defaultdict(list)
    for key in here:
        others = [other.block for other in everything if other.setting == key.setting and other.path != key.path]
        blocks[tuple(others)].append(key.place[-1])
    for others_of, names in blocks.items():
        if others_of:
            who = "All" if len(blocks) == 1 and len(names) > 1 else ", ".join(f"`{name}`" for name in names)
            yield f"{who} may also stand in {', '.join(f'`{other}`' for other in others_of)}."


def page(schema: Node, config: Node) -> str:
    """The reference as a page of Markdown: a heading and a table for each block, and each setting once."""
    everything = keys(schema)
    values = [key for key in everything if key.is_value]
    blocks: dict[str, Key] = {}  # setting -> the block that is nearest to the top
    for key in sorted(everything, key=lambda key: len(key.place)):
        if key.is_block:
            blocks.setdefault(key.setting, key)
    parts = [INTRODUCTION]
    for block in (key for key in everything if blocks.get(key.setting) == key):
        rows = []
        for key in (key for key in everything if key.block == block.path):
            twin = blocks.get(key.setting) if key.is_block else None
            if twin is not None and twin != key:
                told = {value.setting for value in values if value.path.startswith(f"{twin.path}.")}
                here = [value for value in values if value.path.startswith(f"{key.path}.")]
                more = [value for value in here if value.setting not in told]
                rows += [row(key, block.path, config, twin), *(row(value, block.path, config) for value in more)]
            elif key.is_value:
                rows.append(row(key, block.path, config))
        about = text(block.node.get("description", ""))
        parts.append(f'{"#" * (2 + (len(block.place) > 1))} <a id="{block.anchor}"></a>`{block.path}`\n')
        parts += [f"{about[:1].upper()}{about[1:]}.\n"] if about else []
        if rows:
            head = ["| key | what it is | allowed | as shipped |", "| --- | --- | --- | --- |"]
            parts.append("\n".join([*head, *rows, ""]))
        parts += [f"{where}\n" for where in elsewhere([key for key in values if key.block == block.path], values)]
    terms = [node for node in schema.get("$defs", {}).values() if "title" in node]
    if terms:
        parts += ["## Words\n", *(f"- *{node['title']}*: {text(node['description'])}" for node in terms), ""]
    return "\n".join(parts).strip() + "\n"


def main() -> None:
    """Prints the page."""
    print(page(yaml.safe_load(SCHEMA.read_text()), yaml.safe_load(SHIPPED.read_text())), end="")


if __name__ == "__main__":
    main()
