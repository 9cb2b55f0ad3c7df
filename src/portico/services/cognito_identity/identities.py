"""Identities: one per person, whichever of the pool's providers they log in with.

Source: Cognito Identity API reference, GetId, DescribeIdentity, ListIdentities, DeleteIdentities, UnlinkIdentity; Cognito Developer Guide,
"Identity pools authentication flow".
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_identity import access, errors
from portico.services.cognito_identity.choice import Verified
from portico.services.cognito_identity.logins import verified
from portico.services.cognito_identity.paging import after_of, token_after
from portico.services.cognito_identity.records import (
    IDENTITIES,
    IDENTITY_PLACES,
    LOGINS,
    Identity,
    IdentityPlace,
    Login,
    Pool,
)
from portico.services.cognito_identity.service import CognitoIdentity, any_pool, found, own_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_identity import shapes


@operation(action=None)
async def get_id(
    cognito: CognitoIdentity, call: Call, request: "shapes.GetIdInput"
) -> "shapes.GetIdResponse":
    """The identity of whoever has logged in; a new guest's without logins.

    Raises:
        ResourceNotFoundException: no such pool.
        NotAuthorizedException: no guests are admitted, or a login does not hold.
        ResourceConflictException: the logins belong to identities that can't be one.
    """
    pool = await any_pool(call, request["IdentityPoolId"])
    if request.get("AccountId") and request["AccountId"] != pool.account:
        raise errors.pool_not_found(pool.id)
    logins = await verified(cognito, call, pool, request.get("Logins") or {})
    if not logins and not pool.guests:
        raise errors.no_guests()
    return {"IdentityId": (await settled(call, pool, None, logins)).id}


@operation(keys=access.pool_of_identity)
async def describe_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.DescribeIdentityInput"
) -> "shapes.IdentityDescription":
    """An identity of the account.

    Raises:
        ResourceNotFoundException: there is none.
    """
    return _shown(await _own(call, request["IdentityId"]))  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def list_identities(
    cognito: CognitoIdentity, call: Call, request: "shapes.ListIdentitiesInput"
) -> "shapes.ListIdentitiesResponse":
    """The identities of a pool; `HideDisabled` leaves out those that were merged into others.

    Raises:
        ResourceNotFoundException: no such pool.
    """
    pool = await own_pool(call, request)
    limit, after = request["MaxResults"], after_of(request)
    start = IDENTITIES.key(pool.id, after) if after else None
    rows = await call.tx.scan(IDENTITIES, pool.id, after=start, limit=limit + 1)
    hide = request.get("HideDisabled")
    shown = [_shown(row) for row in rows[:limit] if not (hide and row.merged_into)]
    page: dict[str, Any] = {"IdentityPoolId": pool.id, "Identities": shown}
    if len(rows) > limit:
        page["NextToken"] = token_after(rows[limit - 1].id)
    return page  # type: ignore[return-value]  # built member by member


@operation(keys=access.pool_of_identity)
async def delete_identities(
    cognito: CognitoIdentity, call: Call, request: "shapes.DeleteIdentitiesInput"
) -> "shapes.DeleteIdentitiesResponse":
    """Delete identities of the account; those that are not there, or not its own, are unprocessed."""
    left: list[Any] = []
    for identity_id in request["IdentityIdsToDelete"]:
        identity = await found(call, identity_id)
        pool = None if identity is None else await pool_of(call, identity_id)
        if identity is None or pool is None or pool.account != call.scope.account:
            left.append({"IdentityId": identity_id, "ErrorCode": "AccessDenied"})
            continue
        delete(call, identity)
    return {"UnprocessedIdentityIds": left}


@operation(action=None)
async def unlink_identity(
    cognito: CognitoIdentity, call: Call, request: "shapes.UnlinkIdentityInput"
) -> None:
    """Take logins away from an identity. Without any it is out of reach from then on.

    Raises:
        ResourceNotFoundException: no such identity.
        NotAuthorizedException: no valid login of this identity was given.
    """
    identity, pool = await enabled(call, request["IdentityId"])
    given = await verified(cognito, call, pool, request["Logins"])
    if not any(login.user in identity.logins.get(login.provider, ()) for login in given):
        raise errors.logins_do_not_match()
    for provider in request["LoginsToRemove"]:
        for user in identity.logins.get(provider, ()):
            call.tx.delete(LOGINS, pool.id, provider, user)
    left = {name: users for name, users in identity.logins.items() if name not in request["LoginsToRemove"]}
    put(call, with_logins_left(identity, left, call.now))


async def settled(call: Call, pool: Pool, asked: Identity | None, logins: Sequence[Verified]) -> Identity:
    """The identity that these logins have together: the one that was `asked` for, one of theirs, or a new one. Those of others are merged
    into it, and logins that nobody has yet become its own.

    Raises:
        AwsError: NotAuthorizedException, none of the logins belongs to what was asked for, and it is no guest's;
            ResourceConflictException, two users of one public provider would be one person.
    """
    known = [await _identity_of(call, pool, login) for login in logins]
    theirs = list({one.id: one for one in known if one is not None}.values())
    if asked is not None:
        if asked.logins and logins and asked not in theirs:
            raise errors.logins_do_not_match()
        theirs = (
            [asked, *(one for one in theirs if one.id != asked.id)] if asked in theirs else [*theirs, asked]
        )
    survivor = theirs[0] if theirs else _new(call, pool)
    merged = dict(survivor.logins)
    for other in theirs[1:]:
        merged = _joined(pool, merged, other.logins)
        gone = msgspec.structs.replace(other, logins={}, merged_into=survivor.id, modified_at=call.now)
        call.tx.put(IDENTITIES, gone, pool.id, gone.id)
    for login in logins:
        merged = _joined(pool, merged, {login.provider: (login.user,)})
    if merged == survivor.logins and len(theirs) == 1:
        return survivor
    after = msgspec.structs.replace(survivor, logins=merged, modified_at=call.now)
    put(call, after)
    return after


async def enabled(call: Call, identity_id: str) -> tuple[Identity, Pool]:
    """The identity of that id, or the one that it was merged into, and its pool.

    Raises:
        AwsError: ResourceNotFoundException.
    """
    identity = await found(call, identity_id)
    while identity is not None and identity.merged_into:
        identity = await found(call, identity.merged_into)
    if identity is None:
        raise errors.identity_not_found(identity_id)
    return identity, await any_pool(call, identity.pool)


def with_logins_left(identity: Identity, logins: Mapping[str, tuple[str, ...]], now: float) -> Identity:
    """The identity after logins were taken away. Without any it is out of reach, or whoever knows its id would be its guest."""
    return msgspec.structs.replace(
        identity, logins=dict(logins), modified_at=now, closed=identity.closed or not logins
    )


def refuse_closed(identity: Identity) -> None:
    """Refuse to speak for an identity that nobody can log in to any more.

    Raises:
        AwsError: NotAuthorizedException.
    """
    if identity.closed:
        raise errors.forbidden(identity.id)


def put(call: Call, identity: Identity) -> None:
    """Write an identity and what leads to it."""
    call.tx.put(IDENTITIES, identity, identity.pool, identity.id)
    call.tx.put(IDENTITY_PLACES, IdentityPlace(identity.pool), identity.id)
    for provider, users in identity.logins.items():
        for user in users:
            call.tx.put(LOGINS, Login(identity.id), identity.pool, provider, user)


def delete(call: Call, identity: Identity) -> None:
    """Delete an identity and what leads to it."""
    call.tx.delete(IDENTITIES, identity.pool, identity.id)
    call.tx.delete(IDENTITY_PLACES, identity.id)
    for provider, users in identity.logins.items():
        for user in users:
            call.tx.delete(LOGINS, identity.pool, provider, user)


async def _own(call: Call, identity_id: str) -> Identity:
    identity, pool = await found(call, identity_id), await pool_of(call, identity_id)
    if identity is None or pool is None or pool.account != call.scope.account:
        raise errors.identity_not_found(identity_id)
    return identity


async def _identity_of(call: Call, pool: Pool, login: Verified) -> Identity | None:
    whose = await call.tx.get(LOGINS, pool.id, login.provider, login.user)
    return None if whose is None else await call.tx.get(IDENTITIES, pool.id, whose.identity)


def _new(call: Call, pool: Pool) -> Identity:
    return Identity(f"{pool.region}:{uuid()}", pool.id, call.now, 0.0)


def _joined(
    pool: Pool, logins: Mapping[str, tuple[str, ...]], others: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """Both people's logins; only a developer's provider may have several users for one person."""
    made = dict(logins)
    for provider, users in others.items():
        both = tuple(dict.fromkeys((*made.get(provider, ()), *users)))
        if len(both) > 1 and provider != pool.developer:
            raise errors.already_linked()
        made[provider] = both
    return made


def _shown(identity: Identity) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "IdentityId": identity.id,
        "CreationDate": identity.created_at,
        "LastModifiedDate": identity.modified_at or identity.created_at,
    }
    if identity.logins:
        shown["Logins"] = list(identity.logins)
    return shown
