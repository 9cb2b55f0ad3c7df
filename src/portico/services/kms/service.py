"""What KMS's operations get, and what they do with a key's material."""

import os
from typing import Literal

import msgspec

from portico.base.tasks import every
from portico.calls.authorize import Authorizer
from portico.calls.call import Call
from portico.calls.ports import Ports
from portico.identity.sealing import Sealer, SealError
from portico.services.kms import ciphertext, errors
from portico.services.kms.addresses import put
from portico.services.kms.ciphertext import Ciphertext, CiphertextError, Context
from portico.services.kms.deletions import EVERY_S, Deletions
from portico.services.kms.records import Grant, Key, Material

_SECRET_BYTES = 32
_DAY_S = 86_400
_GRANT = "kms grant token"


class Kms(msgspec.Struct, frozen=True):
    """The service's dependencies. `sealer` is what key material is kept under: its key is outside of the database."""

    sealer: Sealer
    authorizer: Authorizer

    def new_material(self, account: str, region: str, key: str, now: float) -> Material:
        """Material for a key, of the operating system's randomness."""
        sealed = self.sealer.seal(_purpose(account, region, key), os.urandom(_SECRET_BYTES))
        return Material(os.urandom(32).hex(), sealed, now)

    def encrypt(self, call: Call, key: Key, plaintext: bytes, context: Context) -> tuple[bytes, Key]:
        """Encrypt with the key's current material; the ciphertext, and the key as it is now: material whose time is over is followed by
        new material first."""
        key = self._rotated(call, key)
        material = key.materials[-1]
        blob = ciphertext.encrypt(
            key.account, key.id, material.id, self._secret(key, material), plaintext, context
        )
        return blob, key

    def decrypt(self, key: Key, found: Ciphertext, context: Context) -> bytes:
        """Decrypt what was encrypted with any of the key's materials.

        Raises:
            AwsError: InvalidCiphertextException.
        """
        for material in key.materials:
            if material.id == found.material:
                try:
                    return ciphertext.decrypt(found, self._secret(key, material), context)
                except CiphertextError:
                    break
        raise errors.bad_ciphertext()

    def rotated(self, key: Key, cause: Literal["AUTOMATIC", "ON_DEMAND"], now: float) -> Key:
        """The key with new material."""
        made = msgspec.structs.replace(self.new_material(*key.at, now), cause=cause)
        return msgspec.structs.replace(key, materials=(*key.materials, made))

    def grant_token(self, grant: Grant) -> str:
        """What names a grant to whoever has it."""
        where = (grant.account, grant.region, grant.key, grant.id)
        return self.sealer.seal(_GRANT, msgspec.json.encode(where))

    def read_grant_token(self, token: str) -> tuple[str, str, str, str]:
        """Account, region, key id and grant id of a grant token.

        Raises:
            AwsError: InvalidGrantTokenException.
        """
        try:
            return msgspec.json.decode(self.sealer.unseal(_GRANT, token), type=tuple[str, str, str, str])
        except SealError:
            raise errors.bad_grant_token() from None

    def _rotated(self, call: Call, key: Key) -> Key:
        if not key.rotation_days or call.now < next_rotation(key):
            return key
        turned = msgspec.structs.replace(self.rotated(key, "AUTOMATIC", call.now), rotates_from=call.now)
        put(call, turned)
        return turned

    def _secret(self, key: Key, material: Material) -> bytes:
        return self.sealer.unseal(_purpose(*key.at), material.sealed)


def next_rotation(key: Key) -> float:
    """When a key that rotates does so next (seconds, `now` clock)."""
    return key.rotates_from + key.rotation_days * _DAY_S


def _purpose(account: str, region: str, key: str) -> str:
    return f"kms {account} {region} {key}"


def build(ports: Ports) -> Kms:
    """Put the service together."""
    ports.start_task("kms.deletions", every(EVERY_S, Deletions(ports.store, ports.clock.now).remove))
    return Kms(ports.extras["Sealer"], ports.extras["Authorizer"])
