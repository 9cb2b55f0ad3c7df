"""Products that other accounts may use: the policy of a product, and who is let in by it.

Who may `apigateway:GetPortalProduct` on another account's product, by their own policies and by the product's, may include it in a portal;
that is asked when the portal is changed, and each time that it is published or previewed.

Source: API Gateway Developer Guide, "Share portal products in API Gateway", "Add a shared portal product to your portal"; API Gateway
Version 2 API Reference, "Sharing policy".
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portico.base import arn as arns
from portico.calls.call import Call
from portico.calls.operation import Check
from portico.identity.policy.parse import PolicyError, parse
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named
from portico.services.apigatewayv2.portal_records import (
    PORTAL_PRODUCTS,
    SHARING_POLICIES,
    PortalProduct,
    SharingPolicy,
)
from portico.services.apigatewayv2.records import Values
from portico.services.apigatewayv2.service import Here, HttpApis, existing, here

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

Request = Mapping[str, Any]
_PRODUCTS = "/portalproducts/"
_GET = "apigateway:GetPortalProduct"


@managed_as_named
async def put_portal_product_sharing_policy(
    service: HttpApis, call: Call, request: "shapes.PutPortalProductSharingPolicyRequest"
) -> Values:
    """Say which other accounts may use a product.

    Raises:
        NotFoundException: there is no such product. BadRequestException: it is no resource policy.
    """
    product = await requested_product(call, request)
    try:
        parse(request["PolicyDocument"], "resource")
    except PolicyError as error:
        raise errors.bad_request(f"Invalid policy document: {error}") from None
    policy = SharingPolicy(call.scope.account, product.portal_product_id, request["PolicyDocument"])
    call.tx.put(SHARING_POLICIES, policy, *_place(call, product))
    return {}


@managed_as_named
async def get_portal_product_sharing_policy(
    service: HttpApis, call: Call, request: "shapes.GetPortalProductSharingPolicyRequest"
) -> Values:
    """The policy of a product.

    Raises:
        NotFoundException: there is no such product, or it has no policy.
    """
    product = await requested_product(call, request)
    found = await call.tx.get(SHARING_POLICIES, *_place(call, product))
    if found is None:
        raise errors.not_found("The portal product has no sharing policy")
    return {"PortalProductId": product.portal_product_id, "PolicyDocument": found.document}


@managed_as_named
async def delete_portal_product_sharing_policy(
    service: HttpApis, call: Call, request: "shapes.DeletePortalProductSharingPolicyRequest"
) -> Values:
    """Let no other account use a product any more. Portals that are published go on showing it.

    Raises:
        NotFoundException: there is no such product.
    """
    product = await requested_product(call, request)
    call.tx.delete(SHARING_POLICIES, *_place(call, product))
    return {}


def _place(call: Call, product: PortalProduct) -> tuple[str, str, str]:
    return call.scope.region, call.scope.account, product.portal_product_id


def owned(call: Call, request: Request) -> Here:
    """The account and region of the product that a request names."""
    return request.get("ResourceOwnerAccountId") or call.scope.account, call.scope.region


async def requested_product(call: Call, request: Request) -> PortalProduct:
    """The product that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    return await existing(
        call, "PortalProduct", PORTAL_PRODUCTS, *owned(call, request), request["PortalProductId"]
    )


async def policy_of(service: HttpApis, call: Call, request: Request) -> str | None:
    """The policy of the product that a request names."""
    owner, region = owned(call, request)
    found = await call.tx.get(SHARING_POLICIES, region, owner, request["PortalProductId"])
    return found.document if found else None


async def shared_with(service: HttpApis, call: Call) -> list[PortalProduct]:
    """The products of other accounts that the caller may use, by their ids."""
    account, region = here(call)
    found = []
    for policy in await call.tx.scan(SHARING_POLICIES, region):
        product = await call.tx.get(PORTAL_PRODUCTS, policy.account, region, policy.product)
        if product is None or policy.account == account:
            continue
        check = Check(_GET, product.portal_product_arn, policy=policy.document)
        if service.authorizer.foresee(call, check).allowed:
            found.append(product)
    return sorted(found, key=lambda one: one.portal_product_id)


def product_place(call: Call, arn: str) -> tuple[str, str, str]:
    """The account, region and id of the product that an ARN names.

    Raises:
        AwsError: BadRequestException, it names none, or one of another region: products are shared within a region.
    """
    parts = arns.parse(arn)
    named = parts is not None and (parts.partition, parts.service) == (call.scope.partition, "apigateway")
    if parts is None or not named or not parts.resource.startswith(_PRODUCTS):
        raise errors.bad_request(f"Invalid portal product ARN specified: {arn}")
    if parts.region != call.scope.region:
        raise errors.bad_request(f"The portal product is not in the region of the portal: {arn}")
    return parts.account, parts.region, parts.resource.removeprefix(_PRODUCTS)


async def may_include(call: Call, arns_given: Iterable[str]) -> list[Check]:
    """What including these products asks for: those of other accounts must let the caller use them."""
    checks = []
    for arn in arns_given:
        account, region, product = product_place(call, arn)
        if account != call.scope.account:
            policy = await call.tx.get(SHARING_POLICIES, region, account, product)
            checks.append(Check(_GET, arn, policy=policy.document if policy else None))
    return checks


async def may_include_given(service: HttpApis, call: Call, request: Request) -> list[Check]:
    """As `may_include`, of the products that a request names."""
    return await may_include(call, request.get("IncludedPortalProductArns") or [])
