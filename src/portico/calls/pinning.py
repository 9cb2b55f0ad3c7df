"""Principals in stored policies: a user or role is kept by its unique id and shown by its ARN.

So a role that is deleted and made again under the same name inherits nobody's trust. The id of an entity that is gone is shown
as it is. Source: IAM User Guide, "AWS JSON policy elements: Principal" (the ARN is transformed when the policy is saved).
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from portico.calls.call import Call
from portico.identity.records import IDENTIFIED, ROLES, USERS, Role, User

_ENTITY_ARN = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(user|role)/.*?([^/]+)")
_UNIQUE_ID = re.compile(r"(AIDA|AROA)[A-Z0-9]{12,124}")
_NAMES_ENTITIES = re.compile(r":(?:user|role)/|AIDA|AROA")

Rename = Callable[[str], Awaitable[str]]
Unknown = Callable[[str], Exception]


async def pinned(call: Call, document: str, unknown: Unknown) -> str:
    """The policy as it is kept. `unknown` makes the error for a user or role that does not exist, from its name.

    Raises:
        Exception: what `unknown` makes.
    """

    async def identified(principal: str) -> str:
        return await pinned_principal(call, principal, unknown)

    return await _with_principals(document, identified)


async def shown(call: Call, document: str) -> str:
    """The policy as it is answered."""

    async def located(principal: str) -> str:
        return await shown_principal(call, principal)

    return await _with_principals(document, located)


async def pinned_principal(call: Call, principal: str, unknown: Unknown) -> str:
    """One principal as it is kept; errors as `pinned`'s."""
    if _UNIQUE_ID.fullmatch(principal):
        if await call.tx.get(IDENTIFIED, principal) is None:
            raise unknown(principal)
        return principal
    parts = _ENTITY_ARN.fullmatch(principal)
    if parts is None:
        return principal
    account, noun, name = parts.groups()
    entity = await _entity(call, noun, account, name)
    if entity is None or entity.arn != principal:
        raise unknown(principal)
    return entity.unique_id


async def shown_principal(call: Call, principal: str) -> str:
    """One principal as it is answered."""
    if not _UNIQUE_ID.fullmatch(principal):
        return principal
    known = await call.tx.get(IDENTIFIED, principal)
    if known is None:
        return principal
    entity = await _entity(call, known.noun, known.account, known.name)
    return principal if entity is None else entity.arn


async def _with_principals(document: str, rename: Rename) -> str:
    if not _NAMES_ENTITIES.search(document):
        return document
    policy = json.loads(document)
    statements = policy["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        for element in ("Principal", "NotPrincipal"):
            principal = statement.get(element)
            if isinstance(principal, dict) and "AWS" in principal:
                principal["AWS"] = await _each(principal["AWS"], rename)
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


async def _each(named: Any, rename: Rename) -> Any:
    if isinstance(named, str):
        return await rename(named)
    return [await rename(name) for name in named]


async def _entity(call: Call, noun: str, account: str, name: str) -> User | Role | None:
    if noun == "user":
        return await call.tx.get(USERS, account, name.lower())
    return await call.tx.get(ROLES, account, name.lower())
