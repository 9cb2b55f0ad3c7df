"""Tagging users, roles, policies, instance profiles and OpenID Connect providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.iam import entities, instance_profiles, managed, oidc_providers, tagging, targets
from portico.services.iam.entities import ROLE, USER
from portico.services.iam.instance_profiles import on_profile, profile_facts
from portico.services.iam.oidc_providers import on_provider, provider_facts
from portico.services.iam.paging import More, page
from portico.services.iam.policies import on_policy, policy_facts
from portico.services.iam.service import Iam
from portico.services.iam.tagging import Tags

if TYPE_CHECKING:
    from portico.services.iam import shapes


@operation(on=targets.on_user, keys=targets.user_facts)
async def tag_user(iam: Iam, call: Call, request: shapes.TagUserRequest) -> None:
    """Add tags to a user, or replace those of the same keys.

    Raises:
        NoSuchEntity: no such user.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    user = await entities.find(call, USER, request["UserName"])
    entities.save(call, USER, msgspec.structs.replace(user, tags=_more(user.tags, request, any_case=True)))


@operation(on=targets.on_role, keys=targets.role_facts)
async def tag_role(iam: Iam, call: Call, request: shapes.TagRoleRequest) -> None:
    """Add tags to a role, or replace those of the same keys.

    Raises:
        NoSuchEntity: no such role.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    role = await entities.find(call, ROLE, request["RoleName"])
    entities.save(call, ROLE, msgspec.structs.replace(role, tags=_more(role.tags, request, any_case=True)))


@operation(on=on_policy, keys=policy_facts)
async def tag_policy(iam: Iam, call: Call, request: shapes.TagPolicyRequest) -> None:
    """Add tags to a managed policy, or replace those of the same keys.

    Raises:
        NoSuchEntity: no such policy.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    policy = await managed.own(call, request["PolicyArn"])
    managed.save(call, msgspec.structs.replace(policy, tags=_more(policy.tags, request)))


@operation(on=on_profile, keys=profile_facts)
async def tag_instance_profile(iam: Iam, call: Call, request: shapes.TagInstanceProfileRequest) -> None:
    """Add tags to an instance profile, or replace those of the same keys.

    Raises:
        NoSuchEntity: no such profile.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    profile = await instance_profiles.find(call, request["InstanceProfileName"])
    instance_profiles.save(call, msgspec.structs.replace(profile, tags=_more(profile.tags, request)))


@operation(name="TagOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def tag_provider(iam: Iam, call: Call, request: shapes.TagOpenIDConnectProviderRequest) -> None:
    """Add tags to a provider, or replace those of the same keys.

    Raises:
        NoSuchEntity: no such provider.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    provider = await oidc_providers.find(call, request["OpenIDConnectProviderArn"])
    oidc_providers.save(call, msgspec.structs.replace(provider, tags=_more(provider.tags, request)))


@operation(on=targets.on_user, keys=targets.user_facts)
async def untag_user(iam: Iam, call: Call, request: shapes.UntagUserRequest) -> None:
    """Take tags from a user.

    Raises:
        NoSuchEntity: no such user.
    """
    user = await entities.find(call, USER, request["UserName"])
    left = tagging.without(user.tags, request["TagKeys"], any_case=True)
    entities.save(call, USER, msgspec.structs.replace(user, tags=left))


@operation(on=targets.on_role, keys=targets.role_facts)
async def untag_role(iam: Iam, call: Call, request: shapes.UntagRoleRequest) -> None:
    """Take tags from a role.

    Raises:
        NoSuchEntity: no such role.
    """
    role = await entities.find(call, ROLE, request["RoleName"])
    left = tagging.without(role.tags, request["TagKeys"], any_case=True)
    entities.save(call, ROLE, msgspec.structs.replace(role, tags=left))


@operation(on=on_policy, keys=policy_facts)
async def untag_policy(iam: Iam, call: Call, request: shapes.UntagPolicyRequest) -> None:
    """Take tags from a managed policy.

    Raises:
        NoSuchEntity: no such policy.
    """
    policy = await managed.own(call, request["PolicyArn"])
    left = tagging.without(policy.tags, request["TagKeys"], any_case=False)
    managed.save(call, msgspec.structs.replace(policy, tags=left))


