"""Who may use a version of a layer: the statements of its resource policy.

Source: API reference, AddLayerVersionPermission; Developer Guide, "Granting layer access to other accounts"; recorded answers.
"""

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.lambda_ import errors, layer_records
from portico.services.lambda_.layer_records import LAYER_VERSIONS, LayerVersion, Place
from portico.services.lambda_.policy_records import POLICY_BYTES_MAX
from portico.services.lambda_.service import Lambda

if TYPE_CHECKING:
    from portico.services.lambda_.shapes import (
        AddLayerVersionPermissionRequest,
        AddLayerVersionPermissionResponse,
        GetLayerVersionPolicyRequest,
        GetLayerVersionPolicyResponse,
        RemoveLayerVersionPermissionRequest,
    )

Document = dict[str, Any]
_POLICY = "GetLayerPolicy"  # as AWS names the call that tells the revision


@operation(on=layer_records.version_arn, policy=layer_records.version_policy)
async def add_layer_version_permission(
    lam: Lambda, call: Call, request: "AddLayerVersionPermissionRequest"
) -> "AddLayerVersionPermissionResponse":
    """Let an account, an organization's accounts or everybody use the version.

    Raises:
        ResourceNotFoundException: no such version.
        ResourceConflictException: the statement id is taken.
        PreconditionFailedException: `RevisionId` is not the policy's.
        PolicyLengthExceededException: the policy would be too long.
    """
    place = layer_records.named(call, request)
    version = await _version(call, place)
    statements = _statements(version)
    sid = request["StatementId"]
    if any(statement["Sid"] == sid for statement in statements):
        raise errors.statement_exists(sid)
    _require_revision(version, request.get("RevisionId"))
    statement: Document = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": _principal(request["Principal"]),
        "Action": request["Action"],
        "Resource": place.arn,
    }
    if request.get("OrganizationId"):
        statement["Condition"] = {"StringEquals": {"aws:PrincipalOrgID": request["OrganizationId"]}}
    changed = _write(call, version, [*statements, statement])
    return {"Statement": _text(statement), "RevisionId": changed.policy_revision}


@operation(on=layer_records.version_arn, policy=layer_records.version_policy)
async def get_layer_version_policy(
    lam: Lambda, call: Call, request: "GetLayerVersionPolicyRequest"
) -> "GetLayerVersionPolicyResponse":
    """The policy and its revision.

    Raises:
        ResourceNotFoundException: no such version, or it has no policy.
    """
    version = await _version(call, layer_records.named(call, request))
    if not version.policy:
        raise errors.not_found("No policy is associated with the given resource.")
    return {"Policy": version.policy, "RevisionId": version.policy_revision}


@operation(on=layer_records.version_arn, policy=layer_records.version_policy)
async def remove_layer_version_permission(
    lam: Lambda, call: Call, request: "RemoveLayerVersionPermissionRequest"
) -> None:
    """Remove a statement; the policy goes with its last one.

    Raises:
        ResourceNotFoundException: no such version or statement.
        PreconditionFailedException: `RevisionId` is not the policy's.
    """
    version = await _version(call, layer_records.named(call, request))
    statements = _statements(version)
    sid = request["StatementId"]
    left = [statement for statement in statements if statement["Sid"] != sid]
    if len(left) == len(statements):
        raise errors.not_found(f"Statement {sid} is not found in resource policy.")
    _require_revision(version, request.get("RevisionId"))
    _write(call, version, left)


async def _version(call: Call, place: Place) -> LayerVersion:
    layer_records.require_number(place)
    version = await call.tx.get(LAYER_VERSIONS, *place.key)
    if version is None:
        raise errors.not_found(f"Layer version {place.arn} does not exist.")
    return version


def _require_revision(version: LayerVersion, revision_id: str | None) -> None:
    if revision_id and revision_id != version.policy_revision:
        raise errors.stale_revision(_POLICY)


def _statements(version: LayerVersion) -> list[Document]:
    if not version.policy:
        return []
    statements: list[Document] = json.loads(version.policy)["Statement"]
    return statements


def _principal(given: str) -> str | dict[str, str]:
    if re.fullmatch(r"\d{12}", given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    return given if given == "*" else {"AWS": given}


def _write(call: Call, version: LayerVersion, statements: list[Document]) -> LayerVersion:
    text = _text({"Version": "2012-10-17", "Id": "default", "Statement": statements}) if statements else ""
    if len(text) > POLICY_BYTES_MAX:
        raise errors.policy_too_long(len(text), POLICY_BYTES_MAX)
    revision = uuid() if statements else ""
    changed = msgspec.structs.replace(version, policy=text, policy_revision=revision)
    call.tx.put(LAYER_VERSIONS, changed, *version.place.key)
    return changed


def _text(document: Document) -> str:
    return json.dumps(document, separators=(",", ":"))
