"""Filter criteria: which records go to the function. Pure.

Source: Developer Guide, "Control which events Lambda sends to your function" and its page about SQS.
"""

import functools
import json
from collections.abc import Mapping
from typing import Any

from portico.base.event_pattern import Pattern, PatternError, parse_pattern

FILTERS_MAX = 10


class BadFilter(Exception):
    """A pattern is none."""


@functools.lru_cache(maxsize=1024)
def compiled(patterns: tuple[str, ...]) -> tuple[Pattern, ...]:
    """The patterns of filter criteria.

    Raises:
        BadFilter: one is not JSON, or no pattern.
    """
    try:
        return tuple(parse_pattern(pattern) for pattern in patterns)
    except (PatternError, ValueError) as error:
        raise BadFilter(str(error)) from error


def passes(patterns: tuple[str, ...], record: Mapping[str, Any], data: str) -> bool:
    """Whether a record goes to the function: without patterns each, else one that any of them matches.

    `data` is the member that holds the producer's own text: where that is JSON (an object or an array) it is matched as such. So a
    pattern for text never matches JSON, and one for JSON never text.
    """
    if not patterns:
        return True
    event = {**record, data: _decoded(record[data])}
    return any(pattern.matches(event) for pattern in compiled(patterns))


def _decoded(text: Any) -> Any:
    if not isinstance(text, str) or not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
