"""Developer portals, the products that they show, and those products' pages: kept and shown. Nothing serves a portal."""

import msgspec

from portico.services.apigatewayv2.records import Record, Values
from portico.store.table import Table


class Portal(Record, frozen=True):
    """A portal. Times are in seconds on the `now` clock."""

    portal_id: str
    portal_arn: str
    authorization: Values
    endpoint_configuration: Values
    portal_content: Values
    last_modified: float
    included_portal_product_arns: list[str] = msgspec.field(default_factory=list)
    rum_app_monitor_name: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class PortalProduct(Record, frozen=True):
    """A product: a set of pages about APIs."""

    portal_product_id: str
    portal_product_arn: str
    display_name: str
    last_modified: float
    description: str | None = None
    display_order: Values | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)


class ProductPage(Record, frozen=True):
    """A page of a product."""

    product_page_id: str
    product_page_arn: str
    display_content: Values
    last_modified: float


class RestEndpointPage(Record, frozen=True):
    """A page of a product about one method of a REST API."""

    product_rest_endpoint_page_id: str
    product_rest_endpoint_page_arn: str
    rest_endpoint_identifier: Values
    display_content: Values
    last_modified: float
    status: str = "AVAILABLE"
    try_it_state: str = "ENABLED"


PORTALS = Table("apigatewayv2-portal", Portal)  # (account, region, id)
PORTAL_PRODUCTS = Table("apigatewayv2-portal-product", PortalProduct)
PRODUCT_PAGES = Table("apigatewayv2-product-page", ProductPage)  # (..., product id, id)
REST_ENDPOINT_PAGES = Table("apigatewayv2-product-rest-endpoint-page", RestEndpointPage)
