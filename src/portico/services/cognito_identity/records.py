"""What is kept of identity pools and their identities."""

from typing import Literal

import msgspec

from portico.store.table import Table

MatchType = Literal["Equals", "Contains", "StartsWith", "NotEqual"]


class UserPool(msgspec.Struct, frozen=True, gc=False):
    """A user pool whose users may log in, by one of its clients. `provider` is `cognito-idp.REGION.amazonaws.com/POOL`; with
    `checked` the user must still be there, enabled and signed in, whatever the token says."""

    provider: str
    client: str
    checked: bool = False

    @property
    def name(self) -> str:
        """How role mappings name it."""
        return f"{self.provider}:{self.client}"


class Rule(msgspec.Struct, frozen=True, gc=False):
    """A role for those whose claim matches."""

    claim: str
    match: MatchType
    value: str
    role: str


class Mapping(msgspec.Struct, frozen=True, gc=False):
    """How the role of a provider's users is chosen; `ambiguous` is what follows where it can't be: `AuthenticatedRole` or `Deny`."""

    kind: Literal["Token", "Rules"]
    ambiguous: str = ""
    rules: tuple[Rule, ...] = ()


class TagMap(msgspec.Struct, frozen=True, gc=False):
    """Which session tags a provider's users get: claims by tag key, or the default ones."""

    defaults: bool = False
    claims: dict[str, str] = {}


class Pool(msgspec.Struct, frozen=True, gc=False):
    """An identity pool. `classic` is None where it was not said; `logins` are public providers with their audience; `openid` are ARNs of
    registered providers; `roles` those of authenticated and unauthenticated identities."""

    id: str
    account: str
    region: str
    name: str
    guests: bool
    created_at: float
    classic: bool | None = None
    logins: dict[str, str] = {}
    developer: str = ""
    openid: tuple[str, ...] = ()
    user_pools: tuple[UserPool, ...] = ()
    tags: dict[str, str] = {}
    roles: dict[str, str] = {}
    mappings: dict[str, Mapping] = {}
    tag_maps: dict[str, TagMap] = {}

    @property
    def arn(self) -> str:
        """The pool's ARN."""
        return arn_of(self.region, self.account, self.id)


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where a pool is; public calls name its id only."""

    account: str
    region: str


class Identity(msgspec.Struct, frozen=True, gc=False):
    """One identity: its users by provider (several only of a developer's provider), none for a guest. One that was merged into
    another is disabled: `merged_into` is the survivor's id. One whose last login was taken away is `closed`: it is no guest's."""

    id: str
    pool: str
    created_at: float
    modified_at: float
    logins: dict[str, tuple[str, ...]] = {}
    merged_into: str = ""
    closed: bool = False


class Login(msgspec.Struct, frozen=True, gc=False):
    """Whose login it is."""

    identity: str


class IdentityPlace(msgspec.Struct, frozen=True, gc=False):
    """Which pool an identity is of."""

    pool: str


POOLS = Table("identity-pool", Pool)  # (account, region, pool id)
PLACES = Table("identity-pool-place", Place)  # (pool id)
IDENTITIES = Table("identity-pool-identity", Identity)  # (pool id, identity id)
IDENTITY_PLACES = Table("identity-pool-identity-place", IdentityPlace)  # (identity id)
LOGINS = Table("identity-pool-login", Login)  # (pool id, provider, user)


def arn_of(region: str, account: str, pool_id: str) -> str:
    """The ARN of a pool."""
    return f"arn:aws:cognito-identity:{region}:{account}:identitypool/{pool_id}"
