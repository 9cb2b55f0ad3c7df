"""Identifiers: request ids, unique ids of IAM entities, access keys."""

import base64
import os
import random
import secrets
import string

_bits = random.Random(os.urandom(32)).getrandbits  # noqa: S311  # identifies, protects nothing
_ALPHABET = string.ascii_uppercase + "234567"


def request_id() -> str:
    """A UUID (version 4 in form) for one call. It identifies and is no secret, so a fast generator makes it."""
    h = _bits(128).to_bytes(16, "big").hex()
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def uuid() -> str:
    """A UUID from the operating system's randomness, for names that others must not guess."""
    h = secrets.token_hex(16)
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def unique_id(prefix: str) -> str:
    """An IAM unique id: `prefix` (`AIDA`, `AROA`, ...) and 17 characters of base 32.

    Source: IAM User Guide, "IAM identifiers", unique identifiers.
    """
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(17))


def access_key_id(prefix: str, account: str) -> str:
    """A 20-character key id that carries its account as AWS's do (`account_of_key` reads it back).

    Source: the account is 40 bits after the first bit of the base 32 payload; see docs/services/sts.md.
    """
    payload = (1 << 47) | (int(account) << 7) | secrets.randbits(7)
    head = base64.b32encode(payload.to_bytes(6, "big") + secrets.token_bytes(4)).decode()
    return prefix + head[:16]


def account_of_key(key_id: str) -> str | None:
    """The 12-digit account that an `AKIA` or `ASIA` key id was made for, or None when it carries none."""
    if len(key_id) != 20 or key_id[:4] not in ("AKIA", "ASIA"):
        return None
    try:
        payload = base64.b32decode(key_id[4:])
    except ValueError:
        return None
    return f"{(int.from_bytes(payload[:6], 'big') & 0x7FFFFFFFFF80) >> 7:012d}"


def secret_key() -> str:
    """A 40-character secret access key."""
    return base64.b64encode(secrets.token_bytes(30)).decode()
