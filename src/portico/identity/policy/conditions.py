"""Condition operators: one row each in `OPERATORS`, and how a condition is decided when keys are missing or have many values.

Source: IAM User Guide, "Condition operators" and "Single-valued vs. multivalued context keys".
"""

import base64
import binascii
import ipaddress
import operator
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from portico.identity.policy.match import Glob, Token, fits, glob, plain
from portico.identity.policy.variables import (
    Context,
    Template,
    Variable,
    look_up,
    resolve,
    template,
)

Qualifier = Literal["", "forallvalues", "foranyvalue"]
_QUALIFIERS: dict[str, Qualifier] = {"": "", "forallvalues:": "forallvalues", "foranyvalue:": "foranyvalue"}
Prepare = Callable[[Sequence[Token]], Any]
Test = Callable[[Any, str], bool]


class Operator(msgspec.Struct, frozen=True, gc=False):
    """How one operator compares. `prepare` makes a policy's value ready (None: it can never match), `test` compares it with a
    request's value, `negated` turns the outcome round."""

    prepare: Prepare
    test: Test
    negated: bool = False
    wildcards: bool = False
    variables: bool = False


class Condition(msgspec.Struct, frozen=True, gc=False):
    """One operator on one key. `fixed` values are prepared, `templates` have variables; `label` is the operator as written."""

    label: str
    name: str
    key: str
    operator: Operator
    qualifier: Qualifier
    if_exists: bool
    fixed: tuple[Any, ...]
    templates: tuple[Template, ...] = ()

    def holds(self, context: Context) -> bool:
        """Whether the request meets this condition."""
        value = look_up(context, self.key)
        if self.operator is NULL:
            return (value is None or value == ()) in self.fixed
        if self.qualifier == "forallvalues":
            return not value or all(self._meets(each, context) for each in _values(value))
        if value is None or value == ():
            return self.if_exists or (self.operator.negated and not self.qualifier)
        if self.qualifier == "foranyvalue":
            return any(self._meets(each, context) for each in _values(value))
        return isinstance(value, str) and self._meets(value, context)

    def _meets(self, value: str, context: Context) -> bool:
        how = self.operator
        for wanted in self.fixed:
            if how.test(wanted, value):
                return not how.negated
        for parts in self.templates:
            resolved = resolve(parts, context)
            if resolved is not None and (not how.wildcards or fits(resolved, value)):
                wanted = how.prepare(resolved)
                if wanted is not None and how.test(wanted, value):
                    return not how.negated
        return how.negated


def condition(label: str, name: str, values: Sequence[str], *, variables: bool) -> Condition:
    """The compiled condition `label` (`ForAnyValue:StringLikeIfExists`) on the key `name`.

    Raises:
        LookupError: there is no such operator.
    """
    lowered = label.lower()
    head, colon, rest = lowered.rpartition(":")
    qualifier = _QUALIFIERS[head + colon]
    if_exists = rest.endswith("ifexists")
    found = OPERATORS[rest.removesuffix("ifexists")]
    if found is NULL and (if_exists or qualifier):
        raise LookupError(label)
    fixed: list[Any] = []
    templates: list[Template] = []
    for value in values:
        parts = template(value, wildcards=found.wildcards, variables=variables and found.variables)
        constant = [part for part in parts if not isinstance(part, Variable)]
        if len(constant) < len(parts):
            templates.append(parts)
        elif (prepared := found.prepare(constant)) is not None:
            fixed.append(prepared)
    return Condition(label, name, name.lower(), found, qualifier, if_exists, tuple(fixed), tuple(templates))


