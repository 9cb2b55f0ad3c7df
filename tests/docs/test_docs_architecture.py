"""The files and folders that ARCHITECTURE.md and CONTRIBUTING.md name are there."""

import re

import pytest

from pages import ROOT, page, quoted

_PATH = re.compile(r"[\w./]+(?:\.py|\.json|\.md|/)")


def named(name: str) -> list[str]:
    """The paths in a page's text, without those of a row's own folder, which stand beside its name."""
    found = []
    for line in page(name).splitlines():
        words = [word for word in quoted(line) if _PATH.fullmatch(word)]
        inside = words[0] if line.startswith("| `") and words and words[0].endswith("/") else ""
        found += [word if not inside or word == inside else f"{inside}{word}" for word in words]
    return found


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_what_is_named_exists(name: str) -> None:
    paths = named(name)
    assert paths
    for path in paths:
        exact = (ROOT / path, ROOT / "src/portico" / path)
        assert any(each.exists() for each in exact) or any((ROOT / "src").rglob(path.rstrip("/"))), path


@pytest.mark.parametrize("name", ["run", "test", "check", "bench", "soak"])
def test_the_scripts_can_be_run(name: str) -> None:
    assert f"scripts/{name}" in page("README.md") + page("CONTRIBUTING.md")
    assert (ROOT / "scripts" / name).stat().st_mode & 0o111


def test_every_benchmark_is_told() -> None:
    told = set(re.findall(r"python -m bench\.(\w+)", page("benchmarks.md")))
    assert told == {path.stem for path in (ROOT / "bench").glob("*.py") if "__main__" in path.read_text()}
