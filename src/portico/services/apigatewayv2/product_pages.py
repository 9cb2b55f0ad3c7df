"""Pages of products: texts, and methods of REST APIs. Both kinds have the same five operations, under the names of their kind.

Source: API Gateway Version 2 API Reference, "ProductPages", "ProductRestEndpointPages".
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.kinds import bind_each
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.access import managed_as_named, managed_as_named_with
from portico.services.apigatewayv2.method_documentation import invoke_url
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.portal_records import (
    PRODUCT_PAGES,
    REST_ENDPOINT_PAGES,
    ProductPage,
    RestEndpointPage,
)
from portico.services.apigatewayv2.portals import arn_of
from portico.services.apigatewayv2.records import Values, changed, made, shown
from portico.services.apigatewayv2.service import HttpApis, existing, new_id
from portico.services.apigatewayv2.sharing import owned, policy_of, requested_product
from portico.store.table import Table

Request = Mapping[str, Any]


def _overrides(values: Values) -> Values:
    """What a page about a method says in place of what is known of the method.

    Raises:
        AwsError: BadRequestException, the method is not named.
    """
    if not values["RestEndpointIdentifier"].get("IdentifierParts"):
        raise errors.bad_request("RestEndpointIdentifier must have IdentifierParts")
    return dict((values.get("DisplayContent") or {}).get("Overrides") or {})


def _as_given(values: Values) -> Values:
    return dict(values["DisplayContent"])


class Kind(msgspec.Struct, frozen=True):
    """Pages of one kind. `content` makes what is kept of what was given; lists show its members `headings` under these names."""

    name: str
    record: type[ProductPage | RestEndpointPage]
    table: Table[Any]
    content: Callable[[Values], Values]
    headings: Mapping[str, str]

    @property
    def id(self) -> str:
        """The member with a page's id."""
        return f"{self.name}Id"


KINDS = (
    Kind("ProductPage", ProductPage, PRODUCT_PAGES, _as_given, {"Title": "PageTitle"}),
    Kind(
        "ProductRestEndpointPage",
        RestEndpointPage,
        REST_ENDPOINT_PAGES,
        _overrides,
        {"Endpoint": "Endpoint", "OperationName": "OperationName"},
    ),
)


def displayed(service: HttpApis, region: str, page: ProductPage | RestEndpointPage) -> Values:
    """What a page shows: one about a method where the method is called, unless it says otherwise."""
    if isinstance(page, ProductPage):
        return page.display_content
    url = invoke_url(service.public, region, page.rest_endpoint_identifier["IdentifierParts"])
    return {"Endpoint": url, **page.display_content}


def _shown(service: HttpApis, call: Call, page: ProductPage | RestEndpointPage) -> Values:
    return {**shown(page), "DisplayContent": displayed(service, call.scope.region, page)}


async def _below(call: Call, request: Request) -> tuple[str, ...]:
    """What the keys of the named product's pages begin with."""
    return *owned(call, request), (await requested_product(call, request)).portal_product_id


async def _create(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    below, identifier = await _below(call, request), new_id(10)
    values = {
        **request,
        kind.id: identifier,
        f"{kind.name}Arn": arn_of(call, f"portalproducts/{below[-1]}/{kind.name.lower()}s/{identifier}"),
        "DisplayContent": kind.content({**request}),
        "LastModified": call.now,
    }
    new = made(kind.record, values)
    call.tx.put(kind.table, new, *below, identifier)
    return _shown(service, call, new)


async def _get(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    place = (*await _below(call, request), request[kind.id])
    return _shown(service, call, await existing(call, kind.name, kind.table, *place))


async def _list(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    below = await _below(call, request)
    found, token = await page(call, request, kind.table, *below, id_of=kind.id)
    return answer([_summary(kind, _shown(service, call, one)) for one in found], token)


def _summary(kind: Kind, page: Values) -> Values:
    content = page["DisplayContent"]
    return page | {kind.headings[name]: value for name, value in content.items() if name in kind.headings}


async def _update(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    place = (*await _below(call, request), request[kind.id])
    before = await existing(call, kind.name, kind.table, *place)
    values = {**request, "LastModified": call.now}
    if "DisplayContent" in request:
        values["DisplayContent"] = kind.content({**shown(before), **request})
    after = changed(before, values)
    call.tx.put(kind.table, after, *place)
    return _shown(service, call, after)


async def _delete(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    place = (*await _below(call, request), request[kind.id])
    await existing(call, kind.name, kind.table, *place)
    call.tx.delete(kind.table, *place)
    return {}


bind_each(
    KINDS,
    {"Create{}": _create, "Update{}": _update, "Delete{}": _delete},
    lambda _: managed_as_named,
)
bind_each(KINDS, {"Get{}": _get, "List{}s": _list}, lambda _: managed_as_named_with(policy=policy_of))
