"""The client's side of SRP as Cognito's libraries have it, written from RFC 5054 and not from the server's code."""

import base64
import hashlib
import hmac
import secrets
from datetime import UTC, datetime

import gmpy2

N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)


def signed(number: int) -> bytes:
    """A number as Java's BigInteger writes it."""
    return number.to_bytes((number.bit_length() + 8) // 8, "big", signed=True)


def digest(*parts: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(b"".join(parts)).digest()


def number(data: bytes) -> int:
    """Bytes as a number."""
    return int.from_bytes(data, "big")


class Client:
    """One exchange. `group` is the pool's name, or a device's group key."""

    def __init__(self, group: str, password: str) -> None:
        self.group = group
        self.password = password
        self._a = secrets.randbits(1024)
        self.public = int(gmpy2.powmod(2, self._a, N))

    @property
    def a(self) -> str:
        """What is sent as SRP_A."""
        return f"{self.public:x}"

    def key(self, name: str, salt: int, server: int) -> bytes:
        """The key that both sides come to."""
        x = number(digest(signed(salt), digest(f"{self.group}{name}:{self.password}".encode())))
        u = number(digest(signed(self.public), signed(server)))
        k = number(digest(signed(N), signed(2)))
        base = (server - k * int(gmpy2.powmod(2, x, N))) % N
        shared = int(gmpy2.powmod(base, self._a + u * x, N))
        extracted = hmac.digest(signed(u), signed(shared), "sha256")
        return hmac.digest(extracted, b"Caldera Derived Key\x01", "sha256")[:16]

    def proof(
        self, parameters: dict[str, str], *, name: str = "", at: datetime | None = None
    ) -> dict[str, str]:
        """The responses to a challenge with these parameters."""
        name = name or parameters["USER_ID_FOR_SRP"]
        block = parameters["SECRET_BLOCK"]
        when = timestamp(at or datetime.now(UTC))
        key = self.key(name, int(parameters["SALT"], 16), int(parameters["SRP_B"], 16))
        words = self.group.encode() + name.encode() + base64.b64decode(block) + when.encode()
        return {
            "USERNAME": parameters["USERNAME"],
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": base64.b64encode(hmac.digest(key, words, "sha256")).decode(),
            "TIMESTAMP": when,
        }


def timestamp(at: datetime) -> str:
    """A moment as clients write it (in the C locale)."""
    return f"{at:%a %b} {at.day} {at:%H:%M:%S} UTC {at:%Y}"


def device_verifier(group: str, key: str, password: str) -> tuple[str, str]:
    """Salt and verifier, as a device sends them (base64)."""
    salt = secrets.token_bytes(16)
    x = number(digest(signed(number(salt)), digest(f"{group}{key}:{password}".encode())))
    verifier = int(gmpy2.powmod(2, x, N))
    return base64.b64encode(salt).decode(), base64.b64encode(signed(verifier)).decode()
