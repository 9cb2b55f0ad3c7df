"""Users that are brought over when they first come: a function is asked whether it knows them.

Source: Cognito Developer Guide, "Migrate user Lambda trigger".
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors, new_users, password_policy
from portico.services.cognito_idp.new_users import Asked
from portico.services.cognito_idp.records import POOLS, Client, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, find_user
from portico.services.cognito_idp.settle import settled
from portico.services.cognito_idp.srp import in_thread
from portico.services.cognito_idp.triggers import call_trigger, function_of
from portico.wire.errors import AwsError


async def migrate(
    idp: CognitoIdp,
    call: Call,
    pool: Pool,
    client: Client,
    name: str,
    *,
    source: str,
    password: str = "",
    metadata: Mapping[str, str] | None = None,
    validation: Mapping[str, str] | None = None,
) -> User | None:
    """Ask the pool's function for a user that the pool does not have, and write the one that it tells of; None if there is no such
    function. `source` is `Authentication`, with a `password`, or `ForgotPassword`. The policy does not apply to a password from
    elsewhere.

    Raises:
        AwsError: UserNotFoundException, the function does not know it either.
    """
    if not function_of(pool, f"UserMigration_{source}"):
        return None
    request: dict[str, Any] = {"validationData": None if validation is None else dict(validation)}
    if password:
        request["password"] = password
    try:
        said = await call_trigger(
            idp,
            call,
            pool,
            f"UserMigration_{source}",
            username=name,
            client_id=client.id,
            request=request,
            metadata=metadata,
        )
    except AwsError as error:
        raise _unknown(client) from error
    told = (said or {}).get("userAttributes")
    if said is None or not told or not all(isinstance(each, str) for each in told.values()):
        raise _unknown(client)
    return await settled(idp, call, lambda inner: _brought(idp, inner, pool, name, said, password))


async def _brought(
    idp: CognitoIdp, call: Call, pool: Pool, name: str, said: Mapping[str, Any], password: str
) -> User:
    if await call.tx.get(POOLS, pool.id) is None:
        raise errors.no_pool(pool.id)
    there = await find_user(call, pool, name)
    if there is not None:  # it has come at the same time on another way
        return there
    told = {key: value for key, value in said["userAttributes"].items() if key not in ("sub", "username")}
    user = new_users.drafted(
        call, pool, Asked(str(said["userAttributes"].get("username", name)), told), None, "RESET_REQUIRED"
    )
    if said.get("finalUserStatus") == "CONFIRMED" and password:
        secret = await in_thread(password_policy.kept, idp, pool, user, password)
        user = msgspec.structs.replace(user, status="CONFIRMED", secret=secret)
    if said.get("enableSMSMFA") and "phone_number" in user.attributes:
        user = msgspec.structs.replace(user, mfa=("SMS_MFA",))
    await new_users.store(call, pool, user, force=bool(said.get("forceAliasCreation")))
    return user


def _unknown(client: Client) -> AwsError:
    return AwsError("UserNotFoundException", f"Exception migrating user in app client {client.id}")
