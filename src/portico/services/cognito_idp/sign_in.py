"""A sign-in under way: what is known of it between one call and the next, sealed into the `Session` that the client carries.

Nothing is stored while it goes on. An answered session is remembered until it would have expired, so that each is answered once.

Source: Cognito API reference, RespondToAuthChallenge (Session), AuthSessionValidity.
"""

from typing import Any

import msgspec

from portico.base import ids
from portico.calls.call import Call
from portico.identity.sealing import Sealer, SealError
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import Client, User
from portico.services.cognito_idp.srp import Offer
from portico.store.cache import RecordCache
from portico.store.port import Op, Put
from portico.store.table import Table
from portico.wire.errors import AwsError

SESSION_CHARS_MAX = 4096
HOSTED = "HOSTED"
"""The flow of the hosted pages, which no caller of the API can ask for."""
_BLOCK = "cognito-idp secret block"
_SESSION = "cognito-idp session"
_TRIES_MAX = 5
_END, _PADDING = b"\x01", b"\0"
_SESSION_SIZES, _BLOCK_SIZES = (1024, 2048, 3040), (2048, 4096)


class SrpExchange(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The server's half (`b` and B) and the client's A of an exchange, as bytes."""

    b: bytes
    public: bytes
    client: bytes


class SignIn(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """One sign-in, at one of its challenges.

    `name` is the user's, as it is looked up, and `sub` whose it was when the sign-in began ("" where it is not told that there is no
    such user), and `secret_at` when the password was set that the user had then. `awaits` is the challenge that has to be answered by
    `expires_at` (seconds on the `now` clock). `passed` are the factors that were proved; `history` what a custom flow has seen. `data`
    belongs to the challenge.
    """

    id: str
    pool: str
    client: str
    flow: str
    name: str
    sub: str
    awaits: str
    expires_at: int
    device_key: str = ""
    device_proved: bool = False
    new_password: bool = False
    passed: tuple[str, ...] = ()
    history: tuple[dict[str, Any], ...] = ()
    data: dict[str, Any] = {}
    srp: SrpExchange | None = None
    secret_at: float = 0.0


class Spent(msgspec.Struct, frozen=True, gc=False):
    """What has become of a session: `tries` wrong answers so far; `over`: it can't be answered any more."""

    over: bool = True
    tries: int = 0


SPENT = Table("cognito-idp.spent", Spent)  # when it expires (seconds), session
_DECODER = msgspec.msgpack.Decoder(SignIn)


def is_of(sign_in: SignIn, user: User) -> bool:
    """Whether a sign-in is this user's, and has not been overtaken by a new password: who knew the old one may not go on with it."""
    return (sign_in.sub, sign_in.secret_at) == (user.sub, user.secret_at)


def awaiting(sign_in: SignIn, challenge: str, client: Client, now: float, **data: Any) -> SignIn:
    """The sign-in at its next challenge, under an id of its own."""
    return msgspec.structs.replace(
        sign_in,
        id=ids.uuid(),
        awaits=challenge,
        expires_at=int(now) + client.session_s,
        data=data,
        srp=None,
    )


def session(sealer: Sealer, sign_in: SignIn) -> str:
    """The `Session` of a sign-in.

    Raises:
        AwsError: InvalidLambdaResponseException, what a trigger's function wants to be kept is too long.
    """
    text = sealer.seal(_SESSION, _encoded(sign_in, _SESSION_SIZES))
    if len(text) > SESSION_CHARS_MAX:
        raise errors.trigger_answer(
            "Challenge parameters and metadata are too long to be kept in the session."
        )
    return text


def secret_block(sealer: Sealer, sign_in: SignIn) -> str:
    """The `SECRET_BLOCK` of a sign-in that awaits an SRP proof."""
    return sealer.seal(_BLOCK, _encoded(sign_in, _BLOCK_SIZES))


