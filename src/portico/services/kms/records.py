"""Keys, their aliases and their grants, as they are stored. Times are seconds on the `now` clock.

Source: KMS Developer Guide, "Key states of AWS KMS keys", "Grants in AWS KMS"; API reference, KeyMetadata, GrantListEntry.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec

from portico.store.table import Table

State = Literal["Enabled", "Disabled", "PendingDeletion"]

_NONE: Mapping[str, str] = {}


class Material(msgspec.Struct, frozen=True, gc=False):
    """What a key encrypts with: 32 bytes, sealed under the data directory's key. The last of a key's is the current one. `cause` says
    which rotation has made it, "" for the first."""

    id: str
    sealed: str
    made_at: float
    cause: Literal["", "AUTOMATIC", "ON_DEMAND"] = ""


class Key(msgspec.Struct, frozen=True, gc=False):
    """A symmetric key. `policy` names principals by their unique ids; `aliases` are names with their prefix; `grants` is how many there
    are. `deletes_at`: when it is gone, None unless that is planned. `rotation_days`: 0 when it does not rotate by itself, else from
    `rotates_from` on."""

    account: str
    region: str
    id: str
    policy: str
    created_at: float
    materials: tuple[Material, ...]
    description: str = ""
    state: State = "Enabled"
    deletes_at: float | None = None
    rotation_days: int = 0
    rotates_from: float = 0.0
    tags: Mapping[str, str] = _NONE
    aliases: tuple[str, ...] = ()
    grants: int = 0

    @property
    def arn(self) -> str:
        """Its ARN."""
        return key_arn(self.account, self.region, self.id)

    @property
    def at(self) -> tuple[str, str, str]:
        """What its record is kept by."""
        return self.account, self.region, self.id


class Alias(msgspec.Struct, frozen=True, gc=False):
    """A name for a key; it can come to mean another. `name` begins with `alias/`."""

    account: str
    region: str
    name: str
    key: str
    created_at: float
    updated_at: float


class Constraints(msgspec.Struct, frozen=True, gc=False):
    """What must be true of a call for a grant to allow it: of its encryption context, and of the resource that a service acts for."""

    subset: Mapping[str, str] | None = None
    equals: Mapping[str, str] | None = None
    source_arn: str = ""


class Grant(msgspec.Struct, frozen=True, gc=False):
    """Permissions on a key for one principal. Principals are kept by unique id, where they are users or roles; services by their names."""

    id: str
    account: str
    region: str
    key: str
    grantee: str
    operations: tuple[str, ...]
    created_at: float
    issuer: str
    retiring: str = ""
    name: str = ""
    constraints: Constraints = Constraints()

    @property
    def key_arn(self) -> str:
        """The ARN of the key that it is for."""
        return key_arn(self.account, self.region, self.key)


class GrantPointer(msgspec.Struct, frozen=True, gc=False):
    """Where a grant is: its id and its key's."""

    key: str
    id: str


class Doomed(msgspec.Struct, frozen=True, gc=False):
    """A key to be deleted."""

    account: str
    region: str
    key: str


KEYS = Table("kms.keys", Key)  # account, region, key id
ALIASES = Table("kms.aliases", Alias)  # account, region, alias name
GRANTS = Table("kms.grants", Grant)  # account, region, key id, grant id
GRANTEES = Table("kms.grantees", GrantPointer)  # account, region, key id, grantee, grant id
RETIRABLE = Table("kms.retirable", GrantPointer)  # account, region, retiring principal, key id, grant id
DOOMED = Table("kms.doomed", Doomed)  # second of the deletion, account, region, key id


def key_arn(account: str, region: str, key: str) -> str:
    """The ARN of a key, whether it exists or not."""
    return f"arn:aws:kms:{region}:{account}:key/{key}"


def alias_arn(account: str, region: str, name: str) -> str:
    """The ARN of an alias (`alias/...`), whether it exists or not."""
    return f"arn:aws:kms:{region}:{account}:{name}"
