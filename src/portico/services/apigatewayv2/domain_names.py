"""Custom domain names, as this service shows them: the records are those of `doors.domains`, which REST APIs have as well."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors import domains
from portico.doors.domains import DOMAINS, Certificate, CustomDomain
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed, managed_also, on_path
from portico.services.apigatewayv2.paging import answer, page_of
from portico.services.apigatewayv2.records import Values
from portico.services.apigatewayv2.service import HttpApis, here

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_NAME = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,62}\.)+[a-z0-9-]{1,63}").fullmatch
_MODES = {
    "API_MAPPING_ONLY": "BASE_PATH_MAPPING_ONLY",
    "ROUTING_RULE_ONLY": "ROUTING_RULE_ONLY",
    "ROUTING_RULE_THEN_API_MAPPING": "ROUTING_RULE_THEN_BASE_PATH_MAPPING",
}
_SHOWN_MODES = {kept: shown for shown, kept in _MODES.items()}


async def domain_of(call: Call, request: Mapping[str, Any]) -> CustomDomain:
    """The domain name that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    found = await domains.found_domain(call.tx, *here(call), request["DomainName"])
    if found is None:
        raise errors.not_found("Invalid domain name identifier specified")
    return found


def shown_domain(call: Call, domain: CustomDomain) -> Values:
    """A domain name as AWS shows it."""
    certificate = domain.certificate
    optional = {
        "CertificateArn": certificate.arn,
        "CertificateName": certificate.name,
        "CertificateUploadDate": certificate.uploaded,
        "OwnershipVerificationCertificateArn": domain.ownership_certificate_arn,
    }
    configuration = {
        "ApiGatewayDomainName": domain.target,
        "DomainNameStatus": "AVAILABLE",
        "EndpointType": domain.endpoint_type,
        "HostedZoneId": domain.zone,
        "IpAddressType": domain.ip_address_type,
        "SecurityPolicy": domain.security_policy,
        **{name: value for name, value in optional.items() if value},
    }
    shown: Values = {
        "ApiMappingSelectionExpression": "$request.basepath",
        "DomainName": domain.name,
        "DomainNameArn": f"arn:{call.scope.partition}:apigateway:{call.scope.region}::/domainnames/{domain.name}",
        "DomainNameConfigurations": [configuration],
        "RoutingMode": _SHOWN_MODES.get(domain.routing_mode, domain.routing_mode),
        "Tags": domain.tags,
    }
    if domain.trust_store:
        trust = {"TruststoreUri": domain.trust_store, "TruststoreVersion": domain.trust_store_version}
        shown["MutualTlsAuthentication"] = {name: value for name, value in trust.items() if value}
    return shown


async def _may_trust(service: HttpApis, call: Call, request: Mapping[str, Any]) -> list[Check]:
    """What mutual TLS needs beside the operation itself, and its end."""
    mutual = request.get("MutualTlsAuthentication")
    if mutual is None:
        return []
    action = "AddCertificateToDomain" if mutual.get("TruststoreUri") else "RemoveCertificateFromDomain"
    return [Check(f"apigateway:{action}", arn) for arn in on_path(call, request)]


@managed_also(_may_trust)
async def create_domain_name(
    service: HttpApis, call: Call, request: "shapes.CreateDomainNameRequest"
) -> Values:
    """Have requests to a name answered by what its paths are mapped to. Certificates are accepted as they are given.

    Raises:
        BadRequestException: it is no domain name, or the configuration can't be used. ConflictException: somebody has it.
    """
    name = request["DomainName"].lower()
    if not _NAME(name):
        raise errors.bad_request(f"Invalid domain name: {request['DomainName']}")
    if await domains.is_taken(call.tx, call.scope.account, name):
        raise errors.conflict("The domain name you provided already exists.")
    target, zone = domains.target_of("REGIONAL", call.scope.region)
    domain = CustomDomain(name=name, endpoint_type="REGIONAL", target=target, zone=zone)
    domain = _configured(call, domain, {**request})
    domain = msgspec.structs.replace(domain, tags=dict(request.get("Tags") or {}))
    domains.put_domain(call.tx, *here(call), domain)
    return shown_domain(call, domain)


@managed
async def get_domain_name(service: HttpApis, call: Call, request: "shapes.GetDomainNameRequest") -> Values:
    """A domain name.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    return shown_domain(call, await domain_of(call, request))


@managed
async def get_domain_names(service: HttpApis, call: Call, request: "shapes.GetDomainNamesRequest") -> Values:
    """The domain names of the account and region, by name; private ones are for REST APIs only, whose service shows them.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found = [one for one in await call.tx.scan(DOMAINS, *here(call)) if not one.id]
    some, token = page_of(request, found, lambda one: one.name)
    return answer([shown_domain(call, one) for one in some], token)


@managed_also(_may_trust)
async def update_domain_name(
    service: HttpApis, call: Call, request: "shapes.UpdateDomainNameRequest"
) -> Values:
    """Change a domain name's certificate, security or routing mode.

    Raises:
        NotFoundException: the account has no such name in the region. BadRequestException: the configuration can't be used.
    """
    domain = _configured(call, await domain_of(call, request), {**request})
    domains.put_domain(call.tx, *here(call), domain)
    return shown_domain(call, domain)


@managed
async def delete_domain_name(
    service: HttpApis, call: Call, request: "shapes.DeleteDomainNameRequest"
) -> Values:
    """Give a domain name up, with its mappings and rules.

    Raises:
        NotFoundException: the account has no such name in the region.
    """
    domain = await domain_of(call, request)
    domains.delete_domain(call.tx, *here(call), domain)
    return {}


def _configured(call: Call, domain: CustomDomain, values: Values) -> CustomDomain:
    """The domain name with what a request says of it."""
    configurations = values.get("DomainNameConfigurations") or []
    if len(configurations) > 1:
        raise errors.bad_request("Only one domain name configuration is supported")
    changes: Values = {}
    if configurations:
        changes |= _configuration(call, domain, configurations[0])
    mode = values.get("RoutingMode")
    if mode is not None:
        if mode not in _MODES:
            raise errors.bad_request(f"RoutingMode must be one of [{', '.join(_MODES)}]")
        changes["routing_mode"] = _MODES[mode]
    mutual = values.get("MutualTlsAuthentication")
    if mutual is not None:
        changes["trust_store"] = mutual.get("TruststoreUri") or ""
        changes["trust_store_version"] = mutual.get("TruststoreVersion") or ""
    return msgspec.structs.replace(domain, **changes)


def _configuration(call: Call, domain: CustomDomain, given: Mapping[str, Any]) -> Values:
    if given.get("EndpointType", "REGIONAL") != "REGIONAL":
        raise errors.bad_request("Only REGIONAL endpoint type is supported for HTTP and WEBSOCKET APIs")
    if not given.get("CertificateArn"):
        raise errors.bad_request("Invalid certificate ARN: null. Certificate ARN is required")
    certificate = Certificate(given["CertificateArn"], given.get("CertificateName") or "", call.now)
    return {
        "certificate": certificate,
        "ip_address_type": given.get("IpAddressType") or domain.ip_address_type,
        "security_policy": given.get("SecurityPolicy") or domain.security_policy,
        "ownership_certificate_arn": given.get("OwnershipVerificationCertificateArn")
        or domain.ownership_certificate_arn,
    }
