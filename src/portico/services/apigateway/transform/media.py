"""Media types: which are binary for an API, and which template a type selects. Pure.

Source: API Gateway Developer Guide, "Content type conversions in API Gateway".
"""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from portico.services.apigateway.transform.seam import Pairs

JSON = "application/json"
T = TypeVar("T")


def header(headers: Pairs, name: str) -> str:
    """The last value of a header (name in any case), "" without one."""
    wanted, size = name.lower(), len(name)
    for key, value in reversed(headers):
        if len(key) == size and key.lower() == wanted:  # most are told apart by their length
            return value
    return ""


def media_type(content_type: str) -> str:
    """A Content-Type without its parameters, in lower case."""
    return content_type.partition(";")[0].strip().lower()


def first_accepted(headers: Pairs) -> str:
    """The first media type that a request accepts, which is the only one that AWS looks at; "" if it does not say."""
    return media_type(header(headers, "accept").partition(",")[0])


class Binary:
    """The media types that an API calls binary: exact ones, `image/*`, `*/*`."""

    __slots__ = ("_all", "_exact", "_families")

    def __init__(self, types: Iterable[str]) -> None:
        wanted = [media_type(entry) for entry in types]
        self._all = "*/*" in wanted
        self._exact = frozenset(wanted)
        self._families = tuple(entry[:-1] for entry in wanted if entry.endswith("/*") and entry != "*/*")

    def __bool__(self) -> bool:
        """Whether any is: else a type need not even be looked for."""
        return self._all or bool(self._exact)

    def has(self, content_type: str) -> bool:
        """Whether a type (with or without parameters) is binary. `*/*` covers requests that name none, too."""
        if self._all:
            return True
        if not self._exact:
            return False
        found = media_type(content_type)
        return found in self._exact or (bool(found) and found.startswith(self._families))


def selected(templates: Mapping[str, T], content_type: str) -> tuple[str, T] | None:
    """The entry of `templates` (by media type) for a body of this type (JSON if it does not say), and its key."""
    found = media_type(content_type) or JSON
    for key, value in templates.items():
        if media_type(key) == found:
            return key, value
    return None
