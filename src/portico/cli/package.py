"""A folder as the zip of a function: what goes in, in which order, and where its handler is."""

import ast
import io
import os
import re
import zipfile
from pathlib import Path

from portico.store.data_key import KEY_FILE

_LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store"}
)
_MODULES = ("lambda_function", "app", "handler", "main", "index")
_FUNCTIONS = ("lambda_handler", "handler", "main")
_SCRIPTS = (".mjs", ".js", ".cjs")  # of Node.js
_EXPORTED = re.compile(
    rb"^\s*export\s+(?:const|let|(?:async\s+)?function)\s+handler\b|\bexports\.handler\s*=", re.MULTILINE
)
Stamp = tuple[tuple[str, int, int], ...]
_EPOCH = (1980, 1, 1, 0, 0, 0)


def files_of(folder: Path) -> list[Path]:
    """The files that belong to the function, in order: without version control, caches, virtual environments (folders with a
    `pyvenv.cfg`) and Portico data directories (folders with a data key)."""
    found: list[Path] = []
    for root, folders, names in os.walk(folder):
        here = Path(root)
        folders[:] = sorted(name for name in folders if name not in _LEFT_OUT and not _foreign(here / name))
        found += [
            here / name for name in sorted(names) if name not in _LEFT_OUT and not name.endswith(".pyc")
        ]
    return found


def _foreign(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").exists() or folder.name == ".portico" or (folder / KEY_FILE).exists()


def zipped(path: Path) -> bytes:
    """The zip of a folder or of a single file; a path that is a zip already is taken as it is. Equal contents give equal bytes, so
    that a deployment without changes changes nothing."""
    if path.is_file() and path.suffix == ".zip":
        return path.read_bytes()
    base, files = (path.parent, [path]) if path.is_file() else (path, files_of(path))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(str(file.relative_to(base)), _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o755 if os.access(file, os.X_OK) else 0o644) << 16
            archive.writestr(info, file.read_bytes())
    return buffer.getvalue()


def handler_of(path: Path) -> str | None:
    """The handler that a folder or file in Python or for Node.js offers by the usual names (`app.handler`), or None."""
    suffixes = (".py", *_SCRIPTS)
    candidates = (
        [path] if path.is_file() else [path / f"{m}{suffix}" for suffix in suffixes for m in _MODULES]
    )
    for file in candidates:
        if not file.exists():
            continue
        if file.suffix in _SCRIPTS and _EXPORTED.search(file.read_bytes()):
            return f"{file.stem}.handler"
        if file.suffix == ".py":
            defined = _functions(file)
            for name in _FUNCTIONS:
                if name in defined:
                    return f"{file.stem}.{name}"
    return None


def is_for_node(path: Path, handler: str) -> bool:
    """Whether the module that `handler` names is a script for Node.js."""
    base = path.parent if path.is_file() else path
    return any((base / f"{handler.rpartition('.')[0]}{suffix}").is_file() for suffix in _SCRIPTS)


def doubt(path: Path, handler: str) -> str:
    """Why a function in Python will hardly start with this handler, or "": layers may bring modules that are not seen here."""
    base = path.parent if path.is_file() else path
    module, _, name = handler.rpartition(".")
    file = base / f"{module.replace('.', '/')}.py"
    if path.suffix == ".zip" or file.with_suffix("").is_dir():
        return ""
    if not file.is_file():
        return f"there is no {file} for the handler {handler}"
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError) as error:
        return f"{file} can't be read as Python: {error}"
    return "" if {name, "*"} & _names(tree) else f"{file} has no {name} for the handler {handler}"


def _names(tree: ast.AST) -> set[str]:
    """Every name that is defined, assigned or imported anywhere in a module."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.alias):
            found.add(node.asname or node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
    return found


def _functions(file: Path) -> set[str]:
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return set()
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in node.names}
    return names


def stamp(path: Path) -> Stamp:
    """What `--watch` compares: name, size and time of change of each file."""
    files = [path] if path.is_file() else files_of(path)
    rows = []
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        rows.append((str(file), status.st_size, status.st_mtime_ns))
    return tuple(rows)
