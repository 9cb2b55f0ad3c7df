"""What becomes of a new user, however it comes: the pre sign-up trigger, its record, its confirmation."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.services.cognito_idp import attributes, user_records
from portico.services.cognito_idp.names import named
from portico.services.cognito_idp.records import Client, Pool, Status, User
from portico.services.cognito_idp.service import CognitoIdp, user_key
from portico.services.cognito_idp.triggers import attributes_of, call_trigger


class Asked(msgspec.Struct, frozen=True, gc=False):
    """What a sign-up or an administrator asks for: a name, attributes, and what is for triggers only."""

    username: str
    attributes: Mapping[str, str]
    validation: Mapping[str, str] | None = None
    metadata: Mapping[str, str] | None = None


def asked_of(request: Mapping[str, Any]) -> Asked:
    """What a request asks for."""
    validation = request.get("ValidationData")
    return Asked(
        username=request["Username"],
        attributes=attributes.given(request.get("UserAttributes")),
        validation=None if validation is None else attributes.given(validation),
        metadata=request.get("ClientMetadata"),
    )


def drafted(call: Call, pool: Pool, asked: Asked, client: Client | None, status: Status) -> User:
    """The user that is asked for, not yet stored. `client`: whose user it is to be, None for an administrator's.

    Raises:
        AwsError: InvalidParameterException, NotAuthorizedException: its name or its attributes.
    """
    values = {name: value for name, value in asked.attributes.items() if value}
    username = named(pool, asked.username, values)
    attributes.check(pool, values, client=client)
    attributes.check_required(pool, values)
    sub = uuid()
    user = User(pool.id, username or sub, sub, status, call.now, call.now, {})
    made = attributes.with_values(user, values)
    if client is not None:
        return made
    # Of a user that an administrator makes it is not said that its address is unverified.
    known = {name: value for name, value in made.attributes.items() if name in values or value != "false"}
    return msgspec.structs.replace(made, attributes=known)


def federated(call: Call, pool: Pool, asked: Asked) -> User:
    """The user that an account at an identity provider becomes, not yet stored: it has the attributes that are told there, whatever
    the pool requires of others."""
    user = User(pool.id, asked.username, uuid(), "EXTERNAL_PROVIDER", call.now, call.now, {})
    values = {name: value for name, value in asked.attributes.items() if pool.attribute(name) is not None}
    return attributes.with_values(user, values)


async def pre_sign_up(
    idp: CognitoIdp, call: Call, pool: Pool, user: User, asked: Asked, client: Client | None, *, source: str
) -> Mapping[str, Any]:
    """What the pre sign-up trigger says of a new user; nothing, if there is none.

    Raises:
        AwsError: as `call_trigger`.
    """
    request: dict[str, Any] = {
        "userAttributes": dict(user.attributes),
        "validationData": None if asked.validation is None else dict(asked.validation),
    }
    answer = await call_trigger(
        idp,
        call,
        pool,
        f"PreSignUp_{source}",
        username=user.username,
        client_id=client.id if client else "",
        request=request,
        metadata=asked.metadata,
    )
    return answer or {}


async def store(call: Call, pool: Pool, user: User, *, force: bool = False) -> None:
    """Write a new user.

    Raises:
        AwsError: UsernameExistsException; AliasExistsException, unless `force` takes the alias away from whoever has it.
    """
    await user_records.refuse_taken(call, pool, user)
    await user_records.take_aliases(call, pool, None, user, force=force)
    user_records.create(call, pool, user)
    await user_records.count(call, pool, user_key(pool, user), 1)


async def post_confirmation(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    user: User,
    client: Client | None,
    metadata: Mapping[str, str] | None,
    *,
    source: str = "ConfirmSignUp",
) -> None:
    """Tell the post confirmation trigger, after it has been written.

    Raises:
        AwsError: as `call_trigger`.
    """
    await call_trigger(
        idp,
        call,
        pool,
        f"PostConfirmation_{source}",
        username=user.username,
        client_id=client.id if client else "",
        request={"userAttributes": attributes_of(pool, user)},
        metadata=metadata,
    )
