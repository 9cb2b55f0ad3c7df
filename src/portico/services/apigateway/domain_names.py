"""Custom domain names. Requests to them arrive by their Host header; certificates are accepted as they are given."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors import domains
from portico.doors.domains import DOMAINS, Certificate, CustomDomain
from portico.services.apigateway import access, errors
from portico.services.apigateway.paging import page
from portico.services.apigateway.patch import Patch, bad_path, patches
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.tags import check_tags

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,62}\.)+[a-z0-9-]{1,63}").fullmatch


async def domain_of(call: Call, request: Mapping[str, Any]) -> CustomDomain:
    """The domain name that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    found = await call.tx.get(DOMAINS, call.scope.account, call.scope.region, request["domainName"].lower())
    if found is None:
        raise errors.not_found("Invalid domain name identifier specified")
    return found


def show(call: Call, domain: CustomDomain) -> dict[str, Any]:
    """A domain name as this service shows it: where its certificate and target stand depends on its type."""
    edge = domain.endpoint_type == "EDGE"
    certificate, prefix = domain.certificate, "certificate" if edge else "regionalCertificate"
    document: dict[str, Any] = {
        "domainName": domain.name,
        "domainNameArn": access.arn(call, f"/domainnames/{domain.name}"),
        "domainNameStatus": "AVAILABLE",
        "endpointConfiguration": {
            "types": [domain.endpoint_type],
            "ipAddressType": domain.ip_address_type,
        },
        "securityPolicy": domain.security_policy,
        "routingMode": domain.routing_mode,
        "tags": dict(domain.tags),
        ("distributionDomainName" if edge else "regionalDomainName"): domain.target,
        ("distributionHostedZoneId" if edge else "regionalHostedZoneId"): domain.zone,
    }
    further = {
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


async def _may_add(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`apigateway:AddCertificateToDomain`, where mutual TLS is to be used."""
    mutual = request.get("mutualTlsAuthentication") or any(
        (patch.path or "").startswith("/mutualTlsAuthentication") for patch in patches(request)
    )
    name = request["domainName"] if call.operation == "UpdateDomainName" else ""
    path = f"/domainnames/{name}" if name else "/domainnames"
    return [Check("apigateway:AddCertificateToDomain", access.arn(call, path))] if mutual else []


@access.operation(also=_may_add)
async def create_domain_name(
    service: ApiGateway, call: Call, request: "shapes.CreateDomainNameRequest"
) -> dict[str, Any]:
    """Have requests to a name answered by what its base paths are mapped to.

    Raises:
        BadRequestException: it is no domain name. ConflictException: somebody has it.
    """
    name = request["domainName"].lower()
    if not _NAME(name):
        raise errors.bad_request(f"Invalid domain name: {request['domainName']}")
    if await domains.is_taken(call.tx, name):
        raise errors.conflict("The domain name you provided already exists.")
    configuration = request.get("endpointConfiguration") or {}
    regional = request.get("regionalCertificateArn") or request.get("regionalCertificateName")
    types = configuration.get("types") or (["REGIONAL"] if regional else ["EDGE"])
    if len(types) != 1:
        raise errors.bad_request("Cannot create a domain name with multiple Endpoint Types.")
    target, zone = domains.target_of(types[0], call.scope.region)
    mutual = request.get("mutualTlsAuthentication") or {}
    uploaded = any(request.get(member) for member in ("certificateArn", "certificateName", "certificateBody"))
    domain = CustomDomain(
        name=name,
        endpoint_type=types[0],
        target=target,
        zone=zone,
        certificate=Certificate(
            arn=request.get("regionalCertificateArn") or request.get("certificateArn") or "",
            name=request.get("regionalCertificateName") or request.get("certificateName") or "",
            uploaded=call.now if uploaded else 0.0,
        ),
        ip_address_type=configuration.get("ipAddressType") or "ipv4",
        security_policy=request.get("securityPolicy") or "TLS_1_2",
        routing_mode=request.get("routingMode") or "BASE_PATH_MAPPING_ONLY",
        endpoint_access_mode=request.get("endpointAccessMode") or "",
        ownership_certificate_arn=request.get("ownershipVerificationCertificateArn") or "",
        trust_store=mutual.get("truststoreUri") or "",
        trust_store_version=mutual.get("truststoreVersion") or "",
        policy=request.get("policy") or "",
        tags=check_tags(request.get("tags") or {}),
    )
    domains.put_domain(call.tx, call.scope.account, call.scope.region, domain)
    return show(call, domain)


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
    """The domain names of the account and region, by name."""
    found = await call.tx.scan(DOMAINS, call.scope.account, call.scope.region)
    return page(found, request, lambda one: one.name, lambda one: show(call, one))


@access.operation()
async def delete_domain_name(
    service: ApiGateway, call: Call, request: "shapes.DeleteDomainNameRequest"
) -> dict[str, Any]:
    """Give a domain name up, with its mappings.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    domain = await domain_of(call, request)
    domains.delete_domain(call.tx, call.scope.account, call.scope.region, domain.name)
    return {}


@access.operation(also=_may_add)
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


def _text(member: str) -> Change:
    def change(call: Call, domain: CustomDomain, patch: Patch) -> CustomDomain:
        return msgspec.structs.replace(domain, **{member: "" if patch.op == "remove" else patch.text})

    return change


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
    "/endpointConfiguration/ipAddressType": _text("ip_address_type"),
    "/endpointAccessMode": _text("endpoint_access_mode"),
    "/managementPolicy": _text("management_policy"),
    "/mutualTlsAuthentication/truststoreUri": _text("trust_store"),
    "/mutualTlsAuthentication/truststoreVersion": _text("trust_store_version"),
    "/ownershipVerificationCertificateArn": _text("ownership_certificate_arn"),
    "/policy": _text("policy"),
    "/routingMode": _text("routing_mode"),
    "/securityPolicy": _text("security_policy"),
}
