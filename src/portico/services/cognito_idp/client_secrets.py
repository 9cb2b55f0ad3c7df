"""Secrets of app clients: up to two at a time, so that one can be replaced while the other is in use."""

import base64
import hmac
import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import CLIENTS, Client, ClientSecret
from portico.services.cognito_idp.service import CognitoIdp, client_in, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_CHARS = 51
_SECRETS_MAX = 2


def made(idp: CognitoIdp, client_id: str, now: float, given: str | None = None) -> ClientSecret:
    """A new secret of a client: `given`, or a random one."""
    text = given or "".join(secrets.choice(_ALPHABET) for _ in range(_CHARS))
    kept = idp.sealer.seal(_purpose(client_id), text.encode())
    return ClientSecret(f"{client_id}--{int(now * 1000)}{secrets.token_hex(2)}", kept, now)


def plain(idp: CognitoIdp, client: Client, secret: ClientSecret) -> str:
    """A secret as its owner has it."""
    return idp.sealer.unseal(_purpose(client.id), secret.sealed).decode()


def _purpose(client_id: str) -> str:
    return f"cognito-idp client {client_id}"


def is_secret(idp: CognitoIdp, client: Client, text: str) -> bool:
    """Whether `text` is one of the client's secrets."""
    found = [hmac.compare_digest(plain(idp, client, each).encode(), text.encode()) for each in client.secrets]
    return any(found)  # all are compared, whichever it is


def check_hash(idp: CognitoIdp, client: Client, given: str | None, *names: str) -> None:
    """Check a request's `SECRET_HASH`: of one of `names` (what the caller called the user) with one of the client's secrets.

    Raises:
        AwsError: NotAuthorizedException.
    """
    if not client.secrets:
        if given:
            raise errors.bad_secret_hash(client.id)
        return
    if not given:
        raise errors.no_secret_hash(client.id)
    wanted = [
        secret_hash(plain(idp, client, secret), name, client.id)
        for secret in client.secrets
        for name in names
    ]
    found = [hmac.compare_digest(each.encode(), given.encode()) for each in wanted]
    if not any(found):
        raise errors.bad_secret_hash(client.id)


def secret_hash(secret: str, username: str, client_id: str) -> str:
    """The hash that callers prove a secret with."""
    return base64.b64encode(hmac.digest(secret.encode(), (username + client_id).encode(), "sha256")).decode()


@of_pool
async def add_user_pool_client_secret(
    idp: CognitoIdp, call: Call, request: "shapes.AddUserPoolClientSecretRequest"
) -> dict[str, Any]:
    """Give a client a second secret; its value is in this answer only.

    Raises:
        ResourceNotFoundException: there is no such pool or client. InvalidParameterException: the client was made without one.
        LimitExceededException: it has two.
    """
    pool = await pool_of(call, request["UserPoolId"])
    client = await client_in(call, pool, request["ClientId"])
    if not client.secrets:
        raise errors.invalid(f"Client {client.id} was created without a client secret.")
    if len(client.secrets) >= _SECRETS_MAX:
        raise errors.limit_exceeded(f"A client can have at most {_SECRETS_MAX} secrets.")
    added = made(idp, client.id, call.now, request.get("ClientSecret"))
    call.tx.put(CLIENTS, _with(client, (*client.secrets, added), call.now), pool.id, client.id)
    return {"ClientSecretDescriptor": {**_shown(added), "ClientSecretValue": plain(idp, client, added)}}


@of_pool
async def delete_user_pool_client_secret(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteUserPoolClientSecretRequest"
) -> dict[str, Any]:
    """Take one of two secrets away.

    Raises:
        ResourceNotFoundException: there is no such pool, client or secret. InvalidParameterException: it is the only one.
    """
    pool = await pool_of(call, request["UserPoolId"])
    client = await client_in(call, pool, request["ClientId"])
    left = tuple(each for each in client.secrets if each.id != request["ClientSecretId"])
    if len(left) == len(client.secrets):
        raise errors.not_found(f"Client secret {request['ClientSecretId']} does not exist.")
    if not left:
        raise errors.invalid("The last secret of a client can't be deleted.")
    call.tx.put(CLIENTS, _with(client, left, call.now), pool.id, client.id)
    return {}


@of_pool
async def list_user_pool_client_secrets(
    idp: CognitoIdp, call: Call, request: "shapes.ListUserPoolClientSecretsRequest"
) -> dict[str, Any]:
    """A client's secrets, without their values.

    Raises:
        ResourceNotFoundException: there is no such pool or client.
    """
    pool = await pool_of(call, request["UserPoolId"])
    client = await client_in(call, pool, request["ClientId"])
    return {"ClientSecrets": [_shown(each) for each in client.secrets]}


def _with(client: Client, kept: tuple[ClientSecret, ...], now: float) -> Client:
    return msgspec.structs.replace(client, secrets=kept, modified_at=now)


def _shown(secret: ClientSecret) -> dict[str, Any]:
    return {"ClientSecretId": secret.id, "ClientSecretCreateDate": secret.created_at}