def _values(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _lowered(parts: Sequence[Token]) -> str:
    return plain(parts).lower()


def _same_but_for_case(wanted: str, value: str) -> bool:
    return wanted == value.lower()


def _like(wanted: Glob, value: str) -> bool:
    return wanted.matches(value)


# ARNs: six parts, each with its own wildcards


def _arn_parts(parts: Sequence[Token]) -> tuple[Glob, ...] | None:
    fields: list[list[Token]] = [[]]
    for part in parts:
        if not isinstance(part, str):
            fields[-1].append(part)
            continue
        for at, piece in enumerate(part.split(":")):
            if at and len(fields) < 6:
                fields.append([piece])
            elif at:
                fields[-1].append(":" + piece)
            else:
                fields[-1].append(piece)
    if len(fields) == 1 and plain(parts) == "*":
        fields = [list(parts)] * 6
    return tuple(glob(field) for field in fields) if len(fields) == 6 else None


def _arn_like(wanted: tuple[Glob, ...], value: str) -> bool:
    fields = value.split(":", 5)
    return (
        len(fields) == 6
        and fields[0] == "arn"
        and all(pattern.matches(field) for pattern, field in zip(wanted, fields, strict=True))
    )


# Numbers, dates, addresses, bytes: what can't be read never matches

_NUMBER = re.compile(r"[+-]?(\d{1,64}(\.\d{0,64})?|\.\d{1,64})")


def _number(text: str) -> Decimal | None:
    return Decimal(text) if _NUMBER.fullmatch(text, 0) and text.isascii() else None


def _seconds(text: str) -> Decimal | None:
    """Seconds since the epoch of a number or an ISO 8601 date in W3C's profile (which begins with the year alone)."""
    if len(text) != 4 and (number := _number(text)) is not None:
        return number
    padded = {4: text + "-01-01", 7: text + "-01"}.get(len(text), text)
    try:
        moment = datetime.fromisoformat(padded)
        return Decimal(str((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))
    except (ValueError, OverflowError):
        return None


def _compares(read: Callable[[str], Decimal | None], compare: Callable[[Any, Any], bool]) -> Test:
    def test(wanted: Decimal, value: str) -> bool:
        given = read(value)
        return given is not None and compare(given, wanted)

    return test


def _network(parts: Sequence[Token]) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(plain(parts), strict=False)
    except ValueError:
        return None


def _within(wanted: ipaddress.IPv4Network | ipaddress.IPv6Network, value: str) -> bool:
    try:
        return ipaddress.ip_address(value) in wanted
    except ValueError:
        return False


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        return None


def _same_bytes(wanted: bytes, value: str) -> bool:
    return wanted == _bytes(value)


def _absence(parts: Sequence[Token]) -> bool | None:
    return {"true": True, "false": False}.get(_lowered(parts))


def _truth(parts: Sequence[Token]) -> str | None:
    return {"true": "true", "false": "false"}.get(_lowered(parts))


def _pair(before: str, after: str, positive: Operator) -> dict[str, Operator]:
    """An operator and its negation, which has `not` in its name: `StringEquals`, `StringNotEquals`."""
    return {before + after: positive, f"{before}not{after}": msgspec.structs.replace(positive, negated=True)}


def _ordered(family: str, read: Callable[[str], Decimal | None]) -> dict[str, Operator]:
    """The six comparisons of numbers or dates."""

    def prepare(parts: Sequence[Token]) -> Decimal | None:
        return read(plain(parts))

    equals = Operator(prepare, _compares(read, operator.eq))
    return {
        **_pair(family, "equals", equals),
        f"{family}lessthan": Operator(prepare, _compares(read, operator.lt)),
        f"{family}lessthanequals": Operator(prepare, _compares(read, operator.le)),
        f"{family}greaterthan": Operator(prepare, _compares(read, operator.gt)),
        f"{family}greaterthanequals": Operator(prepare, _compares(read, operator.ge)),
    }


NULL = Operator(_absence, lambda _wanted, _value: False)
_ARN = Operator(_arn_parts, _arn_like, wildcards=True, variables=True)

OPERATORS: dict[str, Operator] = {
    **_pair("string", "equals", Operator(plain, operator.eq, variables=True)),
    **_pair("string", "equalsignorecase", Operator(_lowered, _same_but_for_case, variables=True)),
    **_pair("string", "like", Operator(glob, _like, wildcards=True, variables=True)),
    **_pair("arn", "equals", _ARN),
    **_pair("arn", "like", _ARN),
    **_ordered("numeric", _number),
    **_ordered("date", _seconds),
    **_pair("", "ipaddress", Operator(_network, _within)),
    "bool": Operator(_truth, _same_but_for_case, variables=True),
    "binaryequals": Operator(lambda parts: _bytes(plain(parts)), _same_bytes),
    "null": NULL,
}
"""Every operator by its name in lower case, without `ForAllValues:`, `ForAnyValue:` and `IfExists`."""
