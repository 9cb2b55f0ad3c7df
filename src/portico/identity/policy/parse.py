"""From a policy's text to a `Policy`: strictly when it is saved, once per text when it is used."""

import json
from collections.abc import Mapping
from typing import Any

from portico.identity.policy import grammar
from portico.identity.policy.conditions import Condition, condition
from portico.identity.policy.document import Policy, PolicyError, Resources, Statement
from portico.identity.policy.grammar import Kind
from portico.identity.policy.match import glob, wildcard
from portico.identity.policy.principals import EVERYBODY, Principals
from portico.identity.policy.variables import Template, Variable, template

__all__ = ["Kind", "PolicyError", "compiled", "parse"]

_COMPILED_MAX = 2_000
_RESOURCE = {"Resource", "NotResource"}
_compiled: dict[str, Policy] = {}


def parse(document: str, kind: Kind, *, managed: bool = False) -> Policy:
    """The policy of a document that is to be saved. `managed` policies must be of version 2012-10-17.

    Raises:
        PolicyError: AWS would refuse it. The document's size is for the caller to check.
    """
    loaded = _load(
        document, "Syntax errors in policy." if kind != "trust" else "This policy contains invalid Json"
    )
    statements = grammar.shape(loaded)
    grammar.check(loaded, statements, kind, managed=managed)
    return _policy(loaded, statements)


def compiled(document: str) -> Policy:
    """The policy of a stored document, kept by its text.

    Raises:
        PolicyError: it is no policy; it can't have been saved through `parse`.
    """
    policy = _compiled.get(document)
    if policy is None:
        loaded = _load(document, grammar.SYNTAX)
        policy = _policy(loaded, grammar.shape(loaded))
        if len(_compiled) >= _COMPILED_MAX:
            _compiled.clear()
        _compiled[document] = policy
    return policy


class _Number(str):
    """A JSON number by its text: condition values may be numbers, nothing else may."""

    __slots__ = ()


def _load(document: str, message: str) -> Any:
    try:
        loaded = json.loads(
            document,
            object_pairs_hook=_once,
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_no_constant,
        )
        json.dumps(loaded, ensure_ascii=False).encode()  # half a surrogate pair can't be stored
    except (ValueError, RecursionError):
        raise PolicyError(message) from None
    return loaded


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise PolicyError(grammar.SYNTAX)
    return members


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _policy(document: Mapping[str, Any], statements: list[dict[str, Any]]) -> Policy:
    version = document.get("Version", grammar.VERSIONS[0])
    variables = version == grammar.VERSIONS[1]
    compiled_ones = tuple(
        _statement(index, statement, variables=variables) for index, statement in enumerate(statements)
    )
    return Policy(version, document.get("Id", ""), compiled_ones)


def _statement(index: int, statement: Mapping[str, Any], *, variables: bool) -> Statement:
    actions, not_action = _either(statement, "Action")
    resources, not_resource = _either(statement, "Resource")
    principal = statement.get("Principal", statement.get("NotPrincipal"))
    return Statement(
        index,
        statement.get("Sid", ""),
        statement["Effect"] == "Allow",
        tuple(wildcard(action.lower()) for action in actions),
        not_action,
        _resources(resources, variables=variables) if _RESOURCE & statement.keys() else None,
        not_resource,
        None if principal is None else _principals(principal),
        "NotPrincipal" in statement,
        _conditions(statement.get("Condition", {}), variables=variables),
    )


def _either(statement: Mapping[str, Any], element: str) -> tuple[tuple[str, ...], bool]:
    """The members of an element or of its `Not` form, and which of the two it is."""
    negated = f"Not{element}" in statement
    return grammar.strings(statement.get(f"Not{element}" if negated else element, [])), negated


def _resources(patterns: tuple[str, ...], *, variables: bool) -> Resources:
    fixed, templates = [], []
    for pattern in patterns:
        parts = _resource(pattern, variables=variables)
        constant = [part for part in parts if not isinstance(part, Variable)]
        if len(constant) == len(parts):
            fixed.append(glob(constant))
        else:
            templates.append(parts)
    return Resources(tuple(fixed), tuple(templates))


def _resource(pattern: str, *, variables: bool) -> Template:
    """Variables stand in an ARN's last part only; before the fifth colon their text is literal."""
    fields = pattern.split(":", 5)
    last = fields.pop() if len(fields) == 6 else ""
    head = ":".join(fields) + (":" if last else "")
    return (
        *template(head, wildcards=True, variables=False),
        *template(last, wildcards=True, variables=variables),
    )


def _principals(principal: Any) -> Principals:
    if principal == "*":
        return EVERYBODY
    members = {kind: grammar.strings(named) for kind, named in principal.items()}
    aws = frozenset(_account_of(named) for named in members.get("AWS", ()))
    return Principals(
        "*" in aws,
        aws,
        frozenset(members.get("Service", ())),
        frozenset(members.get("Federated", ())),
    )


def _account_of(named: str) -> str:
    """An account's ARN as its number; anything else as it is."""
    fields = named.split(":")
    return fields[4] if len(fields) == 6 and fields[5] == "root" else named


def _conditions(block: Mapping[str, Any], *, variables: bool) -> tuple[Condition, ...]:
    return tuple(
        condition(label, name, _condition_values(values), variables=variables)
        for label, keys in block.items()
        for name, values in keys.items()
    )


def _condition_values(values: Any) -> tuple[str, ...]:
    members = values if isinstance(values, list) else [values]
    return tuple(str(member).lower() if isinstance(member, bool) else str(member) for member in members)
