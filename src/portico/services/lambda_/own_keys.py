"""`KMSKeyArn`: a function's variables encrypted under a key of the caller's own, and shown to those who may decrypt with it.

Who sets the key needs `kms:CreateGrant` and `kms:Encrypt` on it; the grant lets the function's role decrypt, and goes by the role's unique
id, so that a role made again has none until the function is updated. Who looks at the variables needs `kms:Decrypt`.

Source: Lambda Developer Guide, "Securing Lambda environment variables"; API reference, EnvironmentResponse; the words that users have
reported.
"""

import base64
import json
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.invoke.own_keys import context_of, failure
from portico.invoke.records import Version
from portico.services.lambda_ import errors, shown
from portico.services.lambda_.service import Lambda
from portico.wire.errors import AwsError

_SERVICE = "lambda"


async def sealed(lam: Lambda, call: Call, version: Version, before: Version | None = None) -> Version:
    """The version with its variables encrypted if it has a key, in clear if it has none any more; `before` is what it was.

    Raises:
        InvalidParameterValueException: the key can't be used, or not by the caller.
    """
    variables = version.variables
    if variables is None and before is not None and before.sealed_variables:
        if (version.kms_key_arn, version.role) == (before.kms_key_arn, before.role):
            return version
        try:
            variables = await _opened(lam, call, before)
        except AwsError as error:
            raise errors.invalid(failure(error)[1]) from error
    if variables is None or not version.kms_key_arn:
        return msgspec.structs.replace(version, variables=variables, sealed_variables="")
    await _kms(
        lam,
        call,
        "CreateGrant",
        KeyId=version.kms_key_arn,
        GranteePrincipal=version.role,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextEquals": context_of(version.arn)},
        Name=f"{_SERVICE}/{version.function}",
    )
    made = await _kms(
        lam,
        call,
        "Encrypt",
        KeyId=version.kms_key_arn,
        Plaintext=json.dumps(variables).encode(),
        EncryptionContext=context_of(version.arn),
    )
    blob = base64.b64encode(made["CiphertextBlob"]).decode()
    return msgspec.structs.replace(version, variables=None, sealed_variables=blob)


async def configuration(lam: Lambda, call: Call, version: Version, *, arn: str = "") -> dict[str, Any]:
    """A version as `shown.configuration`, with the variables that the caller may see; in their place an error, if it may not."""
    return shown.configuration(version, arn=arn) | await _environment(lam, call, version)


async def listed(lam: Lambda, call: Call, version: Version, *, qualified: bool) -> dict[str, Any]:
    """A version as `shown.listed`, with its variables as `configuration`."""
    return shown.listed(version, qualified=qualified) | await _environment(lam, call, version)


async def _environment(lam: Lambda, call: Call, version: Version) -> dict[str, Any]:
    if not version.sealed_variables:
        return {}
    try:
        return {"Environment": {"Variables": await _opened(lam, call, version)}}
    except AwsError as error:
        return {"Environment": {"Error": {"ErrorCode": error.code, "Message": failure(error)[1]}}}


async def _opened(lam: Lambda, call: Call, version: Version) -> dict[str, str]:
    """The variables, by the caller's own permission.

    Raises:
        AwsError: KMS's.
    """
    answer = await lam.clients.on_behalf(call.origin, _SERVICE).call(
        "kms",
        "Decrypt",
        CiphertextBlob=base64.b64decode(version.sealed_variables),
        EncryptionContext=context_of(version.arn),
    )
    return msgspec.json.decode(answer["Plaintext"], type=dict[str, str])


async def _kms(lam: Lambda, call: Call, operation: str, **request: Any) -> Any:
    """Call KMS for the caller, in its commit."""
    client = lam.clients.on_behalf(call.origin, _SERVICE)
    try:
        return await client.call_within(call.tx, "kms", operation, **request)
    except AwsError as error:
        if not error.sender:
            raise
        raise errors.invalid(
            "Lambda was unable to configure access to your environment variables because the KMS key is invalid for "
            f"{operation}. Please check your KMS key settings. KMS Exception: {error.code} KMS Message: {error.message or ''}"
        ) from error
