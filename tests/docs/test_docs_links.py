"""Every link inside the repository leads somewhere, and every page can be reached."""

import pytest

from pages import ROOT, anchors, links, pages, place


def targets(name: str) -> list[tuple[str, str]]:
    """(path from the root, anchor) of each link of a page."""
    here, found = place(name), []
    for link in links(name):
        path, _, anchor = link.partition("#")
        whole = (here.parent / path).resolve() if path else here
        found.append((str(whole.relative_to(ROOT)), anchor))
    return found


@pytest.mark.parametrize("name", pages())
def test_links_resolve(name: str) -> None:
    for path, anchor in targets(name):
        assert (ROOT / path).exists(), f"{name} points to {path}"
        if anchor:
            assert anchor in anchors(path.removeprefix("docs/")), f"{name} points to {path}#{anchor}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, waiting = set[str](), ["README.md"]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting += [path.removeprefix("docs/") for path, _ in targets(name) if path.endswith(".md")]
    assert seen == set(pages())
