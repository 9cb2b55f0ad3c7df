"""User pools and what belongs to them, as they are stored.

A pool's and a client's settings are kept as AWS's documents, defaults filled in; what code decides by has a property here. All times
are seconds on the `now` clock. A pool's id is unique over all accounts, since the addresses that clients use name no account.
"""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from portico.services.cognito_idp.attribute_values import Attribute
from portico.store.table import Table

_NONE: Mapping[str, Any] = {}
Status = Literal["UNCONFIRMED", "CONFIRMED", "FORCE_CHANGE_PASSWORD", "RESET_REQUIRED", "EXTERNAL_PROVIDER"]

UNITS_S: Mapping[str, int] = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_FLOWS = ("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH")


class Pool(msgspec.Struct, frozen=True, gc=False):
    """A user pool. `settings` are the members of AWS's UserPoolType that can be set; `factors` those of SetUserPoolMfaConfig;
    `sender_grant` the token of the grant on the key of its custom senders."""

    account: str
    region: str
    id: str
    name: str
    created_at: float
    modified_at: float
    settings: Mapping[str, Any]
    schema: tuple[Attribute, ...]
    factors: Mapping[str, Any] = _NONE
    tags: Mapping[str, str] = _NONE
    domain: str = ""
    custom_domain: str = ""
    sender_grant: str = ""

    @property
    def arn(self) -> str:
        """Its ARN."""
        return pool_arn(self.account, self.region, self.id)

    @property
    def case_sensitive(self) -> bool:
        """Whether names and aliases that differ in case only are different ones."""
        return bool(self.settings.get("UsernameConfiguration", _NONE).get("CaseSensitive", True))

    @property
    def username_attributes(self) -> tuple[str, ...]:
        """The attributes that users sign up and in with in place of a name."""
        return tuple(self.settings.get("UsernameAttributes", ()))

    @property
    def alias_attributes(self) -> tuple[str, ...]:
        """The attributes that users may sign in with beside their name, once verified."""
        return tuple(self.settings.get("AliasAttributes", ()))

    @property
    def auto_verified(self) -> tuple[str, ...]:
        """The attributes that a code is sent to at sign-up."""
        return tuple(self.settings.get("AutoVerifiedAttributes", ()))

    @property
    def mfa(self) -> str:
        """`OFF`, `OPTIONAL` or `ON`."""
        return str(self.settings.get("MfaConfiguration", "OFF"))

    @property
    def tier(self) -> str:
        """The feature plan: `LITE`, `ESSENTIALS` or `PLUS`."""
        return str(self.settings.get("UserPoolTier", "ESSENTIALS"))

    @property
    def password_policy(self) -> Mapping[str, Any]:
        """AWS's PasswordPolicyType."""
        found: Mapping[str, Any] = self.settings["Policies"]["PasswordPolicy"]
        return found

    @property
    def triggers(self) -> Mapping[str, Any]:
        """AWS's LambdaConfigType."""
        found: Mapping[str, Any] = self.settings.get("LambdaConfig", _NONE)
        return found

    def attribute(self, name: str) -> Attribute | None:
        """The attribute of the schema with that full name."""
        return next((each for each in self.schema if each.name == name), None)

    def folded(self, text: str) -> str:
        """A name or alias as it is looked up by."""
        return text if self.case_sensitive else text.lower()


class ClientSecret(msgspec.Struct, frozen=True, gc=False):
    """A secret of a client, sealed."""

    id: str
    sealed: str
    created_at: float


