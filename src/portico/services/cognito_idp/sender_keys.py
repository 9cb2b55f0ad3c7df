"""The key of custom senders: who sets such a trigger grants Cognito its use, and codes are encrypted under it.

The grant is for this pool alone: it holds for calls that Cognito makes for the pool, with the pool's id in the encryption context. It is
made by the caller's own permission (`kms:CreateGrant`) and retired when the pool has no more use for it.

Source: Cognito Developer Guide, "Custom sender Lambda triggers".
"""

import contextlib
import html
import logging
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.call import Call, Scope
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.encryption_message import Writer
from portico.services.cognito_idp.records import Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.services.cognito_idp.triggers import COGNITO, principal_of
from portico.services.cognito_idp.words import Medium
from portico.wire.errors import AwsError

log = logging.getLogger("portico.cognito_idp")

_CONTEXT = "userpool-id"
_SERVICE = "cognito-idp"
_SENDERS = ("CustomEmailSender", "CustomSMSSender")


def key_of(triggers: Mapping[str, Any]) -> str:
    """The key that a LambdaConfig has codes encrypted with, "" if no sender gets any."""
    return str(triggers.get("KMSKeyID", "")) if any(triggers.get(name) for name in _SENDERS) else ""


async def granted(idp: CognitoIdp, call: Call, pool: Pool, before: Pool | None = None) -> Pool:
    """The pool with a grant on the key of its senders, in the call's commit; that of another key, which it had `before`, is retired.

    Raises:
        AwsError: the caller may not grant the key's use (AccessDeniedException), or there is no such key, or it can't be used
            (InvalidParameterException).
    """
    key = key_of(pool.triggers)
    if before is not None and key_of(before.triggers) != key:
        await released(idp, call, before)
    if not key:
        return msgspec.structs.replace(pool, sender_grant="")
    client = idp.clients.on_behalf(call.origin, _SERVICE)
    try:
        answer = await client.call_within(
            call.tx,
            "kms",
            "CreateGrant",
            KeyId=key,
            GranteeServicePrincipal=COGNITO,
            RetiringServicePrincipal=COGNITO,
            Operations=["GenerateDataKey"],
            Constraints={"EncryptionContextSubset": {_CONTEXT: pool.id}, "SourceArn": pool.arn},
            Name=f"{_SERVICE}/{pool.id}",
        )
    except AwsError as error:
        if error.code == "AccessDeniedException" or not error.sender:
            raise
        raise errors.invalid(f"{error.message or error.code}") from error
    return msgspec.structs.replace(pool, sender_grant=answer["GrantToken"])


async def released(idp: CognitoIdp, call: Call, pool: Pool) -> None:
    """Retire the pool's grant; it may be gone already, as its key may."""
    if pool.sender_grant:
        client = idp.clients.of(principal_of(pool), Scope(pool.account, pool.region))
        with contextlib.suppress(AwsError):
            await client.call_within(call.tx, "kms", "RetireGrant", GrantToken=pool.sender_grant)


async def encrypted(idp: CognitoIdp, call: Call, pool: Pool, medium: Medium, code: str) -> str:
    """A code, or a temporary password, as the event for a sender has it. In e-mails what HTML reserves is escaped.

    Raises:
        AwsError: CodeDeliveryFailureException, the key can't be used.
    """
    plaintext = html.escape(code, quote=False) if medium == "EMAIL" else code
    writer = Writer({_CONTEXT: pool.id})
    client = idp.clients.of(principal_of(pool), Scope(pool.account, pool.region), request_id=call.request_id)
    try:
        made = await client.call(
            "kms",
            "GenerateDataKey",
            KeyId=key_of(pool.triggers),
            KeySpec="AES_256",
            EncryptionContext=writer.context,
        )
    except AwsError as error:
        if not error.sender:
            raise
        log.warning("a code of user pool %s could not be encrypted: %s", pool.id, error)
        raise errors.not_delivered(f"The code could not be encrypted: {error.code}") from error
    message = writer.message(plaintext.encode(), made["Plaintext"], made["CiphertextBlob"], made["KeyId"])
    return b64encode(message).decode()
