"""Data keys, for those who encrypt by themselves; and random bytes.

Source: KMS API reference, GenerateDataKey, GenerateDataKeyWithoutPlaintext, GenerateRandom.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.kms import access, errors
from portico.services.kms.encrypt import refuse_dry_run, require_symmetric, usable
from portico.services.kms.service import Kms

if TYPE_CHECKING:
    from portico.services.kms import shapes

_SPECS = {"AES_256": 32, "AES_128": 16}


@access.shared()
async def generate_data_key(kms: Kms, call: Call, request: "shapes.GenerateDataKeyRequest") -> dict[str, Any]:
    """A new data key, in clear and encrypted.

    Raises:
        ValidationException: not one of `KeySpec` and `NumberOfBytes`.
        NotFoundException, DisabledException, KMSInvalidStateException: the key.
        InvalidGrantTokenException: a grant token. DryRunOperationException: it would have worked.
    """
    require_symmetric("GenerateDataKey", request, "Recipient")
    plaintext, answer = await _made(kms, call, request)
    return {**answer, "Plaintext": plaintext}


@access.shared()
async def generate_data_key_without_plaintext(
    kms: Kms, call: Call, request: "shapes.GenerateDataKeyWithoutPlaintextRequest"
) -> dict[str, Any]:
    """A new data key, encrypted only; errors as for GenerateDataKey."""
    return (await _made(kms, call, request))[1]


async def _made(kms: Kms, call: Call, request: Mapping[str, Any]) -> tuple[bytes, dict[str, Any]]:
    spec, size = request.get("KeySpec"), request.get("NumberOfBytes")
    if (spec is None) == (size is None):
        raise errors.invalid("Please specify either number of bytes or key spec.")
    key = await usable(call, request["KeyId"])
    refuse_dry_run(request)
    plaintext = os.urandom(_SPECS[spec] if spec is not None else int(size or 0))
    blob, key = kms.encrypt(call, key, plaintext, request.get("EncryptionContext") or {})
    return plaintext, {"CiphertextBlob": blob, "KeyId": key.arn, "KeyMaterialId": key.materials[-1].id}


@operation(on=lambda call, request: ["*"], keys=lambda call, request: access.caller_keys(call))
async def generate_random(kms: Kms, call: Call, request: "shapes.GenerateRandomRequest") -> dict[str, Any]:
    """Random bytes, of the operating system.

    Raises:
        ValidationException: it is not said how many. NotImplemented: from a key store, or for an enclave.
    """
    require_symmetric("GenerateRandom", request, "CustomKeyStoreId", "Recipient")
    if request.get("NumberOfBytes") is None:
        raise errors.invalid("NumberOfBytes is required.")
    return {"Plaintext": os.urandom(request["NumberOfBytes"])}
