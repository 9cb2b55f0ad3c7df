"""Who may call a function: its resource policy as a whole document.

It is the same policy that AddPermission adds statements to. Source: API reference, PutResourcePolicy (2026-07-09).
"""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.policy.parse import PolicyError, parse
from portico.services.lambda_ import access, errors, names, policy_records
from portico.services.lambda_.names import Name
from portico.services.lambda_.policy_records import Document
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        DeleteResourcePolicyRequest,
        GetResourcePolicyRequest,
        GetResourcePolicyResponse,
        PutResourcePolicyRequest,
        PutResourcePolicyResponse,
    )

Request = Mapping[str, Any]
_TOLD_BY = "GetResourcePolicy"


def _on(call: Call, request: Request) -> tuple[str]:
    return (request["ResourceArn"],)


async def _keys(call: Call, request: Request) -> Mapping[str, Values]:
    return await access.resource_tags(call, {"FunctionName": request["ResourceArn"]})


async def _policy(lam: Lambda, call: Call, request: Request) -> str | None:
    return await access.function_policy(lam, call, {"FunctionName": request["ResourceArn"]})


@operation(on=_on, keys=_keys, policy=_policy)
async def put_resource_policy(
    lam: Lambda, call: Call, request: "PutResourcePolicyRequest"
) -> "PutResourcePolicyResponse":
    """Replace the policy of a function, or of one version or alias of it, with all statements that were added to it.

    Raises:
        ResourceNotFoundException: no such function, version or alias.
        PreconditionFailedException: `RevisionId` is not the policy's.
        InvalidParameterValueException: it is no resource policy of this function, or names a principal that does not exist.
        PolicyLengthExceededException: it is too long.
    """
    name = names.parse(call.scope, request["ResourceArn"])
    function = await policy_records.subject(call, name)
    policy_records.require_revision(function, name, request.get("RevisionId"), _TOLD_BY)
    document = _parsed(request["Policy"], name)
    arns = dict(function.principal_arns)
    for statement in document["Statement"]:
        arns |= await _identify(call, statement)
    named = msgspec.structs.replace(function, principal_arns=arns)
    changed = policy_records.write(call, name, named, document)
    return {"Policy": request["Policy"], "RevisionId": changed.policy_revisions[name.qualifier]}


@operation(on=_on, keys=_keys, policy=_policy)
async def get_resource_policy(
    lam: Lambda, call: Call, request: "GetResourcePolicyRequest"
) -> "GetResourcePolicyResponse":
    """The policy and its revision.

    Raises:
        ResourceNotFoundException: no such function, version or alias, or it has no policy.
    """
    name = names.parse(call.scope, request["ResourceArn"])
    function = await policy_records.subject(call, name)
    if name.qualifier not in function.policies:
        raise errors.no_policy()
    document = policy_records.document_of(function, name)
    current = await policy_records.current_arns(call, function.principal_arns)
    document["Statement"] = [policy_records.shown(each, current) for each in document["Statement"]]
    return {
        "Policy": json.dumps(document, separators=(",", ":")),
        "RevisionId": function.policy_revisions[name.qualifier],
    }


@operation(on=_on, keys=_keys, policy=_policy)
async def delete_resource_policy(lam: Lambda, call: Call, request: "DeleteResourcePolicyRequest") -> None:
    """Take the policy away.

    Raises:
        ResourceNotFoundException: no such function, version or alias, or it has no policy.
        PreconditionFailedException: `RevisionId` is not the policy's.
    """
    name = names.parse(call.scope, request["ResourceArn"])
    function = await policy_records.subject(call, name)
    if name.qualifier not in function.policies:
        raise errors.no_policy()
    policy_records.require_revision(function, name, request.get("RevisionId"), _TOLD_BY)
    policy_records.write(call, name, function, {"Statement": []})


def _parsed(text: str, name: Name) -> Document:
    """The document, its statements a list, each about this function."""
    try:
        parse(text, "resource")
    except PolicyError as error:
        raise errors.invalid(str(error)) from error
    document: Document = json.loads(text)
    if isinstance(document["Statement"], dict):
        document["Statement"] = [document["Statement"]]
    for statement in document["Statement"]:
        resources = statement.get("Resource")
        if resources not in (name.asked_arn, [name.asked_arn]):
            raise errors.invalid(f"Each statement's Resource must be {name.asked_arn}.")
    return document


async def _identify(call: Call, statement: Document) -> dict[str, str]:
    """Put unique ids in place of the ARNs of users and roles, and accounts' ARNs in place of their ids; the ARNs of those ids."""
    known: dict[str, str] = {}
    for element in ("Principal", "NotPrincipal"):
        principal = statement.get(element)
        if not isinstance(principal, dict) or "AWS" not in principal:
            continue
        members = principal["AWS"]
        listed = [members] if isinstance(members, str) else members
        found = []
        for member in listed:
            identified, arns = await policy_records.principal_of(call, member)
            known |= arns
            found.append(identified["AWS"] if isinstance(identified, dict) else identified)
        statement[element] = {**principal, "AWS": found[0] if isinstance(members, str) else found}
    return known
