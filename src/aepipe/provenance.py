"""Which code a result comes from: digests of the modules that a script uses, through its imports.

Snakemake sees a change of a script, but not of what it imports. So every rule carries, as parameters, a digest of
each module of this project that its script reaches: a change of code reruns the rules that use it, and only them.
Digests are of the syntax tree without docstrings: comments, docstrings, formatting and file times don't count.
A template, a style sheet or a browser's script that lies beside a module of this package counts as its code, too.

Imported by the Snakefile, so nothing here imports torch.
"""

import ast
import hashlib
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "aepipe"
BESIDE = (".css", ".html", ".js")


def code_of_script(path: str | Path) -> list[str]:
    """`name digest` of a script, and of each module of the project that it reaches, sorted by name."""
    path = Path(path)
    return [f"{path.name} {digest(path)}", *code_of_modules(*imports(path, ""))]


def code_of_modules(*modules: str) -> list[str]:
    """`name digest` of modules, and of each module of the project that they reach, sorted; then what is beside."""
    found: dict[str, Path] = {}
    waiting = [module for module in modules if source(module)]
    while waiting:
        module = waiting.pop()
        path = source(module)
        if path is None or module in found:
            continue
        found[module] = path
        waiting.extend(imports(path, module))
    ours = {path.parent for module, path in found.items() if module.partition(".")[0] == PACKAGE}
    beside = [file for folder in ours for file in folder.iterdir() if file.suffix in BESIDE]
    return [f"{module} {digest(path)}" for module, path in sorted(found.items())] + [
        f"{file.name} {digest_of_bytes(file)}" for file in sorted(beside)
    ]


@cache
def source(module: str) -> Path | None:
    """The file of a module, or None; found without importing anything, which `find_spec` does with parents."""
    top, *inner = module.split(".")
    if top == "__main__":
        return None  # the program that asks, another one in each job
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
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
def imports(path: Path, module: str) -> tuple[str, ...]:
    """The project's modules that a file imports, at its top or anywhere else.

    A user's own module, outside the package, counts those beside it as the project's, too.
    """
    project = {PACKAGE, module.partition(".")[0]} - {""}
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    return tuple(
        name
        for name in imported_names(tree(path), package)
        if name.partition(".")[0] in project and source(name) is not None
    )


def imported_names(node: ast.Module, package: str) -> Iterator[str]:
    """Every dotted name that the import statements of a file in a package may mean."""
    for statement in ast.walk(node):
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            module = absolute(statement, package)
            yield module
            # `from package import module` names a module, `from module import function` doesn't
            yield from (f"{module}.{alias.name}" for alias in statement.names)


def absolute(statement: ast.ImportFrom, package: str) -> str:
    """The module that is imported from; a first dot stands for the package, each other for the one around it."""
    around = package.split(".")[: 1 - statement.level or None] if statement.level else []
    return ".".join(filter(None, [*around, statement.module]))


@cache
def digest_of_bytes(path: Path) -> str:
    """Twelve hexadecimal digits that stand for all that is in a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


@cache
def digest(path: Path) -> str:
    """Twelve hexadecimal digits that stand for the code of a file, and for nothing else of it."""
    return hashlib.sha256(repr(plain(tree(path))).encode()).hexdigest()[:12]


def plain(node: object) -> object:
    """A syntax tree as tuples, without docstrings, positions and empty fields, which differ between Pythons."""
    if isinstance(node, list):
        return tuple(plain(item) for item in node)
    if not isinstance(node, ast.AST):
        return node
    fields = dict(ast.iter_fields(node))
    if has_docstring(node):
        fields["body"] = fields["body"][1:]
    return (
        type(node).__name__,
        *((name, plain(value)) for name, value in fields.items() if value not in (None, []) and name != "kind"),
    )


def has_docstring(node: ast.AST) -> bool:
    """Whether a module, class or function begins with a docstring."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return False
    first = node.body[0]
    return isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str)
