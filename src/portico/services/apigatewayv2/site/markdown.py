"""Authors' Markdown as HTML in which nothing of theirs is markup: HTML in it is shown as text, and links lead to web pages only."""

from functools import cache, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


@lru_cache(maxsize=256)
def rendered(text: str) -> str:
    """The HTML of a text. How a table's column is aligned is its cells' class: the policy of the pages has no styles on elements."""
    renderer = _renderer()
    tokens = renderer.parse(text)
    for token in tokens:
        style = str(token.attrs.pop("style", ""))
        if style:
            token.attrs["class"] = style.rpartition(":")[2]
    return str(renderer.renderer.render(tokens, renderer.options, {}))


@cache
def _renderer() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
