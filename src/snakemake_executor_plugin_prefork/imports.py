"""What Python files import, read from their syntax: nothing is run."""

import ast
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

#: What libraries may look at when they are imported.
SETTINGS = ("os.environ", "sys.path")
#: Folders of installed libraries.
INSTALLED = {"site-packages", "dist-packages"}


@cache
def libraries(script: Path, *folders: Path) -> tuple[str, ...]:
    """Installed modules that a script imports at once, itself or through modules of its project.

    What functions import is left out, and what a file imports after it has to do with `os.environ` or `sys.path`, which
    libraries may look at. Names of objects may be among those of modules.

    Args:
        script: a Python file.
        folders: where its project's modules lie, besides Python's own path.
    """
    found: dict[str, None] = {}
    seen: set[Path] = set()
    waiting = [(script, "")]
    while waiting:
        path, module = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        try:
            names = imported_names(path, module, at_once=True)
        except (OSError, SyntaxError, ValueError):
            continue  # the job says so
        for name in names:
            top = name.partition(".")[0]
            if is_library(top, *folders):
                found[name] = None
            elif file := source(name, *folders):
                waiting.append((file, name))
    return tuple(found)


@cache
def is_library(top: str, *folders: Path) -> bool:
    """Whether a module without a dot in its name is installed, and so no code of a project."""
    if top in sys.stdlib_module_names:
        return True
    spec = spec_of(top, *folders)
    places = [spec.origin, *(spec.submodule_search_locations or ())] if spec else []
    return any(INSTALLED & set(Path(place).parts) for place in places if place)


def spec_of(top: str, *folders: Path) -> importlib.machinery.ModuleSpec | None:
    """Where Python finds a module without a dot in its name, if anywhere; it isn't imported."""
    try:
        found = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        found = None
    return found or importlib.machinery.PathFinder.find_spec(top, [str(folder) for folder in folders])


@cache
def source(module: str, *folders: Path) -> Path | None:
    """The file of a module, or None; found without importing anything, which `find_spec` does with parents."""
    top, *inner = module.split(".")
    if top == "__main__":
        return None  # the program that asks, another one in each job
    spec = spec_of(top, *folders)
    if spec is None:
        return None
    if not inner:
        return Path(spec.origin) if spec.origin and spec.origin.endswith(".py") else None
    paths = [Path(folder, *inner) for folder in spec.submodule_search_locations or ()]
    candidates = [file for path in paths for file in (path.with_suffix(".py"), path / "__init__.py")]
    return next((candidate for candidate in candidates if candidate.is_file()), None)


@cache
def tree(path: Path) -> ast.Module:
    """The syntax tree of a file; SyntaxError where it isn't Python."""
    return ast.parse(path.read_bytes(), filename=str(path))


@cache
def imported_names(path: Path, module: str, *, at_once: bool = False) -> list[str]:
    """Every dotted name that the import statements of a module's file may mean; for `at_once`, see `libraries`."""
    names = []
    for statement in run_at_once(tree(path)) if at_once else ast.walk(tree(path)):
        if isinstance(statement, ast.Import):
            names += [alias.name for alias in statement.names]
        elif isinstance(statement, ast.ImportFrom):
            origin = absolute(statement, package_of(path, module))
            # `from package import module` names a module, `from module import function` doesn't
            names += [origin, *(f"{origin}.{alias.name}" for alias in statement.names)]
    return names


def run_at_once(module: ast.Module) -> Iterator[ast.AST]:
    """What of a file is run with it, up to where the file has to do with `os.environ` or `sys.path`."""
    for statement in module.body:
        nodes = list(run_with(statement))
        if any(isinstance(node, ast.Attribute) and ast.unparse(node) in SETTINGS for node in nodes):
            return
        yield from nodes


def run_with(node: ast.AST) -> Iterator[ast.AST]:
    """What is run with a statement: all but the bodies of functions, and what only type checkers read."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return
    if isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from run_with(child)


def package_of(path: Path, module: str) -> str:
    """The package that a module's relative imports start from."""
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def absolute(statement: ast.ImportFrom, package: str) -> str:
    """The module that is imported from; a first dot stands for the package, each other for the one around it."""
    around = package.split(".")[: 1 - statement.level or None] if statement.level else []
    return ".".join(filter(None, [*around, statement.module]))
