"""Who may call a function: the statements of its resource policy, one by one.

Source: API reference, AddPermission; Developer Guide, "Viewing resource-based IAM policies"; recorded answers.
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.invoke.records import FUNCTIONS
from portico.services.lambda_ import access, errors, names, policy_records
from portico.services.lambda_.policy_records import Document
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        AddPermissionRequest,
        AddPermissionResponse,
        GetPolicyRequest,
        GetPolicyResponse,
        RemovePermissionRequest,
    )

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
    function = await policy_records.subject(call, name)
    policy_records.require_revision(function, name, request.get("RevisionId"))
    document = policy_records.document_of(function, name)
    sid = request["StatementId"]
    if any(statement.get("Sid") == sid for statement in document["Statement"]):
        raise errors.statement_exists(sid)
    principal, known = await policy_records.principal_of(call, request["Principal"])
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
    policy_records.write(call, name, msgspec.structs.replace(function, principal_arns=arns), document)
    return {"Statement": json.dumps(policy_records.shown(statement, known), separators=(",", ":"))}


@access.on_qualified
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
    await policy_records.subject(call, name)
    if name.qualifier not in function.policies:
        raise errors.not_found("No policy is associated with the given resource.")
    document = policy_records.document_of(function, name)
    sid = request["StatementId"]
    left = [statement for statement in document["Statement"] if statement.get("Sid") != sid]
    if len(left) == len(document["Statement"]):
        raise errors.not_found(f"Statement {sid} is not found in resource policy.")
    policy_records.require_revision(function, name, request.get("RevisionId"))
    policy_records.write(call, name, function, {**document, "Statement": left})


@access.on_qualified
async def get_policy(lam: Lambda, call: Call, request: "GetPolicyRequest") -> "GetPolicyResponse":
    """The policy and its revision.

    Raises:
        ResourceNotFoundException: no such function, or it has no policy.
    """
    name = names.named(call, request)
    function = await call.tx.get(FUNCTIONS, *name.key)
    if function is None or name.qualifier not in function.policies:
        raise errors.no_policy()
    document = policy_records.document_of(function, name)
    current = await policy_records.current_arns(call, function.principal_arns)
    document["Statement"] = [policy_records.shown(statement, current) for statement in document["Statement"]]
    return {
        "Policy": json.dumps(document, separators=(",", ":")),
        "RevisionId": function.policy_revisions[name.qualifier],
    }


def _conditions(request: Mapping[str, Any]) -> Document:
    conditions: Document = {}
    for member, operator, key in _CONDITIONS:
        given = request.get(member)
        if given is not None:
            value = str(given).lower() if operator == "Bool" else given
            conditions.setdefault(operator, {})[key] = value
    return conditions
