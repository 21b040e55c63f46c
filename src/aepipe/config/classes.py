"""What the source of an autoencoder's class tells before anything is run: where it comes from, what it asks for.

Imported by the Snakefile, so nothing here imports torch; the classes themselves are tried when they are trained
(`aepipe.models.contract`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from aepipe.provenance import digests
from snakemake_executor_plugin_prefork.imports import absolute, package_of, source, tree

BASE = "aepipe.models.base.Autoencoder"
#: Modules that have no autoencoders of ours.
FOREIGN = ("torch", "builtins", "abc", "typing")
#: What `build` gives every constructor, besides its settings.
POSITIONAL, WIDTHS = ["self", "image_shape", "latent_dim"], {"encoder_widths", "decoder_widths"}


@dataclass(frozen=True)
class Lineage:
    """A class and those that it inherits from, as far as they can be read."""

    classes: list[ast.ClassDef]  # the nearest first, without Autoencoder
    is_autoencoder: bool | None  # None where a base can't be read

    def method(self, name: str, after: int = 0) -> tuple[int, ast.FunctionDef] | None:
        """The first definition of a method from a class on, and that class's place; None where it is Autoencoder's."""
        for place, node in enumerate(self.classes[after:], after):
            if name in (own := methods(node)):
                return place, own[name]
        return None


def class_problems(name: str, entry: dict[str, Any]) -> Iterator[str]:
    """Whether an entry's class is there, is an autoencoder, and asks for the settings that it is given."""
    key = f"autoencoders.{name}"
    module, _, class_name = entry["class"].rpartition(".")
    path = source(module)
    if path is None:
        yield f"{key}.class: no module {module!r}; give module.Class, as aepipe.models.vae.VAE"
        return
    try:
        digests.code_of_modules(module)
    except SyntaxError as error:
        yield f"{key}.class: {module} can't be imported: {error}"
        return
    there = found(entry["class"])
    if there is None:
        classes = ", ".join(node.name for node in tree(path).body if isinstance(node, ast.ClassDef))
        yield f"{key}.class: {module} has no class {class_name!r}; it has: {classes or 'none'}"
        return
    lineage = read(*there)
    if lineage.is_autoencoder is False:
        yield f"{key}.class: {class_name} is no autoencoder; write class {class_name}(Autoencoder), of {BASE}"
        return
    yield from (f"{key}.class: {class_name}{problem}" for problem in method_problems(lineage, path))
    if "layerwise" in entry.get("training", {}) and (own := overridden(lineage)):
        yield f"{key}.training.layerwise: is for Autoencoder's layers alone; {class_name} has its own {', '.join(own)}"
    yield from (f"{key}.{problem}" for problem in setting_problems(lineage, class_name, entry.get("settings", {})))


@cache
def found(dotted: str) -> tuple[str, ast.ClassDef] | None:
    """A class by its dotted name, with the module that defines it; through modules that only import it."""
    module, _, name = dotted.rpartition(".")
    path = source(module)
    if path is None:
        return None
    for node in tree(path).body:
        if isinstance(node, ast.ClassDef) and node.name == name:
            return module, node
    imported = imported_names(module).get(name)
    return found(imported) if imported and imported != dotted else None


def imported_names(module: str) -> dict[str, str]:
    """Name in a module -> the dotted name of what it has imported so."""
    path = source(module)
    if path is None:
        return {}
    package = package_of(path, module)
    names: dict[str, str] = {}
    for node in tree(path).body:
        if isinstance(node, ast.Import):
            names |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            origin = absolute(node, package)
            names |= {alias.asname or alias.name: f"{origin}.{alias.name}" for alias in node.names}
    return names


def read(module: str, node: ast.ClassDef) -> Lineage:
    """The lineage of a class of a module."""
    if f"{module}.{node.name}" == BASE:
        return Lineage([], True)
    names = imported_names(module)
    classes, answers = [node], list[bool | None]()
    for base in node.bases:
        written = ast.unparse(base)
        first, dot, rest = written.partition(".")
        origin = names[first] + dot + rest if first in names else written if dot else f"{module}.{written}"
        if (there := found(origin)) is not None:
            lineage = read(*there)
            classes += lineage.classes
            answers.append(lineage.is_autoencoder)
        else:
            answers.append(False if origin.partition(".")[0] in FOREIGN else None)
    return Lineage(classes, True if True in answers else None if None in answers else False)


def methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    """The plain methods of a class, by name; those with decorators are anything."""
    return {item.name: item for item in node.body if isinstance(item, ast.FunctionDef) and not item.decorator_list}


