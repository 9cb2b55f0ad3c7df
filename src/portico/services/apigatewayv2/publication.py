"""What a portal's visitors see, made of the portal, its products and their pages as they are now.

A product's pages are in its display order, without those that are not in it, which are drafts; a product that has no display order shows
all.

Source: API Gateway Developer Guide, "Portal products in API Gateway", "Try it" (which private APIs do not have).
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from portico.calls.call import Call
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.method_documentation import Documentation
from portico.services.apigatewayv2.portal_records import (
    PORTAL_PRODUCTS,
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
    Endpoint,
    Portal,
    PortalProduct,
    Product,
    ProductPage,
    Publication,
    RestEndpointPage,
    Section,
    Text,
    UserPool,
)
from portico.services.apigatewayv2.product_pages import displayed
from portico.services.apigatewayv2.service import HttpApis, here
from portico.services.apigatewayv2.sharing import product_place

T = TypeVar("T")


async def publication(service: HttpApis, call: Call, portal: Portal) -> Publication:
    """The site of a portal.

    Raises:
        AwsError: BadRequestException, a product that it includes is not there any more.
    """
    account, region = here(call)
    content, users = portal.portal_content, portal.authorization.get("CognitoConfig")
    return Publication(
        portal=portal.portal_id,
        account=account,
        region=region,
        name=content["DisplayName"],
        about=content.get("Description") or "",
        colors=dict(content["Theme"]["CustomColors"]),
        logo=portal.logo_uri or "",
        domain=portal.domain,
        users=UserPool(users["UserPoolArn"], users["UserPoolDomain"], users["AppClientId"])
        if users
        else None,
        products=tuple([await _product(service, call, arn) for arn in portal.included_portal_product_arns]),
    )


async def _product(service: HttpApis, call: Call, arn: str) -> Product:
    place = product_place(call, arn)
    product = await call.tx.get(PORTAL_PRODUCTS, *place)
    if product is None:
        raise errors.bad_request(f"The portal product does not exist: {arn}")
    texts = {one.product_page_arn: _text(one) for one in await call.tx.scan(PRODUCT_PAGES, *place)}
    documentation = Documentation(service.clients, place[0], place[1])
    endpoints = {
        one.product_rest_endpoint_page_arn: await _endpoint(service, place[1], documentation, one)
        for one in await call.tx.scan(REST_ENDPOINT_PAGES, *place)
    }
    order: Mapping[str, Any] | None = product.display_order
    overview = texts.get((order or {}).get("OverviewPageArn", ""))
    return Product(
        id=product.portal_product_id,
        name=product.display_name,
        about=product.description or "",
        overview=overview,
        texts=tuple(one for one in _ordered(texts, order, _pages_in) if one is not overview),
        sections=_sections(product, endpoints),
    )


def _pages_in(order: Mapping[str, Any]) -> Iterable[str]:
    return order.get("ProductPageArns") or ()


def _ordered(
    found: Mapping[str, T],
    order: Mapping[str, Any] | None,
    listed: Callable[[Mapping[str, Any]], Iterable[str]],
) -> list[T]:
    if order is None:
        return list(found.values())
    return [found[arn] for arn in dict.fromkeys(listed(order)) if arn in found]


def _sections(product: PortalProduct, endpoints: Mapping[str, Endpoint]) -> tuple[Section, ...]:
    if product.display_order is None:
        return (Section("", tuple(endpoints.values())),) if endpoints else ()
    return tuple(
        Section(
            one["SectionName"],
            tuple(endpoints[arn] for arn in dict.fromkeys(one["ProductRestEndpointPageArns"]) if arn in endpoints),
        )
        for one in product.display_order.get("Contents") or ()
    )  # fmt: skip


def _text(page: ProductPage) -> Text:
    return Text(page.product_page_id, page.display_content["Title"], page.display_content["Body"])


async def _endpoint(
    service: HttpApis, region: str, documentation: Documentation, page: RestEndpointPage
) -> Endpoint:
    parts = page.rest_endpoint_identifier["IdentifierParts"]
    content, known = displayed(service, region, page), await documentation.of(parts)
    return Endpoint(
        id=page.product_rest_endpoint_page_id,
        title=content.get("OperationName") or f"{parts['Method']} {parts['Path']}",
        api_id=parts["RestApiId"],
        stage=parts["Stage"],
        method=parts["Method"],
        path=parts["Path"],
        url=content["Endpoint"],
        body=content.get("Body") or "",
        about=known.about,
        parameters=known.parameters,
        request=known.request,
        responses=known.responses,
        tryable=known.reachable and page.try_it_state == "ENABLED",
    )
