"""Instance profiles: a name under which one role is given to a machine."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.calls.operation import Check, Values, operation
from portico.identity.records import INSTANCE_PROFILES, ROLES, InstanceProfile
from portico.services.iam import entities, errors, protection, roles, tagging, targets
from portico.services.iam.entities import ROLE
from portico.services.iam.paging import page
from portico.services.iam.service import Iam

if TYPE_CHECKING:
    from portico.services.iam import shapes

_ROLES_MAX = 1


async def on_profile(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    """The profile that a request names."""
    name = request["InstanceProfileName"]
    found = await call.tx.get(INSTANCE_PROFILES, call.scope.account, name.lower())
    return (targets.arn(call, "instance-profile", "/", name) if found is None else found.arn,)


async def profile_facts(call: Call, request: Mapping[str, Any]) -> Mapping[str, Values]:
    """The condition keys of a request about a profile: its tags and those that are to be set."""
    found = await call.tx.get(INSTANCE_PROFILES, call.scope.account, request["InstanceProfileName"].lower())
    asked = targets.of_request(request)
    return asked if found is None else asked | targets.of_tags(found.tags)


def _on_new_profile(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    name = request["InstanceProfileName"]
    return (targets.arn(call, "instance-profile", request.get("Path", "/"), name),)


async def _pass_role(iam: Iam, call: Call, request: Any) -> Iterable[Check]:
    keys = {"iam:PassedToService": "ec2.amazonaws.com"}
    return [Check("iam:PassRole", arn, keys) for arn in await targets.on_role(call, request)]


async def find(call: Call, name: str) -> InstanceProfile:
    """The profile of that name.

    Raises:
        AwsError: `NoSuchEntity`.
    """
    found = await call.tx.get(INSTANCE_PROFILES, call.scope.account, name.lower())
    if found is None:
        raise errors.no_such_entity(f"Instance Profile {name} cannot be found.")
    return found


def save(call: Call, profile: InstanceProfile) -> None:
    """Write a profile."""
    call.tx.put(INSTANCE_PROFILES, profile, profile.account, profile.name.lower())


async def shown(call: Call, profile: InstanceProfile) -> shapes.InstanceProfile:
    """A profile with its role, as lists have it: without tags."""
    role = await call.tx.get(ROLES, profile.account, profile.role.lower()) if profile.role else None
    return {
        "Path": profile.path,
        "InstanceProfileName": profile.name,
        "InstanceProfileId": profile.unique_id,
        "Arn": profile.arn,
        "CreateDate": profile.created_at,
        "Roles": [] if role is None else [await roles.created(call, role)],
    }


@operation(on=_on_new_profile, keys=targets.request_facts)
async def create_instance_profile(
    iam: Iam, call: Call, request: shapes.CreateInstanceProfileRequest
) -> shapes.CreateInstanceProfileResponse:
    """Create a profile without a role.

    Raises:
        EntityAlreadyExists: the name is taken, in whatever case.
        LimitExceeded: 1000 profiles.
    """
    account, name = call.scope.account, request["InstanceProfileName"]
    tags = tagging.read(request.get("Tags", ()), any_case=False)
    if await call.tx.get(INSTANCE_PROFILES, account, name.lower()) is not None:
        raise errors.already_exists(f"Instance Profile {name} already exists.")
    if len(await call.tx.scan(INSTANCE_PROFILES, account)) >= iam.quotas.instance_profiles:
        raise errors.quota("InstanceProfilesPerAccount", iam.quotas.instance_profiles)
    path, at = request.get("Path", "/"), entities.created_at(call)
    profile = InstanceProfile(name, path, ids.unique_id("AIPA"), account, at, tags=tags)
    save(call, profile)
    created = await shown(call, profile)
    if tags:
        created["Tags"] = tagging.shown(tags)
    return {"InstanceProfile": created}


@operation(on=on_profile, keys=profile_facts)
async def get_instance_profile(
    iam: Iam, call: Call, request: shapes.GetInstanceProfileRequest
) -> shapes.GetInstanceProfileResponse:
    """A profile with its role.

    Raises:
        NoSuchEntity: no such profile.
    """
    profile = await find(call, request["InstanceProfileName"])
    described = await shown(call, profile)
    described["Tags"] = tagging.shown(profile.tags)
    return {"InstanceProfile": described}


@operation()
async def list_instance_profiles(
    iam: Iam, call: Call, request: shapes.ListInstanceProfilesRequest
) -> shapes.ListInstanceProfilesResponse:
    """The profiles under a path."""
    prefix = request.get("PathPrefix", "/")
    everyone = await call.tx.scan(INSTANCE_PROFILES, call.scope.account)
    found = [profile for profile in everyone if profile.path.startswith(prefix)]
    listed, more = page(found, request, lambda profile: profile.name)
    return {"InstanceProfiles": [await shown(call, profile) for profile in listed], **more}


@operation(on=targets.on_role, keys=targets.role_facts)
async def list_instance_profiles_for_role(
    iam: Iam, call: Call, request: shapes.ListInstanceProfilesForRoleRequest
) -> shapes.ListInstanceProfilesForRoleResponse:
    """The profiles that a role is in.

    Raises:
        NoSuchEntity: no such role.
    """
    role = await entities.find(call, ROLE, request["RoleName"])
    everyone = await call.tx.scan(INSTANCE_PROFILES, role.account)
    found = [profile for profile in everyone if profile.role == role.name]
    listed, more = page(found, request, lambda profile: profile.name)
    return {"InstanceProfiles": [await shown(call, profile) for profile in listed], **more}


@operation(on=on_profile, keys=profile_facts, also=_pass_role)
async def add_role_to_instance_profile(
    iam: Iam, call: Call, request: shapes.AddRoleToInstanceProfileRequest
) -> None:
    """Put a role into a profile that has none.

    Raises:
        NoSuchEntity: no such profile or role.
        LimitExceeded: it has a role.
        UnmodifiableEntity: it is a service-linked role.
    """
    profile = await find(call, request["InstanceProfileName"])
    role = protection.own(await entities.find(call, ROLE, request["RoleName"]))
    if profile.role:
        raise errors.quota("InstanceSessionsPerInstanceProfile", _ROLES_MAX)
    save(call, msgspec.structs.replace(profile, role=role.name))


@operation(on=on_profile, keys=profile_facts)
async def remove_role_from_instance_profile(
    iam: Iam, call: Call, request: shapes.RemoveRoleFromInstanceProfileRequest
) -> None:
    """Take the role out of a profile.

    Raises:
        NoSuchEntity: no such profile, or the role is not in it.
    """
    profile = await find(call, request["InstanceProfileName"])
    if profile.role.lower() != request["RoleName"].lower():
        message = f"Role {request['RoleName']} in Instance Profile {profile.name} cannot be found."
        raise errors.no_such_entity(message)
    save(call, msgspec.structs.replace(profile, role=""))


@operation(on=on_profile, keys=profile_facts)
async def delete_instance_profile(iam: Iam, call: Call, request: shapes.DeleteInstanceProfileRequest) -> None:
    """Delete a profile that has no role.

    Raises:
        NoSuchEntity: no such profile.
        DeleteConflict: it has a role.
    """
    profile = await find(call, request["InstanceProfileName"])
    if profile.role:
        raise errors.must_first("profiles")
    call.tx.delete(INSTANCE_PROFILES, profile.account, profile.name.lower())
