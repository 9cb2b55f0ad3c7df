"""Filter policies: which messages a subscription gets. Event patterns with limits of their own, on message attributes or on the body. Pure.

Source: SNS Developer Guide, "Amazon SNS subscription filter policies" (operators, constraints).
"""

import json
import math
import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from portico.base.event_pattern import Pattern, PatternError, parse_pattern
from portico.services.sns import errors
from portico.services.sns.message import Attribute

Scope = Literal["MessageAttributes", "MessageBody"]
Verdict = Literal["", "attributes", "no_attributes", "body", "invalid_body"]
SCOPES = ("MessageAttributes", "MessageBody")

_BYTES_MAX = 256 * 1024
_KEYS_MAX = 5
_COMBINATIONS_MAX = 150
_SOURCE = (
    "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: 1, column: {}]"
)
_TOKEN = re.compile(r"[A-Za-z0-9_$]+").match
_WORDS_OF_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"


class Filter(msgspec.Struct, frozen=True):
    """A filter policy at work."""

    pattern: Pattern
    scope: Scope

    def against(self, attributes: Mapping[str, Attribute], body: "Body") -> Verdict:
        """What speaks against delivering a message; `""` if nothing does."""
        if self.scope == "MessageBody":
            if body.decoded is None:
                return "invalid_body"
            return "" if self.pattern.matches(body.decoded) else "body"
        if self.pattern.matches(_values(attributes)):
            return ""
        return "attributes" if attributes else "no_attributes"


class Body:
    """A message's text, decoded when the first filter asks."""

    __slots__ = ("_decoded", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._decoded: Any = self

    @property
    def decoded(self) -> Any:
        """The JSON object that the text is; None if it is none."""
        if self._decoded is self:
            try:
                found = json.loads(self._text)
            except (ValueError, RecursionError):
                found = None
            self._decoded = found if isinstance(found, dict) else None
        return self._decoded


def compiled(text: str, scope: str) -> Filter:
    """The filter of a stored policy."""
    return Filter(parse_pattern(text), "MessageBody" if scope == "MessageBody" else "MessageAttributes")


def check_filter_policy(text: str, scope: str) -> str:
    """A filter policy as it is kept; `""` for `{}`, which filters nothing.

    Raises:
        AwsError: InvalidParameter.
    """
    if len(text.encode()) > _BYTES_MAX:
        raise errors.invalid("FilterPolicy: must be at most 256 KB")
    loaded = parsed_json(text, "FilterPolicy")
    if not isinstance(loaded, dict):
        raise errors.invalid("FilterPolicy: Filter is not an object")
    if not loaded:
        return ""
    try:
        pattern = parse_pattern(text)
    except PatternError as error:
        raise errors.invalid(f"FilterPolicy: {error}") from None
    if scope != "MessageBody" and any(depth > 1 for depth, _ in pattern.leaves):
        raise errors.invalid(
            "FilterPolicy: Filter policy scope MessageAttributes does not support nested filter policy"
        )
    if len(pattern.top) > _KEYS_MAX:
        raise errors.invalid(f"FilterPolicy: Filter policy can not have more than {_KEYS_MAX} keys")
    if math.prod(depth * members for depth, members in pattern.leaves) > _COMBINATIONS_MAX:
        raise errors.invalid("FilterPolicy: Filter policy is too complex")
    return text


def parsed_json(text: str, name: str) -> Any:
    """The JSON of an attribute's text.

    Raises:
        AwsError: InvalidParameter, in the words of the parser that AWS uses.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise errors.invalid(f"{name}: failed to parse JSON. {_explained(text, error)}") from None
    except RecursionError:
        raise errors.invalid(f"{name}: failed to parse JSON. It is nested too deeply") from None
    except ValueError:  # of what is JSON, the length of a whole number
        raise errors.invalid(f"{name}: failed to parse JSON. A number has too many digits") from None


def _explained(text: str, error: json.JSONDecodeError) -> str:
    at = error.pos
    if at >= len(text):
        return "Unexpected end-of-input" + _SOURCE.format(at + 1)
    if error.msg.startswith("Expecting property name"):
        words = f"Unexpected character ('{text[at]}' (code {ord(text[at])})): was expecting double-quote to start field name"
        return words + _SOURCE.format(at + 1 if at else 2)
    token = _TOKEN(text, at)
    if token is not None:
        words = f"Unrecognized token '{token[0]}': was expecting {_WORDS_OF_VALUES}"
        return words + _SOURCE.format(token.end() + 1)
    return f"Unexpected character ('{text[at]}' (code {ord(text[at])}))" + _SOURCE.format(at + 1)


def _values(attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """Message attributes as a filter sees them: texts, numbers, the members of arrays; binary ones are not seen."""
    found: dict[str, Any] = {}
    for name, attribute in attributes.items():
        if attribute.binary is not None:
            continue
        text = attribute.text or ""
        kind = attribute.data_type
        if kind == "String.Array":
            found[name] = _array(text)
        elif kind.partition(".")[0] == "Number":
            found[name] = _number(text)
        else:
            found[name] = text
    return found


def _array(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
