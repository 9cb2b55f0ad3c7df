"""Products of developer portals. Other accounts see none of them, so that policies to share them are refused (501).

Source: API Gateway Version 2 API Reference, "PortalProducts".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.portal_records import (
    PORTAL_PRODUCTS,
    PORTALS,
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
    PortalProduct,
)
from portico.services.apigatewayv2.portals import arn_of
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, here, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


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


@managed_as_named
async def get_portal_product(
    service: HttpApis, call: Call, request: "shapes.GetPortalProductRequest"
) -> Values:
    """A product.

    Raises:
        NotFoundException: there is none of that id.
    """
    return shown(await requested_product(call, request))


@managed_as_named
async def list_portal_products(
    service: HttpApis, call: Call, request: "shapes.ListPortalProductsRequest"
) -> Values:
    """The caller's products.

    Raises:
        BadRequestException: `MaxResults`, `NextToken`.
    """
    found, token = await page(call, request, PORTAL_PRODUCTS, *here(call), id_of="PortalProductId")
    return answer([shown(one) for one in found], token)


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
    call.tx.delete(PORTAL_PRODUCTS, *key)
    return {}


async def requested_product(call: Call, request: Mapping[str, Any]) -> PortalProduct:
    """The product that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    return await existing(call, "PortalProduct", PORTAL_PRODUCTS, *here(call), request["PortalProductId"])