class Client(msgspec.Struct, frozen=True, gc=False):
    """An app client. `settings` are the members of AWS's UserPoolClientType that can be set."""

    pool: str
    id: str
    name: str
    created_at: float
    modified_at: float
    settings: Mapping[str, Any]
    secrets: tuple[ClientSecret, ...] = ()

    @property
    def flows(self) -> frozenset[str]:
        """The flows that are on, as AWS names them (`ALLOW_USER_SRP_AUTH`, or legacy names)."""
        return frozenset(self.settings.get("ExplicitAuthFlows") or _FLOWS)

    @property
    def hides_users(self) -> bool:
        """Whether it does not tell who has no account (PreventUserExistenceErrors)."""
        return self.settings.get("PreventUserExistenceErrors") == "ENABLED"

    @property
    def revocable(self) -> bool:
        """Whether its tokens can be revoked (EnableTokenRevocation)."""
        return bool(self.settings.get("EnableTokenRevocation", True))

    @property
    def session_s(self) -> int:
        """How long a challenge may take, in seconds."""
        return int(self.settings.get("AuthSessionValidity", 3)) * 60

    @property
    def access_s(self) -> int:
        """How long an access token holds, in seconds."""
        return self._validity("AccessToken", 1, "hours")

    @property
    def id_s(self) -> int:
        """How long an ID token holds, in seconds."""
        return self._validity("IdToken", 1, "hours")

    @property
    def refresh_s(self) -> int:
        """How long a refresh token holds, in seconds."""
        return self._validity("RefreshToken", 30, "days")

    @property
    def rotation(self) -> Mapping[str, Any] | None:
        """AWS's RefreshTokenRotationType if refresh tokens rotate."""
        found: Mapping[str, Any] = self.settings.get("RefreshTokenRotation", _NONE)
        return found if found.get("Feature") == "ENABLED" else None

    def _validity(self, kind: str, default: int, unit: str) -> int:
        length = self.settings.get(f"{kind}Validity") or 0
        if not length:
            return default * UNITS_S[unit]
        return int(length) * UNITS_S[self.settings.get("TokenValidityUnits", _NONE).get(kind, unit)]

    def may_read(self, attribute: str) -> bool:
        """Whether its tokens and calls show an attribute."""
        listed = self.settings.get("ReadAttributes")
        return not listed or attribute in listed or attribute == "sub"

    def may_write(self, attribute: str) -> bool:
        """Whether its users may set an attribute."""
        listed = self.settings.get("WriteAttributes")
        return not listed or attribute in listed


class ClientPointer(msgspec.Struct, frozen=True, gc=False):
    """Which pool a client's id is of."""

    pool: str


class Identity(msgspec.Struct, frozen=True, gc=False):
    """A user's account at an identity provider."""

    provider: str
    subject: str
    provider_type: str = ""
    issuer: str = ""
    primary: bool = False
    created_at: float = 0.0


class User(msgspec.Struct, frozen=True, gc=False):
    """A user. `username` is fixed for good; in a pool with UsernameAttributes it is the `sub`.

    `attributes` have their full names, `sub` not among them; values are AWS's text (`email_verified` is `"true"` or `"false"`).
    `secret` is the password's verifier (`passwords.sealed`), "" if there is none; `temporary_until` is when a temporary password
    expires (0: it is none); `history` are the verifiers of former ones, newest first. `mfa` are the factors that are on (`SMS_MFA`,
    `SOFTWARE_TOKEN_MFA`, `EMAIL_OTP`), `preferred_mfa` is one of them or "". `totp` is the sealed secret of a verified software token.
    Tokens issued before `signed_out_at` hold no longer. `pending` are new values that wait to be verified.
    """

    pool: str
    username: str
    sub: str
    status: Status
    created_at: float
    modified_at: float
    attributes: Mapping[str, str]
    enabled: bool = True
    secret: str = ""
    secret_at: float = 0.0
    temporary_until: float = 0.0
    history: tuple[str, ...] = ()
    mfa: tuple[str, ...] = ()
    preferred_mfa: str = ""
    totp: str = ""
    totp_name: str = ""
    signed_out_at: float = 0.0
    identities: tuple[Identity, ...] = ()
    pending: Mapping[str, str] = _NONE
    mfa_options: tuple[Mapping[str, str], ...] = ()

    def verified(self, attribute: str) -> bool:
        """Whether `email` or `phone_number` is there and verified."""
        return attribute in self.attributes and self.attributes.get(f"{attribute}_verified") == "true"


class UserPointer(msgspec.Struct, frozen=True, gc=False):
    """The user that an index record leads to, by the name as it is looked up."""

    key: str


class Code(msgspec.Struct, frozen=True, gc=False):
    """A code that was sent to a user, sealed. `value` is what it confirms (the new e-mail address)."""

    sealed: str
    issued_at: float
    expires_at: float
    attribute: str = ""
    value: str = ""


class Attempts(msgspec.Struct, frozen=True, gc=False):
    """How often something was tried: `count` times since `since`, the last time at `last`. `until`: nothing is tried before."""

    count: int = 0
    since: float = 0.0
    last: float = 0.0
    until: float = 0.0


class Group(msgspec.Struct, frozen=True, gc=False):
    """A group of users."""

    pool: str
    name: str
    created_at: float
    modified_at: float
    description: str | None = None
    role: str = ""
    precedence: int | None = None


class Membership(msgspec.Struct, frozen=True, gc=False):
    """That a user is in a group; kept under both."""

    group: str
    user: str
    created_at: float


