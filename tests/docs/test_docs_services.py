"""Each service has its page, and the page has its operations: all of them, and none that does not exist."""

import re

import pytest

from pages import DOCS, page, quoted, rows
from portico.app import SERVICES
from portico.calls.ports import ServiceSpec, load

FOLDERS = {
    path.name
    for path in (DOCS.parent / "src/portico/services").iterdir()
    if path.is_dir() and path.name != "__pycache__"
}
PAGES = {path.stem for path in (DOCS / "services").glob("*.md")}


def test_folders_services_and_pages_are_the_same() -> None:
    assert {spec.folder for spec in SERVICES} == FOLDERS
    assert {folder.rstrip("_") for folder in FOLDERS} == PAGES


@pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.folder)
def test_the_page_lists_what_is_implemented(spec: ServiceSpec) -> None:
    listed = [
        name
        for first, *_ in rows(page(f"services/{spec.folder.rstrip('_')}.md"), "operation")
        for name in quoted(first)
    ]
    assert sorted(listed) == sorted(load(spec).operations)


@pytest.mark.parametrize("spec", SERVICES, ids=lambda spec: spec.folder)
def test_what_is_called_missing_is_missing(spec: ServiceSpec) -> None:
    """Sentences that say 501 name real operations that are not there."""
    registry = load(spec)
    text = page(f"services/{spec.folder.rstrip('_')}.md")
    told = "\n".join(line for line in text.splitlines() if not line.startswith("|"))
    sentences = [sentence for sentence in re.split(r"(?<=[.:])\s|\n\n", told) if "501" in sentence]
    assert sentences
    assert not {name for each in sentences for name in quoted(each)} & set(registry.operations)
