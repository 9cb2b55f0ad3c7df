"""Developer portals, the products that they show, those products' pages, and what of all that has been published or is previewed."""

import msgspec

from portico.services.apigatewayv2.records import Record, Values
from portico.store.table import Table


class Portal(Record, frozen=True):
    """A portal as it is designed. Times are in seconds on the `now` clock; `logo_uri` is never shown."""

    portal_id: str
    portal_arn: str
    authorization: Values
    endpoint_configuration: Values
    portal_content: Values
    last_modified: float
    included_portal_product_arns: list[str] = msgspec.field(default_factory=list)
    rum_app_monitor_name: str | None = None
    tags: dict[str, str] = msgspec.field(default_factory=dict)
    logo_uri: str | None = None
    publish_status: str = "DISABLED"
    last_published: float | None = None
    last_published_description: str | None = None

    @property
    def domain(self) -> str:
        """The custom domain name, "" if it has none."""
        return str(self.endpoint_configuration.get("DomainName", "")).lower()


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


class SharingPolicy(msgspec.Struct, frozen=True, gc=False):
    """What other accounts may do with an account's product: the document of a resource policy."""

    account: str
    product: str
    document: str


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """A parameter of a method: where it goes (`path`, `query`, `header`), and what is said of it."""

    name: str
    place: str
    required: bool = False
    about: str = ""


class Told(msgspec.Struct, frozen=True, gc=False):
    """What a method takes or answers: a status ("" of a request), words, and the schema as JSON text."""

    status: str
    about: str = ""
    schema: str = ""


class Endpoint(msgspec.Struct, frozen=True, gc=False):
    """A published page about a method: `body` (Markdown) stands in place of the API's own documentation, where there is one. `tryable`:
    visitors may call the method from the page."""

    id: str
    title: str
    api_id: str
    stage: str
    method: str
    path: str
    url: str
    body: str = ""
    about: str = ""
    parameters: tuple[Parameter, ...] = ()
    request: Told = Told("")
    responses: tuple[Told, ...] = ()
    tryable: bool = False


class Text(msgspec.Struct, frozen=True, gc=False):
    """A published page in Markdown."""

    id: str
    title: str
    body: str


class Section(msgspec.Struct, frozen=True, gc=False):
    """Published pages about methods, under a heading ("" for none)."""

    name: str
    endpoints: tuple[Endpoint, ...]


class Product(msgspec.Struct, frozen=True, gc=False):
    """A published product; its first text is the overview where there is one."""

    id: str
    name: str
    about: str
    overview: Text | None
    texts: tuple[Text, ...]
    sections: tuple[Section, ...]


class UserPool(msgspec.Struct, frozen=True, gc=False):
    """Who may visit: users of a pool (its ARN), who sign in by the pages of its domain as by the application `client`."""

    arn: str
    domain: str
    client: str


class Publication(msgspec.Struct, frozen=True, gc=False):
    """A portal's site: everything that visitors see, as it was when it was published. `domain` is its custom name, "" for none."""

    portal: str
    account: str
    region: str
    name: str
    about: str
    colors: dict[str, str]
    logo: str
    domain: str
    users: UserPool | None
    products: tuple[Product, ...]


class Preview(msgspec.Struct, frozen=True, gc=False):
    """A site that only those see who have been told its `token`, until `ends_at` (seconds, `now` clock)."""

    token: str
    ends_at: float
    publication: Publication


class PortalDomain(msgspec.Struct, frozen=True, gc=False):
    """Whose a custom domain name is."""

    portal: str


PORTALS = Table("apigatewayv2-portal", Portal)  # (account, region, id)
PORTAL_PRODUCTS = Table("apigatewayv2-portal-product", PortalProduct)
PRODUCT_PAGES = Table("apigatewayv2-product-page", ProductPage)  # (..., product id, id)
REST_ENDPOINT_PAGES = Table("apigatewayv2-product-rest-endpoint-page", RestEndpointPage)
SHARING_POLICIES = Table(
    "apigatewayv2-product-sharing-policy", SharingPolicy
)  # (region, account, product id)
PUBLICATIONS = Table("apigatewayv2-portal-publication", Publication)  # (portal id)
PREVIEWS = Table("apigatewayv2-portal-preview", Preview)  # (portal id)
PORTAL_DOMAINS = Table("apigatewayv2-portal-domain", PortalDomain)  # (domain name, lower case)
