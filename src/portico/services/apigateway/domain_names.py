"""Custom domain names. Requests to public ones arrive by their Host header, to private ones none do; certificates are accepted as they are
given."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors import domains
from portico.doors.domains import DOMAINS, Certificate, CustomDomain
from portico.services.apigateway import access, access_associations, errors, ids, private_names
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import Patch, bad_path, patches
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.tags import check_tags

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,62}\.)+[a-z0-9-]{1,63}").fullmatch


async def domain_of(call: Call, request: Mapping[str, Any]) -> CustomDomain:
    """The domain name that a request names, a private one by its id as well.

    Raises:
        AwsError: NotFoundException.
    """
    found = await domains.found_domain(
        call.tx,
        call.scope.account,
        call.scope.region,
        request["domainName"],
        request.get("domainNameId") or "",
    )
    if found is None:
        raise errors.not_found("Invalid domain name identifier specified")
    return found


def show(call: Call, domain: CustomDomain, account: str = "") -> dict[str, Any]:
    """A domain name (of `account`, the caller's if not said) as this service shows it: where its certificate and target stand depends on
    its type."""
    edge, own = domain.endpoint_type == "EDGE", account or call.scope.account
    certificate, prefix = domain.certificate, "certificate" if edge or domain.id else "regionalCertificate"
    path = f"/domainnames/{domain.name}"
    document: dict[str, Any] = {
        "domainName": domain.name,
        "domainNameArn": private_names.arn(call, own, domain.key) if domain.id else access.arn(call, path),
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": {
            "types": [domain.endpoint_type],
            "ipAddressType": domain.ip_address_type,
        },
        "securityPolicy": domain.security_policy,
        "routingMode": domain.routing_mode,
        "tags": dict(domain.tags),
    }
    further = {
        "domainNameId": domain.id,
        ("distributionDomainName" if edge else "regionalDomainName"): domain.target,
        ("distributionHostedZoneId" if edge else "regionalHostedZoneId"): domain.zone,
        f"{prefix}Arn": certificate.arn,
        f"{prefix}Name": certificate.name,
        "certificateUploadDate": int(certificate.uploaded),
        "endpointAccessMode": domain.endpoint_access_mode,
        "ownershipVerificationCertificateArn": domain.ownership_certificate_arn,
        "policy": domain.policy,
        "managementPolicy": domain.management_policy,
        "mutualTlsAuthentication": _trust_store(domain),
    }
    return document | {name: value for name, value in further.items() if value}


def _trust_store(domain: CustomDomain) -> dict[str, str]:
    version = {"truststoreVersion": domain.trust_store_version} if domain.trust_store_version else {}
    return {"truststoreUri": domain.trust_store, **version} if domain.trust_store else {}


_PERMISSIONS = {
    "mutualTlsAuthentication": "AddCertificateToDomain",
    "policy": "UpdateDomainNamePolicy",
    "managementPolicy": "UpdateDomainNameManagementPolicy",
}


def _needed(request: Mapping[str, Any]) -> Iterator[str]:
    for member, action in _PERMISSIONS.items():
        if request.get(member):
            yield action
    for patch in patches(request):
        member = patch.parts[0] if patch.parts else ""
        if member == "mutualTlsAuthentication" and (patch.op == "remove" or not patch.text):
            yield "RemoveCertificateFromDomain"
        elif member in _PERMISSIONS:
            yield _PERMISSIONS[member]


async def _may_set(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """The permissions of their own that mutual TLS (and its end) and policies need."""
    uri = "/domainnames/{domain_name}" if call.operation == "UpdateDomainName" else "/domainnames"
    target = access.resource(call, access.path_of(uri, request), request)
    return [Check(f"apigateway:{action}", target) for action in dict.fromkeys(_needed(request))]


@access.operation(also=_may_set)
async def create_domain_name(
    service: ApiGateway, call: Call, request: "shapes.CreateDomainNameRequest"
) -> dict[str, Any]:
    """Have requests to a name answered by what its base paths are mapped to.

    Raises:
        BadRequestException: it is no domain name, or can't be as it is asked for. ConflictException: somebody has it.
    """
    name = request["domainName"].lower()
    if not _NAME(name):
        raise errors.bad_request(f"Invalid domain name: {request['domainName']}")
    configuration = request.get("endpointConfiguration") or {}
    regional = request.get("regionalCertificateArn") or request.get("regionalCertificateName")
    types = configuration.get("types") or (["REGIONAL"] if regional else ["EDGE"])
    if len(types) != 1:
        raise errors.bad_request("Cannot create a domain name with multiple Endpoint Types.")
    private_names.check(request, types[0])
    private = types[0] == private_names.PRIVATE
    if not private and await domains.is_taken(call.tx, call.scope.account, name):
        raise errors.conflict("The domain name you provided already exists.")
    domain = _new(call, request, name, types[0])
    domains.put_domain(call.tx, call.scope.account, call.scope.region, domain)
    return show(call, domain)


def _new(call: Call, request: Mapping[str, Any], name: str, endpoint_type: str) -> CustomDomain:
    """The domain that is asked for, with AWS's defaults.

    Raises:
        AwsError: BadRequestException, its policy or tags.
    """
    private = endpoint_type == private_names.PRIVATE
    configuration = request.get("endpointConfiguration") or {}
    identifier = ids.long_id() if private else ""
    target, zone = domains.target_of(endpoint_type, call.scope.region)
    mutual = request.get("mutualTlsAuthentication") or {}
    uploaded = any(request.get(member) for member in ("certificateArn", "certificateName", "certificateBody"))
    return CustomDomain(
        name=name,
        endpoint_type=endpoint_type,
        target=target,
        zone=zone,
        certificate=Certificate(
            arn=request.get("regionalCertificateArn") or request.get("certificateArn") or "",
            name=request.get("regionalCertificateName") or request.get("certificateName") or "",
            uploaded=call.now if uploaded else 0.0,
        ),
        ip_address_type=configuration.get("ipAddressType") or ("dualstack" if private else "ipv4"),
        security_policy=request.get("securityPolicy") or "TLS_1_2",
        routing_mode=request.get("routingMode") or "BASE_PATH_MAPPING_ONLY",
        endpoint_access_mode=request.get("endpointAccessMode") or "",
        ownership_certificate_arn=request.get("ownershipVerificationCertificateArn") or "",
        trust_store=mutual.get("truststoreUri") or "",
        trust_store_version=mutual.get("truststoreVersion") or "",
        policy=private_names.checked_policy(
            call, domains.key_of(name, identifier), request.get("policy") or ""
        ),
        tags=check_tags(request.get("tags") or {}),
        id=identifier,
    )


@access.operation()
async def get_domain_name(
    service: ApiGateway, call: Call, request: "shapes.GetDomainNameRequest"
) -> dict[str, Any]:
    """A domain name.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    return show(call, await domain_of(call, request))


@access.operation()
async def get_domain_names(
    service: ApiGateway, call: Call, request: "shapes.GetDomainNamesRequest"
) -> dict[str, Any]:
    """The domain names of the account and region, by name; or (`resourceOwner=OTHER_ACCOUNTS`) the private ones of others that the account
    has associations with."""
    account, region = call.scope.account, call.scope.region
    found = [(account, one) for one in await call.tx.scan(DOMAINS, account, region)]
    if request.get("resourceOwner") == "OTHER_ACCOUNTS":
        held = [
            (other, await call.tx.get(DOMAINS, other, region, key))
            for other, key in await access_associations.providers(call)
        ]
        found = [(other, one) for other, one in held if one is not None]
    return page(found, request, lambda one: f"{one[0]}/{one[1].key}", lambda one: show(call, one[1], one[0]))


@access.operation()
async def delete_domain_name(
    service: ApiGateway, call: Call, request: "shapes.DeleteDomainNameRequest"
) -> dict[str, Any]:
    """Give a domain name up, with its mappings, and the associations with it.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    domain = await domain_of(call, request)
    domains.delete_domain(call.tx, call.scope.account, call.scope.region, domain)
    await access_associations.forget(call, domain)
    return {}


@access.operation(also=_may_set)
async def update_domain_name(
    service: ApiGateway, call: Call, request: "shapes.UpdateDomainNameRequest"
) -> dict[str, Any]:
    """Change a domain name's certificate, endpoint or policies.

    Raises:
        NotFoundException: the account has no such name in the region. BadRequestException: a path or operation is none.
    """
    domain = await domain_of(call, request)
    for patch in patches(request):
        change = _CHANGES.get(patch.path or "")
        if change is None or patch.op not in ("add", "replace", "remove"):
            raise bad_path(patch)
        domain = change(call, domain, patch)
    domains.put_domain(call.tx, call.scope.account, call.scope.region, domain)
    return show(call, domain)


Change = Callable[[Call, CustomDomain, Patch], CustomDomain]

_FOR_PRIVATE_ONLY = "Policies are only supported for private custom domain names."
_FOR_PUBLIC_ONLY = "This is not supported for private custom domain names."


def _text(member: str) -> Change:
    def change(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
        return msgspec.structs.replace(domain, **{member: "" if patch.op == "remove" else patch.text})

    return change


def _public(member: str) -> Change:
    """A text that private names have not."""
    change = _text(member)

    def changed(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
        if domain.id:
            raise errors.bad_request(_FOR_PUBLIC_ONLY)
        return change(call, domain, patch)

    return changed


def _policy(member: str) -> Change:
    """A policy, which only private names have."""

    def changed(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
        if not domain.id:
            raise errors.bad_request(_FOR_PRIVATE_ONLY)
        text = "" if patch.op == "remove" else patch.text
        return msgspec.structs.replace(
            domain, **{member: private_names.checked_policy(call, domain.key, text)}
        )

    return changed


def _certificate(member: str) -> Change:
    def change(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
        if patch.op == "remove":
            return domain  # of the endpoint that the name had before: what it has now stays
        given = {member: patch.text, "uploaded": call.now}
        changed = msgspec.structs.replace(domain.certificate, **given)
        return msgspec.structs.replace(domain, certificate=changed)

    return change


def _type(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
    if patch.op == "remove" or patch.text == domain.endpoint_type:
        return domain
    if domain.id:
        raise errors.bad_request("A private custom domain name can't become a public one.")
    if patch.text not in ("EDGE", "REGIONAL"):
        raise errors.bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE")
    target, zone = domains.target_of(patch.text, call.scope.region)
    return msgspec.structs.replace(domain, endpoint_type=patch.text, target=target, zone=zone)


_CHANGES: dict[str, Change] = {
    "/certificateArn": _certificate("arn"),
    "/certificateName": _certificate("name"),
    "/regionalCertificateArn": _certificate("arn"),
    "/regionalCertificateName": _certificate("name"),
    "/endpointConfiguration/types": _type,
    "/endpointConfiguration/types/EDGE": _type,
    "/endpointConfiguration/types/REGIONAL": _type,
    "/endpointConfiguration/ipAddressType": _public("ip_address_type"),
    "/endpointAccessMode": _text("endpoint_access_mode"),
    "/managementPolicy": _policy("management_policy"),
    "/mutualTlsAuthentication/truststoreUri": _public("trust_store"),
    "/mutualTlsAuthentication/truststoreVersion": _public("trust_store_version"),
    "/ownershipVerificationCertificateArn": _text("ownership_certificate_arn"),
    "/policy": _policy("policy"),
    "/routingMode": _text("routing_mode"),
    "/securityPolicy": _text("security_policy"),
}
