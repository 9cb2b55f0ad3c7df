"""Managed policies: the account's own, and AWS's to be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.identity.records import POLICIES, ManagedPolicy, PolicyVersion
from portico.services.iam import documents, entities, errors, managed, tagging, targets, usage
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes


def on_policy(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    """The policy that a request names."""
    return (request["PolicyArn"],)


async def policy_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    """The condition keys of a request about a policy: its tags and those that are to be set."""
    policy = await managed.find(call, request["PolicyArn"])
    asked = targets.of_request(request)
    asked.pop("iam:PolicyARN")  # only where a policy is attached to something
    return asked if policy is None else asked | targets.of_tags(policy.tags)


def _on_new_policy(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    return (targets.arn(call, "policy", request.get("Path", "/"), request["PolicyName"]),)


def shown(policy: ManagedPolicy, used: usage.Usage) -> shapes.Policy:
    """A policy as lists have it: without tags and description."""
    return {
        "PolicyName": policy.name,
        "PolicyId": policy.unique_id,
        "Arn": policy.arn,
        "Path": policy.path,
        "DefaultVersionId": policy.default_version,
        "AttachmentCount": used.attached[policy.arn],
        "PermissionsBoundaryUsageCount": used.boundary[policy.arn],
        "IsAttachable": True,
        "CreateDate": policy.created_at,
        "UpdateDate": policy.updated_at,
    }


@operation(on=_on_new_policy, keys=targets.request_facts)
async def create_policy(
    iam: Iam, call: Call, request: shapes.CreatePolicyRequest
) -> shapes.CreatePolicyResponse:
    """Create a policy, whose version `v1` is the default.

    Raises:
        EntityAlreadyExists: the name is taken, in whatever case and under whatever path.
        MalformedPolicyDocument: it is no policy.
        LimitExceeded: 1500 policies, or larger than 6144 bytes.
    """
    account, name = call.scope.account, request["PolicyName"]
    document = sized(iam, request["PolicyDocument"])
    if await call.tx.get(POLICIES, account, name.lower()) is not None:
        raise errors.already_exists(
            f"A policy called {name} already exists. Duplicate names are not allowed."
        )
    if len(await call.tx.scan(POLICIES, account)) >= iam.quotas.policies:
        raise errors.quota("PoliciesPerAccount", iam.quotas.policies)
    at = entities.created_at(call)
    policy = ManagedPolicy(
        name,
        request.get("Path", "/"),
        ids.unique_id("ANPA"),
        account,
        at,
        at,
        "v1",
        (PolicyVersion("v1", document, at),),
        description=request.get("Description", ""),
        tags=tagging.read(request.get("Tags", ()), any_case=False),
    )
    managed.save(call, policy)
    created = shown(policy, usage.NONE)
    if policy.tags:
        created["Tags"] = tagging.shown(policy.tags)
    return {"Policy": created}


@operation(on=on_policy, keys=policy_facts)
async def get_policy(iam: Iam, call: Call, request: shapes.GetPolicyRequest) -> shapes.GetPolicyResponse:
    """A policy without its document.

    Raises:
        NoSuchEntity: no such policy.
    """
    policy = await managed.get(call, request["PolicyArn"])
    described = shown(policy, await usage.of_policies(call))
    if policy.description:
        described["Description"] = policy.description
    described["Tags"] = tagging.shown(policy.tags)
    return {"Policy": described}


@operation()
async def list_policies(
    iam: Iam, call: Call, request: shapes.ListPoliciesRequest
) -> shapes.ListPoliciesResponse:
    """The policies of a scope (`All`, `AWS`, `Local`) and under a path, or only those that are in use."""
    scope, prefix = request.get("Scope", "All"), request.get("PathPrefix", "/")
    of_account = await call.tx.scan(POLICIES, call.scope.account) if scope != "AWS" else []
    of_aws = managed.every_of_aws() if scope != "Local" else []
    used = await usage.of_policies(call)
    wanted = request.get("PolicyUsageFilter", "")
    found = [
        policy
        for policy in (*of_account, *of_aws)
        if policy.path.startswith(prefix)
        and (not request.get("OnlyAttached") or used.attached[policy.arn])
        and (not wanted or used.counts(wanted)[policy.arn])
    ]
    listed, more = page(found, request, lambda policy: policy.arn)
    return {"Policies": [shown(policy, used) for policy in listed], **more}


@operation(on=on_policy, keys=policy_facts)
async def delete_policy(iam: Iam, call: Call, request: shapes.DeletePolicyRequest) -> None:
    """Delete a policy that nothing uses and that has only its default version left.

    Raises:
        NoSuchEntity: no such policy.
        DeleteConflict: it is attached, or has other versions.
    """
    policy = await managed.own(call, request["PolicyArn"])
    used = await usage.of_policies(call)
    if used.attached[policy.arn] or used.boundary[policy.arn]:
        raise errors.delete_conflict("Cannot delete a policy attached to entities.")
    if len(policy.versions) > 1:
        raise errors.delete_conflict(
            "This policy has more than one version. Before you delete a policy, you must delete the policy's versions."
            " The default version is deleted with the policy."
        )
    call.tx.delete(POLICIES, policy.account, policy.name.lower())


def sized(iam: Iam, document: str) -> str:
    """A managed policy's document, checked.

    Raises:
        AwsError: `MalformedPolicyDocument`, `LimitExceeded`.
    """
    documents.checked(document, "identity", managed=True)
    if documents.size(document) > iam.quotas.managed_policy_bytes:
        raise errors.quota("PolicySize", iam.quotas.managed_policy_bytes)
    return document
