"""The URIs of backends: what stands in the place of their variables, and the query that is added to them. Pure."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

_VARIABLE = re.compile(r"\{([^{}/?]+)\}")
_SAFE = "/:@!$&'()*+,;=~-._"


def with_path_parameters(uri: str, parameters: Mapping[str, str]) -> str:
    """`uri` with the values of its `{parameters}`, percent-encoded; one without a value stays as it is. Slashes of a value are its own (a
    greedy parameter has several segments); segments of dots only would leave the place that the URI names, and are encoded."""
    if "{" not in uri:
        return uri
    return _VARIABLE.sub(lambda found: _value(parameters, found[1], found[0]), uri)


def with_query(uri: str, pairs: Iterable[tuple[str, str]]) -> str:
    """`uri` with further query parameters."""
    added = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
    if not added:
        return uri
    return f"{uri}&{added}" if "?" in uri else f"{uri}?{added}"


def _value(parameters: Mapping[str, str], name: str, whole: str) -> str:
    value = parameters.get(name, parameters.get(name.removesuffix("+")))
    if value is None:
        return whole
    return "/".join(
        segment.replace(".", "%2E") if segment in (".", "..") else quote(segment, safe=_SAFE)
        for segment in value.split("/")
    )
