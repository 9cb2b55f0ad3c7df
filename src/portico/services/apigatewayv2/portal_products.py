"""Products of developer portals. Other accounts see those that are shared with them (`sharing.py`).

Source: API Gateway Version 2 API Reference, "PortalProducts".
"""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named, managed_as_named_with
from portico.services.apigatewayv2.paging import answer, page, page_of
from portico.services.apigatewayv2.portal_records import (
    PORTAL_PRODUCTS,
    PORTALS,
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
    SHARING_POLICIES,
    PortalProduct,
)
from portico.services.apigatewayv2.portals import arn_of
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, here, new_id
from portico.services.apigatewayv2.sharing import policy_of, requested_product, shared_with

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_OWNERS = ("SELF", "OTHER_ACCOUNTS")


@managed_as_named
async def create_portal_product(
    service: HttpApis, call: Call, request: "shapes.CreatePortalProductRequest"
) -> Values:
    """Create a product.

    Raises:
        BadRequestException: a member is missing.
    """
    identifier = new_id(10)
    arn = arn_of(call, f"portalproducts/{identifier}")
    product = made(
        PortalProduct,
        {**request, "PortalProductId": identifier, "PortalProductArn": arn, "LastModified": call.now},
    )
    call.tx.put(PORTAL_PRODUCTS, product, *here(call), identifier)
    return shown(product)


@managed_as_named_with(policy=policy_of)
async def get_portal_product(
    service: HttpApis, call: Call, request: "shapes.GetPortalProductRequest"
) -> Values:
    """A product of the caller's account, or of another (`ResourceOwnerAccountId`) that shares it; whose tags are its owner's business.

    Raises:
        NotFoundException: there is none of that id.
    """
    found = shown(await requested_product(call, request))
    if request.get("ResourceOwnerAccountId", call.scope.account) != call.scope.account:
        del found["Tags"]
    return found


@managed_as_named
async def list_portal_products(
    service: HttpApis, call: Call, request: "shapes.ListPortalProductsRequest"
) -> Values:
    """The caller's products, or (`ResourceOwner=OTHER_ACCOUNTS`) those of others that the caller may use.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`, `ResourceOwner`.
    """
    owner = request.get("ResourceOwner") or "SELF"
    if owner not in _OWNERS:
        raise errors.bad_request(f"ResourceOwner must be one of [{', '.join(_OWNERS)}]")
    if owner != "SELF":
        some, token = page_of(request, await shared_with(service, call), lambda one: one.portal_product_id)
        return answer([_summary(one) for one in some], token)
    found, token = await page(call, request, PORTAL_PRODUCTS, *here(call), id_of="PortalProductId")
    return answer([{**_summary(one), "Tags": one.tags} for one in found], token)


def _summary(product: PortalProduct) -> Values:
    """A product as lists show it, which have a description in any case; without its tags."""
    return {"Description": "", **shown(product), "Tags": None}


@managed_as_named
async def update_portal_product(
    service: HttpApis, call: Call, request: "shapes.UpdatePortalProductRequest"
) -> Values:
    """Change a product.

    Raises:
        NotFoundException: there is none of that id.
    """
    after = changed(await requested_product(call, request), {**request, "LastModified": call.now})
    call.tx.put(PORTAL_PRODUCTS, after, *here(call), after.portal_product_id)
    return shown(after)


@managed_as_named
async def delete_portal_product(
    service: HttpApis, call: Call, request: "shapes.DeletePortalProductRequest"
) -> Values:
    """Delete a product that no portal includes, and its pages.

    Raises:
        NotFoundException: there is none of that id. BadRequestException: a portal includes it.
    """
    product = await requested_product(call, request)
    key = (*here(call), product.portal_product_id)
    for portal in await call.tx.scan(PORTALS, *here(call)):
        if product.portal_product_arn in portal.included_portal_product_arns:
            raise errors.bad_request(f"The portal product is included in the portal {portal.portal_id}")
    for one in await call.tx.scan(PRODUCT_PAGES, *key):
        call.tx.delete(PRODUCT_PAGES, *key, one.product_page_id)
    for endpoint in await call.tx.scan(REST_ENDPOINT_PAGES, *key):
        call.tx.delete(REST_ENDPOINT_PAGES, *key, endpoint.product_rest_endpoint_page_id)
    call.tx.delete(SHARING_POLICIES, call.scope.region, call.scope.account, product.portal_product_id)
    call.tx.delete(PORTAL_PRODUCTS, *key)
    return {}
