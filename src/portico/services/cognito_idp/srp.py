"""The server's side of SRP-6a as Cognito's clients speak it: a proof of the password, which never arrives.

The server offers B = k·v + g^b and later, with the client's A, comes to the same S as the client: (A·v^u)^b. Both derive a key from it,
and the client signs with that key what it was given. Exponents of 256 bits suffice for a group of this size. The powers are computed in
threads and let other threads run meanwhile.

Source: RFC 5054, section 2.5; RFC 5869 for the key; the clients' side of it, aws-amplify's and amazon-cognito-identity-js's
AuthenticationHelper.
"""

import asyncio
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import ParamSpec, TypeVar

import msgspec

from portico.services.cognito_idp.passwords import GENERATOR, PRIME, Secret, padded, power

P = ParamSpec("P")
R = TypeVar("R")

_K = int.from_bytes(sha256(padded(PRIME) + padded(GENERATOR)).digest(), "big")
_EXPONENT_BITS = 256
_INFO = b"Caldera Derived Key\x01"
_KEY_BYTES = 16
_PUBLIC = re.compile(r"[0-9a-fA-F]{1,770}").fullmatch
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TIMESTAMP = re.compile(
    rf"(?:{'|'.join(_DAYS)}) ({'|'.join(_MONTHS)}) (\d\d?) (\d\d):(\d\d):(\d\d) UTC (\d{{4}})", re.ASCII
).fullmatch


class Offer(msgspec.Struct, frozen=True, gc=False):
    """The server's half of an exchange: the exponent `b`, which nobody else may learn, and the number that is sent, B."""

    b: int
    public: int


def client_public(text: str) -> int | None:
    """The client's number A (hexadecimal), or None if it is none or one that would prove anything: a multiple of N."""
    number = int(text, 16) if _PUBLIC(text) else 0
    return number if number % PRIME else None


def shown(number: int) -> str:
    """A number as challenges show it."""
    return f"{number:x}"


async def in_thread(compute: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Compute with large numbers off the loop."""

    def run() -> R:
        import gmpy2

        gmpy2.get_context().allow_release_gil = True
        return compute(*args, **kwargs)

    return await asyncio.to_thread(run)


def offer(verifier: int) -> Offer:
    """An offer to who knows the password of `verifier`."""
    while True:
        b = secrets.randbits(_EXPONENT_BITS)
        public = (_K * verifier + power(GENERATOR, b)) % PRIME
        if public:
            return Offer(b, public)


def session_key(made: Offer, verifier: int, client: int) -> bytes:
    """The key that both sides come to; `client` is A."""
    u = int.from_bytes(sha256(padded(client) + padded(made.public)).digest(), "big")
    shared = power(client * power(verifier, u) % PRIME, made.b)
    extracted = hmac.digest(padded(u), padded(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:_KEY_BYTES]


def claim(key: bytes, group: str, name: str, block: bytes, timestamp: str) -> bytes:
    """What the client has to send: its signature of whom it is, of the secret block that it was given and of the time. `group` and
    `name` as in `passwords.make`."""
    return hmac.digest(key, group.encode() + name.encode() + block + timestamp.encode(), "sha256")


def proves(
    given: bytes,
    made: Offer,
    secret: Secret,
    client: int,
    group: str,
    name: str,
    block: bytes,
    timestamp: str,
) -> bool:
    """Whether a claim was made by somebody who knows the password."""
    wanted = claim(session_key(made, secret.verifier, client), group, name, block, timestamp)
    return hmac.compare_digest(given, wanted)


def moment(timestamp: str) -> float | None:
    """When a claim was signed (seconds since the epoch), or None if that is not said as `Tue Sep 1 05:03:09 UTC 2026`: in English, in
    UTC, the day without a zero in front."""
    found = _TIMESTAMP(timestamp)
    if found is None or found[2].startswith("0"):
        return None
    month = _MONTHS.index(found[1]) + 1
    try:
        at = datetime(int(found[6]), month, *(int(found[n]) for n in (2, 3, 4, 5)), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None
    return at.timestamp()


def timestamp(at: float) -> str:
    """A moment as clients sign it."""
    when = datetime.fromtimestamp(at, UTC)
    return f"{_DAYS[when.weekday()]} {_MONTHS[when.month - 1]} {when.day} {when:%H:%M:%S} UTC {when.year}"
