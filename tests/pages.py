"""The documentation as its tests read it: pages, sections, tables, code."""

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
_HEADING = re.compile(r"^#+ +(.+)$", re.M)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def place(name: str) -> Path:
    """Where a page is: below docs/, or else below the root."""
    return DOCS / name if (DOCS / name).exists() else ROOT / name


@cache
def page(name: str) -> str:
    """The text of a page."""
    return place(name).read_text()


def pages() -> list[str]:
    """Every page: those of docs/ by their path below it, others by theirs below the root."""
    examples = [path for path in (ROOT / "examples").rglob("*.md") if "node_modules" not in path.parts]
    below_root = [*ROOT.glob("*.md"), *examples]
    return sorted(str(path.relative_to(DOCS)) for path in DOCS.rglob("*.md")) + sorted(
        str(path.relative_to(ROOT)) for path in below_root
    )


def prose(name: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", page(name))


def section(name: str, heading: str) -> str:
    """What is under `## heading`, up to the next of that level."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page(name), re.M | re.S)
    assert found, f"docs/{name} has no section '{heading}'"
    return found[1]


def rows(text: str, first: str) -> list[list[str]]:
    """The cells of the table whose first column is headed `first`."""
    lines = iter(text.splitlines())
    for line in lines:
        if line.startswith(f"| {first} |"):
            break
    else:
        raise AssertionError(f"there is no table with the column '{first}'")
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def quoted(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`\n]+)`", text)


def code(name: str, *languages: str) -> list[tuple[str, str]]:
    """The code blocks of a page in these languages, in order."""
    return [(language, body) for language, body in _FENCE.findall(page(name)) if language in languages]


def links(name: str) -> list[str]:
    """Where a page points to, inside this repository."""
    return [
        link for link in _LINK.findall(prose(name)) if "://" not in link and not link.startswith("mailto:")
    ]


def anchors(name: str) -> set[str]:
    """The anchors of a page's headings, as they are made where such pages are shown."""
    plain = (heading.replace("`", "").strip().lower() for heading in _HEADING.findall(prose(name)))
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}
