"""What the source of an autoencoder's class tells before any job starts: that it is one, and what settings it takes.

Imported by the Snakefile, so nothing here imports torch. The class itself is tried when it is trained
(`aepipe.models.contract`).
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aepipe.config import grids
from aepipe.provenance import digests
from snakemake_executor_plugin_prefork.imports import absolute, is_library, package_of, source, tree

BASE = "aepipe.models.base.Autoencoder"
#: What `build` gives every constructor, besides its settings.
POSITIONAL, WIDTHS = ["self", "image_shape", "latent_dim"], {"encoder_widths", "decoder_widths"}
#: What `build` gives constructors of networks with convolutions, too.
CHANNELS = "channels"
#: A class and those that it inherits from, nearest first: where it is defined -> its syntax, or None if not found.
Lineage = dict[str, ast.ClassDef | None]


@dataclass(frozen=True)
class Traits:
    """What a class can be used for; where its source can't be read, all that the others can."""

    convolutional: bool = True  # takes a backbone with convolutions
    grid_codes: bool = False  # its codes are a grid, which takes convolutions
    image_loss: bool = True  # its losses compare images as `training.loss` says


def traits(dotted: str) -> Traits:
    """The traits of a class, by its dotted name."""
    try:
        classes = [*lineage(dotted).values()]
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return Traits()
    if None in classes:
        return Traits()
    own = next((methods(node)["losses"] for node in classes if "losses" in methods(node)), None)
    calls = {ast.unparse(node.func) for node in ast.walk(own) if isinstance(node, ast.Call)} if own else set()
    grids = [value for node in classes if (value := constant(node, "grid_codes")) is not None]
    return Traits(
        convolutional=takes_channels(classes),
        grid_codes=grids[:1] == ["True"],
        image_loss=not own or any(call.endswith((".image_loss", ".losses")) for call in calls),
    )


def takes_channels(classes: list[ast.ClassDef | None]) -> bool:
    """Whether constructors pass `channels` on to the base class, and have no argument of that name for themselves."""
    taken = constructor_arguments(classes)
    constructors = [methods(node)["__init__"].args for node in classes[:-1] if "__init__" in methods(node)]
    own = any(argument.arg == CHANNELS for each in constructors for argument in (*each.args, *each.kwonlyargs))
    return taken is None or (CHANNELS in taken and not own)


def constant(node: ast.ClassDef | None, name: str) -> str | None:
    """The code of what a class sets an attribute to; None if it doesn't set it."""
    for item in node.body if node else []:
        if isinstance(item, ast.Assign) and ast.unparse(item.targets[0]) == name:
            return ast.unparse(item.value)
    return None


def class_problems(name: str, entry: dict[str, Any]) -> Iterator[str]:
    """Whether an entry's class is there, is an autoencoder, and takes the settings that it is given."""
    key = f"autoencoders.{name}"
    module, _, class_name = entry["class"].rpartition(".")
    path = source(module)
    if path is None:
        yield f"{key}.class: no Python file of module {module!r}; expected module.Class, as in aepipe.models.vae.VAE"
        return
    try:
        classes = lineage(entry["class"])
        if BASE in classes:  # else, its library may be large
            digests.code_of_modules(module)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        yield f"{key}.class: {module} can't be imported: {' '.join(str(error).split()) or type(error).__name__}"
        return
    if next(iter(classes.values())) is None and not is_library(module.partition(".")[0]):
        there = ", ".join(node.name for node in tree(path).body if isinstance(node, ast.ClassDef))
        yield f"{key}.class: {module} defines no class {class_name!r}, but {there or 'none'}; name the module that does"
        return
    if BASE not in classes:
        if all(node or is_library(where.partition(".")[0]) for where, node in classes.items()):
            yield f"{key}.class: {class_name} is no autoencoder; write class {class_name}(Autoencoder), of {BASE}"
        return
    own = {method for where, node in classes.items() if where != BASE for method in methods(node)}
    if "layerwise" in entry.get("training", {}) and (own := own & methods(classes[BASE]).keys() - {"__init__"}):
        its = ", ".join(sorted(own))
        yield f"{key}.training.layerwise: needs the layers of Autoencoder; {class_name} has its own {its}"
    taken = constructor_arguments([*classes.values()])
    if taken is None:
        return
    if missing := sorted(WIDTHS - taken.keys()):
        yield f"{key}.class: {class_name}.__init__ has to take {' and '.join(missing)}, or **widths, by name"
    given = WIDTHS | ({CHANNELS} if takes_channels([*classes.values()]) else set())
    allowed, settings = sorted(taken.keys() - given), entry.get("settings", {})
    for setting in sorted(settings.keys() - set(allowed)):
        yield f"{key}.settings: {class_name} has no setting {setting!r}; allowed: {', '.join(allowed) or 'none'}"
    for block in ("grid", "space"):
        for axis in entry.get(block, {}):
            if grids.block(axis) == "settings" and axis not in allowed:
                others = ", ".join([*allowed, *grids.LAYERS, *grids.TRAINING])
                yield f"{key}.{block}: {class_name} has no setting {axis!r}; allowed: {others}"
    for setting in allowed:
        if taken[setting] and setting not in settings:
            yield f"{key}.settings: {class_name} needs the setting {setting!r}"


def lineage(dotted: str, around: tuple[str, ...] = ()) -> Lineage:
    """The lineage of a class, by its dotted name; through modules that only import it, but in no circle (`around`)."""
    module, _, name = dotted.rpartition(".")
    path = source(module) if dotted not in around else None
    around = (*around, dotted)
    found, imported = None, dict[str, str]()  # name in the module -> dotted name of what it stands for
    for node in tree(path).body if path else []:
        if path and isinstance(node, ast.Import | ast.ImportFrom):
            origin = f"{absolute(node, package_of(path, module))}." if isinstance(node, ast.ImportFrom) else ""
            imported |= {alias.asname or alias.name: origin + alias.name for alias in node.names}
        elif isinstance(node, ast.ClassDef) and node.name == name:
            found = node
    if found is None:
        return lineage(imported[name], around) if name in imported else {dotted: None}
    classes: Lineage = {dotted: found}
    for base in found.bases if dotted != BASE else []:
        first, dot, rest = ast.unparse(base).partition(".")
        above = lineage(imported.get(first, first if dot else f"{module}.{first}") + dot + rest, around)
        classes |= {where: node for where, node in above.items() if where not in classes}
    return classes


def methods(node: ast.ClassDef | None) -> dict[str, ast.FunctionDef]:
    """The methods of a class, by name."""
    return {item.name: item for item in node.body if isinstance(item, ast.FunctionDef)} if node else {}


def constructor_arguments(classes: list[ast.ClassDef | None]) -> dict[str, bool] | None:
    """What the first class's constructor takes by name -> whether it has to be given; None where that can't be read.

    One with **named arguments takes those of the next class's, too, but for those that it gives itself.
    """
    if not classes or classes[0] is None:
        return None
    inherited = constructor_arguments(classes[1:])
    constructor = methods(classes[0]).get("__init__")
    if constructor is None:
        return inherited
    arguments = constructor.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + arguments.defaults
    pairs = [*zip(positional, defaults, strict=True)][len(POSITIONAL) :]
    pairs += zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    own = {argument.arg: default is None for argument, default in pairs}
    if arguments.kwarg is None or inherited is None:
        return None if arguments.kwarg else own
    calls = [call for call in ast.walk(constructor) if isinstance(call, ast.Call)]
    given = {word.arg for call in calls if ast.unparse(call.func) == "super().__init__" for word in call.keywords}
    return {name: needed for name, needed in inherited.items() if name not in given} | own
