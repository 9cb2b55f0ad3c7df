"""Who may have a stage's variables say which role an integration is called as (`arn:aws:iam::123456789012:role/${stageVariables.r}`).

Who stores such an integration may pass every role that its variables could name (`access.passed`). Which one it is, whoever sets the
variables says, or has something deployed to them; so they need `iam:PassRole` on it too, lest an API gives somebody a role that IAM does
not. AWS does not document that it asks then.

Source: API Gateway Developer Guide, "Use stage variables"; IAM User Guide, "Grant permissions to pass a role to an AWS service".
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.stage_variables import completed_roles
from portico.services.apigateway import access, stage_patches
from portico.services.apigateway.patch import patches
from portico.services.apigateway.records import RESOURCES, STAGES, Method, Resource, Stage
from portico.services.apigateway.service import ApiGateway, found_api, resource_of
from portico.services.apigateway.snapshot import read

Request = Mapping[str, Any]
Variables = Mapping[str, str]


async def by_new_stage(service: ApiGateway, call: Call, request: Request) -> list[Check]:
    """For CreateStage."""
    variables: Variables = request.get("variables") or {}
    canary = request.get("canarySettings") or {}
    served = [(request["deploymentId"], variables)]
    if canary.get("deploymentId"):
        served.append((canary["deploymentId"], {**variables, **(canary.get("stageVariableOverrides") or {})}))
    if await found_api(call, request) is None:
        return []
    return access.passed(sorted(_served(service, call, request, served)))


async def by_changed_stage(service: ApiGateway, call: Call, request: Request) -> list[Check]:
    """For UpdateStage: what the stage did not have before."""
    before = await _stage(call, request)
    if before is None:
        return []
    after = before
    for patch in patches(request):
        after = stage_patches.patched(after, patch)
    if _what(after) == _what(before):
        return []
    named = _of(service, call, request, after) - _of(service, call, request, before)
    return access.passed(sorted(named))


async def by_deployment(service: ApiGateway, call: Call, request: Request) -> list[Check]:
    """For CreateDeployment, to a stage: what that did not have before."""
    api = await found_api(call, request)
    if api is None or not request.get("stageName"):
        return []
    before = await _stage(call, request)
    overrides = (request.get("canarySettings") or {}).get("stageVariableOverrides")
    variables = {} if before is None else before.variables
    variables = {**variables, **(request.get("variables") or {}), **(overrides or {})}
    resources = await call.tx.scan(RESOURCES, api.id)
    named = completed_roles(_credentials(_methods(resources)), variables, call.scope.account)
    if before is not None:
        named -= _of(service, call, request, before)
    return access.passed(sorted(named))


async def by_trial(service: ApiGateway, call: Call, request: Request) -> list[Check]:
    """For TestInvokeMethod, whose caller brings the variables."""
    methods = (await resource_of(call, request)).resource_methods
    method = methods.get(request["httpMethod"]) or methods.get("ANY")
    variables: Variables = request.get("stageVariables") or {}
    tried = [] if method is None else [method]
    return access.passed(sorted(completed_roles(_credentials(tried), variables, call.scope.account)))


async def _stage(call: Call, request: Request) -> Stage | None:
    api = await found_api(call, request)
    return None if api is None else await call.tx.get(STAGES, api.id, request["stageName"])


def _what(stage: Stage) -> tuple[Any, ...]:
    return stage.deployment_id, stage.variables, stage.canary_settings


def _of(service: ApiGateway, call: Call, request: Request, stage: Stage) -> set[str]:
    """The roles that a stage's variables, and its canary's, complete in what they serve."""
    served: list[tuple[str, Variables]] = [(stage.deployment_id, stage.variables)]
    canary = stage.canary_settings
    if canary is not None:
        served.append((canary.deployment_id, stage.variables | (canary.stage_variable_overrides or {})))
    return _served(service, call, request, served)


def _served(
    service: ApiGateway, call: Call, request: Request, served: Iterable[tuple[str, Variables]]
) -> set[str]:
    roles: set[str] = set()
    for deployment_id, variables in served:
        deployed = read(service.store, request["restApiId"], deployment_id)
        if deployed is not None:
            credentials = _credentials(_methods(deployed.resources))
            roles |= completed_roles(credentials, variables, call.scope.account)
    return roles


def _methods(resources: Iterable[Resource]) -> Iterator[Method]:
    for resource in resources:
        yield from resource.resource_methods.values()


def _credentials(methods: Iterable[Method]) -> Iterator[str]:
    for method in methods:
        if method.method_integration is not None:
            yield method.method_integration.credentials
