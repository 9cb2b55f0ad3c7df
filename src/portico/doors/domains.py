"""Custom domain names of APIs, and what their paths lead to: one set of records that both of API Gateway's services show.

A request to such a name is given to the `domain` door (`DomainDoor`), which finds the mapping with the longest base path and hands the
request on to the API's own door, with the API's address.

Private names are told apart by an id, and nobody's `Host` leads to one: they are for VPC endpoints, and there are none.

Source: API Gateway Developer Guide, "Custom domain name for public REST APIs", "Custom domain names for private APIs", "Use API mappings to
connect API stages to a custom domain name", "How to turn on mutual TLS authentication".
"""

import secrets
import string

import msgspec

from portico.doors.address import Address
from portico.doors.port import Arrival, Doors
from portico.doors.records import API_POINTERS, DOMAIN_POINTERS, DomainPointer
from portico.doors.routing_rules import NO_RULES, ROUTING_RULES, RULE_ONLY, ruled
from portico.store.cache import RecordCache
from portico.store.table import Table
from portico.store.transaction import Transaction
from portico.wire.errors import AwsError
from portico.wire.http import Answer

_TLS_1_3 = "TLSv1.3"
_ONLY_TLS_1_3 = ("SecurityPolicy_TLS13_1_3_", "SecurityPolicy_TLS13_2025_EDGE")
_ALPHABET = string.ascii_lowercase + string.digits


class Certificate(msgspec.Struct, frozen=True, gc=False):
    """The certificate of a name, as it was given: an ARN, or the name of one that was uploaded at `uploaded` (seconds, `now` clock)."""

    arn: str = ""
    name: str = ""
    uploaded: float = 0.0


class CustomDomain(msgspec.Struct, frozen=True, gc=False):
    """A custom domain name. `endpoint_type` is EDGE, REGIONAL or PRIVATE; `target` the name that it is to be an alias of, in the hosted
    zone `zone`. Private ones have an `id` and no target; of these there may be several of one name. `trust_store` is where the
    authorities are that callers' certificates must be of; while it is set, nobody is let in."""

    name: str
    endpoint_type: str
    target: str
    zone: str
    certificate: Certificate = Certificate()
    ip_address_type: str = "ipv4"
    security_policy: str = "TLS_1_2"
    routing_mode: str = "BASE_PATH_MAPPING_ONLY"
    endpoint_access_mode: str = ""
    ownership_certificate_arn: str = ""
    trust_store: str = ""
    trust_store_version: str = ""
    policy: str = ""
    management_policy: str = ""
    tags: dict[str, str] = {}
    id: str = ""

    @property
    def key(self) -> str:
        """What the name is kept by, and how its ARN ends."""
        return key_of(self.name, self.id)


class PathMapping(msgspec.Struct, frozen=True, gc=False):
    """What a base path (without slashes around it, "" for all that no other fits) leads to. Without `stage` the path goes on with it."""

    id: str
    base_path: str
    api_id: str
    stage: str = ""


class DomainMappings(msgspec.Struct, frozen=True, gc=False):
    """The mappings of a domain name, those with the longest base paths first."""

    mappings: tuple[PathMapping, ...] = ()


DOMAINS = Table("custom-domain", CustomDomain)  # (account, region, key)
DOMAIN_MAPPINGS = Table("custom-domain-mappings", DomainMappings)  # (key)

_EDGE_ZONE = "Z2FDTNDATAQYW2"
_REGIONAL_ZONES = {
    "us-east-1": "Z1UJRXOUMOOFQ8",
    "us-east-2": "ZOJJZC49E0EPZ",
    "us-west-1": "Z2MUQ32089INYE",
    "us-west-2": "Z2OJLYMUO9EFXC",
    "eu-central-1": "Z1U9ULNL0V5AJ3",
    "eu-west-1": "ZLY8HYME6SFDD",
    "eu-west-2": "ZJ5UAJN8Y3Z2Q",
    "ap-northeast-1": "Z1YSHQZHG15GKL",
    "ap-southeast-1": "ZL327KTPIQFUL",
    "ap-southeast-2": "Z2RPCDW04V8134",
}
_OTHER_ZONE = "Z1UJRXOUMOOFQ8"


