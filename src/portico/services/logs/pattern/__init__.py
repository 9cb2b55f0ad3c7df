"""Filter patterns of CloudWatch Logs: `compiled(text)` gives the predicate over a message.

Source: CloudWatch Logs User Guide, "Filter pattern syntax": terms, JSON (`{ ... }`), space-delimited (`[ ... ]`), regular
expressions (`%...%`).
"""

from collections.abc import Callable
from functools import lru_cache

from portico.services.logs.pattern.columns import columns
from portico.services.logs.pattern.jsonpath import json_pattern
from portico.services.logs.pattern.lexer import PatternError
from portico.services.logs.pattern.terms import terms

__all__ = ["PatternError", "compiled"]


@lru_cache(maxsize=256)
def compiled(text: str) -> Callable[[str], bool]:
    """Whether a message matches the filter pattern `text`; the empty pattern matches everything.

    Raises:
        PatternError: the pattern can't be read.
    """
    stripped = text.strip()
    if not stripped:
        return lambda message: True
    if stripped[0] == "{":
        return json_pattern(stripped)
    if stripped[0] == "[":
        return columns(stripped)
    return terms(stripped)
