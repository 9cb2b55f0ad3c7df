"""What goes into the zip that `portico deploy` makes, and where the handler is found."""

import io
import zipfile
from pathlib import Path

import pytest

from portico.cli.package import doubt, handler_of, is_for_node, zipped
from portico.store.data_key import data_key


def names(zip_bytes: bytes) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(zip_bytes)) as archive:
        return archive.namelist()


def test_only_what_belongs_to_the_function(tmp_path: Path) -> None:
    for path in (
        "app.py",
        "lib/more.py",
        "lib/__pycache__/more.pyc",
        ".git/config",
        "env/pyvenv.cfg",
        "env/x.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("")
    (tmp_path / "kept").mkdir()
    data_key(tmp_path / "kept")
    assert names(zipped(tmp_path)) == ["app.py", "lib/more.py"]


def test_equal_files_give_an_equal_zip(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
        (folder / "app.py").write_text("def handler(event, context): ...\n")
    (second / "app.py").touch()
    assert zipped(first) == zipped(second)


@pytest.mark.parametrize(
    ("file", "source", "found"),
    [
        ("app.py", "def handler(event, context): ...", "app.handler"),
        (
            "lambda_function.py",
            "async def lambda_handler(event, context): ...",
            "lambda_function.lambda_handler",
        ),
        ("main.py", "handler = wrap(run)", "main.handler"),
        ("index.py", "from web import app as handler", "index.handler"),
        ("app.py", "def other(): ...", None),
        ("app.py", "def broken(", None),
        ("index.mjs", "export const handler = async (event) => event;", "index.handler"),
        ("app.js", "exports.handler = function (event, context) {};", "app.handler"),
        ("index.cjs", "module.exports.handler = async () => 1;", "index.handler"),
        ("index.mjs", "const handler = 1;", None),
    ],
)
def test_the_handler_is_found(tmp_path: Path, file: str, source: str, found: str | None) -> None:
    (tmp_path / file).write_text(source)
    assert handler_of(tmp_path) == found


@pytest.mark.parametrize(
    ("handler", "says"),
    [
        ("app.handler", ""),
        ("app.late", ""),
        ("app.imported", ""),
        ("deep/er.handler", ""),
        ("pack.handler", ""),
        ("app.handel", "app.py has no handel for the handler app.handel"),
        ("ap.handler", "ap.py for the handler ap.handler"),
        ("broken.handler", "can't be read as Python"),
    ],
)
def test_a_handler_is_doubted(tmp_path: Path, handler: str, says: str) -> None:
    (tmp_path / "app.py").write_text(
        "from x import y as imported\ndef handler(): ...\ntry:\n    late = 1\nexcept E: ...\n"
    )
    (tmp_path / "broken.py").write_text("def handler(\n")
    for folder, file in (("deep", "er.py"), ("pack", "__init__.py")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / file).write_text("def handler(): ...\n")
    told = doubt(tmp_path, handler)
    assert says in told
    assert bool(told) == bool(says)


def test_scripts_are_for_node(tmp_path: Path) -> None:
    (tmp_path / "index.mjs").touch()
    (tmp_path / "app.py").touch()
    assert is_for_node(tmp_path, "index.count")
    assert is_for_node(tmp_path / "index.mjs", "index.count")
    assert not is_for_node(tmp_path, "app.handler")
