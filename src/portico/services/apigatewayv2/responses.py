"""Responses of a WebSocket API: a route's says that what its integration answers goes back to the client, an integration's how an answer
is shown, by its status. Both have the same five operations, under the names of their kind.

Source: API Gateway Version 2 API Reference, "RouteResponses", "IntegrationResponses".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from portico.calls.call import Call
from portico.calls.kinds import bind_each
from portico.services.apigatewayv2 import deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    INTEGRATION_RESPONSES,
    INTEGRATIONS,
    ROUTE_RESPONSES,
    ROUTES,
    Api,
    IntegrationResponse,
    RouteResponse,
    Values,
    changed,
    made,
    merged,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api, new_id, of_api
from portico.store.table import Table

Request = Mapping[str, Any]


class Kind(msgspec.Struct, frozen=True):
    """Responses of one kind of `owner` ("Route"). `maps` are the members that an update adds to; keys that `is_key` does not take are
    refused with `not_a_key`."""

    owner: str
    owners: Table[Any]
    record: type[RouteResponse | IntegrationResponse]
    table: Table[Any]
    maps: tuple[str, ...]
    is_key: Callable[[str], object]
    not_a_key: str

    @property
    def name(self) -> str:
        """What operations and members begin with."""
        return f"{self.owner}Response"

    @property
    def words(self) -> str:
        """What messages begin with."""
        return f"{self.owner} response"

    def key_of(self, response: Values) -> str:
        """The key of a response as it is shown."""
        return str(response[f"{self.name}Key"])

    async def below(self, call: Call, request: Request) -> tuple[str, ...]:
        """What the keys of the named owner's responses begin with.

        Raises:
            AwsError: NotFoundException, there is no such API or owner.
        """
        await existing_api(call, request)
        key = (*of_api(call, request), request[f"{self.owner}Id"])
        await existing(call, self.owner, self.owners, *key)
        return key

    async def place(self, call: Call, request: Request) -> tuple[str, ...]:
        """The key of the response that a request names."""
        return (*await self.below(call, request), request[f"{self.name}Id"])

    def check(self, api: Api, response: Values) -> None:
        """Refuse a response that the API can't have.

        Raises:
            AwsError: BadRequestException.
        """
        if api.is_http:
            raise errors.bad_request(f"{self.words}s are not supported for HTTP protocol")
        if not self.is_key(self.key_of(response)):
            raise errors.bad_request(self.not_a_key)


KINDS = (
    Kind(
        "Route",
        ROUTES,
        RouteResponse,
        ROUTE_RESPONSES,
        ("ResponseModels",),
        re.compile(r"\$default").fullmatch,
        "Only $default is currently supported for route response key",
    ),
    Kind(
        "Integration",
        INTEGRATIONS,
        IntegrationResponse,
        INTEGRATION_RESPONSES,
        ("ResponseParameters", "ResponseTemplates"),
        re.compile(r"\$default|/.+/").fullmatch,
        "Integration response key must be $default or a regular expression between slashes",
    ),
)


async def _create(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    """Add a response. ConflictException: the owner has one of that key."""
    below, api = await kind.below(call, request), await existing_api(call, request)
    response = made(kind.record, {**request, f"{kind.name}Id": new_id(7)})
    values = shown(response)
    kind.check(api, values)
    for other in await call.tx.scan(kind.table, *below):
        if kind.key_of(shown(other)) == kind.key_of(values):
            raise errors.conflict(f"{kind.words} with key {kind.key_of(values)} already exists")
    call.tx.put(kind.table, response, *below, values[f"{kind.name}Id"])
    await deploying.follow(call, api)
    return values


async def _get(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    return shown(await existing(call, kind.name, kind.table, *await kind.place(call, request)))


async def _list(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    below = await kind.below(call, request)
    found, token = await page(call, request, kind.table, *below, id_of=f"{kind.name}Id")
    return answer([shown(one) for one in found], token)


async def _update(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    """Change a response. Entries of its maps are added or changed; those that are given as empty go."""
    place, api = await kind.place(call, request), await existing_api(call, request)
    before = await existing(call, kind.name, kind.table, *place)
    own, values = shown(before), {**request}
    values |= {name: merged(own.get(name), values[name]) for name in kind.maps if name in values}
    after = changed(before, values)
    kind.check(api, shown(after))
    call.tx.put(kind.table, after, *place)
    await deploying.follow(call, api)
    return shown(after)


async def _delete(kind: Kind, service: HttpApis, call: Call, request: Request) -> Values:
    place, api = await kind.place(call, request), await existing_api(call, request)
    await existing(call, kind.name, kind.table, *place)
    call.tx.delete(kind.table, *place)
    await deploying.follow(call, api)
    return {}


bind_each(
    KINDS,
    {
        "Create{}": _create,
        "Get{}": _get,
        "Get{}s": _list,
        "Update{}": _update,
        "Delete{}": _delete,
    },
    lambda _: managed,
)
