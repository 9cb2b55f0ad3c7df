"""The end of a sign-in: the post authentication trigger, a key for a new device, and tokens.

Source: Cognito Developer Guide, "Post authentication Lambda trigger", "Working with user devices in your user pool".
"""

from base64 import urlsafe_b64encode

import msgspec

from portico.base import ids
from portico.services.cognito_idp.exchange import Answer, Exchange, refuse_unable
from portico.services.cognito_idp.issuing import Grant, issue
from portico.services.cognito_idp.records import DEVICES, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, user_key
from portico.services.cognito_idp.sign_in import SignIn
from portico.services.cognito_idp.triggers import attributes_of, call_trigger


async def complete(ex: Exchange, user: User, sign_in: SignIn) -> Answer:
    """Tokens for a user who has proved everything that was asked for.

    Raises:
        AwsError: the triggers' errors, and as `refuse_unable`: a pool's functions judge answers, not who may sign in.
    """
    refuse_unable(user)
    tracks = bool(ex.pool.settings.get("DeviceConfiguration"))
    is_new_device = tracks and not sign_in.device_proved
    await tell(ex, user, is_new_device=is_new_device)
    device_key = sign_in.device_key if sign_in.device_proved else ""
    if is_new_device:
        device_key = f"{ex.pool.region}_{ids.uuid()}"
    elif device_key:
        await _note_device(ex, user, device_key)
    grant = Grant(
        ex.pool,
        ex.client,
        user,
        _source(sign_in),
        metadata=ex.metadata,
        device_key=device_key,
    )
    result = (await issue(ex.idp, ex.call, grant)).shown()
    if is_new_device:
        group = group_key(ex.idp, ex.pool, user)
        result["NewDeviceMetadata"] = {"DeviceKey": device_key, "DeviceGroupKey": group}
    return {"AuthenticationResult": result, "ChallengeParameters": {}}


def group_key(idp: CognitoIdp, pool: Pool, user: User) -> str:
    """The name that the verifiers of a user's devices are made with."""
    digest = idp.sealer.digest("cognito-idp device group", f"{pool.id} {user.sub}".encode())
    return "-" + urlsafe_b64encode(digest[:6]).decode()


def _source(sign_in: SignIn) -> str:
    if sign_in.new_password:
        return "NewPasswordChallenge"
    return "AuthenticateDevice" if sign_in.device_proved else "Authentication"


async def tell(ex: Exchange, user: User, *, is_new_device: bool) -> None:
    """Tell the post authentication trigger.

    Raises:
        AwsError: as `call_trigger`.
    """
    await call_trigger(
        ex.idp,
        ex.call,
        ex.pool,
        "PostAuthentication_Authentication",
        username=user.username,
        client_id=ex.client.id,
        request={"userAttributes": attributes_of(ex.pool, user), "newDeviceUsed": is_new_device},
        metadata=ex.metadata or None,
    )


async def _note_device(ex: Exchange, user: User, key: str) -> None:
    device = await ex.call.tx.get(DEVICES, ex.pool.id, user_key(ex.pool, user), key)
    if device is not None:
        seen = msgspec.structs.replace(device, authenticated_at=ex.call.now, last_ip=ex.call.origin.source_ip)
        ex.call.tx.put(DEVICES, seen, ex.pool.id, user_key(ex.pool, user), key)
