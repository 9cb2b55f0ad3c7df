"""Tagging users, roles, policies, instance profiles and OpenID Connect providers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.kinds import bind_each
from portico.calls.operation import Body, Keys, OnResources, operation
from portico.services.iam import entities, instance_profiles, managed, oidc_providers, tagging, targets
from portico.services.iam.entities import ROLE, USER, E
from portico.services.iam.instance_profiles import on_profile, profile_facts
from portico.services.iam.oidc_providers import on_provider, provider_facts
from portico.services.iam.paging import page
from portico.services.iam.policies import on_policy, policy_facts
from portico.services.iam.service import Iam

Request = Mapping[str, Any]
Find = Callable[[Call, str], Awaitable[Any]]


class Tagged(msgspec.Struct, frozen=True):
    """A kind of thing that has tags: the request member that names one; how it is found, to be seen and (`own`) to be changed, and
    written; whether its tags are the same in any case; what its operations are checked on."""

    name: str
    member: str
    find: Find
    own: Find
    save: Callable[[Call, Any], None]
    on: OnResources
    keys: Keys
    any_case: bool = False


def _entity(kind: entities.Kind[E]) -> Tagged:
    async def find(call: Call, name: str) -> E:
        return await entities.find(call, kind, name)

    def save(call: Call, entity: E) -> None:
        entities.save(call, kind, entity)

    on, keys = targets.existing(kind), targets.facts(kind)
    return Tagged(kind.name, kind.member, find, find, save, on, keys, any_case=True)


KINDS = (
    _entity(USER),
    _entity(ROLE),
    Tagged("Policy", "PolicyArn", managed.get, managed.own, managed.save, on_policy, policy_facts),
    Tagged(
        "InstanceProfile",
        "InstanceProfileName",
        instance_profiles.find,
        instance_profiles.find,
        instance_profiles.save,
        on_profile,
        profile_facts,
    ),
    Tagged(
        "OpenIDConnectProvider",
        "OpenIDConnectProviderArn",
        oidc_providers.find,
        oidc_providers.find,
        oidc_providers.save,
        on_provider,
        provider_facts,
    ),
)


async def _tag(kind: Tagged, iam: Iam, call: Call, request: Request) -> None:
    """Add tags, or replace those of the same keys.

    Raises:
        NoSuchEntity: there is nothing of that name or ARN. AccessDenied: it is AWS's policy.
        InvalidInput: a key twice. LimitExceeded: more than 50.
    """
    thing = await kind.own(call, request[kind.member])
    given = tagging.read(request["Tags"], any_case=kind.any_case)
    tags = tagging.added(thing.tags, given, any_case=kind.any_case)
    kind.save(call, msgspec.structs.replace(thing, tags=tags))


async def _untag(kind: Tagged, iam: Iam, call: Call, request: Request) -> None:
    """Take tags away.

    Raises:
        NoSuchEntity: there is nothing of that name or ARN. AccessDenied: it is AWS's policy.
    """
    thing = await kind.own(call, request[kind.member])
    left = tagging.without(thing.tags, request["TagKeys"], any_case=kind.any_case)
    kind.save(call, msgspec.structs.replace(thing, tags=left))


async def _list(kind: Tagged, iam: Iam, call: Call, request: Request) -> dict[str, Any]:
    """Its tags, by key.

    Raises:
        NoSuchEntity: there is nothing of that name or ARN.
    """
    thing = await kind.find(call, request[kind.member])
    listed, more = page(thing.tags, request, lambda tag: tag[0])
    return {"Tags": tagging.shown(listed), **more}


def _bound(kind: Tagged) -> Callable[[Body], Body]:
    return operation(on=kind.on, keys=kind.keys)


bind_each(KINDS, {"Tag{}": _tag, "Untag{}": _untag, "List{}Tags": _list}, _bound)
