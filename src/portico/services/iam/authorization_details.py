"""Everything about who may do what in an account, in one answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.records import (
    INSTANCE_PROFILES,
    POLICIES,
    Attached,
    Group,
    InstanceProfile,
    ManagedPolicy,
    Role,
    User,
)
from portico.services.iam import (
    attachments,
    boundaries,
    documents,
    entities,
    instance_profiles,
    managed,
    policies,
    policy_versions,
    roles,
    tagging,
    trust,
    usage,
    users,
)
from portico.services.iam.entities import GROUP, ROLE, USER
from portico.services.iam.groups import shown as group_shown
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

Thing = User | Group | Role | ManagedPolicy

_FILTERS = ("User", "Group", "Role", "LocalManagedPolicy", "AWSManagedPolicy")


@operation()
async def get_account_authorization_details(
    iam: Iam, call: Call, request: shapes.GetAccountAuthorizationDetailsRequest
) -> shapes.GetAccountAuthorizationDetailsResponse:
    """The account's users, groups, roles and policies with all that they hold; of AWS's policies those that are in use."""
    used = await usage.of_policies(call)
    things = await _things(call, request.get("Filter") or _FILTERS, used)
    listed, more = page(things, request, lambda thing: thing.arn)
    profiles = await call.tx.scan(INSTANCE_PROFILES, call.scope.account)
    return {
        "UserDetailList": [_user(one) for one in listed if isinstance(one, User)],
        "GroupDetailList": [_group(one) for one in listed if isinstance(one, Group)],
        "RoleDetailList": [await _role(iam, call, one, profiles) for one in listed if isinstance(one, Role)],
        "Policies": [_policy(one, used) for one in listed if isinstance(one, ManagedPolicy)],
        **more,
    }


async def _things(call: Call, wanted: list[str] | tuple[str, ...], used: usage.Usage) -> list[Thing]:
    found: Mapping[str, list[Thing]] = {
        "User": [*await entities.everyone(call, USER)],
        "Group": [*await entities.everyone(call, GROUP)],
        "Role": [*await entities.everyone(call, ROLE)],
        "LocalManagedPolicy": [*await call.tx.scan(POLICIES, call.scope.account)],
        "AWSManagedPolicy": [
            policy
            for policy in managed.every_of_aws()
            if used.attached[policy.arn] or used.boundary[policy.arn]
        ],
    }
    return [thing for kind in dict.fromkeys(wanted) for thing in found[kind]]


def _user(user: User) -> shapes.UserDetail:
    detail: shapes.UserDetail = {
        **users.shown(user),  # type: ignore[typeddict-item]  # UserDetail has the same members
        "GroupList": list(user.groups),
        "AttachedManagedPolicies": [attachments.shown(arn) for arn in user.attached],
        "Tags": tagging.shown(user.tags),
    }
    if user.inline:
        detail["UserPolicyList"] = _inline(user.inline)
    if user.boundary:
        detail["PermissionsBoundary"] = boundaries.shown(user.boundary)
    return detail


def _group(group: Group) -> shapes.GroupDetail:
    return {
        **group_shown(group),
        "GroupPolicyList": _inline(group.inline),
        "AttachedManagedPolicies": [attachments.shown(arn) for arn in group.attached],
    }


async def _role(iam: Iam, call: Call, role: Role, profiles: list[InstanceProfile]) -> shapes.RoleDetail:
    document = await trust.shown(call, role.trust)
    detail: shapes.RoleDetail = {
        "Path": role.path,
        "RoleName": role.name,
        "RoleId": role.unique_id,
        "Arn": role.arn,
        "CreateDate": role.created_at,
        "AssumeRolePolicyDocument": documents.encoded(document),
        "InstanceProfileList": [
            await instance_profiles.shown(call, profile) for profile in profiles if profile.role == role.name
        ],
        "RolePolicyList": _inline(role.inline),
        "AttachedManagedPolicies": [attachments.shown(arn) for arn in role.attached],
        "Tags": tagging.shown(role.tags),
        "RoleLastUsed": roles.last_used(iam, role),
    }
    if role.boundary:
        detail["PermissionsBoundary"] = boundaries.shown(role.boundary)
    return detail


def _policy(policy: ManagedPolicy, used: usage.Usage) -> shapes.ManagedPolicyDetail:
    shown = policies.shown(policy, used)
    detail: shapes.ManagedPolicyDetail = {
        "PolicyName": shown["PolicyName"],
        "PolicyId": shown["PolicyId"],
        "Arn": shown["Arn"],
        "Path": shown["Path"],
        "DefaultVersionId": shown["DefaultVersionId"],
        "AttachmentCount": shown["AttachmentCount"],
        "PermissionsBoundaryUsageCount": shown["PermissionsBoundaryUsageCount"],
        "IsAttachable": shown["IsAttachable"],
        "CreateDate": shown["CreateDate"],
        "UpdateDate": shown["UpdateDate"],
        "PolicyVersionList": [
            policy_versions.with_document(policy, version) for version in reversed(policy.versions)
        ],
    }
    if policy.description:
        detail["Description"] = policy.description
    return detail


def _inline(inline: tuple[Attached, ...]) -> list[shapes.PolicyDetail]:
    return [
        {"PolicyName": policy.name, "PolicyDocument": documents.encoded(policy.document)} for policy in inline
    ]
