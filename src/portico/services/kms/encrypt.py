"""Encrypt, Decrypt, ReEncrypt.

Source: KMS API reference, of the same names.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import Check, operation
from portico.services.kms import access, ciphertext, errors
from portico.services.kms.addresses import existing, named
from portico.services.kms.ciphertext import Ciphertext, CiphertextError
from portico.services.kms.records import Key
from portico.services.kms.service import Kms
from portico.services.kms.states import require_enabled

if TYPE_CHECKING:
    from portico.services.kms import shapes

Request = Mapping[str, Any]


@access.shared()
async def encrypt(kms: Kms, call: Call, request: "shapes.EncryptRequest") -> dict[str, Any]:
    """Encrypt up to 4,096 bytes.

    Raises:
        NotFoundException: there is no such key or alias. DisabledException, KMSInvalidStateException: its state.
        InvalidGrantTokenException: a grant token. DryRunOperationException: it would have worked.
    """
    key = await usable(call, request["KeyId"])
    require_symmetric("Encrypt", request, "EncryptionAlgorithm")
    refuse_dry_run(request)
    blob, key = kms.encrypt(call, key, request["Plaintext"], request.get("EncryptionContext") or {})
    return {"CiphertextBlob": blob, "KeyId": key.arn, "EncryptionAlgorithm": access.SPEC}


@operation(on=access.on_source, keys=access.keys_of_source, policy=access.source_policy, decisive=True)
async def decrypt(kms: Kms, call: Call, request: "shapes.DecryptRequest") -> dict[str, Any]:
    """Decrypt. The ciphertext says of which key it is; `KeyId`, if it is given, must be that.

    Raises:
        InvalidCiphertextException: no ciphertext of ours, a changed one, or another encryption context.
        IncorrectKeyException: the ciphertext is of another key.
        NotFoundException, DisabledException, KMSInvalidStateException: the key. DryRunOperationException: it would have worked.
    """
    require_symmetric("Decrypt", request, "EncryptionAlgorithm", "Recipient", "DryRunModifiers")
    key, found = await _source(call, request, request.get("KeyId"))
    plaintext = kms.decrypt(key, found, request.get("EncryptionContext") or {})
    refuse_dry_run(request)
    return {
        "KeyId": key.arn,
        "Plaintext": plaintext,
        "EncryptionAlgorithm": access.SPEC,
        "KeyMaterialId": found.material,
    }


async def _destination(kms: Kms, call: Call, request: Request) -> Iterable[Check]:
    at = named(call, request["DestinationKeyId"])
    keys = await access.keys_of(call, request, at, request.get("DestinationEncryptionContext"))
    policy = await access.policy_of(kms, call, at, request)
    return [Check("kms:ReEncryptTo", await access.arn_of(call, at), keys, policy, decisive=True)]


@operation(
    action="kms:ReEncryptFrom",
    on=access.on_source,
    keys=access.keys_of_source,
    policy=access.source_policy,
    also=_destination,
    decisive=True,
)
async def re_encrypt(kms: Kms, call: Call, request: "shapes.ReEncryptRequest") -> dict[str, Any]:
    """Decrypt, and encrypt with another key or context, without the plaintext's leaving.

    Raises:
        As for Decrypt and Encrypt.
    """
    algorithms = ("SourceEncryptionAlgorithm", "DestinationEncryptionAlgorithm")
    require_symmetric("ReEncrypt", request, *algorithms, "DryRunModifiers")
    source, found = await _source(call, request, request.get("SourceKeyId"))
    target = await usable(call, request["DestinationKeyId"])
    plaintext = kms.decrypt(source, found, request.get("SourceEncryptionContext") or {})
    refuse_dry_run(request)
    context = request.get("DestinationEncryptionContext") or {}
    blob, target = kms.encrypt(call, target, plaintext, context)
    return {
        "CiphertextBlob": blob,
        "SourceKeyId": source.arn,
        "KeyId": target.arn,
        "SourceEncryptionAlgorithm": access.SPEC,
        "DestinationEncryptionAlgorithm": access.SPEC,
        "SourceKeyMaterialId": found.material,
        "DestinationKeyMaterialId": target.materials[-1].id,
    }


async def usable(call: Call, given: str) -> Key:
    """The key that `given` names, to encrypt with.

    Raises:
        AwsError: NotFoundException, DisabledException, KMSInvalidStateException.
    """
    key = await existing(call, given)
    require_enabled(key)
    return key


def refuse_dry_run(request: Request) -> None:
    """End a call that was to be tried only.

    Raises:
        AwsError: DryRunOperationException.
    """
    if request.get("DryRun"):
        raise errors.dry_run()


def require_symmetric(operation: str, request: Request, *members: str) -> None:
    """Refuse what is for other kinds of keys, or for enclaves.

    Raises:
        AwsError: 501, by the member's name.
    """
    for member in members:
        if request.get(member) not in (None, access.SPEC):
            raise errors.unavailable(operation, member)


async def _source(call: Call, request: Request, given: str | None) -> tuple[Key, Ciphertext]:
    try:
        found = ciphertext.parse(request.get("CiphertextBlob") or b"")
    except CiphertextError:
        raise errors.bad_ciphertext() from None
    if given is None:
        at = access.source_of(call, request)
        key = await usable(call, at.arn)
    else:
        key = await usable(call, given)
    if (key.account, key.id) != (found.account, found.key):
        raise errors.wrong_key()
    return key, found
