"""What goes into the zip that `portico deploy` makes, and where the handler is found."""

import io
import zipfile
from pathlib import Path

import pytest

from portico.cli.package import handler_of, zipped
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
    ],
)
def test_the_handler_is_found(tmp_path: Path, file: str, source: str, found: str | None) -> None:
    (tmp_path / file).write_text(source)
    assert handler_of(tmp_path) == found
