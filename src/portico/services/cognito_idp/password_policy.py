"""Which passwords a pool takes, and how a user gets a new one.

Source: Cognito Developer Guide, "Password requirements"; API reference, PasswordPolicyType.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.services.cognito_idp import errors, passwords
from portico.services.cognito_idp.records import Pool, User
from portico.services.cognito_idp.service import CognitoIdp, owner

_SYMBOLS = frozenset("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+- ")
_CLASSES: tuple[tuple[str, Callable[[str], bool], str], ...] = (
    ("RequireUppercase", lambda c: c.isupper(), "Password must have uppercase characters"),
    ("RequireLowercase", lambda c: c.islower(), "Password must have lowercase characters"),
    ("RequireNumbers", lambda c: c.isdigit(), "Password must have numeric characters"),
    ("RequireSymbols", lambda c: c in _SYMBOLS, "Password must have symbol characters"),
)
_DAY_S = 86_400.0


def check(pool: Pool, password: str) -> None:
    """Check a password against the pool's policy.

    Raises:
        AwsError: InvalidPasswordException.
    """
    policy: Mapping[str, Any] = pool.password_policy
    if len(password) < policy["MinimumLength"]:
        raise errors.bad_password("Password not long enough")
    for member, is_of_class, words in _CLASSES:
        if policy.get(member) and not any(map(is_of_class, password)):
            raise errors.bad_password(words)


def with_password(idp: CognitoIdp, pool: Pool, user: User, password: str, now: float) -> User:
    """A user with a new password of its own choice.

    Raises:
        AwsError: InvalidPasswordException; PasswordHistoryPolicyViolationException, it is one of the last.
    """
    check(pool, password)
    size = int(pool.password_policy.get("PasswordHistorySize") or 0)
    former = (user.secret, *user.history) if user.secret and not user.temporary_until else user.history
    for secret in former[:size]:
        if passwords.matches(
            passwords.unsealed(idp.sealer, owner(user), secret),
            passwords.pool_name(pool.id),
            user.username,
            password,
        ):
            raise errors.used_password()
    return msgspec.structs.replace(
        user,
        secret=kept(idp, pool, user, password),
        secret_at=now,
        temporary_until=0.0,
        history=former[: max(size - 1, 0)],
    )


def with_temporary(idp: CognitoIdp, pool: Pool, user: User, password: str, now: float) -> User:
    """A user with a password that it has to replace, in the days that the pool gives it.

    Raises:
        AwsError: InvalidPasswordException.
    """
    check(pool, password)
    days = pool.password_policy["TemporaryPasswordValidityDays"]
    return msgspec.structs.replace(
        user,
        secret=kept(idp, pool, user, password),
        secret_at=now,
        temporary_until=now + days * _DAY_S,
    )


def is_password(idp: CognitoIdp, pool: Pool, user: User, password: str) -> bool:
    """Whether it is the user's."""
    if not user.secret:
        return False
    secret = passwords.unsealed(idp.sealer, owner(user), user.secret)
    return passwords.matches(secret, passwords.pool_name(pool.id), user.username, password)


def kept(idp: CognitoIdp, pool: Pool, user: User, password: str) -> str:
    """A password as the user's record has it, whatever the policy says."""
    made = passwords.make(passwords.pool_name(pool.id), user.username, password)
    return passwords.sealed(idp.sealer, owner(user), made)
