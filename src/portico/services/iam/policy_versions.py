"""The versions of managed policies, of which one is in force: the default."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import ManagedPolicy, PolicyVersion
from portico.services.iam import documents, entities, errors, managed
from portico.services.iam.paging import page
from portico.services.iam.policies import on_policy, policy_facts, sized
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


def shown(policy: ManagedPolicy, version: PolicyVersion) -> shapes.PolicyVersion:
    """A version as lists have it: without its document."""
    return {
        "VersionId": version.version_id,
        "IsDefaultVersion": version.version_id == policy.default_version,
        "CreateDate": version.created_at,
    }


def with_document(policy: ManagedPolicy, version: PolicyVersion) -> shapes.PolicyVersion:
    """A version with its document."""
    return {"Document": documents.encoded(version.document), **shown(policy, version)}


@operation(on=on_policy, keys=policy_facts)
async def create_policy_version(
    iam: Iam, call: Call, request: shapes.CreatePolicyVersionRequest
) -> shapes.CreatePolicyVersionResponse:
    """Add a version; it is in force only if `SetAsDefault` says so. Numbers are never given again.

    Raises:
        NoSuchEntity: no such policy.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: five versions, or larger than 6144 bytes.
    """
    policy = await managed.own(call, request["PolicyArn"])
    document = sized(iam, request["PolicyDocument"])
    if len(policy.versions) >= iam.quotas.policy_versions:
        raise errors.too_many_versions(iam.quotas.policy_versions)
    at = entities.created_at(call)
    version = PolicyVersion(f"v{policy.next_version}", document, at)
    changed = msgspec.structs.replace(
        policy,
        versions=(*policy.versions, version),
        next_version=policy.next_version + 1,
        updated_at=at,
        default_version=version.version_id if request.get("SetAsDefault") else policy.default_version,
    )
    managed.save(call, changed)
    return {"PolicyVersion": shown(changed, version)}


@operation(on=on_policy, keys=policy_facts)
async def get_policy_version(
    iam: Iam, call: Call, request: shapes.GetPolicyVersionRequest
) -> shapes.GetPolicyVersionResponse:
    """A version with its document.

    Raises:
        NoSuchEntity: no such policy or version.
    """
    policy = await managed.get(call, request["PolicyArn"])
    return {"PolicyVersion": with_document(policy, _find(policy, request["VersionId"]))}


@operation(on=on_policy, keys=policy_facts)
async def list_policy_versions(
    iam: Iam, call: Call, request: shapes.ListPolicyVersionsRequest
) -> shapes.ListPolicyVersionsResponse:
    """The versions of a policy, newest first.

    Raises:
        NoSuchEntity: no such policy.
    """
    policy = await managed.get(call, request["PolicyArn"])
    newest_first = {version.version_id: f"{n}" for n, version in enumerate(reversed(policy.versions))}
    listed, more = page(policy.versions, request, lambda version: newest_first[version.version_id])
    return {"Versions": [shown(policy, version) for version in listed], **more}


@operation(on=on_policy, keys=policy_facts)
async def set_default_policy_version(
    iam: Iam, call: Call, request: shapes.SetDefaultPolicyVersionRequest
) -> None:
    """Put a version into force for everything that the policy is attached to.

    Raises:
        NoSuchEntity: no such policy or version.
    """
    policy = await managed.own(call, request["PolicyArn"])
    version = _find(policy, request["VersionId"])
    changed = msgspec.structs.replace(
        policy, default_version=version.version_id, updated_at=entities.created_at(call)
    )
    managed.save(call, changed)


@operation(on=on_policy, keys=policy_facts)
async def delete_policy_version(iam: Iam, call: Call, request: shapes.DeletePolicyVersionRequest) -> None:
    """Delete a version that is not in force.

    Raises:
        NoSuchEntity: no such policy or version.
        DeleteConflict: it is the default version.
    """
    policy = await managed.own(call, request["PolicyArn"])
    version = _find(policy, request["VersionId"])
    if version.version_id == policy.default_version:
        raise errors.delete_conflict("Cannot delete the default version of a policy.")
    kept = tuple(one for one in policy.versions if one.version_id != version.version_id)
    managed.save(call, msgspec.structs.replace(policy, versions=kept, updated_at=entities.created_at(call)))


def _find(policy: ManagedPolicy, version_id: str) -> PolicyVersion:
    for version in policy.versions:
        if version.version_id == version_id:
            return version
    raise errors.policy_version_not_found(policy.arn, version_id)
