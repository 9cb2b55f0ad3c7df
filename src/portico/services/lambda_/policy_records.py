"""Resource policies of functions as they are stored, with users and roles by their unique ids, and as they are shown.

Users and roles are kept by their unique ids, so that one made again under the same name inherits nothing, and shown by ARN as long
as it is theirs. Source: Developer Guide, "Viewing resource-based IAM policies"; recorded answers.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.arn import parse as parse_arn
from portico.base.ids import uuid
from portico.calls.call import Call
from portico.identity.records import ROLES, USERS, Role, User
from portico.invoke.records import ALIASES, FUNCTIONS, LATEST, VERSIONS, Function
from portico.services.lambda_ import errors
from portico.services.lambda_.names import Name

POLICY_BYTES_MAX = 20_480
Document = dict[str, Any]
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazon(aws)?\.com(\.cn)?")


async def subject(call: Call, name: Name) -> Function:
    """The function whose policy is meant, once the qualifier is known to exist.

    Raises:
        InvalidParameterValueException: the qualifier is `$LATEST`.
        ResourceNotFoundException: no such function, version or alias.
    """
    if name.qualifier == LATEST:
        raise errors.invalid("We currently do not support adding policies for $LATEST.")
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.function_not_found(name.arn)
    if name.names_alias:
        if await call.tx.get(ALIASES, *name.key, name.qualifier) is None:
            raise errors.alias_not_found(name.asked_arn)
    elif name.qualifier and await call.tx.get(VERSIONS, *name.key, name.qualifier) is None:
        raise errors.function_not_found(name.asked_arn)
    return function


def require_revision(
    function: Function, name: Name, revision_id: str | None, told_by: str = "GetPolicy"
) -> None:
    """Refuse a change of another revision of the policy than the present one, which the call `told_by` tells.

    Raises:
        PreconditionFailedException: it is another.
    """
    if revision_id and revision_id != function.policy_revisions.get(name.qualifier):
        raise errors.stale_revision(told_by)


def document_of(function: Function, name: Name) -> Document:
    """The policy as it is stored; one without statements when there is none."""
    text = function.policies.get(name.qualifier)
    if text is None:
        return {"Version": "2012-10-17", "Id": "default", "Statement": []}
    document: Document = json.loads(text)
    return document


def write(call: Call, name: Name, function: Function, document: Document) -> Function:
    """Store the policy under a new revision, or take it away when it has no statements; the function as it then is.

    Raises:
        PolicyLengthExceededException: it is too long.
    """
    policies, revisions = dict(function.policies), dict(function.policy_revisions)
    policies.pop(name.qualifier, None)
    revisions.pop(name.qualifier, None)
    if document["Statement"]:
        text = json.dumps(document, separators=(",", ":"))
        if len(text) > POLICY_BYTES_MAX:
            raise errors.policy_too_long(len(text), POLICY_BYTES_MAX)
        policies[name.qualifier], revisions[name.qualifier] = text, uuid()
    used = " ".join(policies.values())
    changed = msgspec.structs.replace(
        function,
        policies=policies,
        policy_revisions=revisions,
        principal_arns={key: arn for key, arn in function.principal_arns.items() if key in used},
    )
    call.tx.put(FUNCTIONS, changed, *name.key)
    return changed


async def principal_of(call: Call, given: str) -> tuple[str | dict[str, str], dict[str, str]]:
    """The statement's principal, and the ARN of its unique id if it has one.

    Raises:
        InvalidParameterValueException: it is not a service, an account, a user or role that exists, or everybody.
    """
    if given == "*":
        return "*", {}
    if _SERVICE.fullmatch(given):
        return {"Service": given}, {}
    if re.fullmatch(r"\d{12}", given):
        return {"AWS": f"arn:aws:iam::{given}:root"}, {}
    arn = parse_arn(given)
    if arn is not None and arn.service == "iam" and arn.resource == "root":
        return {"AWS": given}, {}
    if (
        arn is not None
        and arn.service == "sts"
        and arn.resource.startswith(("assumed-role/", "federated-user/"))
    ):
        return {"AWS": given}, {}
    unique_id = await _unique_id(call, given)
    if not unique_id:
        raise errors.invalid("The provided principal was invalid. Please check the principal and try again.")
    return {"AWS": unique_id}, {unique_id: given}


async def _unique_id(call: Call, arn: str) -> str:
    """The unique id of the user or role that has this ARN, or nothing."""
    parts = parse_arn(arn)
    if parts is None or parts.service != "iam":
        return ""
    kind, _, path = parts.resource.partition("/")
    place = (parts.account, path.rsplit("/", 1)[-1].lower())
    entity: User | Role | None = None
    if kind == "user":
        entity = await call.tx.get(USERS, *place)
    elif kind == "role":
        entity = await call.tx.get(ROLES, *place)
    return entity.unique_id if entity is not None and entity.arn == arn else ""


async def current_arns(call: Call, arns: Mapping[str, str]) -> dict[str, str]:
    """Those of the unique ids whose ARN is still theirs."""
    return {unique_id: arn for unique_id, arn in arns.items() if await _unique_id(call, arn) == unique_id}


def shown(statement: Document, arns: Mapping[str, str]) -> Document:
    """The statement with the ARNs of the users and roles that are still there."""
    found = dict(statement)
    for element in ("Principal", "NotPrincipal"):
        principal = found.get(element)
        if isinstance(principal, dict) and "AWS" in principal:
            found[element] = {**principal, "AWS": _replaced(principal["AWS"], arns)}
    return found


def _replaced(members: str | list[str], arns: Mapping[str, str]) -> str | list[str]:
    if isinstance(members, str):
        return arns.get(members, members)
    return [arns.get(member, member) for member in members]
