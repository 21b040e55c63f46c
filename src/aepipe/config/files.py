"""Whether a configuration file can be read, and says what it seems to.

Snakemake's loader doesn't name the files that it can't read. YAML 1.1 takes the last of two equal keys, reads 010 as 8
and 1:30 as 90, and lets a block contain itself. So files are read here first.

Imported by the Snakefile and by profiles/default, so nothing here imports torch.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

from aepipe.errors import ConfigurationError

#: What a file of settings may have: bytes; values, those that aliases repeat included; blocks inside each other.
MOST_BYTES, MOST_VALUES, MOST_LEVELS = 200_000, 100_000, 50
#: Numbers that YAML 1.1 and its readers may take for different ones: octal, hexadecimal, binary and sexagesimal.
AMBIGUOUS = re.compile(r"[-+]?0[0-9_xb]|.*:")
#: What --config takes.
ASSIGNMENT = re.compile(r"[a-zA-Z_][\w-]*=")
NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def check_overlays(arguments: list[str]) -> None:
    """Ends the program with a message where what is given with `--configfile` or `--config` can't be used.

    Called by profiles/default, as Snakemake reads these before the Snakefile.
    """
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--configfile", "--configfiles", nargs="*", default=[])
    parser.add_argument("--config", "-C", nargs="*", default=[])
    given = parser.parse_known_args(arguments)[0]
    for setting in given.config:
        if not ASSIGNMENT.match(setting):
            sys.exit(f"--config {setting}: expected key=value, with a first-level key, as in 'training={{epochs: 3}}'")
    for path in given.configfile:
        try:
            check_file(path)
        except ConfigurationError as error:
            sys.exit(str(error))


def check_file(path: str) -> None:
    """Refuses a YAML or JSON file of settings that can't be read, or that says something else than it seems to.

    Raises:
        ConfigurationError: a line for each problem, with the file, the line and the key.
    """
    text = text_of(path)
    try:
        loader = yaml.FullLoader(text)  # as Snakemake does
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            what = "empty" if root is None else "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
            raise ConfigurationError(
                f"{path} can't be read: it is {what}; expected keys at top level, such as training: {{epochs: 20}}"
            )
        sizes: dict[int, tuple[int, int] | None] = {}
        problems = list(problems_in(root, (), sizes)) or list(excess(sizes[id(root)]))
        if not problems:
            loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        advice = "; indent with spaces" if "'\\t'" in str(error.problem) else ""
        if isinstance(error, yaml.composer.ComposerError) and "another document" in str(error.problem):
            advice = ", and settings are one; remove this ---"
        raise ConfigurationError(f"{path} can't be read: {place}{error.problem or error.context}{advice}") from error
    except RecursionError as error:
        raise ConfigurationError(f"{path} can't be read: {too_deep()}") from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigurationError(
            f"{path} can't be read: line {line}: the character {chr(error.character)!r} is not allowed; remove it"
        ) from error
    except (yaml.YAMLError, ValueError, TypeError, OverflowError) as error:
        raise ConfigurationError(f"{path} can't be read: {' '.join(str(error).split())}") from error
    if problems:
        raise ConfigurationError("\n".join(f"{path}, {problem}" for problem in problems))


def text_of(path: str) -> str:
    """The text of a file; of JSON, with spaces instead of tabs, so that it is YAML, too."""
    try:
        if not Path(path).is_file():
            raise ConfigurationError(
                f"{path} can't be read: there is no such file; give files of settings after --configfile, and targets "
                "before it"
            )
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"{path} can't be read: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > MOST_BYTES:
        raise ConfigurationError(f"{path} can't be read: it has more than {MOST_BYTES:,} bytes; is it another file?")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise ConfigurationError(
            f"{path} can't be read: line {line}: the byte 0x{content[error.start]:02x} is not UTF-8; save it as UTF-8"
        ) from error
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return text.replace("\t", " ")


def problems_in(node: yaml.Node, key: tuple[str, ...], sizes: dict[int, tuple[int, int] | None]) -> Iterator[str]:
    """Keys given twice, blocks that contain themselves, and ambiguous numbers.

    Args:
        node: of the syntax.
        key: that leads to it.
        sizes: of each node seen so far, how many values and levels it has; None while these are being counted.
    """
    line = f"line {node.start_mark.line + 1}: {dotted(key)}"
    if id(node) in sizes:
        if sizes[id(node)] is None:
            yield f"{line} contains itself, through an alias (*); write out what it should contain"
            sizes[id(node)] = 1, 1  # say so once
        return
    sizes[id(node)] = None
    inside: list[tuple[yaml.Node, str]] = []
    if isinstance(node, yaml.MappingNode):
        first: dict[tuple[str, str], yaml.Node] = {}
        for name, value in node.value:
            is_scalar = isinstance(name, yaml.ScalarNode)
            inside += [(name, "a key"), (value, name.value if is_scalar else "a key")]
            if not is_scalar:
                continue
            before = first.setdefault((name.tag, name.value), name)
            if before is not name:
                where, first_line = dotted((*key, name.value)), before.start_mark.line + 1
                yield (
                    f"line {name.start_mark.line + 1}: {where} is given twice, first in line {first_line}; keep one "
                    "of them"
                )
    elif isinstance(node, yaml.SequenceNode):
        inside += [(item, str(index)) for index, item in enumerate(node.value)]
    elif node.tag != "tag:yaml.org,2002:merge":
        try:
            value = yaml.FullLoader("").construct_object(node)
        except (ValueError, OverflowError):
            kind = node.tag.rpartition(":")[2]
            yield f"{line}: YAML takes this for type {kind}, and can't read it; correct it, or put it in quotes"
        else:
            if node.tag in NUMBERS and AMBIGUOUS.match(node.value):
                meaning = f"{value:g}" if abs(value) < 1e15 else "a large number"
                yield f"{line}: YAML reads {node.value[:50]} as {meaning}; write a decimal number, or put it in quotes"
    for child, name in inside:
        yield from problems_in(child, (*key, name), sizes)
    known = [sizes[id(child)] or (1, 1) for child, _ in inside]
    sizes[id(node)] = 1 + sum(values for values, _ in known), 1 + max((levels for _, levels in known), default=0)


def excess(size: tuple[int, int] | None) -> Iterator[str]:
    """More values or levels than settings can have."""
    values, levels = size or (0, 0)
    if levels > MOST_LEVELS:
        yield f"line 1: {too_deep()}"
    if values > MOST_VALUES:
        yield f"line 1: aliases (*) repeat blocks to more than {MOST_VALUES:,} values; write out what is needed"


def dotted(path: Iterable[object]) -> str:
    """Keys and indices in one line; keys that YAML allows, but no line, as Python writes them."""
    keys = (key if isinstance(key, str) and key.isprintable() else repr(key) for key in path)
    return ".".join(keys) or "the configuration"


def too_deep() -> str:
    """What is said of blocks in blocks in blocks."""
    return f"more than {MOST_LEVELS} blocks or lists are inside each other; write fewer"