def of_session(sealer: Sealer, text: str, client: Client, now: float) -> SignIn:
    """The sign-in that a session is of.

    Raises:
        AwsError: NotAuthorizedException, it is not one of this client's, or too old.
    """
    return _opened(sealer, _SESSION, text, client, now)


def claimed_client(sealer: Sealer, text: str) -> tuple[str, str]:
    """The ids of pool and client that a session is of, for calls that do not name them; whether it can be used is for `of_session`.

    Raises:
        AwsError: NotAuthorizedException.
    """
    found = _decoded(sealer, _SESSION, text)
    return found.pool, found.client


def of_secret_block(sealer: Sealer, text: str, client: Client, now: float) -> SignIn:
    """As `of_session`, for a secret block."""
    return _opened(sealer, _BLOCK, text, client, now)


def _opened(sealer: Sealer, purpose: str, text: str, client: Client, now: float) -> SignIn:
    found = _decoded(sealer, purpose, text)
    if (found.pool, found.client) != (client.pool, client.id):
        raise invalid_session()
    if now >= found.expires_at:
        raise errors.not_authorized("Invalid session for the user, session is expired.")
    return found


def _encoded(sign_in: SignIn, sizes: tuple[int, ...]) -> bytes:
    """The sign-in as bytes of which not even the length says whether there is such a user: one of few, for all names."""
    content = msgspec.msgpack.encode(sign_in) + _END
    size = next((each for each in sizes if len(content) <= each), len(content))
    return content.ljust(size, _PADDING)


def _decoded(sealer: Sealer, purpose: str, text: str) -> SignIn:
    try:
        return _DECODER.decode(sealer.unseal(purpose, text).rstrip(_PADDING)[:-1])
    except (SealError, msgspec.DecodeError) as error:
        raise invalid_session() from error


async def spend(call: Call, sign_in: SignIn) -> None:
    """Have the session answered once and never again, when the call is committed.

    Raises:
        AwsError: NotAuthorizedException, it was answered, or tried too often.
    """
    held = await call.tx.get(SPENT, sign_in.expires_at, sign_in.id)
    if held is not None and held.over:
        raise invalid_session()
    call.tx.put(SPENT, Spent(True, held.tries if held else 0), sign_in.expires_at, sign_in.id)


async def refuse_spent(cache: RecordCache, sign_in: SignIn) -> None:
    """As `spend`, but leave the session as it is.

    Raises:
        AwsError: NotAuthorizedException.
    """
    held = await cache.get(SPENT, sign_in.expires_at, sign_in.id)
    if held is not None and held.value.over:
        raise invalid_session()


async def wrong_answer(cache: RecordCache, sign_in: SignIn, *, last: bool = False) -> Op:
    """What a wrong answer changes: the session is over after the fifth, or if this is the `last` one that it takes."""
    held = await cache.get(SPENT, sign_in.expires_at, sign_in.id)
    tries = (held.value.tries if held else 0) + 1
    after = Spent(last or tries >= _TRIES_MAX, tries)
    return Put(SPENT.key(sign_in.expires_at, sign_in.id), SPENT.encode(after))


def invalid_session() -> AwsError:
    """The session can't be used: forged, another client's or user's, of another challenge, or answered before."""
    return errors.not_authorized("Invalid session for the user.")


def with_exchange(sign_in: SignIn, made: Offer, client: int) -> SignIn:
    """The sign-in with the SRP exchange that it awaits the proof of; `client` is A."""
    numbers = (_bytes(made.b), _bytes(made.public), _bytes(client))
    return msgspec.structs.replace(sign_in, srp=SrpExchange(*numbers))


def exchange_of(sign_in: SignIn) -> tuple[Offer, int]:
    """The server's half of the exchange, and A.

    Raises:
        AwsError: NotAuthorizedException, the sign-in has none.
    """
    if sign_in.srp is None:
        raise invalid_session()
    b, public, client = (
        int.from_bytes(each, "big") for each in (sign_in.srp.b, sign_in.srp.public, sign_in.srp.client)
    )
    return Offer(b, public), client


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