def target_of(endpoint_type: str, region: str) -> tuple[str, str]:
    """A new name that a domain can be an alias of, and its hosted zone; a private one is none's."""
    if endpoint_type == "PRIVATE":
        return "", ""
    if endpoint_type == "EDGE":
        return f"d{_random(13)}.cloudfront.net", _EDGE_ZONE
    return f"d-{_random(10)}.execute-api.{region}.amazonaws.com", _REGIONAL_ZONES.get(region, _OTHER_ZONE)


def mapping_id() -> str:
    """The id of a new mapping."""
    return _random(6)


def _random(count: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(count))


# What the control planes write ----------------------------------------------------------------------------------------------


async def is_taken(tx: Transaction, account: str, name: str) -> bool:
    """Whether somebody has the name, or another account a wildcard that stands for it, or one that it, a wildcard, stands for.

    Source: API Gateway Developer Guide, "Wildcard custom domain names".
    """
    if await tx.get(DOMAIN_POINTERS, name) is not None:
        return True
    first, _, parent = name.partition(".")
    if first == "*":
        below = await tx.entries(DOMAIN_POINTERS)
        return any(
            owner.account != account and str(key[1]).partition(".")[2] == parent for key, owner in below
        )
    above = await tx.get(DOMAIN_POINTERS, f"*.{parent}")
    return above is not None and above.account != account


def key_of(name: str, identifier: str = "") -> str:
    """What a domain name is kept by: `name`, or of a private one `name+id`."""
    return f"{name}+{identifier}" if identifier else name


async def found_domain(
    tx: Transaction, account: str, region: str, name: str, identifier: str = ""
) -> CustomDomain | None:
    """The account's domain name of that name (and, of a private one, that id); None if there is none."""
    return None if "+" in name else await tx.get(DOMAINS, account, region, key_of(name.lower(), identifier))


def put_domain(tx: Transaction, account: str, region: str, domain: CustomDomain) -> None:
    """Write a domain name, and that requests to it are this account's, unless it is private."""
    tx.put(DOMAINS, domain, account, region, domain.key)
    if not domain.id:
        tx.put(DOMAIN_POINTERS, DomainPointer("api", account, region), domain.name)


def delete_domain(tx: Transaction, account: str, region: str, domain: CustomDomain) -> None:
    """Remove a domain name and its mappings."""
    tx.delete(DOMAINS, account, region, domain.key)
    tx.delete(DOMAIN_MAPPINGS, domain.key)
    tx.delete(ROUTING_RULES, domain.key)
    if not domain.id:
        tx.delete(DOMAIN_POINTERS, domain.name)


async def mappings_of(tx: Transaction, key: str) -> tuple[PathMapping, ...]:
    """The mappings of a domain name, by its key."""
    return (await tx.get(DOMAIN_MAPPINGS, key) or DomainMappings()).mappings


async def put_mapping(tx: Transaction, key: str, mapping: PathMapping) -> None:
    """Write a mapping, in place of the one that has its id."""
    others = [one for one in await mappings_of(tx, key) if one.id != mapping.id]
    ordered = sorted((*others, mapping), key=lambda one: (-len(one.base_path), one.base_path))
    tx.put(DOMAIN_MAPPINGS, DomainMappings(tuple(ordered)), key)


async def delete_mapping(tx: Transaction, key: str, mapping_id: str) -> None:
    """Remove a mapping."""
    left = tuple(one for one in await mappings_of(tx, key) if one.id != mapping_id)
    tx.put(DOMAIN_MAPPINGS, DomainMappings(left), key)


