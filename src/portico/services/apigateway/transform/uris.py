"""The URIs of backends: what stands in the place of their variables, and the query that is added to them. Pure."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

_VARIABLE = re.compile(r"\{([^{}/?]+)\}")
_SAFE = "/:@!$&'()*+,;=~-._"


def with_path_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """`uri` with the values of its `{parameters}`, which are percent-encoded (`encoded`); one without a value stays as it is."""
    if "{" not in uri:
        return uri
    return _VARIABLE.sub(
        lambda found: parameters.get(found[1], parameters.get(found[1].removesuffix("+"), found[0])), uri
    )


def encoded(value: str, *, within: bool = False) -> str:
    """A value as a part of a path; `within` one segment, or with slashes of its own. Segments of dots only would leave the place that the
    URI names, so they are encoded too."""
    if within:
        return _segment(value).replace("/", "%2F")
    return "/".join(_segment(segment) for segment in value.split("/"))


def with_query(uri: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`uri` with further query parameters."""
    added = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    if not added:
        return uri
    return f"{uri}&{added}" if "?" in uri else f"{uri}?{added}"


def _segment(value: str) -> str:
    return value.replace(".", "%2E") if value in (".", "..") else quote(value, safe=_SAFE)
