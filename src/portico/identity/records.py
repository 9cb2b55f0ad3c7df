"""Users, groups, roles, keys and policies as they are stored. `services/iam` is their only writer.

IAM is global: keys are (table, account, lower-case name); names are unique without regard to case. Inline policies and the
ARNs of attached ones live in the entity's record, so that one read tells what applies.
"""

from typing import Literal

import msgspec

from portico.store.table import Table


class Attached(msgspec.Struct, frozen=True, gc=False):
    """An inline policy: its name and its document, as it was given."""

    name: str
    document: str


class User(msgspec.Struct, frozen=True, gc=False):
    """An IAM user. Times are seconds on the `now` clock."""

    name: str
    path: str
    unique_id: str
    account: str
    created_at: float
    inline: tuple[Attached, ...] = ()
    attached: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    boundary: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    access_keys: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:user/PATH/N`."""
        return f"arn:aws:iam::{self.account}:user{self.path}{self.name}"


class Group(msgspec.Struct, frozen=True, gc=False):
    """An IAM group; its members are in the users' records."""

    name: str
    path: str
    unique_id: str
    account: str
    created_at: float
    inline: tuple[Attached, ...] = ()
    attached: tuple[str, ...] = ()

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:group/PATH/N`."""
        return f"arn:aws:iam::{self.account}:group{self.path}{self.name}"


class Role(msgspec.Struct, frozen=True, gc=False):
    """An IAM role. In `trust` the ARNs of users and roles have been replaced by their unique ids; `trust_shown` is resolved
    back when it is read."""

    name: str
    path: str
    unique_id: str
    account: str
    created_at: float
    trust: str
    description: str = ""
    max_session_s: int = 3600
    inline: tuple[Attached, ...] = ()
    attached: tuple[str, ...] = ()
    boundary: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    service_linked: str = ""

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:role/PATH/N`."""
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"


class AccessKey(msgspec.Struct, frozen=True, gc=False):
    """A long-term key: of a user, or of the account's root when `user` is empty."""

    key_id: str
    secret: str
    account: str
    user: str
    created_at: float
    active: bool = True


class PolicyVersion(msgspec.Struct, frozen=True, gc=False):
    """One version of a managed policy: `version_id` is `v1`, `v2`, ..."""

    version_id: str
    document: str
    created_at: float


class ManagedPolicy(msgspec.Struct, frozen=True, gc=False):
    """A customer-managed policy with its versions, newest last."""

    name: str
    path: str
    unique_id: str
    account: str
    created_at: float
    updated_at: float
    default_version: str
    versions: tuple[PolicyVersion, ...]
    next_version: int = 2
    description: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:policy/PATH/N`."""
        return f"arn:aws:iam::{self.account}:policy{self.path}{self.name}"

    @property
    def document(self) -> str:
        """The default version's document."""
        return next(v.document for v in self.versions if v.version_id == self.default_version)


class OidcProvider(msgspec.Struct, frozen=True, gc=False):
    """An OpenID Connect provider; `url` has no scheme."""

    url: str
    account: str
    created_at: float
    client_ids: tuple[str, ...] = ()
    thumbprints: tuple[str, ...] = ()
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:oidc-provider/HOST/PATH`."""
        return f"arn:aws:iam::{self.account}:oidc-provider/{self.url}"


class InstanceProfile(msgspec.Struct, frozen=True, gc=False):
    """An instance profile: a name for at most one role."""

    name: str
    path: str
    unique_id: str
    account: str
    created_at: float
    role: str = ""
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """`arn:aws:iam::A:instance-profile/PATH/N`."""
        return f"arn:aws:iam::{self.account}:instance-profile{self.path}{self.name}"


class AccountSettings(msgspec.Struct, frozen=True, gc=False):
    """What is one per account: its alias, and the root user's access keys that IAM made."""

    alias: str = ""
    root_keys: tuple[str, ...] = ()


class AliasHolder(msgspec.Struct, frozen=True, gc=False):
    """The account that an account alias stands for: aliases are unique over all accounts."""

    account: str


class Identified(msgspec.Struct, frozen=True, gc=False):
    """The user or role that a unique id stands for. Trust policies name these ids."""

    noun: Literal["user", "role"]
    account: str
    name: str


class ServiceCredential(msgspec.Struct, frozen=True, gc=False):
    """A user's own password for one service (CodeCommit, Keyspaces), which Portico keeps but has no door for."""

    credential_id: str
    account: str
    user: str
    service: str
    service_user: str
    password: str
    created_at: float
    active: bool = True


class RoleDeletion(msgspec.Struct, frozen=True, gc=False):
    """The deletion of a service-linked role, by the task id that its request was answered with."""

    task_id: str
    role: str
    deleted_at: float


USERS = Table("iam.user", User)  # account, lower-case name
GROUPS = Table("iam.group", Group)  # account, lower-case name
ROLES = Table("iam.role", Role)  # account, lower-case name
ACCESS_KEYS = Table("iam.key", AccessKey)  # key id (global)
POLICIES = Table("iam.policy", ManagedPolicy)  # account, lower-case name
OIDC_PROVIDERS = Table("iam.oidc", OidcProvider)  # account, url
INSTANCE_PROFILES = Table("iam.profile", InstanceProfile)  # account, lower-case name
ACCOUNTS = Table("iam.account", AccountSettings)  # account
ALIASES = Table("iam.alias", AliasHolder)  # account alias (global)
IDENTIFIED = Table("iam.id", Identified)  # unique id (global)
SERVICE_CREDENTIALS = Table(
    "iam.servicecredential", ServiceCredential
)  # account, lower-case user name, credential id
ROLE_DELETIONS = Table("iam.roledeletion", RoleDeletion)  # account, task id
