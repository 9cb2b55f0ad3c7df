"""Policy variables: `${aws:username}`, with a default as `${aws:PrincipalTag/team, 'none'}`, and `${*}` for a literal `*`.

They exist in policies of version 2012-10-17 only; in older ones the text stands for itself.

Source: IAM User Guide, "IAM policy elements: Variables and tags".
"""

import re
from collections.abc import Callable, Mapping

import msgspec

from portico.identity.policy.match import Token, Wild, tokens

Value = str | tuple[str, ...]
Context = Mapping[str, Value | Callable[[], Value | None]]


class Variable(msgspec.Struct, frozen=True, gc=False):
    """A variable: the condition key that it stands for (as written), and its default."""

    name: str
    default: str | None = None

    @property
    def key(self) -> str:
        """The key as contexts have it."""
        return self.name.lower()


Template = tuple[Token | Variable, ...]

# Possessive quantifiers: whatever is not closed fails at once, however long it is.
_VARIABLE = re.compile(r"\$\{(?:([*?$])|([^{}',$*?]++)(?:,\s*+'([^'{}]*+)'\s*+)?)\}")


def look_up(context: Context, key: str) -> Value | None:
    """The value of `key` (lower case), made now if it is lazy; None if the request has none."""
    value = context.get(key)
    return value() if callable(value) else value


def template(text: str, *, wildcards: bool, variables: bool) -> Template:
    """The tokens and variables of `text`. Without `wildcards`, `*` and `?` are literal; without `variables`, `${..}` is."""
    if not variables or "${" not in text:
        return _literal(text, wildcards)
    parts: list[Token | Variable] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts.extend(_literal(text[at : found.start()], wildcards))
        escaped, name, default = found.groups()
        parts.append(escaped if escaped else Variable(name.strip(), default))
        at = found.end()
    parts.extend(_literal(text[at:], wildcards))
    return tuple(parts)


def resolve(parts: Template, context: Context) -> tuple[Token, ...] | None:
    """The tokens with each variable's value as literal text; None when one has neither a value nor a default.

    A multivalued key can't be a variable: it counts as having no value.
    """
    resolved: list[Token] = []
    for part in parts:
        if isinstance(part, str | Wild):
            resolved.append(part)
            continue
        value = look_up(context, part.key)
        if not isinstance(value, str):
            value = part.default
        if value is None:
            return None
        resolved.append(value)
    return tuple(resolved)


def _literal(text: str, wildcards: bool) -> tuple[Token, ...]:
    if wildcards:
        return tokens(text)
    return (text,) if text else ()
