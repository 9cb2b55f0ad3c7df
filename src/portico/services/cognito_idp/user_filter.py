"""The filter of ListUsers. Pure.

`ATTRIBUTE = "VALUE"` or `ATTRIBUTE ^= "VALUE"` (begins with); a quotation mark in the value is escaped by a backslash.

Source: Cognito API reference, ListUsers, Filter.
"""

import re

import msgspec

from portico.services.cognito_idp import errors
from portico.services.cognito_idp.user_records import SEARCHABLE

_FORM = re.compile(r'\s*([\w:]+)\s*(\^=|=)\s*"((?:[^"\\]|\\.)*)"\s*', re.S).fullmatch
_ESCAPED = re.compile(r"\\(.)", re.S)
_ATTRIBUTES = frozenset({*SEARCHABLE, "username", "sub", "cognito:user_status", "status"})


class Filter(msgspec.Struct, frozen=True, gc=False):
    """Which users are listed: those whose `attribute` is `value`, or with `prefix` begins with it."""

    attribute: str
    value: str
    prefix: bool


def parsed(text: str | None) -> Filter | None:
    """The filter that a request has, None for none.

    Raises:
        AwsError: InvalidParameterException.
    """
    if not text or not text.strip():
        return None
    found = _FORM(text)
    if found is None:
        raise errors.invalid("Error while parsing filter.")
    attribute, kind, value = found.groups()
    if attribute not in _ATTRIBUTES:
        raise errors.invalid(f"Invalid search attribute: {attribute}")
    return Filter(attribute, _ESCAPED.sub(r"\1", value), kind == "^=")