@operation(on=on_profile, keys=profile_facts)
async def untag_instance_profile(iam: Iam, call: Call, request: shapes.UntagInstanceProfileRequest) -> None:
    """Take tags from an instance profile.

    Raises:
        NoSuchEntity: no such profile.
    """
    profile = await instance_profiles.find(call, request["InstanceProfileName"])
    left = tagging.without(profile.tags, request["TagKeys"], any_case=False)
    instance_profiles.save(call, msgspec.structs.replace(profile, tags=left))


@operation(name="UntagOpenIDConnectProvider", on=on_provider, keys=provider_facts)
async def untag_provider(iam: Iam, call: Call, request: shapes.UntagOpenIDConnectProviderRequest) -> None:
    """Take tags from a provider.

    Raises:
        NoSuchEntity: no such provider.
    """
    provider = await oidc_providers.find(call, request["OpenIDConnectProviderArn"])
    left = tagging.without(provider.tags, request["TagKeys"], any_case=False)
    oidc_providers.save(call, msgspec.structs.replace(provider, tags=left))


@operation(on=targets.on_user, keys=targets.user_facts)
async def list_user_tags(
    iam: Iam, call: Call, request: shapes.ListUserTagsRequest
) -> shapes.ListUserTagsResponse:
    """A user's tags, by key.

    Raises:
        NoSuchEntity: no such user.
    """
    listed, more = _listed((await entities.find(call, USER, request["UserName"])).tags, request)
    return {"Tags": listed, **more}


@operation(on=targets.on_role, keys=targets.role_facts)
async def list_role_tags(
    iam: Iam, call: Call, request: shapes.ListRoleTagsRequest
) -> shapes.ListRoleTagsResponse:
    """A role's tags, by key.

    Raises:
        NoSuchEntity: no such role.
    """
    listed, more = _listed((await entities.find(call, ROLE, request["RoleName"])).tags, request)
    return {"Tags": listed, **more}


@operation(on=on_policy, keys=policy_facts)
async def list_policy_tags(
    iam: Iam, call: Call, request: shapes.ListPolicyTagsRequest
) -> shapes.ListPolicyTagsResponse:
    """A managed policy's tags, by key.

    Raises:
        NoSuchEntity: no such policy.
    """
    listed, more = _listed((await managed.get(call, request["PolicyArn"])).tags, request)
    return {"Tags": listed, **more}


@operation(on=on_profile, keys=profile_facts)
async def list_instance_profile_tags(
    iam: Iam, call: Call, request: shapes.ListInstanceProfileTagsRequest
) -> shapes.ListInstanceProfileTagsResponse:
    """An instance profile's tags, by key.

    Raises:
        NoSuchEntity: no such profile.
    """
    profile = await instance_profiles.find(call, request["InstanceProfileName"])
    listed, more = _listed(profile.tags, request)
    return {"Tags": listed, **more}


@operation(name="ListOpenIDConnectProviderTags", on=on_provider, keys=provider_facts)
async def list_provider_tags(
    iam: Iam, call: Call, request: shapes.ListOpenIDConnectProviderTagsRequest
) -> shapes.ListOpenIDConnectProviderTagsResponse:
    """A provider's tags, by key.

    Raises:
        NoSuchEntity: no such provider.
    """
    provider = await oidc_providers.find(call, request["OpenIDConnectProviderArn"])
    listed, more = _listed(provider.tags, request)
    return {"Tags": listed, **more}


def _more(have: Tags, request: Any, *, any_case: bool = False) -> Tags:
    return tagging.added(have, tagging.read(request["Tags"], any_case=any_case), any_case=any_case)


def _listed(tags: Tags, request: Any) -> tuple[list[shapes.Tag], More]:
    listed, more = page(tags, request, lambda tag: tag[0])
    return tagging.shown(listed), more
