"""Trust policies: a user or role in `Principal` is stored by its unique id and shown by its ARN.

So a role that is deleted and made again under the same name inherits nobody's trust. The id of an entity that is gone is shown
as it is. Source: IAM User Guide, "AWS JSON policy elements: Principal" (the ARN is transformed when the policy is saved).
"""

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from portico.calls.call import Call
from portico.identity.records import IDENTIFIED, ROLES, USERS, Role, User
from portico.services.iam import documents, errors

_ENTITY_ARN = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(user|role)/.*?([^/]+)")
_UNIQUE_ID = re.compile(r"(AIDA|AROA)[A-Z0-9]{12,124}")
_NAMES_ENTITIES = re.compile(r":(?:user|role)/|AIDA|AROA")

Rename = Callable[[str], Awaitable[str]]


async def stored(call: Call, document: str, limit_bytes: int) -> str:
    """The trust policy as it is kept.

    Raises:
        AwsError: `MalformedPolicyDocument` (also for a user or role that does not exist), `LimitExceeded`.
    """
    documents.checked(document, "trust")
    if documents.size(document) > limit_bytes:
        raise errors.quota("ACLSizePerRole", limit_bytes)

    async def identified(principal: str) -> str:
        return await _unique_id(call, principal)

    return await _with_principals(document, identified)


async def shown(call: Call, document: str) -> str:
    """The trust policy as it is answered, not yet percent-encoded."""

    async def located(principal: str) -> str:
        return await _arn(call, principal)

    return await _with_principals(document, located)


async def _with_principals(document: str, rename: Rename) -> str:
    if not _NAMES_ENTITIES.search(document):
        return document
    policy = json.loads(document)
    statements = policy["Statement"]
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        if isinstance(principal, dict) and "AWS" in principal:
            principal["AWS"] = await _each(principal["AWS"], rename)
    return json.dumps(policy, separators=(",", ":"), ensure_ascii=False)


async def _each(named: Any, rename: Rename) -> Any:
    if isinstance(named, str):
        return await rename(named)
    return [await rename(name) for name in named]


async def _unique_id(call: Call, principal: str) -> str:
    if _UNIQUE_ID.fullmatch(principal):
        if await call.tx.get(IDENTIFIED, principal) is None:
            raise _invalid(principal)
        return principal
    parts = _ENTITY_ARN.fullmatch(principal)
    if parts is None:
        return principal
    account, noun, name = parts.groups()
    entity = await _entity(call, noun, account, name)
    if entity is None or entity.arn != principal:
        raise _invalid(principal)
    return entity.unique_id


async def _arn(call: Call, principal: str) -> str:
    if not _UNIQUE_ID.fullmatch(principal):
        return principal
    known = await call.tx.get(IDENTIFIED, principal)
    if known is None:
        return principal
    entity = await _entity(call, known.noun, known.account, known.name)
    return principal if entity is None else entity.arn


async def _entity(call: Call, noun: str, account: str, name: str) -> User | Role | None:
    if noun == "user":
        return await call.tx.get(USERS, account, name.lower())
    return await call.tx.get(ROLES, account, name.lower())


def _invalid(principal: str) -> Exception:
    return errors.malformed(f'Invalid principal in policy: "AWS":"{principal}"')
