"""Attributes of a pool's schema, and which values each takes. Pure.

Source: Cognito Developer Guide, "Working with user attributes"; OpenID Connect Core, 5.1; E.164.
"""

import re
from collections.abc import Callable, Mapping
from typing import Literal

import msgspec

LENGTH_MAX = 2048
DataType = Literal["String", "Number", "DateTime", "Boolean"]

_NUMBER = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,18})?").fullmatch
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?|[0-9]{1,13}"
).fullmatch
_EMAIL = re.compile(
    r"[^\s@\x00-\x1f\x7f,;<>]{1,64}@[^\s@\x00-\x1f\x7f.,;<>]+(?:\.[^\s@\x00-\x1f\x7f.,;<>]+)*"
).fullmatch
_FORMS: Mapping[str, tuple[Callable[[str], object], str]] = {
    "email": (_EMAIL, "Invalid email address format."),
    "phone_number": (re.compile(r"\+[1-9][0-9]{1,14}").fullmatch, "Invalid phone number format."),
    "birthdate": (re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}").fullmatch, "Invalid birthdate format."),
}


class Attribute(msgspec.Struct, frozen=True, gc=False):
    """An attribute of a pool's schema, under its full name (`custom:plan`, `dev:custom:x`, `email`). `minimum` and `maximum` are AWS's
    text: a length for String, a value for Number."""

    name: str
    kind: DataType = "String"
    mutable: bool = True
    required: bool = False
    developer_only: bool = False
    minimum: str | None = None
    maximum: str | None = None


def number_of(text: str) -> float | None:
    """The number that a text is, None if it is none."""
    return float(text) if _NUMBER(text) else None


def malformed(name: str, value: str) -> str | None:
    """What AWS says of a value that does not have the form that its standard attribute has."""
    fits, words = _FORMS.get(name, (None, ""))
    return None if fits is None or not value or fits(value) else words


def violation(attribute: Attribute, value: str) -> str | None:
    """Why an attribute does not take a value, None if it does; an empty one clears it."""
    return _CHECKS[attribute.kind](attribute, value) if value else None


def _text(attribute: Attribute, value: str) -> str | None:
    low, high = int(attribute.minimum or 0), int(attribute.maximum or LENGTH_MAX)
    if len(value) < low:
        return f"String must be at least {low} characters"
    return f"String must be no longer than {high} characters" if len(value) > high else None


def _number(attribute: Attribute, value: str) -> str | None:
    number = number_of(value)
    if number is None:
        return "Value is not a number"
    if attribute.minimum is not None and number < float(attribute.minimum):
        return f"Number must be no less than {attribute.minimum}"
    if attribute.maximum is not None and number > float(attribute.maximum):
        return f"Number must be no greater than {attribute.maximum}"
    return None


def _truth(attribute: Attribute, value: str) -> str | None:
    return None if value.lower() in ("true", "false") else "Value is not a boolean"


def _date(attribute: Attribute, value: str) -> str | None:
    return None if _DATE(value) else "Value is not a date"


_CHECKS: Mapping[DataType, Callable[[Attribute, str], str | None]] = {
    "String": _text,
    "Number": _number,
    "Boolean": _truth,
    "DateTime": _date,
}
