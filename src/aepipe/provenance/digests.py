"""Which code a result comes from: digests of the modules that a script uses, through its imports.

Snakemake sees a change of a script, but not of what it imports. So every rule carries, as parameters, a digest of
each module of this project that its script reaches: a change of code reruns the rules that use it, and only them.
Digests are of the syntax tree without docstrings: comments, docstrings, formatting and file times don't count.
A template, a style sheet or a browser's script that lies beside a module of this package counts as its code, too.
Libraries are named, without their versions: these are in the records of jobs, and rerun nothing.

Imported by the Snakefile, so nothing here imports torch.
"""

import ast
import hashlib
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from snakemake_executor_plugin_prefork.imports import imported_names, is_library, source, tree

PACKAGE = "aepipe"
BESIDE = (".css", ".html", ".js")
#: Fields of syntax trees that say how a string was written, and what the place of a name says, too.
REDUNDANT = ("kind", "ctx")


def code_of_script(path: str | Path) -> list[str]:
    """`name digest` of a script, and of each module of the project that it reaches, sorted by name; then libraries."""
    path = Path(path)
    found = reached(imports(path, ""))
    return [f"{path.name} {digest(path)}", *digests(found), *libraries({"": path, **found})]


@cache
def code_of_modules(*modules: str) -> list[str]:
    """`name digest` of modules, and of each module of the project that they reach, sorted; then libraries.

    The same list each time: every job of an autoencoder asks for it.
    """
    found = reached(modules)
    return [*digests(found), *libraries(found)]


def reached(modules: Iterable[str]) -> dict[str, Path]:
    """Modules, and each module of the project that they reach, with their files."""
    found: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        path = source(module)
        if path is None or module in found:
            continue
        found[module] = path
        waiting.extend(imports(path, module))
    return found


def digests(found: dict[str, Path]) -> list[str]:
    """`name digest` of modules, sorted; then of what is beside them."""
    ours = {path.parent for module, path in found.items() if module.partition(".")[0] == PACKAGE}
    beside = [file for folder in ours for file in folder.iterdir() if file.suffix in BESIDE]
    return [f"{module} {digest(path)}" for module, path in sorted(found.items())] + [
        f"{file.name} {digest_of_bytes(file)}" for file in sorted(beside)
    ]


def libraries(found: dict[str, Path]) -> list[str]:
    """The installed libraries that modules import, sorted; without Python's own."""
    names = {name.partition(".")[0] for module, path in found.items() for name in imported_names(path, module)}
    return sorted(name for name in names - sys.stdlib_module_names if is_library(name))


@cache
def imports(path: Path, module: str) -> tuple[str, ...]:
    """The project's modules that a file imports, at its top or anywhere else.

    A user's own module, outside the package, counts those beside it as the project's, too.
    """
    project = {PACKAGE, module.partition(".")[0]} - {""}
    return tuple(
        name for name in imported_names(path, module) if name.partition(".")[0] in project and source(name) is not None
    )


@cache
def digest_of_bytes(path: Path) -> str:
    """Twelve hexadecimal digits that stand for all that is in a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@cache
def digest(path: Path) -> str:
    """Twelve hexadecimal digits that stand for the code of a file, and for nothing else of it."""
    return hashlib.sha256(repr(plain(tree(path))).encode()).hexdigest()[:12]


def plain(node: object) -> object:
    """A syntax tree as lists, without docstrings, positions and empty fields, which differ between Pythons."""
    if isinstance(node, list):
        return [plain(item) for item in node]
    if not isinstance(node, ast.AST):
        return node
    found: list[object] = [type(node).__name__]
    for name in node._fields:
        value = getattr(node, name, None)
        if value is None or value == [] or name in REDUNDANT:
            continue
        if name == "body" and has_docstring(node):
            value = value[1:]
        found += [name, plain(value)]
    return found


def has_docstring(node: ast.AST) -> bool:
    """Whether a module, class or function begins with a docstring."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return False
    first = node.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
