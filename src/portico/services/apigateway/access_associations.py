"""Domain name access associations: which VPC endpoints may lead to private custom domain names, of their own account or another.

They are kept and shown; there are no VPC endpoints, so nobody comes by one. The owner of a name lets other accounts associate with it by
its management policy, and rejects what they have made; only who made an association deletes it.

Source: API Gateway API reference, CreateDomainNameAccessAssociation; Service Authorization Reference (CreateAccessAssociation,
RejectAccessAssociation).
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.base import arn as arns
from portico.calls import operation as calls
from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.domains import CustomDomain
from portico.services.apigateway import access, errors, private_names
from portico.services.apigateway.paging import page
from portico.services.apigateway.records import ASSOCIATED, ASSOCIATIONS, AccessAssociation
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.tags import check_tags

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_ENDPOINT = re.compile(r"vpce-[0-9a-z]{1,64}").fullmatch
_RESOURCE = re.compile(r"/domainnameaccessassociations/domainname/([^/]+)/vpcesource/([^/]+)").fullmatch
_ABSENT = "Invalid domain name access association identifier specified"


def _arn(call: Call, one: AccessAssociation) -> str:
    path = f"domainname/{one.domain}/vpcesource/{one.source}"
    scope = call.scope
    return f"arn:{scope.partition}:apigateway:{scope.region}:{one.owner}:/domainnameaccessassociations/{path}"


def _show(call: Call, one: AccessAssociation) -> dict[str, Any]:
    tags = {"tags": dict(one.tags)} if one.tags and one.owner == call.scope.account else {}
    return {
        "domainNameAccessAssociationArn": _arn(call, one),
        "domainNameArn": private_names.arn(call, one.provider, one.domain),
        "accessAssociationSourceType": "VPCE",
        "accessAssociationSource": one.source,
        **tags,
    }


async def _found(call: Call, arn: str) -> AccessAssociation:
    """The association that an ARN names.

    Raises:
        AwsError: NotFoundException.
    """
    parsed = arns.parse(arn)
    path = _RESOURCE(parsed.resource) if parsed and parsed.region == call.scope.region else None
    found = (
        await call.tx.get(ASSOCIATIONS, parsed.account, parsed.region, path[1], path[2])
        if parsed and path
        else None
    )
    if found is None:
        raise errors.not_found(_ABSENT)
    return found


def _delete(call: Call, one: AccessAssociation) -> None:
    region = call.scope.region
    call.tx.delete(ASSOCIATIONS, one.owner, region, one.domain, one.source)
    call.tx.delete(ASSOCIATED, one.provider, region, one.domain, one.owner, one.source)


async def forget(call: Call, domain: CustomDomain) -> None:
    """Delete the associations with a name of the caller's that goes away."""
    for one in await call.tx.scan(ASSOCIATED, call.scope.account, call.scope.region, domain.key):
        _delete(call, one)


async def providers(call: Call) -> list[tuple[str, str]]:
    """The accounts and keys of the names of others that the caller has associations with."""
    found = await call.tx.scan(ASSOCIATIONS, call.scope.account, call.scope.region)
    return sorted({(one.provider, one.domain) for one in found if one.provider != call.scope.account})


async def _may_associate(service: ApiGateway, call: Call, request: Mapping[str, Any]) -> Iterable[Check]:
    """`apigateway:CreateAccessAssociation` on the name, whose management policy speaks for other accounts."""
    _, domain = await private_names.of_arn(call, request["domainNameArn"])
    allowed = domain.management_policy if domain and domain.management_policy else None
    return [Check("apigateway:CreateAccessAssociation", request["domainNameArn"], policy=allowed)]


@access.operation(also=_may_associate)
async def create_domain_name_access_association(
    service: ApiGateway, call: Call, request: "shapes.CreateDomainNameAccessAssociationRequest"
) -> dict[str, Any]:
    """Let a VPC endpoint of the caller's lead to a private domain name.

    Raises:
        NotFoundException: there is no such private name. BadRequestException: the source is no VPC endpoint. ConflictException: it may
            already.
    """
    source, scope = request["accessAssociationSource"], call.scope
    provider, domain = await private_names.of_arn(call, request["domainNameArn"])
    if domain is None:
        raise errors.not_found("Invalid domain name identifier specified")
    if not _ENDPOINT(source):
        raise errors.bad_request(f"Invalid VPC endpoint identifier specified: {source}")
    if await call.tx.get(ASSOCIATIONS, scope.account, scope.region, domain.key, source) is not None:
        raise errors.conflict("A domain name access association with this source already exists.")
    tags = check_tags(request.get("tags") or {})
    made = AccessAssociation(scope.account, provider, domain.key, source, tags)
    call.tx.put(ASSOCIATIONS, made, scope.account, scope.region, made.domain, source)
    call.tx.put(ASSOCIATED, made, provider, scope.region, made.domain, made.owner, source)
    return _show(call, made)


@access.operation()
async def get_domain_name_access_associations(
    service: ApiGateway, call: Call, request: "shapes.GetDomainNameAccessAssociationsRequest"
) -> dict[str, Any]:
    """The caller's associations, or (`resourceOwner=OTHER_ACCOUNTS`) those of others with the caller's names."""
    others = request.get("resourceOwner") == "OTHER_ACCOUNTS"
    found = await call.tx.scan(ASSOCIATED if others else ASSOCIATIONS, call.scope.account, call.scope.region)
    shown = [one for one in found if not others or one.owner != call.scope.account]
    return page(shown, request, lambda one: _arn(call, one), lambda one: _show(call, one))


@calls.operation(
    action="apigateway:DELETE",
    on=lambda _call, request: (request["domainNameAccessAssociationArn"],),
    keys=access.keys_of,
)
async def delete_domain_name_access_association(
    service: ApiGateway, call: Call, request: "shapes.DeleteDomainNameAccessAssociationRequest"
) -> dict[str, Any]:
    """Delete an association that the caller has made.

    Raises:
        NotFoundException: it has made no such association.
    """
    found = await _found(call, request["domainNameAccessAssociationArn"])
    if found.owner != call.scope.account:
        raise errors.not_found(_ABSENT)
    _delete(call, found)
    return {}


@calls.operation(
    action="apigateway:RejectAccessAssociation", on=lambda _call, request: (request["domainNameArn"],)
)
async def reject_domain_name_access_association(
    service: ApiGateway, call: Call, request: "shapes.RejectDomainNameAccessAssociationRequest"
) -> dict[str, Any]:
    """End an association that another account has made with a private name of the caller's.

    Raises:
        NotFoundException: there is no such association with this name. BadRequestException: it is the caller's own.
    """
    found = await _found(call, request["domainNameAccessAssociationArn"])
    own = private_names.arn(call, call.scope.account, found.domain)
    if found.provider != call.scope.account or request["domainNameArn"] != own:
        raise errors.not_found(_ABSENT)
    if found.owner == call.scope.account:
        raise errors.bad_request(
            "A domain name access association of your own account can't be rejected. Delete it instead."
        )
    _delete(call, found)
    return {}