def contract() -> dict[str, ast.FunctionDef]:
    """The methods of Autoencoder, by name."""
    there = found(BASE)
    return methods(there[1]) if there else {}


def overridden(lineage: Lineage) -> list[str]:
    """The methods of Autoencoder that a class has its own of, or inherits from another; settings are no matter."""
    return [name for name in contract() if name != "__init__" and lineage.method(name)]


def method_problems(lineage: Lineage, module: Path) -> Iterator[str]:
    """Methods that can't be called as Autoencoder's are, or are named almost like them and called by nothing."""
    names = contract()
    for name in sorted(names.keys() - {"__init__"}):
        own = lineage.method(name)
        if own is not None and not takes(own[1], names[name]):
            yield f".{name}({ast.unparse(own[1].args)}) can't be called as {name}({ast.unparse(names[name].args)})"
    used = {node.attr for node in ast.walk(tree(module)) if isinstance(node, ast.Attribute)}
    written = {name for node in lineage.classes[:1] for name in methods(node)}  # nothing is, of Autoencoder itself
    for name in sorted(written - names.keys() - used):
        if meant := get_close_matches(name, names, n=1, cutoff=0.75):
            yield f" has a method {name!r}, which nothing calls; is it {meant[0]!r}?"


def takes(own: ast.FunctionDef, asked: ast.FunctionDef) -> bool:
    """Whether a method can be called with the arguments of another."""
    arguments, wanted = own.args, asked.args
    positional = [*arguments.posonlyargs, *arguments.args]
    count, required = len(wanted.args), len(positional) - len(arguments.defaults)
    names = {arg.arg for arg in wanted.kwonlyargs}
    by_name = {arg.arg for arg in (*arguments.kwonlyargs, *positional[count:])}
    needed = {arg.arg for arg, default in keyword_only(arguments) if default is None}
    needed |= {arg.arg for arg in positional[count:required]}
    enough = len(positional) >= count or arguments.vararg is not None
    return enough and needed <= names and (names <= by_name or arguments.kwarg is not None)


def keyword_only(arguments: ast.arguments) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Keyword-only arguments and their defaults."""
    return zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def setting_problems(lineage: Lineage, class_name: str, settings: dict[str, Any]) -> Iterator[str]:
    """Settings that the constructor does not know, or lacks."""
    known = constructor_settings(lineage)
    if known is None:
        return
    required, optional = known
    if missing := sorted(WIDTHS - required - optional):
        yield f"class: {class_name}.__init__ has to take {' and '.join(missing)}, or **widths, by name"
    required, optional = required - WIDTHS, optional - WIDTHS
    for setting in sorted(set(settings) - required - optional):
        allowed = ", ".join(sorted(required | optional)) or "none"
        yield f"settings: {class_name} has no setting {setting!r}; allowed: {allowed}"
    for setting in sorted(required - set(settings)):
        yield f"settings: {class_name} needs the setting {setting!r}"


def constructor_settings(lineage: Lineage, after: int = 0) -> tuple[set[str], set[str]] | None:
    """Required and optional arguments of a constructor by name, widths among them, read from its source.

    A constructor with **named arguments takes those of the next class's, too, but for those that it gives itself.
    None where one of them can't be read.
    """
    own = lineage.method("__init__", after)
    if own is None:
        return (set(WIDTHS), set()) if lineage.is_autoencoder else None
    place, node = own
    positional = [*node.args.posonlyargs, *node.args.args]
    named = positional[len(POSITIONAL) :]
    defaults = len(node.args.defaults)
    optional = {arg.arg for arg in (named[-defaults:] if defaults else [])}
    optional |= {arg.arg for arg, default in keyword_only(node.args) if default is not None}
    required = {arg.arg for arg in (*named, *node.args.kwonlyargs)} - optional
    if node.args.kwarg is None:
        return required, optional
    inherited = constructor_settings(lineage, place + 1)
    if inherited is None:
        return None
    given = given_to_next(node)
    both = required | optional
    return required | (inherited[0] - given - both), optional | (inherited[1] - given - both)


def given_to_next(constructor: ast.FunctionDef) -> set[str]:
    """The names of the arguments that a constructor gives super().__init__ itself."""
    calls = [node for node in ast.walk(constructor) if isinstance(node, ast.Call)]
    supers = [call for call in calls if ast.unparse(call.func) == "super().__init__"]
    return {keyword.arg for call in supers for keyword in call.keywords if keyword.arg}
