"""Devices that a user has signed in from: confirmed with a password of their own, remembered, forgotten.

Source: Cognito Developer Guide, "Working with user devices in your user pool"; API reference, ConfirmDevice and the operations after it.
"""

import base64
import binascii
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_idp import errors, passwords, tokens
from portico.services.cognito_idp.completed import group_key
from portico.services.cognito_idp.device_sign_in import owner_of
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import DEVICES, Device, Pool, User
from portico.services.cognito_idp.service import CognitoIdp, of_pool, requested_user, user_key

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_PAGE = 60
_STATUS = {True: "remembered", False: "not_remembered"}


@operation(action=None)
async def confirm_device(
    idp: CognitoIdp, call: Call, request: "shapes.ConfirmDeviceRequest"
) -> dict[str, Any]:
    """Take the device that the access token was issued to for one of the user's, with the verifier of its password.

    Raises:
        NotAuthorizedException: the token. InvalidParameterException: the key is not this device's, or the verifier is of no use.
        DeviceKeyExistsException: it is confirmed already.
    """
    bearer = await tokens.access(idp, call, request["AccessToken"])
    pool, user, key = bearer.pool, bearer.user, request["DeviceKey"]
    if bearer.claims.get("device_key") != key:
        raise errors.invalid("Invalid device key given.")
    if await call.tx.get(DEVICES, pool.id, user_key(pool, user), key) is not None:
        raise errors.device_exists()
    secret = _secret(request.get("DeviceSecretVerifierConfig") or {})
    configuration = pool.settings.get("DeviceConfiguration") or {}
    asks_user = bool(configuration.get("DeviceOnlyRememberedOnUserPrompt"))
    device = Device(
        pool=pool.id,
        user=user_key(pool, user),
        key=key,
        group_key=group_key(idp, pool, user),
        created_at=call.now,
        modified_at=call.now,
        authenticated_at=call.now,
        name=request.get("DeviceName", ""),
        secret=passwords.sealed(idp.sealer, owner_of(user, key), secret),
        remembered=not asks_user,
        last_ip=call.origin.source_ip,
    )
    _put(call, device)
    return {"UserConfirmationNecessary": asks_user}


def _secret(given: Any) -> passwords.Secret:
    """The verifier as a device sends it: numbers in base64.

    Raises:
        AwsError: InvalidParameterException.
    """
    try:
        salt, verifier = (
            int.from_bytes(base64.b64decode(given.get(name, ""), validate=True), "big")
            for name in ("Salt", "PasswordVerifier")
        )
    except (binascii.Error, ValueError):
        salt = verifier = 0
    if not 0 < salt < 2**128 or not 1 < verifier < passwords.PRIME - 1:
        raise errors.invalid("DeviceSecretVerifierConfig needs a Salt and a PasswordVerifier.")
    return passwords.Secret(salt, verifier)


@operation(action=None)
async def get_device(idp: CognitoIdp, call: Call, request: "shapes.GetDeviceRequest") -> dict[str, Any]:
    """A device of the user.

    Raises:
        NotAuthorizedException, InvalidParameterException: the token. ResourceNotFoundException: no such device.
    """
    pool, user = await _of_token(idp, call, request)
    return {"Device": _shown(await _device(call, pool, user, request["DeviceKey"]))}


@of_pool
async def admin_get_device(
    idp: CognitoIdp, call: Call, request: "shapes.AdminGetDeviceRequest"
) -> dict[str, Any]:
    """As GetDevice, for an administrator.

    Raises:
        ResourceNotFoundException: no such pool or device. UserNotFoundException: no such user.
    """
    pool, user = await requested_user(call, request)
    return {"Device": _shown(await _device(call, pool, user, request["DeviceKey"]))}


@operation(action=None)
async def list_devices(idp: CognitoIdp, call: Call, request: "shapes.ListDevicesRequest") -> dict[str, Any]:
    """The user's devices.

    Raises:
        NotAuthorizedException: the token. InvalidParameterException: the pagination token.
    """
    return await _listed(call, *await _of_token(idp, call, request), request)


@of_pool
async def admin_list_devices(
    idp: CognitoIdp, call: Call, request: "shapes.AdminListDevicesRequest"
) -> dict[str, Any]:
    """As ListDevices, for an administrator.

    Raises:
        ResourceNotFoundException: no such pool. UserNotFoundException: no such user. InvalidParameterException: the pagination token.
    """
    return await _listed(call, *await requested_user(call, request), request)


