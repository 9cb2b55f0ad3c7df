"""Who is calling."""

from typing import Literal

import msgspec

Kind = Literal["root", "user", "role", "federated", "service", "anonymous"]


class Session(msgspec.Struct, frozen=True, gc=False):
    """What temporary credentials carry beyond the principal they were issued for. Times are seconds on the `now` clock.

    `policies` are the session policies' documents (inline and managed, already resolved at issue); an empty tuple means none
    was given. `tags` are the session's tags (role tags not included). `token_keys` are the condition keys of the token that
    the role was assumed with (`cognito-identity.amazonaws.com:sub`, ...). `lineage` are the ARNs of those who assumed one
    role after another to get here, `environment` is the execution environment (by its log stream) that the first of these sessions was
    given to, "" if it was given to nobody's.
    """

    name: str
    issued_at: float
    expires_at: float
    policies: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    mfa: bool = False
    federated_provider: str = ""
    token_keys: tuple[tuple[str, str], ...] = ()
    lineage: tuple[str, ...] = ()
    environment: str = ""


COGNITO = "cognito-identity.amazonaws.com"
"""Who federates the sessions that identity pools hand out."""


class CognitoIdentity(msgspec.Struct, frozen=True, gc=False):
    """The identity of an identity pool that a session was handed out to; `amr` are the ways in which it has signed in."""

    identity_id: str
    pool_id: str
    amr: tuple[str, ...] = ()


class Principal(msgspec.Struct, frozen=True, gc=False):
    """An authenticated caller.

    `arn` is the caller's own ARN (for a role session `arn:aws:sts::A:assumed-role/R/S`), `principal_arn` what
    `aws:PrincipalArn` is (for a role session the role's ARN with its path). `unique_id` is the entity's id (`AIDA..`, `AROA..`),
    `user_id` what `aws:userid` is (`AROA..:session`; the account's number for root). `name` is the user's, the role's or the
    service principal's name (`sns.amazonaws.com`). `source_arn` and `source_account` are set on service principals only, from
    the stored trigger, in process: nothing decoded from bytes can yield one.
    """

    kind: Kind
    account: str
    arn: str
    principal_arn: str
    user_id: str
    name: str = ""
    unique_id: str = ""
    session: Session | None = None
    access_key_id: str = ""
    source_arn: str = ""
    source_account: str = ""

    @property
    def cognito(self) -> CognitoIdentity | None:
        """The identity that the session was handed out to, if an identity pool did it; not from anything that a caller says."""
        session = self.session
        if session is None or session.federated_provider != COGNITO:
            return None
        found: dict[str, list[str]] = {"sub": [], "aud": [], "amr": []}
        for key, value in session.token_keys:
            found.setdefault(key.rpartition(":")[2], []).append(value)
        return CognitoIdentity(found["sub"][0], found["aud"][0], tuple(found["amr"]))


ANONYMOUS = Principal("anonymous", "", "*", "", "anonymous")


def root(account: str, access_key_id: str = "") -> Principal:
    """The root user of `account`."""
    arn = f"arn:aws:iam::{account}:root"
    return Principal("root", account, arn, arn, account, unique_id=account, access_key_id=access_key_id)


def service(name: str, *, source_arn: str = "", source_account: str = "") -> Principal:
    """The service principal `name` (`events.amazonaws.com`), acting for the stored resource `source_arn`."""
    return Principal(
        "service", "", name, name, name, name, source_arn=source_arn, source_account=source_account
    )
