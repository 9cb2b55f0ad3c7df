"""Selection expressions: which route, template or response it is to be. Pure.

`$request.body.action`, `${request.body.kind}-${request.body.version}`, `\\$default` (which names the key itself), or a text without
variables. A variable that has no value counts as empty; what begins with none of the known roots is no variable.

Source: API Gateway Developer Guide, "WebSocket selection expressions".
"""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

_NAME = r"(?:request|context|stageVariables|integration)\.[A-Za-z0-9_.\[\]@-]*[A-Za-z0-9_\]@-]"
_VARIABLE = re.compile(rf"\\\$|\$\{{({_NAME})\}}|\$({_NAME})")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_BODY = "request.body"

Lookup = Callable[[str], object]
"""The value of a variable by its name (`request.body.action`), None if there is none."""


class Expression(msgspec.Struct, frozen=True, gc=False):
    """A compiled expression: texts and names in turn, beginning with a text. `of_body`: the body has a say."""

    texts: tuple[str, ...]
    names: tuple[str, ...]
    of_body: bool

    def evaluate(self, value_of: Lookup) -> str:
        """The key that it comes to."""
        parts = [self.texts[0]]
        for name, text in zip(self.names, self.texts[1:], strict=True):
            parts += (_text(value_of(name)), text)
        return "".join(parts)


@lru_cache(maxsize=1024)
def compiled(text: str) -> Expression:
    """The compiled form of an expression."""
    texts, names, at, part = [], [], 0, ""
    for found in _VARIABLE.finditer(text):
        part += text[at : found.start()]
        at = found.end()
        name = found[1] or found[2]
        if name is None:
            part += "$"
        else:
            texts.append(part)
            names.append(name)
            part = ""
    of_body = any(name.startswith(_BODY) for name in names)
    return Expression((*texts, part + text[at:]), tuple(names), of_body)


def member(tree: object, path: str) -> object:
    """What a path (`a.b[0]`) leads to in decoded JSON, None if to nothing."""
    for name, index in _steps(path):
        if name and isinstance(tree, dict):
            tree = tree.get(name)
        elif index >= 0 and isinstance(tree, list) and index < len(tree):
            tree = tree[index]
        else:
            return None
    return tree


@lru_cache(maxsize=1024)
def _steps(path: str) -> tuple[tuple[str, int], ...]:
    """Names and indices (-1: none) of a path."""
    return tuple((name, int(index) if index else -1) for name, index in _STEP.findall(path))


def of_request(body: object, context: Mapping[str, Any], variables: Mapping[str, str]) -> Lookup:
    """Values of a message: of its decoded body, of `$context` and of the stage's variables."""

    def value_of(name: str) -> object:
        root, _, rest = name.partition(".")
        if name.startswith(f"{_BODY}."):
            return member(body, name.removeprefix(f"{_BODY}."))
        if root == "context":
            return member(context, rest)
        return variables.get(rest) if root == "stageVariables" else None

    return value_of


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else msgspec.json.encode(value).decode()
