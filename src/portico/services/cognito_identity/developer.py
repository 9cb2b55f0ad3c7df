"""Developers' own users: identities by the word of a backend that signs its calls.

Source: Cognito Identity API reference, GetOpenIdTokenForDeveloperIdentity, LookupDeveloperIdentity, MergeDeveloperIdentities,
UnlinkDeveloperIdentity; Cognito Developer Guide, "Developer-authenticated identities".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_identity import access, errors
from portico.services.cognito_identity.choice import Verified
from portico.services.cognito_identity.credentials import signed
from portico.services.cognito_identity.identities import (
    enabled,
    put,
    refuse_closed,
    settled,
    with_logins_left,
)
from portico.services.cognito_identity.logins import verified
from portico.services.cognito_identity.paging import after_of, token_after
from portico.services.cognito_identity.records import IDENTITIES, LOGINS, Identity, Pool
from portico.services.cognito_identity.roles import check_tags
from portico.services.cognito_identity.service import CognitoIdentity, own_pool

if TYPE_CHECKING:
    from portico.services.cognito_identity import shapes

_VALID_S = 15 * 60
_VALID_S_MAX = 24 * 3600
_LOOKUP_MAX = 60
_LOGINS_MAX = 20


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def get_open_id_token_for_developer_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetOpenIdTokenForDeveloperIdentityInput"
) -> "shapes.GetOpenIdTokenForDeveloperIdentityResponse":
    """A token for a user whom the caller vouches for, and the user's identity, made if there is none.

    Raises:
        ResourceNotFoundException: no such pool or identity.
        InvalidParameterException: the developer's provider is not among the logins; a duration or a tag that there can't be.
        DeveloperUserAlreadyRegisteredException: the user belongs to another identity than the one that is named.
        NotAuthorizedException: another login does not hold.
    """
    pool = await own_pool(call, request)
    logins = dict(request["Logins"])
    user = logins.pop(pool.developer, "") if pool.developer else ""
    if not user:
        raise errors.invalid("Please provide a valid login of the developer provider of this identity pool.")
    valid_s = request.get("TokenDuration") or _VALID_S
    if not 1 <= valid_s <= _VALID_S_MAX:
        raise errors.invalid("TokenDuration must be between 1 and 86400 seconds.")
    tags = dict(request.get("PrincipalTags") or {})
    check_tags(tags)
    asked = await _asked(call, pool, request.get("IdentityId"), user)
    amr = f"{pool.id}:{pool.developer}:{user}"
    own = Verified(pool.developer, (pool.developer,), user, {}, amr)
    others = await verified(cognito, call, pool, logins)
    identity = await settled(call, pool, asked, [own, *others])
    parts = ["authenticated", *(part for login in (own, *others) for part in (login.provider, login.amr))]
    token = await signed(cognito, call, pool, identity, parts, valid_s, tags)
    return {"IdentityId": identity.id, "Token": token}


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def lookup_developer_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.LookupDeveloperIdentityInput"
) -> "shapes.LookupDeveloperIdentityResponse":
    """The identity of a developer's user, or the users of an identity.

    Raises:
        ResourceNotFoundException: no such pool, or nobody of that name.
        InvalidParameterException: neither was named.
        ResourceConflictException: both were, and do not belong together.
    """
    pool = await own_pool(call, request)
    identity = await _looked_up(call, pool, request)
    users = sorted(identity.logins.get(pool.developer, ()))
    limit, after = request.get("MaxResults") or _LOOKUP_MAX, after_of(request)
    rest = [user for user in users if user > after] if after else users
    found: dict[str, Any] = {"IdentityId": identity.id, "DeveloperUserIdentifierList": rest[:limit]}
    if len(rest) > limit:
        found["NextToken"] = token_after(rest[limit - 1])
    return found  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def merge_developer_identities(
    cognito: CognitoIdentity, call: Call, request: "shapes.MergeDeveloperIdentitiesInput"
) -> "shapes.MergeDeveloperIdentitiesResponse":
    """Make two of a developer's users one person: the destination's identity survives.

    Raises:
        ResourceNotFoundException: no such pool or user.
        InvalidParameterException: another provider than the pool's, or too many logins together.
        ResourceConflictException: both have logged in with the same public provider.
    """
    pool = await own_pool(call, request)
    _require_provider(pool, request)
    source = await _of_user(call, pool, request["SourceUserIdentifier"])
    destination = await _of_user(call, pool, request["DestinationUserIdentifier"])
    if source.id == destination.id:
        return {"IdentityId": destination.id}
    if sum(len(users) for one in (source, destination) for users in one.logins.values()) > _LOGINS_MAX:
        raise errors.invalid(f"The identities have more than {_LOGINS_MAX} logins together.")
    public = set(source.logins) & set(destination.logins) - {pool.developer}
    if public:
        raise errors.conflict(f"Both identities have a login of {sorted(public)[0]}.")
    merged = {
        provider: (*destination.logins.get(provider, ()), *source.logins.get(provider, ()))
        for provider in {**destination.logins, **source.logins}
    }
    put(call, msgspec.structs.replace(destination, logins=merged, modified_at=call.now))
    gone = msgspec.structs.replace(source, logins={}, merged_into=destination.id, modified_at=call.now)
    call.tx.put(IDENTITIES, gone, pool.id, gone.id)
    return {"IdentityId": destination.id}


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def unlink_developer_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.UnlinkDeveloperIdentityInput"
) -> None:
    """Take a developer's user away from an identity; the user's next login makes a new one.

    Raises:
        ResourceNotFoundException: no such pool or identity.
        InvalidParameterException: another provider than the pool's, or no user of this identity.
    """
    pool = await own_pool(call, request)
    _require_provider(pool, request)
    identity, of = await enabled(call, request["IdentityId"])
    user = request["DeveloperUserIdentifier"]
    if of.id != pool.id:
        raise errors.identity_not_found(identity.id)
    users = identity.logins.get(pool.developer, ())
    if user not in users:
        raise errors.invalid("The developer user identifier is not linked to this identity.")
    logins = {**identity.logins, pool.developer: tuple(one for one in users if one != user)}
    left = {provider: one for provider, one in logins.items() if one}
    call.tx.delete(LOGINS, pool.id, pool.developer, user)
    put(call, with_logins_left(identity, left, call.now))


async def _asked(call: Call, pool: Pool, identity_id: str | None, user: str) -> Identity | None:
    """The identity that the caller wants the user to be, who is nobody else yet."""
    if not identity_id:
        return None
    identity, of = await enabled(call, identity_id)
    if of.id != pool.id:
        raise errors.identity_not_found(identity_id)
    refuse_closed(identity)
    known = await call.tx.get(LOGINS, pool.id, pool.developer, user)
    if known is not None and known.identity != identity.id:
        raise errors.registered_elsewhere()
    if (
        known is None and identity.logins
    ):  # one more user of this person's, by the word of the one who may say so
        linked = (*identity.logins.get(pool.developer, ()), user)
        identity = msgspec.structs.replace(identity, logins={**identity.logins, pool.developer: linked})
        put(call, identity)
    return identity


async def _looked_up(call: Call, pool: Pool, request: Mapping[str, Any]) -> Identity:
    user, identity_id = request.get("DeveloperUserIdentifier"), request.get("IdentityId")
    if not user and not identity_id:
        raise errors.invalid("Please provide an IdentityId or a DeveloperUserIdentifier.")
    if user:
        identity = await _of_user(call, pool, user)
        if identity_id and identity.id != identity_id:
            raise errors.conflict("The developer user identifier belongs to another identity.")
        return identity
    identity, of = await enabled(call, str(identity_id))
    if of.id != pool.id:
        raise errors.identity_not_found(identity.id)
    return identity


async def _of_user(call: Call, pool: Pool, user: str) -> Identity:
    found = await call.tx.get(LOGINS, pool.id, pool.developer, user) if pool.developer else None
    identity = None if found is None else await call.tx.get(IDENTITIES, pool.id, found.identity)
    if identity is None:
        raise errors.identity_not_found(user)
    return identity


def _require_provider(pool: Pool, request: Mapping[str, Any]) -> None:
    if request["DeveloperProviderName"] != pool.developer:
        raise errors.invalid("Please provide the developer provider of this identity pool.")
