"""Responses of a WebSocket API's integrations: how an answer is shown, by its status."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.apigatewayv2 import deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.paging import answer, page
from portico.services.apigatewayv2.records import (
    INTEGRATION_RESPONSES,
    INTEGRATIONS,
    Api,
    Integration,
    IntegrationResponse,
    Values,
    changed,
    made,
    merged,
    shown,
)
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api, new_id, of_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes

_KEY = re.compile(r"\$default|/.+/").fullmatch
_MERGED = ("ResponseParameters", "ResponseTemplates")


@managed
async def create_integration_response(
    service: HttpApis, call: Call, request: "shapes.CreateIntegrationResponseRequest"
) -> Values:
    """Give an integration of a WebSocket API a response.

    Raises:
        NotFoundException: there is no API or integration of that id. BadRequestException: it is an HTTP API, or the key has no form.
        ConflictException: the integration has one of that key.
    """
    api, integration = await existing_api(call, request), await _integration(call, request)
    response = made(IntegrationResponse, {**request, "IntegrationResponseId": new_id(7)})
    _check(api, response)
    key = (*of_api(call, request), integration.integration_id)
    for other in await call.tx.scan(INTEGRATION_RESPONSES, *key):
        if other.integration_response_key == response.integration_response_key:
            raise errors.conflict(
                f"Integration response with key {other.integration_response_key} already exists"
            )
    call.tx.put(INTEGRATION_RESPONSES, response, *key, response.integration_response_id)
    await deploying.follow(call, api)
    return shown(response)


@managed
async def get_integration_response(
    service: HttpApis, call: Call, request: "shapes.GetIntegrationResponseRequest"
) -> Values:
    """An integration's response.

    Raises:
        NotFoundException: there is no API, integration or response of that id.
    """
    return shown(await _requested(call, request))


@managed
async def get_integration_responses(
    service: HttpApis, call: Call, request: "shapes.GetIntegrationResponsesRequest"
) -> Values:
    """The integration's responses.

    Raises:
        NotFoundException: there is no API or integration of that id.
    """
    integration = await _integration(call, request)
    key = (*of_api(call, request), integration.integration_id)
    found, token = await page(call, request, INTEGRATION_RESPONSES, *key, id_of="IntegrationResponseId")
    return answer([shown(one) for one in found], token)


@managed
async def update_integration_response(
    service: HttpApis, call: Call, request: "shapes.UpdateIntegrationResponseRequest"
) -> Values:
    """Change an integration's response. Parameters and templates are added or changed; those that are given as empty go.

    Raises:
        NotFoundException: there is no API, integration or response of that id. BadRequestException: the key has no form.
    """
    api, before = await existing_api(call, request), await _requested(call, request)
    values: Values = {**request}
    own = shown(before)
    values |= {name: merged(own.get(name), values[name]) for name in _MERGED if name in values}
    after = changed(before, values)
    _check(api, after)
    key = (*of_api(call, request), request["IntegrationId"])
    call.tx.put(INTEGRATION_RESPONSES, after, *key, after.integration_response_id)
    await deploying.follow(call, api)
    return shown(after)


@managed
async def delete_integration_response(
    service: HttpApis, call: Call, request: "shapes.DeleteIntegrationResponseRequest"
) -> Values:
    """Take an integration's response away.

    Raises:
        NotFoundException: there is no API, integration or response of that id.
    """
    api, response = await existing_api(call, request), await _requested(call, request)
    key = (*of_api(call, request), request["IntegrationId"])
    call.tx.delete(INTEGRATION_RESPONSES, *key, response.integration_response_id)
    await deploying.follow(call, api)
    return {}


def _check(api: Api, response: IntegrationResponse) -> None:
    if api.is_http:
        raise errors.bad_request("Integration responses are not supported for HTTP protocol")
    if not _KEY(response.integration_response_key):
        raise errors.bad_request(
            "Integration response key must be $default or a regular expression between slashes"
        )


async def _integration(call: Call, request: Mapping[str, Any]) -> Integration:
    await existing_api(call, request)
    return await existing(call, "Integration", INTEGRATIONS, *of_api(call, request), request["IntegrationId"])


async def _requested(call: Call, request: Mapping[str, Any]) -> IntegrationResponse:
    integration = await _integration(call, request)
    key = (*of_api(call, request), integration.integration_id, request["IntegrationResponseId"])
    return await existing(call, "IntegrationResponse", INTEGRATION_RESPONSES, *key)
