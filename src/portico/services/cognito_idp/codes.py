"""Codes: six digits that are sent to a user and given back, once, in time, and after few wrong ones.

How often something may be asked for or tried in an hour is counted per user, on disk before the caller is told; what is beyond that is
refused, right or wrong.

Source: Cognito Developer Guide, "Quotas" (code validity, requests for and confirmations of codes per hour).
"""

import hmac
import secrets

import msgspec

from portico.calls.call import Call
from portico.identity.sealing import SealError
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import ATTEMPTS, CODES, Attempts, Code, Pool
from portico.services.cognito_idp.service import CognitoIdp
from portico.store.port import Conflict, Put, VersionIs

VALID_S = {"sign-up": 86_400.0, "password": 3_600.0, "email": 86_400.0, "phone_number": 86_400.0}
"""How long a code holds, by what it is for, in seconds."""

PER_HOUR = {
    "resend": 5,
    "confirm": 15,
    "forgot": 5,
    "reset": 15,
    "change": 5,
    "ask": 5,
    "verify": 15,
}
"""How often a user may ask for or try something in an hour."""

HOUR_S = 3_600.0


def issue(
    idp: CognitoIdp, call: Call, pool: Pool, key: str, purpose: str, *, attribute: str = "", value: str = ""
) -> str:
    """A new code for a user (by the name as it is looked up), in place of the one before. `value` is what it confirms."""
    code = f"{secrets.randbelow(1_000_000):06d}"
    kept = Code(
        sealed=idp.sealer.seal(_purpose(pool, key, purpose), code.encode()),
        issued_at=call.now,
        expires_at=call.now + VALID_S[purpose],
        attribute=attribute,
        value=value,
    )
    call.tx.put(CODES, kept, pool.id, key, purpose)
    return code


async def redeem(idp: CognitoIdp, call: Call, pool: Pool, key: str, purpose: str, given: str) -> Code:
    """Check a code, and use it up if the call succeeds.

    Raises:
        AwsError: CodeMismatchException; ExpiredCodeException, it is too old, used up, or there is none.
    """
    held = await call.tx.get(CODES, pool.id, key, purpose)
    if held is None or held.expires_at <= call.now:
        raise errors.code_expired()
    try:
        wanted = idp.sealer.unseal(_purpose(pool, key, purpose), held.sealed)
    except SealError:
        raise errors.code_expired() from None
    if not hmac.compare_digest(wanted, given.encode()):
        raise errors.code_mismatch()
    call.tx.delete(CODES, pool.id, key, purpose)
    return held


async def count(idp: CognitoIdp, call: Call, pool: Pool, key: str, what: str) -> None:
    """Count a request for a code or a try of one, in a commit of its own.

    Raises:
        AwsError: LimitExceededException, there were as many in the last hour as may be.
    """
    while True:
        held = await idp.cache.get(ATTEMPTS, pool.id, key, what)
        before = Attempts() if held is None else held.value
        if call.now - before.since >= HOUR_S:
            before = Attempts(since=call.now)
        if before.count >= PER_HOUR[what]:
            raise errors.limit_exceeded()
        after = msgspec.structs.replace(before, count=before.count + 1, last=call.now)
        place = ATTEMPTS.key(pool.id, key, what)
        try:
            condition = VersionIs(place, 0 if held is None else held.version)
            await idp.store.commit([Put(place, ATTEMPTS.encode(after))], [condition])
        except Conflict:
            continue
        return


def forget(call: Call, pool: Pool, key: str, *what: str) -> None:
    """Count from the start again, once the call has succeeded."""
    for each in what:
        call.tx.delete(ATTEMPTS, pool.id, key, each)


def _purpose(pool: Pool, key: str, purpose: str) -> str:
    return f"cognito-idp code {pool.id} {key} {purpose}"
