"""Pages of products: texts, and methods of REST APIs.

Source: API Gateway Version 2 API Reference, "ProductPages", "ProductRestEndpointPages".
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.portal_products import requested_product
from portico.services.apigatewayv2.portal_records import (
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
    ProductPage,
    RestEndpointPage,
)
from portico.services.apigatewayv2.portals import arn_of
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, here, new_id

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


@managed_as_named
async def create_product_page(
    service: HttpApis, call: Call, request: "shapes.CreateProductPageRequest"
) -> Values:
    """Add a page to a product.

    Raises:
        NotFoundException: there is no such product.
    """
    product, identifier = await requested_product(call, request), new_id(10)
    arn = arn_of(call, f"portalproducts/{product.portal_product_id}/productpages/{identifier}")
    values = {**request, "ProductPageId": identifier, "ProductPageArn": arn, "LastModified": call.now}
    made_page = made(ProductPage, values)
    call.tx.put(PRODUCT_PAGES, made_page, *here(call), product.portal_product_id, identifier)
    return shown(made_page)


@managed_as_named
async def get_product_page(service: HttpApis, call: Call, request: "shapes.GetProductPageRequest") -> Values:
    """A page.

    Raises:
        NotFoundException: there is no such product or page.
    """
    return shown(await _page(call, request))


@managed_as_named
async def list_product_pages(
    service: HttpApis, call: Call, request: "shapes.ListProductPagesRequest"
) -> Values:
    """The product's pages, without their bodies.

    Raises:
        NotFoundException: there is no such product.
    """
    product = await requested_product(call, request)
    key = (*here(call), product.portal_product_id)
    found, token = await page(call, request, PRODUCT_PAGES, *key, id_of="ProductPageId")
    items = [{**shown(one), "PageTitle": one.display_content["Title"]} for one in found]
    return answer(items, token)


@managed_as_named
async def update_product_page(
    service: HttpApis, call: Call, request: "shapes.UpdateProductPageRequest"
) -> Values:
    """Change a page.

    Raises:
        NotFoundException: there is no such product or page.
    """
    after = changed(await _page(call, request), {**request, "LastModified": call.now})
    call.tx.put(PRODUCT_PAGES, after, *here(call), request["PortalProductId"], after.product_page_id)
    return shown(after)


@managed_as_named
async def delete_product_page(
    service: HttpApis, call: Call, request: "shapes.DeleteProductPageRequest"
) -> Values:
    """Delete a page.

    Raises:
        NotFoundException: there is no such product or page.
    """
    found = await _page(call, request)
    call.tx.delete(PRODUCT_PAGES, *here(call), request["PortalProductId"], found.product_page_id)
    return {}


@managed_as_named
async def create_product_rest_endpoint_page(
    service: HttpApis, call: Call, request: "shapes.CreateProductRestEndpointPageRequest"
) -> Values:
    """Add a page about a method of a REST API to a product.

    Raises:
        NotFoundException: there is no such product. BadRequestException: the method is not named.
    """
    product, identifier = await requested_product(call, request), new_id(10)
    where = f"portalproducts/{product.portal_product_id}/productrestendpointpages/{identifier}"
    values: Values = {
        **request,
        "ProductRestEndpointPageId": identifier,
        "ProductRestEndpointPageArn": arn_of(call, where),
        "DisplayContent": _content(request["RestEndpointIdentifier"], request.get("DisplayContent")),
        "LastModified": call.now,
    }
    made_page = made(RestEndpointPage, values)
    call.tx.put(REST_ENDPOINT_PAGES, made_page, *here(call), product.portal_product_id, identifier)
    return shown(made_page)


@managed_as_named
async def get_product_rest_endpoint_page(
    service: HttpApis, call: Call, request: "shapes.GetProductRestEndpointPageRequest"
) -> Values:
    """A page about a method.

    Raises:
        NotFoundException: there is no such product or page.
    """
    return shown(await _endpoint_page(call, request))


@managed_as_named
async def list_product_rest_endpoint_pages(
    service: HttpApis, call: Call, request: "shapes.ListProductRestEndpointPagesRequest"
) -> Values:
    """The product's pages about methods.

    Raises:
        NotFoundException: there is no such product.
    """
    product = await requested_product(call, request)
    key = (*here(call), product.portal_product_id)
    found, token = await page(call, request, REST_ENDPOINT_PAGES, *key, id_of="ProductRestEndpointPageId")
    items = [{**shown(one), "Endpoint": one.display_content["Endpoint"]} for one in found]
    return answer(items, token)


@managed_as_named
async def update_product_rest_endpoint_page(
    service: HttpApis, call: Call, request: "shapes.UpdateProductRestEndpointPageRequest"
) -> Values:
    """Change a page about a method.

    Raises:
        NotFoundException: there is no such product or page.
    """
    before, values = await _endpoint_page(call, request), {**request, "LastModified": call.now}
    if "DisplayContent" in request:
        values["DisplayContent"] = _content(before.rest_endpoint_identifier, request["DisplayContent"])
    after = changed(before, values)
    key = (*here(call), request["PortalProductId"], after.product_rest_endpoint_page_id)
    call.tx.put(REST_ENDPOINT_PAGES, after, *key)
    return shown(after)


@managed_as_named
async def delete_product_rest_endpoint_page(
    service: HttpApis, call: Call, request: "shapes.DeleteProductRestEndpointPageRequest"
) -> Values:
    """Delete a page about a method.

    Raises:
        NotFoundException: there is no such product or page.
    """
    found = await _endpoint_page(call, request)
    key = (*here(call), request["PortalProductId"], found.product_rest_endpoint_page_id)
    call.tx.delete(REST_ENDPOINT_PAGES, *key)
    return {}


def _content(identifier: Mapping[str, Any], given: Mapping[str, Any] | None) -> Values:
    """What a page shows: the method, unless something else is said."""
    parts = identifier.get("IdentifierParts")
    if not parts:
        raise errors.bad_request("RestEndpointIdentifier must have IdentifierParts")
    overrides = (given or {}).get("Overrides") or {}
    return {"Endpoint": f"{parts['Method']} {parts['Path']}", **overrides}


async def _page(call: Call, request: Mapping[str, Any]) -> ProductPage:
    product = await requested_product(call, request)
    key = (*here(call), product.portal_product_id, request["ProductPageId"])
    return await existing(call, "ProductPage", PRODUCT_PAGES, *key)


async def _endpoint_page(call: Call, request: Mapping[str, Any]) -> RestEndpointPage:
    product = await requested_product(call, request)
    key = (*here(call), product.portal_product_id, request["ProductRestEndpointPageId"])
    return await existing(call, "ProductRestEndpointPage", REST_ENDPOINT_PAGES, *key)
