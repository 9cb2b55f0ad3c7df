"""What a `KeyId` names: a key by its id or ARN, or an alias by its name or ARN; and the key behind it."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.services.kms import errors
from portico.services.kms.records import ALIASES, KEYS, Alias, Key, alias_arn, key_arn

_KEY_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}").fullmatch
ALIAS = "alias/"


class Named(msgspec.Struct, frozen=True, gc=False):
    """A key, by its id, or an alias, by its name with its prefix, of an account and the call's region."""

    account: str
    region: str
    name: str

    @property
    def is_alias(self) -> bool:
        """Whether this is an alias."""
        return self.name.startswith(ALIAS)

    @property
    def arn(self) -> str:
        """The ARN of the key or the alias."""
        form = alias_arn if self.is_alias else key_arn
        return form(self.account, self.region, self.name)


def named(call: Call, given: str) -> Named:
    """What `given` names, whether that exists or not.

    Raises:
        AwsError: NotFoundException, it has the form of neither or is of another region.
    """
    account, region, name = call.scope.account, call.scope.region, given
    if given.startswith("arn:"):
        parts = arns.parse(given)
        if parts is None or parts.service != "kms" or not parts.account.isdecimal():
            raise errors.bad_arn(given)
        if parts.region != region:
            raise errors.bad_arn(parts.region)
        account, name = parts.account, parts.resource
        if not name.startswith((ALIAS, "key/")):
            raise errors.bad_arn(given)
        name = name.removeprefix("key/")
    if not name.startswith(ALIAS) and not _KEY_ID(name):
        raise errors.bad_key_id(given)
    return Named(account, region, name)


async def find_alias(call: Call, at: Named) -> Alias | None:
    """The alias, if it is there and its key still is; without a key its name may be given again."""
    alias = await call.tx.get(ALIASES, at.account, at.region, at.name)
    if alias is None or await find_key(call, at.account, alias.key) is None:
        return None
    return alias


async def find_key(call: Call, account: str, key_id: str) -> Key | None:
    """The key of that id in the call's region; one whose deletion was due is not there any more."""
    found = await call.tx.get(KEYS, account, call.scope.region, key_id)
    if found is None or (found.deletes_at is not None and found.deletes_at <= call.now):
        return None
    return found


async def find(call: Call, at: Named) -> Key | None:
    """The key that is named, by itself or by an alias."""
    if not at.is_alias:
        return await find_key(call, at.account, at.name)
    alias = await find_alias(call, at)
    return None if alias is None else await find_key(call, at.account, alias.key)


async def existing(call: Call, given: str) -> Key:
    """The key that `given` names.

    Raises:
        AwsError: NotFoundException.
    """
    at = named(call, given)
    found = await find(call, at)
    if found is None:
        raise errors.no_alias(at.arn) if at.is_alias else errors.no_key(at.arn)
    return found


async def managed(call: Call, request: Mapping[str, Any]) -> Key:
    """The key that `KeyId` names, for operations that take no alias.

    Raises:
        AwsError: NotFoundException; InvalidArnException, an alias's.
    """
    given = request["KeyId"]
    if named(call, given).is_alias:
        raise errors.no_aliases() if given.startswith("arn:") else errors.bad_key_id(given)
    return await existing(call, given)


def put(call: Call, key: Key) -> None:
    """Store a key."""
    call.tx.put(KEYS, key, *key.at)
