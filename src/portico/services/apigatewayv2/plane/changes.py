"""What parameter mappings were compiled to. Pure.

Source: API Gateway Developer Guide, "Transform API requests and responses for HTTP APIs".
"""

import re
from collections.abc import Mapping

import msgspec

from portico.services.apigatewayv2.plane.expressions import Value, compiled

_KEY = re.compile(r"(append|overwrite|remove):(header|querystring)\.(.+)").fullmatch


class Change(msgspec.Struct, frozen=True, gc=False):
    """One change: `action` (`append`, `overwrite`, `remove`) of `part` (`header`, `querystring`) `name`."""

    action: str
    part: str
    name: str
    value: Value


class Changes(msgspec.Struct, frozen=True, gc=False):
    """All changes of a request or an answer, and what the path or the status becomes."""

    changes: tuple[Change, ...] = ()
    path: Value | None = None
    status: Value | None = None


def mapping(given: Mapping[str, str]) -> Changes:
    """The compiled form of parameter mappings."""
    changes: list[Change] = []
    for key, text in given.items():
        found = _KEY(key)
        if found is not None:
            name = found[3].lower() if found[2] == "header" else found[3]
            changes.append(Change(found[1], found[2], name, compiled(text)))
    path, status = given.get("overwrite:path"), given.get("overwrite:statuscode")
    return Changes(
        tuple(changes), None if path is None else compiled(path), None if status is None else compiled(status)
    )