@operation(action=None)
async def update_device_status(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateDeviceStatusRequest"
) -> dict[str, Any]:
    """Remember a device, or no longer: a remembered one stands for a second factor, where the pool says so.

    Raises:
        NotAuthorizedException: the token. ResourceNotFoundException: no such device.
    """
    pool, user = await _of_token(idp, call, request)
    await _remember(call, pool, user, request)
    return {}


@of_pool
async def admin_update_device_status(
    idp: CognitoIdp, call: Call, request: "shapes.AdminUpdateDeviceStatusRequest"
) -> dict[str, Any]:
    """As UpdateDeviceStatus, by an administrator.

    Raises:
        ResourceNotFoundException: no such pool or device. UserNotFoundException: no such user.
    """
    await _remember(call, *await requested_user(call, request), request)
    return {}


@operation(action=None)
async def forget_device(idp: CognitoIdp, call: Call, request: "shapes.ForgetDeviceRequest") -> dict[str, Any]:
    """Forget a device: it can't sign in as one any more. Its tokens hold.

    Raises:
        NotAuthorizedException: the token. ResourceNotFoundException: no such device.
    """
    await _forget(call, *await _of_token(idp, call, request), request["DeviceKey"])
    return {}


@of_pool
async def admin_forget_device(
    idp: CognitoIdp, call: Call, request: "shapes.AdminForgetDeviceRequest"
) -> dict[str, Any]:
    """As ForgetDevice, by an administrator.

    Raises:
        ResourceNotFoundException: no such pool or device. UserNotFoundException: no such user.
    """
    await _forget(call, *await requested_user(call, request), request["DeviceKey"])
    return {}


async def _of_token(idp: CognitoIdp, call: Call, request: Any) -> tuple[Pool, User]:
    token = request.get("AccessToken")
    if not token:
        raise errors.invalid("Missing required parameter AccessToken")
    bearer = await tokens.access(idp, call, token)
    return bearer.pool, bearer.user


async def _device(call: Call, pool: Pool, user: User, key: str) -> Device:
    found = await call.tx.get(DEVICES, pool.id, user_key(pool, user), key)
    if found is None:
        raise errors.not_found("Device does not exist.")
    return found


def _put(call: Call, device: Device) -> None:
    call.tx.put(DEVICES, device, device.pool, device.user, device.key)


async def _remember(call: Call, pool: Pool, user: User, request: Any) -> None:
    device = await _device(call, pool, user, request["DeviceKey"])
    remembered = request.get("DeviceRememberedStatus") == "remembered"
    _put(call, msgspec.structs.replace(device, remembered=remembered, modified_at=call.now))


async def _forget(call: Call, pool: Pool, user: User, key: str) -> None:
    device = await _device(call, pool, user, key)
    call.tx.delete(DEVICES, device.pool, device.user, device.key)


async def _listed(call: Call, pool: Pool, user: User, request: Any) -> dict[str, Any]:
    where, limit = (pool.id, user_key(pool, user)), request.get("Limit") or _PAGE
    after = position(request.get("PaginationToken"), *where)
    begin = None if after is None else DEVICES.key(*after)
    found = await call.tx.scan(DEVICES, *where, after=begin, limit=limit + 1)
    shown: dict[str, Any] = {"Devices": [_shown(device) for device in found[:limit]]}
    if len(found) > limit:
        shown["PaginationToken"] = token_after(DEVICES.key(*where, found[limit - 1].key))
    return shown


def _shown(device: Device) -> dict[str, Any]:
    """A device as AWS's DeviceType."""
    attributes = {
        "device_status": "valid",
        "device_name": device.name,
        "dev:device_remembered_status": _STATUS[device.remembered],
        "last_ip_used": device.last_ip,
    }
    return {
        "DeviceKey": device.key,
        "DeviceAttributes": [{"Name": name, "Value": value} for name, value in attributes.items() if value],
        "DeviceCreateDate": device.created_at,
        "DeviceLastModifiedDate": device.modified_at,
        "DeviceLastAuthenticatedDate": device.authenticated_at,
    }
