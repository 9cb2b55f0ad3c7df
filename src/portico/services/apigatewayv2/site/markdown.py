"""Authors' Markdown as HTML in which nothing of theirs is markup: HTML in it is shown as text, and links lead to web pages only."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@lru_cache(maxsize=256)
def rendered(text: str) -> str:
    """The HTML of a text."""
    return str(_renderer().render(text))


@cache
def _renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
