"""Route keys: what a route is for.

An HTTP API's is `$default` or a method (or `ANY`) and a path, whose segments may be variables (`{id}`); the last one may be greedy
(`{proxy+}`). A WebSocket API's is any text. Pure.

Source: API Gateway Developer Guide, "Create routes for HTTP APIs", "Working with WebSocket routes".
"""

import re

import msgspec

METHODS = frozenset({"ANY", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
DEFAULT = "$default"
_VARIABLE = re.compile(r"\{([A-Za-z0-9._:-]+)(\+?)\}").fullmatch
_LITERAL = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]*").fullmatch


class RouteKey(msgspec.Struct, frozen=True, gc=False):
    """A method and the segments of a path; both empty for `$default`. `greedy`: the last segment takes the rest of the path."""

    method: str = ""
    segments: tuple[str, ...] = ()
    greedy: bool = False

    @property
    def is_default(self) -> bool:
        """Whether it is for what no other route is for."""
        return not self.method

    @property
    def shape(self) -> tuple[str, ...]:
        """The segments, with variables alike whatever they are called: what the key is told apart from others by."""
        last = len(self.segments) - 1
        return tuple(
            segment if name(segment) is None else "{+}" if self.greedy and at == last else "{}"
            for at, segment in enumerate(self.segments)
        )


def name(segment: str) -> str | None:
    """The name of the variable that a segment is, None for a literal one."""
    found = _VARIABLE(segment)
    return found[1] if found else None


def parse(text: str) -> RouteKey | None:
    """The route key of an HTTP API that a text is, or None if it is none."""
    if text == DEFAULT:
        return RouteKey()
    method, space, path = text.partition(" ")
    if method not in METHODS or not space or not path.startswith("/"):
        return None
    segments = tuple(path.split("/")[1:])
    names = [found for segment in segments if (found := name(segment)) is not None]
    if len(set(names)) != len(names):
        return None
    for at, segment in enumerate(segments):
        variable = _VARIABLE(segment)
        if variable is None and not _LITERAL(segment):
            return None
        if variable is not None and variable[2] and at != len(segments) - 1:
            return None
    return RouteKey(method, segments, segments[-1].endswith("+}") and name(segments[-1]) is not None)


def invoked(text: str) -> str:
    """A key as the ARN of who calls for its route ends: `GET/pets/{id}`, `*/pets` for any method, `$default`."""
    method, space, path = text.partition(" ")
    return f"{'*' if method == 'ANY' else method}{path}" if space and path.startswith("/") else text


def place(key: RouteKey) -> tuple[str, ...]:
    """What a key leads to: keys of one place can't both be an API's, though they call their variables differently."""
    return key.method, *key.shape