async def leading_to(tx: Transaction, account: str, region: str, api_id: str) -> list[str]:
    """The account's domain names that have a mapping to an API."""
    return [
        domain.name
        for domain in await tx.scan(DOMAINS, account, region)
        if any(one.api_id == api_id for one in await mappings_of(tx, domain.key))
    ]


# What the data plane reads --------------------------------------------------------------------------------------------------


def is_outdated(tls: str, policy: str) -> bool:
    """Whether a caller speaks a version of TLS ("" for none) that a security policy does not have. The listener has none before 1.2.

    Source: API Gateway Developer Guide, "Supported security policies".
    """
    return tls not in ("", _TLS_1_3) and policy.startswith(_ONLY_TLS_1_3)


def known_name(cache: RecordCache, host: str) -> str | None:
    """The domain name that a host is, or that stands for it (`*.example.com`); None if there is none."""
    for name in (host, "*." + host.partition(".")[2]):
        if cache.peek(DOMAIN_POINTERS, name) is not None:
            return name
    return None


def fitting(mappings: tuple[PathMapping, ...], path: str) -> PathMapping | None:
    """The mapping of a raw path: the longest base path that it begins with, segment by segment."""
    for mapping in mappings:
        base = f"/{mapping.base_path}"
        if not mapping.base_path or path == base or path.startswith(base + "/"):
            return mapping
    return None


def mapped(mapping: PathMapping, path: str) -> Address:
    """The address of an API that a raw path is mapped to."""
    base = f"/{mapping.base_path}" if mapping.base_path else ""
    rest = path.removeprefix(base) or "/"
    return Address("domain", mapping.api_id, rest, stage=mapping.stage or None, base=base)


class DomainDoor:
    """Hands requests to custom domain names on to the doors of the APIs that they are mapped to."""

    __slots__ = ("_cache", "_doors")

    def __init__(self, cache: RecordCache, doors: Doors) -> None:
        self._cache = cache
        self._doors = doors

    async def __call__(self, arrival: Arrival) -> Answer:
        """The API's reply.

        Raises:
            AwsError: 403, nothing is mapped to this path, the caller speaks a version of TLS that the name's policy does not have, or the
                name wants callers' certificates: its trust store is in S3, so there is nothing here to judge one by.
        """
        domain = self._domain(arrival.address.id)
        if domain is None or domain.trust_store or is_outdated(arrival.peer.tls, domain.security_policy):
            raise _forbidden()
        chosen = self._ruled(domain, arrival)
        if chosen is not None:
            return await self._handed_on(arrival, chosen)
        held = self._cache.peek(DOMAIN_MAPPINGS, arrival.address.id)
        mapping = fitting(held.value.mappings, arrival.address.path) if held else None
        if mapping is None:
            raise _forbidden()
        return await self._handed_on(arrival, mapped(mapping, arrival.address.path))

    async def _handed_on(self, arrival: Arrival, address: Address) -> Answer:
        owner = self._cache.peek(API_POINTERS, address.id)
        door = self._doors.find(owner.value.kind) if owner else None
        if door is None:
            raise _forbidden()
        return await door(msgspec.structs.replace(arrival, address=address))

    def _domain(self, name: str) -> CustomDomain | None:
        owner = self._cache.peek(DOMAIN_POINTERS, name)
        held = self._cache.peek(DOMAINS, owner.value.account, owner.value.region, name) if owner else None
        return held.value if held else None

    def _ruled(self, domain: CustomDomain, arrival: Arrival) -> Address | None:
        """Where the rules of the name send a request, if its routing mode has them; None if they send it nowhere.

        Raises:
            AwsError: 403, they send it nowhere, and there are only rules.
        """
        if domain.routing_mode in NO_RULES:
            return None
        held = self._cache.peek(ROUTING_RULES, domain.key)
        address = ruled(held.value.rules, arrival.head, arrival.address.path) if held else None
        if address is None and domain.routing_mode == RULE_ONLY:
            raise _forbidden()
        return address


def _forbidden() -> AwsError:
    return AwsError("ForbiddenException", "Forbidden", 403)
