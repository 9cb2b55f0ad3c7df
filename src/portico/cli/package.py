"""A folder as the zip of a function: what goes in, in which order, and where its handler is."""

import ast
import io
import os
import zipfile
from pathlib import Path

from portico.store.data_key import KEY_FILE

_LEFT_OUT = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".DS_Store"}
)
_MODULES = ("lambda_function", "app", "handler", "main", "index")
_FUNCTIONS = ("lambda_handler", "handler", "main")
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
    """The handler that a Python folder or file offers by the usual names (`app.handler`), or None."""
    candidates = [path] if path.is_file() else [path / f"{name}.py" for name in _MODULES]
    for file in candidates:
        if file.suffix == ".py" and file.exists():
            defined = _functions(file)
            for name in _FUNCTIONS:
                if name in defined:
                    return f"{file.stem}.{name}"
    return None


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


def stamp(path: Path) -> tuple[tuple[str, int, int], ...]:
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
