"""Passwords: of each only an SRP verifier is kept, sealed, and every check is made against it.

SRP-6a as Cognito's clients speak it: the 3072-bit group of RFC 5054, generator 2, SHA-256; the user is named by the pool's own part of
its id and the user's name. Numbers are hashed in their shortest two's complement, as Java's BigInteger writes them.

Source: RFC 5054, appendix A; the protocol of aws-amplify's and amazon-cognito-identity-js's AuthenticationHelper.
"""

import hmac
import secrets
from hashlib import sha256

import msgspec

from portico.identity.sealing import Sealer

_PRIME_HEX = (
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece45b3dc2007cb8a163bf0598da48361c55d39a69163fa8fd24cf5f"
    "83655d23dca3ad961c62f356208552bb9ed529077096966d670c354e4abc9804f1746c08ca18217c32905e462e36ce3b"
    "e39e772c180e86039b2783a2ec07a28fb5c55df06f4c52c9de2bcbf6955817183995497cea956ae515d2261898fa0510"
    "15728e5a8aaac42dad33170d04507a33a85521abdf1cba64ecfb850458dbef0a8aea71575d060c7db3970f85a6e1e4c7"
    "abf5ae8cdb0933d71e8c94e04a25619dcee3d2261ad2ee6bf12ffa06d98a0864d87602733ec86a64521f2b18177b200c"
    "bbe117577a615d6c770988c0bad946e208e24fa074e5ab3143db5bfce0fd108e4b82d120a93ad2caffffffffffffffff"
)
PRIME = int(_PRIME_HEX, 16)
GENERATOR = 2
_BYTES = 384
_SALT_BYTES = 16


def padded(number: int) -> bytes:
    """A number in its shortest two's complement: with a zero byte in front where the highest bit would be set."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def power(base: int, exponent: int) -> int:
    """`base` to the power of `exponent` in the group (0.7 ms for an exponent of 256 bits)."""
    import gmpy2

    return int(gmpy2.powmod(base, exponent, PRIME))


class Secret(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a password: `salt` and `verifier`, numbers that the protocol calls s and v."""

    salt: int
    verifier: int


def pool_name(pool_id: str) -> str:
    """The part of a pool's id that its users' passwords are hashed with."""
    return pool_id.partition("_")[2]


def _exponent(group: str, name: str, salt: int, password: str) -> int:
    inner = sha256(f"{group}{name}:{password}".encode()).digest()
    return int.from_bytes(sha256(padded(salt) + inner).digest(), "big")


def make(group: str, name: str, password: str) -> Secret:
    """A verifier of `password` with a fresh salt. `group` and `name` are the pool's name and the user's (`USER_ID_FOR_SRP`), or a
    device's group key and its key."""
    salt = int.from_bytes(secrets.token_bytes(_SALT_BYTES), "big")
    return Secret(salt, power(GENERATOR, _exponent(group, name, salt, password)))


def matches(secret: Secret, group: str, name: str, password: str) -> bool:
    """Whether `password` is the one that the verifier was made of; the time it takes says nothing."""
    found = power(GENERATOR, _exponent(group, name, secret.salt, password))
    return hmac.compare_digest(found.to_bytes(_BYTES, "big"), secret.verifier.to_bytes(_BYTES, "big"))


def sealed(sealer: Sealer, owner: str, secret: Secret) -> str:
    """A verifier as it is stored. `owner` (a user's or a device's own id) is authenticated with it: moved to another record it is
    worthless."""
    content = padded(secret.salt).rjust(_SALT_BYTES + 1, b"\0") + secret.verifier.to_bytes(_BYTES, "big")
    return sealer.seal(f"cognito-idp secret {owner}", content)


def unsealed(sealer: Sealer, owner: str, text: str) -> Secret:
    """What `sealed` has sealed.

    Raises:
        SealError: it was not sealed here for this owner.
    """
    content = sealer.unseal(f"cognito-idp secret {owner}", text)
    return Secret(int.from_bytes(content[:-_BYTES], "big"), int.from_bytes(content[-_BYTES:], "big"))