class ResourceServer(msgspec.Struct, frozen=True, gc=False):
    """A resource server: `scopes` by name with their descriptions."""

    pool: str
    identifier: str
    name: str
    scopes: Mapping[str, str] = _NONE


class Domain(msgspec.Struct, frozen=True, gc=False):
    """A pool's domain: a prefix or, with a certificate, a whole name."""

    domain: str
    pool: str
    account: str
    region: str
    version: str
    certificate_arn: str = ""
    managed_login: int = 1


class IdentityProvider(msgspec.Struct, frozen=True, gc=False):
    """An identity provider of a pool; `details` and `mapping` are AWS's ProviderDetails and AttributeMapping; of the former the
    secrets are sealed (`provider_secrets`)."""

    pool: str
    name: str
    kind: str
    created_at: float
    modified_at: float
    details: Mapping[str, str]
    mapping: Mapping[str, str] = _NONE
    identifiers: tuple[str, ...] = ()


class Device(msgspec.Struct, frozen=True, gc=False):
    """A device that a user signed in from. `secret` is its verifier (`passwords.sealed`), "" until it is confirmed."""

    pool: str
    user: str
    key: str
    group_key: str
    created_at: float
    modified_at: float
    authenticated_at: float
    name: str = ""
    secret: str = ""
    remembered: bool = False
    last_ip: str = ""


class RefreshFamily(msgspec.Struct, frozen=True, gc=False):
    """One sign-in and all refresh tokens that follow from it. `id` is the `origin_jti`; `current` and `previous` are the tokens' own
    ids; `previous` holds until `previous_until`."""

    id: str
    pool: str
    user: str
    client: str
    created_at: float
    expires_at: float
    auth_time: float
    current: str = ""
    previous: str = ""
    previous_until: float = 0.0
    device_key: str = ""
    scopes: tuple[str, ...] = ()
    oauth: bool = False


class UsedStep(msgspec.Struct, frozen=True, gc=False):
    """The last step of time whose one-time password a user has given."""

    step: int


class PendingToken(msgspec.Struct, frozen=True, gc=False):
    """The sealed secret of an authenticator app that has not shown yet that it has it."""

    sealed: str


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How many users there are in one of a pool's shards."""

    users: int = 0


POOLS = Table("cognito-idp.pool", Pool)  # pool id
POOLS_OF = Table("cognito-idp.pools-of", UserPointer)  # account, region, pool id
CLIENTS = Table("cognito-idp.client", Client)  # pool id, client id
CLIENT_POOLS = Table("cognito-idp.client-pool", ClientPointer)  # client id
USERS = Table("cognito-idp.user", User)  # pool id, name as it is looked up
SUBS = Table("cognito-idp.sub", UserPointer)  # pool id, sub
ALIASES = Table("cognito-idp.alias", UserPointer)  # pool id, attribute, value: who signs in with it
VALUES = Table("cognito-idp.value", UserPointer)  # pool id, attribute, value, name: who is listed by it
IDENTITIES = Table("cognito-idp.identity", UserPointer)  # pool id, provider, subject
CODES = Table("cognito-idp.code", Code)  # pool id, name, purpose
ATTEMPTS = Table("cognito-idp.attempts", Attempts)  # pool id, name, what
GROUPS = Table("cognito-idp.group", Group)  # pool id, group
MEMBERS = Table("cognito-idp.member", Membership)  # pool id, group, name
GROUPS_OF = Table("cognito-idp.groups-of", Membership)  # pool id, name, group
RESOURCE_SERVERS = Table("cognito-idp.resource-server", ResourceServer)  # pool id, identifier
DOMAINS = Table("cognito-idp.domain", Domain)  # domain
PROVIDERS = Table("cognito-idp.provider", IdentityProvider)  # pool id, provider
PROVIDER_IDENTIFIERS = Table("cognito-idp.provider-identifier", UserPointer)  # pool id, identifier
DEVICES = Table("cognito-idp.device", Device)  # pool id, name, device key
REFRESH = Table("cognito-idp.refresh", RefreshFamily)  # pool id, name, family
USED_STEPS = Table("cognito-idp.totp-step", UsedStep)  # pool id, name
PENDING_TOKENS = Table("cognito-idp.totp-pending", PendingToken)  # pool id, name
TALLIES = Table("cognito-idp.tally", Tally)  # pool id, shard


def pool_arn(account: str, region: str, pool_id: str) -> str:
    """A pool's ARN."""
    return f"arn:aws:cognito-idp:{region}:{account}:userpool/{pool_id}"
