"""Domains of pools: where their pages are.

Source: Cognito Developer Guide, "Configuring a user pool domain"; API reference, DomainDescriptionType.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.doors.domains import is_taken
from portico.doors.records import DOMAIN_POINTERS, DomainPointer
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.records import DOMAINS, POOLS, Domain, Pool
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_RESERVED = ("aws", "amazon", "cognito")
_MANAGED = 2
_PREFIX = r"^[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?$"
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}").fullmatch


@of_pool
async def create_user_pool_domain(
    idp: CognitoIdp, call: Call, request: "shapes.CreateUserPoolDomainRequest"
) -> dict[str, Any]:
    """Give a pool a domain: a prefix, or with `CustomDomainConfig` a whole name.

    Raises:
        InvalidParameterException: taken, reserved, or the pool has one.
    """
    pool = await pool_of(call, request["UserPoolId"])
    name, custom = request["Domain"], request.get("CustomDomainConfig")
    if request.get("Routing"):
        raise errors.unavailable("failover of user pool domains")
    _check_name(name, custom=custom is not None)
    if await call.tx.get(DOMAINS, name) is not None or await is_taken(call.tx, call.scope.account, name):
        raise errors.invalid("Domain already associated with another user pool.")
    if pool.custom_domain if custom else pool.domain:
        raise errors.invalid("User pool already has a domain configured.")
    domain = Domain(
        domain=name,
        pool=pool.id,
        account=pool.account,
        region=pool.region,
        version=f"{int(call.now * 1000)}",
        certificate_arn=custom["CertificateArn"] if custom else "",
        managed_login=_version(pool, request),
    )
    call.tx.put(DOMAINS, domain, name)
    if custom:
        call.tx.put(DOMAIN_POINTERS, DomainPointer("auth", pool.account, pool.region), name)
    member = "custom_domain" if custom else "domain"
    call.tx.put(POOLS, msgspec.structs.replace(pool, **{member: name}), pool.id)
    return _answer(domain)


def _check_name(name: str, *, custom: bool) -> None:
    """Check a prefix, or a custom name: that one is whole, and no address of a machine."""
    if custom and not _NAME(name):
        raise errors.invalid(f"Custom domain is not a valid subdomain: {name}")
    if custom:
        return
    if not re.fullmatch(_PREFIX, name):
        raise errors.invalid(
            f"1 validation error detected: Value '{name}' at 'domain' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: {_PREFIX}"
        )
    reserved = next((word for word in _RESERVED if word in name), None)
    if reserved is not None:
        raise errors.invalid(f"Domain cannot contain reserved word: {reserved}")


def _version(pool: Pool, request: Mapping[str, Any]) -> int:
    version = int(request.get("ManagedLoginVersion") or 1)
    if version not in (1, _MANAGED):
        raise errors.invalid("ManagedLoginVersion must be 1 or 2.")
    if version == _MANAGED and pool.tier == "LITE":
        raise errors.not_in_tier("Managed login")
    return version


def _answer(domain: Domain) -> dict[str, Any]:
    found: dict[str, Any] = {"ManagedLoginVersion": domain.managed_login}
    if domain.certificate_arn:
        found["CloudFrontDomain"] = domain.domain
    return found


async def _domain_of(call: Call, pool: Pool, name: str) -> Domain:
    found = await call.tx.get(DOMAINS, name)
    if found is None or found.pool != pool.id:
        raise errors.not_found("No such domain or user pool exists.")
    return found


@of_pool
async def update_user_pool_domain(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateUserPoolDomainRequest"
) -> dict[str, Any]:
    """Change a domain's certificate or the version of its pages.

    Raises:
        ResourceNotFoundException: no such pool or domain. InvalidParameterException: a certificate for a prefix.
    """
    pool = await pool_of(call, request["UserPoolId"])
    domain = await _domain_of(call, pool, request["Domain"])
    custom = request.get("CustomDomainConfig")
    if custom and not domain.certificate_arn:
        raise errors.invalid("Domain is not a custom domain.")
    changed = msgspec.structs.replace(
        domain,
        certificate_arn=custom["CertificateArn"] if custom else domain.certificate_arn,
        managed_login=_version(pool, {"ManagedLoginVersion": domain.managed_login, **request}),
        version=f"{int(call.now * 1000)}",
    )
    call.tx.put(DOMAINS, changed, domain.domain)
    return _answer(changed)


@of_pool
async def delete_user_pool_domain(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteUserPoolDomainRequest"
) -> dict[str, Any]:
    """Take a pool's domain away.

    Raises:
        ResourceNotFoundException: no such pool or domain.
    """
    pool = await pool_of(call, request["UserPoolId"])
    domain = await _domain_of(call, pool, request["Domain"])
    call.tx.delete(DOMAINS, domain.domain)
    if domain.certificate_arn:
        call.tx.delete(DOMAIN_POINTERS, domain.domain)
    member = "custom_domain" if domain.certificate_arn else "domain"
    call.tx.put(POOLS, msgspec.structs.replace(pool, **{member: ""}), pool.id)
    return {}


def _on_all(call: Call, request: Mapping[str, Any]) -> list[str]:
    return ["*"]


@operation(on=_on_all)
async def describe_user_pool_domain(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeUserPoolDomainRequest"
) -> dict[str, Any]:
    """A domain of the account; an empty description where there is none."""
    found = await call.tx.get(DOMAINS, request["Domain"])
    if found is None or (found.account, found.region) != (call.scope.account, call.scope.region):
        return {"DomainDescription": {}}
    described: dict[str, Any] = {
        "UserPoolId": found.pool,
        "AWSAccountId": found.account,
        "Domain": found.domain,
        "S3Bucket": f"aws-cognito-prod-{found.region}-assets",
        "CloudFrontDistribution": found.domain if found.certificate_arn else "",
        "Version": found.version,
        "Status": "ACTIVE",
        "CustomDomainConfig": {"CertificateArn": found.certificate_arn} if found.certificate_arn else {},
        "ManagedLoginVersion": found.managed_login,
    }
    return {"DomainDescription": described}
