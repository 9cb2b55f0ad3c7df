"""From a key id to its secret and to who it stands for, read from memory."""

import re
from collections.abc import Callable
from typing import Literal

import msgspec

from portico.base.arn import parse as parse_arn
from portico.identity.managed import managed_policy
from portico.identity.principal import Principal, Session, root
from portico.identity.records import ACCESS_KEYS, POLICIES, ROLES, USERS, AccessKey, Role, User
from portico.identity.sessions import Sessions, TokenInvalid
from portico.store.cache import Held, RecordCache

DEVELOPMENT_ACCOUNT = "000000000000"
DEVELOPMENT_KEY = "test"
DEVELOPMENT_SECRET = "test"  # noqa: S105  # not a secret: it exists on loopback only

_KNOWN_MAX = 4096
_ACCOUNT_ID = re.compile(r"[0-9]{12}").fullmatch

Reason = Literal["unknown", "token", "expired_token"]


class CredentialError(Exception):
    """The key is not accepted: `unknown` (no such key, inactive, its user gone), `token` (its session token is not
    valid, or its role or user is gone), `expired_token`."""

    def __init__(self, reason: Reason, key_id: str, detail: str) -> None:
        super().__init__(f"{key_id}: {detail}")
        self.reason: Reason = reason
        self.key_id = key_id


ALLOWS_NOTHING = '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}'


def managed_document(cache: RecordCache, arn: str) -> str | None:
    """The default version of a managed policy, AWS's or a customer's, or None when there is none of this ARN."""
    parsed = parse_arn(arn)
    if parsed is None or parsed.service != "iam" or not parsed.resource.startswith("policy/"):
        return None
    if parsed.account == "aws":
        return managed_policy(arn)
    held = cache.peek(POLICIES, parsed.account, parsed.resource.rpartition("/")[2].lower())
    return None if held is None or held.value.arn != arn else held.value.document


class Known(msgspec.Struct, frozen=True, gc=False):
    """A key's secret, and the principal that it stands for."""

    secret: str
    principal: Principal


def _of_user(key: AccessKey, user: User) -> Known:
    principal = Principal(
        "user", key.account, user.arn, user.arn, user.unique_id, user.name, user.unique_id, None, key.key_id
    )
    return Known(key.secret, principal)


def never() -> bool:
    """No: the usual answer to whether development keys are out of reach for a connection."""
    return False


class KeyRing:
    """Finds keys: long-term ones in the records, temporary ones in their tokens, and in development the well-known ones."""

    __slots__ = ("_cache", "_development", "_known", "_now", "_sessions")

    def __init__(
        self, cache: RecordCache, sessions: Sessions, now: Callable[[], float], *, development: bool = False
    ) -> None:
        self._cache = cache
        self._sessions = sessions
        self._now = now
        self._development = development
        self._known: dict[str, tuple[AccessKey, User, Known]] = {}

    def find(
        self, key_id: str, session_token: str = "", *, from_function: Callable[[], bool] = never
    ) -> Known:
        """The key's secret and principal. `from_function` is asked, only for a development key, whether the connection comes
        from a function: for those such keys do not exist.

        Raises:
            CredentialError: see there.
        """
        if session_token:
            return self._temporary(key_id, session_token)
        held = self._cache.peek(ACCESS_KEYS, key_id)
        if held is not None:
            return self._long_term(held.value)
        if self._development and (key_id == DEVELOPMENT_KEY or _ACCOUNT_ID(key_id)) and not from_function():
            account = DEVELOPMENT_ACCOUNT if key_id == DEVELOPMENT_KEY else key_id
            return Known(DEVELOPMENT_SECRET, root(account, key_id))
        raise CredentialError("unknown", key_id, "no such key")

    def _long_term(self, key: AccessKey) -> Known:
        if not key.active:
            raise CredentialError("unknown", key.key_id, "inactive")
        if not key.user:
            return Known(key.secret, root(key.account, key.key_id))
        held = self._cache.peek(USERS, key.account, key.user.lower())
        if held is None:
            raise CredentialError("unknown", key.key_id, "its user does not exist")
        made = self._known.get(key.key_id)  # good while both records are the very ones that it was made from
        if made is None or made[0] is not key or made[1] is not held.value:
            made = (key, held.value, _of_user(key, held.value))
            if len(self._known) >= _KNOWN_MAX:
                self._known.clear()
            self._known[key.key_id] = made
        return made[2]

    def _temporary(self, key_id: str, session_token: str) -> Known:
        try:
            opened = self._sessions.unseal(session_token, key_id)
        except TokenInvalid as error:
            raise CredentialError("token", key_id, str(error)) from error
        principal = opened.principal
        if principal.session is None or principal.session.expires_at <= self._now():
            raise CredentialError("expired_token", key_id, "the session is over")
        if not self._exists(principal):
            raise CredentialError("token", key_id, "its role or user is gone")
        return Known(opened.secret, self._resolved(principal, principal.session))

    def _resolved(self, principal: Principal, session: Session) -> Principal:
        """`principal` with documents in place of the managed session policies' ARNs that its token holds: a large policy would not
        fit into a header. One that was deleted since allows nothing."""
        if not any(policy.startswith("arn:") for policy in session.policies):
            return principal
        policies = tuple(
            (managed_document(self._cache, policy) or ALLOWS_NOTHING) if policy.startswith("arn:") else policy
            for policy in session.policies
        )
        return msgspec.structs.replace(principal, session=msgspec.structs.replace(session, policies=policies))

    def _exists(self, principal: Principal) -> bool:
        """Whether the session's role or user is still the one it was made for: one made again has another unique id."""
        if principal.unique_id == principal.account:
            return True  # root, or federated by root
        held: Held[Role] | Held[User] | None
        if principal.kind == "role":
            held = self._cache.peek(ROLES, principal.account, principal.name.lower())
        else:
            held = self._cache.peek(USERS, principal.account, principal.name.lower())
        return held is not None and held.value.unique_id == principal.unique_id
