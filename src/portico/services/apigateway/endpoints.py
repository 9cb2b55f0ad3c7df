"""Endpoint configurations: one type, and the kind of addresses that goes with it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from portico.services.apigateway import errors
from portico.services.apigateway.patch import Patch, only_replace
from portico.services.apigateway.records import EndpointConfiguration

_TYPES = ("REGIONAL", "EDGE", "PRIVATE")
_ADDRESSES = ("ipv4", "dualstack")
_ONLY_DUALSTACK = "Only dualstack ipAddressType is supported for Private APIs."


def requested(given: Mapping[str, Any] | None, *, usual: str = "EDGE") -> EndpointConfiguration:
    """The configuration that a request asks for.

    Raises:
        AwsError: BadRequestException, it has no or several types, or a private one that is not dualstack.
    """
    given = given or {}
    types: Sequence[str] = given["types"] if given.get("types") is not None else (usual,)
    if not types:
        raise errors.bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if len(types) > 1:
        raise errors.bad_request("Cannot create an api with multiple Endpoint Types.")
    endpoints = given.get("vpcEndpointIds")
    return checked(
        EndpointConfiguration(
            types=tuple(types),
            ip_address_type=given.get("ipAddressType") or ("dualstack" if types[0] == "PRIVATE" else "ipv4"),
            vpc_endpoint_ids=tuple(endpoints) if endpoints else None,
        )
    )


def checked(configuration: EndpointConfiguration) -> EndpointConfiguration:
    """`configuration`, in which type and addresses go together.

    Raises:
        AwsError: BadRequestException, they do not.
    """
    if "PRIVATE" in configuration.types and configuration.ip_address_type != "dualstack":
        raise errors.bad_request(_ONLY_DUALSTACK)
    if configuration.vpc_endpoint_ids and "PRIVATE" not in configuration.types:
        raise errors.bad_request("VPCEndpoints can only be specified with PRIVATE apis.")
    return configuration


def patched(configuration: EndpointConfiguration, patch: Patch) -> EndpointConfiguration:
    """`configuration` after an operation on `/endpointConfiguration/...`.

    Raises:
        AwsError: BadRequestException.
    """
    match patch.parts[1:]:
        case ["ipAddressType"]:
            return _with_addresses(configuration, patch)
        case ["types"] | ["types", _]:
            return _with_type(configuration, patch)
        case ["vpcEndpointIds"] | ["vpcEndpointIds", _]:
            return _with_endpoint(configuration, patch)
    raise errors.bad_request(f"Invalid patch path {patch.path}")


def _with_addresses(configuration: EndpointConfiguration, patch: Patch) -> EndpointConfiguration:
    only_replace(patch)
    if patch.value not in _ADDRESSES:
        raise errors.bad_request("ipAddressType must be either ipv4 or dualstack.")
    return checked(msgspec.structs.replace(configuration, ip_address_type=patch.value))


def _with_type(configuration: EndpointConfiguration, patch: Patch) -> EndpointConfiguration:
    if patch.op not in ("add", "remove", "replace"):
        raise errors.bad_request("Invalid patch operation specified. Must be 'add'|'remove'|'replace'")
    if patch.value not in _TYPES:
        raise errors.bad_request("Invalid EndpointTypes specified. Valid options are REGIONAL,EDGE,PRIVATE")
    if patch.op == "remove":
        raise errors.bad_request("REGIONAL Configuration and EDGE Configuration cannot be both DISABLED.")
    if patch.op == "add" and patch.value not in configuration.types:
        raise errors.bad_request("Cannot create an api with multiple Endpoint Types.")
    private = patch.value == "PRIVATE"
    return EndpointConfiguration(
        types=(patch.value,),
        ip_address_type="dualstack" if private else configuration.ip_address_type,
        vpc_endpoint_ids=configuration.vpc_endpoint_ids if private else None,
    )


def _with_endpoint(configuration: EndpointConfiguration, patch: Patch) -> EndpointConfiguration:
    before = configuration.vpc_endpoint_ids or ()
    left = tuple(name for name in before if name != patch.text)
    after = left if patch.op == "remove" else (*left, *filter(None, patch.text.split(",")))
    return checked(msgspec.structs.replace(configuration, vpc_endpoint_ids=after or None))
