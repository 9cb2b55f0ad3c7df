"""Temporary credentials: a principal and its session, sealed into the session token.

Nothing is stored: the token holds the role (or user) by unique id, the session, and the secret of its key, and so survives a
restart. Whether the role still is the one that it was is asked at use (`credentials`).
"""

import zlib

import msgspec

from portico.base import ids
from portico.identity.principal import Kind, Principal, Session
from portico.identity.records import Role, User
from portico.identity.sealing import Sealer, SealError

TOKEN_CHARS_MAX = 64 * 1024
_CONTENT_BYTES_MAX = 512 * 1024
_PURPOSE = "session token"


class TokenInvalid(Exception):
    """The session token is not one of ours, or not that of the key it came with."""


class Credentials(msgspec.Struct, frozen=True, gc=False):
    """Temporary credentials as they are handed out. `expires_at` is in seconds on the `now` clock."""

    access_key_id: str
    secret: str
    token: str
    expires_at: float


class Opened(msgspec.Struct, frozen=True, gc=False):
    """What a token holds."""

    secret: str
    principal: Principal


class _Content(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The token's content; fields are only ever added at the end, with defaults."""

    key_id: str
    secret: str
    kind: Kind
    account: str
    arn: str
    principal_arn: str
    user_id: str
    name: str
    unique_id: str
    session: Session


def role_session(role: Role, session: Session) -> Principal:
    """The principal of a session of `role`."""
    return Principal(
        "role",
        role.account,
        f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{session.name}",
        role.arn,
        f"{role.unique_id}:{session.name}",
        role.name,
        role.unique_id,
        session,
    )


def user_session(user: User, session: Session) -> Principal:
    """`user` with temporary credentials (GetSessionToken)."""
    return Principal(
        "user", user.account, user.arn, user.arn, user.unique_id, user.name, user.unique_id, session
    )


def root_session(account: str, session: Session) -> Principal:
    """The root user of `account` with temporary credentials (GetSessionToken)."""
    arn = f"arn:aws:iam::{account}:root"
    return Principal("root", account, arn, arn, account, "", account, session)


def federated_session(issuer: Principal, session: Session) -> Principal:
    """The federated user `session.name` (GetFederationToken), whose permissions are at most those of `issuer`, a user or root.

    `name` and `unique_id` are the issuer's, and `session.lineage` ends with its ARN, so that its policies are found.
    """
    arn = f"arn:aws:sts::{issuer.account}:federated-user/{session.name}"
    return Principal(
        "federated",
        issuer.account,
        arn,
        arn,
        f"{issuer.account}:{session.name}",
        issuer.name,
        issuer.unique_id,
        msgspec.structs.replace(session, lineage=(*session.lineage, issuer.arn)),
    )


class Sessions:
    """Issues and opens session tokens under one data key. The tokens opened last are kept, up to `kept_max` of them."""

    __slots__ = ("_decoder", "_kept", "_kept_max", "_sealer")

    def __init__(self, sealer: Sealer, kept_max: int = 4096) -> None:
        self._sealer = sealer
        self._decoder = msgspec.msgpack.Decoder(_Content)
        self._kept: dict[str, tuple[str, Opened]] = {}
        self._kept_max = kept_max

    def seal(self, principal: Principal) -> Credentials:
        """Credentials for `principal`, which has a session and is a role, a user, root or federated.

        Raises:
            ValueError: it is not such a principal: a service's or an anonymous caller's can't be sealed.
        """
        session = principal.session
        if session is None or principal.kind in ("service", "anonymous"):
            raise ValueError(f"no credentials can be issued for {principal.kind} {principal.name!r}")
        key_id = ids.access_key_id("ASIA", principal.account)
        secret = ids.secret_key()
        content = _Content(
            key_id,
            secret,
            principal.kind,
            principal.account,
            principal.arn,
            principal.principal_arn,
            principal.user_id,
            principal.name,
            principal.unique_id,
            session,
        )
        packed = zlib.compress(msgspec.msgpack.encode(content), 6)
        return Credentials(key_id, secret, self._sealer.seal(_PURPOSE, packed), session.expires_at)

    def unseal(self, token: str, key_id: str) -> Opened:
        """The secret and principal of the key `key_id` that came with `token`; its expiry is not looked at.

        Raises:
            TokenInvalid: see there.
        """
        kept = self._kept.get(token)
        if kept is None:
            kept = self._open(token)
            if len(self._kept) >= self._kept_max:
                self._kept.clear()
            self._kept[token] = kept
        if kept[0] != key_id:
            raise TokenInvalid("the token of another key")
        return kept[1]

    def _open(self, token: str) -> tuple[str, Opened]:
        if len(token) > TOKEN_CHARS_MAX:
            raise TokenInvalid("too long")
        try:
            inflater = zlib.decompressobj()
            content = self._decoder.decode(
                inflater.decompress(self._sealer.unseal(_PURPOSE, token), _CONTENT_BYTES_MAX)
            )
        except (SealError, zlib.error, msgspec.DecodeError) as error:
            raise TokenInvalid("not a session token of this server") from error
        if content.kind in ("service", "anonymous"):
            raise TokenInvalid("no credentials are issued for services")
        principal = Principal(
            content.kind,
            content.account,
            content.arn,
            content.principal_arn,
            content.user_id,
            content.name,
            content.unique_id,
            content.session,
            content.key_id,
        )
        return content.key_id, Opened(content.secret, principal)
