"""What has tags: the records by their paths, and the tags that a request's policies are judged by."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.doors.domains import DOMAINS, key_of
from portico.services.apigateway.records import (
    ASSOCIATIONS,
    CLIENT_CERTIFICATES,
    REST_APIS,
    STAGES,
    VPC_LINKS,
)
from portico.services.apigateway.usage_records import API_KEYS, USAGE_PLANS
from portico.store.port import KeyPart
from portico.store.table import AnyTable


class Tagged(msgspec.Struct, frozen=True, gc=False):
    """Where the record that a path names is kept."""

    table: AnyTable
    key: tuple[KeyPart, ...]


_OWN: dict[str, AnyTable] = {
    "restapis": REST_APIS,
    "apikeys": API_KEYS,
    "usageplans": USAGE_PLANS,
    "clientcertificates": CLIENT_CERTIFICATES,
    "vpclinks": VPC_LINKS,
    "domainnames": DOMAINS,
}
_BY_MEMBER: tuple[tuple[str, AnyTable], ...] = (
    ("restApiId", REST_APIS),
    ("apiKey", API_KEYS),
    ("usagePlanId", USAGE_PLANS),
    ("clientCertificateId", CLIENT_CERTIFICATES),
    ("vpcLinkId", VPC_LINKS),
    ("domainName", DOMAINS),
)


def of_path(call: Call, path: str) -> Tagged | None:
    """The taggable thing at a path (`/restapis/x`, `/restapis/x/stages/prod`, `/apikeys/y`); None if there is no such kind."""
    account, region = call.scope.account, call.scope.region
    match path.strip("/").split("/"):
        case ["restapis", api, "stages", stage]:
            return Tagged(STAGES, (api, stage))
        case ["domainnameaccessassociations", "domainname", domain, "vpcesource", source]:
            return Tagged(ASSOCIATIONS, (account, region, domain, source))
        case [kind, name] if kind in _OWN:
            return Tagged(_OWN[kind], (account, region, name))
    return None


async def of_request(call: Call, request: Mapping[str, Any]) -> Mapping[str, str]:
    """The tags of what a request is about: its API (and stage), key, plan, certificate or link, or what its ARN names."""
    tags: dict[str, str] = {}
    if "resourceArn" in request:
        parsed = arns.parse(str(request["resourceArn"]))
        found = of_path(call, parsed.resource) if parsed else None
        record = None if found is None else await call.tx.get(found.table, *found.key)
        return {} if record is None else dict(record.tags)
    for member, table in _BY_MEMBER:
        if isinstance(name := request.get(member), str):
            name = key_of(name.lower(), request.get("domainNameId") or "") if table is DOMAINS else name
            record = await call.tx.get(table, call.scope.account, call.scope.region, name)
            tags |= {} if record is None else record.tags
    if isinstance(stage := request.get("stageName"), str) and "restApiId" in request:
        own = await call.tx.get(STAGES, request["restApiId"], stage)
        tags |= {} if own is None else own.tags
    return tags


async def is_own(call: Call, path: str) -> bool:
    """Whether what a path names belongs to the account and region of the call: for what is below an API, the API tells."""
    match path.strip("/").split("/"):
        case ["restapis", api, *_]:
            return await call.tx.get(REST_APIS, call.scope.account, call.scope.region, api) is not None
    return True
