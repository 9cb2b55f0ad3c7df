"""Definitions of what is deployed under stages."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.doors.definition_text import written
from portico.services.apigateway import access, errors
from portico.services.apigateway.documentation_records import (
    DOCUMENTATION_SNAPSHOTS,
    DOCUMENTATION_VERSIONS,
)
from portico.services.apigateway.openapi import parts
from portico.services.apigateway.openapi.oas30 import oas30
from portico.services.apigateway.openapi.swagger import swagger
from portico.services.apigateway.openapi.writing import Exported, Extensions
from portico.services.apigateway.records import DEPLOYMENTS, Stage
from portico.services.apigateway.service import ApiGateway
from portico.services.apigateway.snapshot import read
from portico.services.apigateway.stages import stage_of

if TYPE_CHECKING:
    from portico.services.apigateway import shapes

_WRITERS: dict[str, Callable[[Exported], dict[str, Any]]] = {"swagger": swagger, "oas30": oas30}


@access.operation()
async def get_export(service: ApiGateway, call: Call, request: "shapes.GetExportRequest") -> dict[str, Any]:
    """The definition of a stage (`exportType` `swagger` or `oas30`), in JSON or, if `Accept` says so, in YAML; with those of API Gateway's
    extensions that the parameter `extensions` names (`integrations`, `authorizers`, `documentation`, or `apigateway` for all).

    Raises:
        NotFoundException: there is no such stage. BadRequestException: there is no such type of export.
    """
    kind = request["exportType"]
    stage, api_id = await stage_of(call, request), request["restApiId"]
    if kind not in _WRITERS:
        raise errors.bad_request(f"Invalid export type specified: {kind}. Valid options are swagger, oas30")
    snapshot = read(service.store, api_id, stage.deployment_id)
    deployment = await call.tx.get(DEPLOYMENTS, api_id, stage.deployment_id)
    if snapshot is None or deployment is None:
        raise errors.not_found("Invalid Deployment identifier specified")
    version = snapshot.api.version or _time(deployment.created_date)
    names = (request.get("parameters") or {}).get("extensions") or ""
    exported = Exported(
        snapshot=snapshot,
        stage=stage,
        region=call.scope.region,
        version=version,
        extensions=Extensions.of(names),
        documentation=await _documentation(call, api_id, stage)
        if {"documentation", "apigateway"} & set(names.split(","))
        else None,
    )
    ending = "yaml" if "yaml" in (request.get("accepts") or "") else "json"
    body = written(_WRITERS[kind](exported), as_yaml=ending == "yaml")
    return {
        "contentType": "application/octet-stream",
        "contentDisposition": f'attachment; filename="{kind}_{version}.{ending}"',
        "body": body,
    }


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def _documentation(call: Call, api_id: str, stage: Stage) -> Mapping[str, Any] | None:
    name = stage.documentation_version
    version = await call.tx.get(DOCUMENTATION_VERSIONS, api_id, name) if name else None
    held = await call.tx.get(DOCUMENTATION_SNAPSHOTS, api_id, name) if name else None
    if version is None or held is None:
        return None
    return parts.written(name, _time(version.created_date), held.parts)
