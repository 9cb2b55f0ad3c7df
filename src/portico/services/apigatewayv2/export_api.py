"""ExportApi: an HTTP API as an OpenAPI 3 definition.

Source: API Gateway Version 2 API Reference, ExportApi; Developer Guide, "Export an HTTP API from API Gateway".
"""

from typing import TYPE_CHECKING

from portico.calls.call import Call
from portico.doors import definition_text
from portico.services.apigatewayv2 import deploying, errors
from portico.services.apigatewayv2.access import managed
from portico.services.apigatewayv2.openapi.writing import written
from portico.services.apigatewayv2.records import DEPLOYED, STAGES, Api, Deployed, Values
from portico.services.apigatewayv2.service import HttpApis, existing, existing_api

if TYPE_CHECKING:
    from portico.services.apigatewayv2 import shapes


@managed
async def export_api(service: HttpApis, call: Call, request: "shapes.ExportApiRequest") -> Values:
    """The definition of an API: as deployed to a stage if one is named, else as it is now.

    Raises:
        NotFoundException: there is no such API or stage. BadRequestException: it is a WebSocket API, it has no routes, or the
            specification or format is none.
    """
    api = await existing_api(call, request)
    if request["Specification"] != "OAS30":
        raise errors.bad_request("Invalid specification type. Only OAS30 is supported")
    if request.get("ExportVersion") not in (None, "1.0"):
        raise errors.bad_request("Invalid export version. Only 1.0 is supported")
    kind = request["OutputType"].upper()
    if kind not in ("JSON", "YAML"):
        raise errors.bad_request("Invalid output type. Must be one of [JSON, YAML]")
    if not api.is_http:
        raise errors.bad_request("Only HTTP APIs can be exported")
    stage = request.get("StageName")
    parts = await _deployed(call, api, stage) if stage else await deploying.snapshot(call, api)
    if not parts.routes:
        raise errors.bad_request("Unable to export an API that has no routes")
    endpoint = service.public.api(api.api_id, call.scope.region)
    if stage and stage != "$default":
        endpoint = f"{endpoint}/{stage}"
    document = written(api, parts, endpoint, extensions=request.get("IncludeExtensions", True))
    return {"body": definition_text.written(document, as_yaml=kind == "YAML")}


async def _deployed(call: Call, api: Api, name: str) -> Deployed:
    key = (call.scope.account, call.scope.region, api.api_id)
    stage = await existing(call, "Stage", STAGES, *key, name)
    found = await call.tx.get(DEPLOYED, *key, stage.deployment_id) if stage.deployment_id else None
    if found is None:
        raise errors.bad_request("Unable to export a stage that nothing was deployed to")
    return found
