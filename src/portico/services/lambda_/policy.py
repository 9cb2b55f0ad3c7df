"""Who may call a function: the statements of its resource policy.

Users and roles are kept by their unique ids, so that one made again under the same name inherits nothing, and shown by ARN as long
as it is theirs. Source: API reference, AddPermission; Developer Guide, "Viewing resource-based IAM policies"; recorded answers.
"""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.arn import parse as parse_arn
from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.records import ROLES, USERS, Role, User
from portico.invoke.records import ALIASES, FUNCTIONS, LATEST, VERSIONS, Function
from portico.services.lambda_ import access, errors, names
from portico.services.lambda_.names import Name
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        AddPermissionRequest,
        AddPermissionResponse,
        GetPolicyRequest,
        GetPolicyResponse,
        RemovePermissionRequest,
    )

POLICY_BYTES_MAX = 20_480
Document = dict[str, Any]
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazon(aws)?\.com(\.cn)?")
_CONDITIONS = (  # member of the request, operator, key
    ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ("FunctionUrlAuthType", "StringEquals", "lambda:FunctionUrlAuthType"),
    ("PrincipalOrgID", "StringEquals", "aws:PrincipalOrgID"),
    ("EventSourceToken", "StringEquals", "lambda:EventSourceToken"),
    ("SourceArn", "ArnLike", "AWS:SourceArn"),
    ("InvokedViaFunctionUrl", "Bool", "lambda:InvokedViaFunctionUrl"),
)


async def _keys(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    keys = dict(await access.resource_tags(call, request))
    for member in ("Principal", "FunctionUrlAuthType"):
        if request.get(member):
            keys[f"lambda:{member}"] = request[member]
    return keys


@operation(on=access.function_arn, keys=_keys, policy=access.function_policy)
async def add_permission(lam: Lambda, call: Call, request: "AddPermissionRequest") -> "AddPermissionResponse":
    """Add a statement that lets a principal act on the function, or on one version or alias of it.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        ResourceConflictException: the statement id is taken.
        PreconditionFailedException: `RevisionId` is not the policy's.
        InvalidParameterValueException: the principal does not exist, or the qualifier is `$LATEST`.
        PolicyLengthExceededException: the policy would be too long.
    """
    name = names.named(call, request)
    function = await _subject(call, name)
    _require_revision(function, name, request.get("RevisionId"))
    document = _document(function, name)
    sid = request["StatementId"]
    if any(statement["Sid"] == sid for statement in document["Statement"]):
        raise errors.statement_exists(sid)
    principal, known = await _principal(call, request["Principal"])
    statement: Document = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": principal,
        "Action": request["Action"],
        "Resource": name.asked_arn,
    }
    conditions = _conditions(request)
    if conditions:
        statement["Condition"] = conditions
    document["Statement"].append(statement)
    arns = {**function.principal_arns, **known}
    _write(call, name, msgspec.structs.replace(function, principal_arns=arns), document)
    return {"Statement": json.dumps(_shown(statement, known), separators=(",", ":"))}


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def remove_permission(lam: Lambda, call: Call, request: "RemovePermissionRequest") -> None:
    """Remove a statement; the policy goes with its last one.

    Raises:
        ResourceNotFoundException: no such function, policy or statement.
        PreconditionFailedException: `RevisionId` is not the policy's.
    """
    name = names.named(call, request)
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None:
        raise errors.not_found(f"No policy found for: {name.asked_arn}")
    await _subject(call, name)
    if name.qualifier not in function.policies:
        raise errors.not_found("No policy is associated with the given resource.")
    document = _document(function, name)
    sid = request["StatementId"]
    left = [statement for statement in document["Statement"] if statement["Sid"] != sid]
    if len(left) == len(document["Statement"]):
        raise errors.not_found(f"Statement {sid} is not found in resource policy.")
    _require_revision(function, name, request.get("RevisionId"))
    _write(call, name, function, {**document, "Statement": left})


@operation(on=access.function_arn, keys=access.resource_tags, policy=access.function_policy)
async def get_policy(lam: Lambda, call: Call, request: "GetPolicyRequest") -> "GetPolicyResponse":
    """The policy and its revision.

    Raises:
        ResourceNotFoundException: no such function, or it has no policy.
    """
    name = names.named(call, request)
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None or name.qualifier not in function.policies:
        raise errors.no_policy()
    document = _document(function, name)
    current = await _current(call, function.principal_arns)
    document["Statement"] = [_shown(statement, current) for statement in document["Statement"]]
    return {
        "Policy": json.dumps(document, separators=(",", ":")),
        "RevisionId": function.policy_revisions[name.qualifier],
    }


async def _subject(call: Call, name: Name) -> Function:
    """The function whose policy is meant, once the qualifier is known to exist."""
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


def _require_revision(function: Function, name: Name, revision_id: str | None) -> None:
    if revision_id and revision_id != function.policy_revisions.get(name.qualifier):
        raise errors.stale_revision("GetPolicy")


def _document(function: Function, name: Name) -> Document:
    text = function.policies.get(name.qualifier)
    if text is None:
        return {"Version": "2012-10-17", "Id": "default", "Statement": []}
    document: Document = json.loads(text)
    return document


def _write(call: Call, name: Name, function: Function, document: Document) -> None:
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


def _conditions(request: Mapping[str, Any]) -> Document:
    conditions: Document = {}
    for member, operator, key in _CONDITIONS:
        given = request.get(member)
        if given is not None:
            value = str(given).lower() if operator == "Bool" else given
            conditions.setdefault(operator, {})[key] = value
    return conditions


async def _principal(call: Call, given: str) -> tuple[str | dict[str, str], dict[str, str]]:
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


async def _current(call: Call, arns: Mapping[str, str]) -> dict[str, str]:
    """Those of the unique ids whose ARN is still theirs."""
    return {unique_id: arn for unique_id, arn in arns.items() if await _unique_id(call, arn) == unique_id}


def _shown(statement: Document, arns: Mapping[str, str]) -> Document:
    principal = statement["Principal"]
    if isinstance(principal, dict) and principal.get("AWS") in arns:
        return {**statement, "Principal": {"AWS": arns[principal["AWS"]]}}
    return statement
