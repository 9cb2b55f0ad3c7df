"""Who may have a stage's variables say which role an HTTP API's integration is called as (`${stageVariables.role}` in `CredentialsArn`).

Whoever sets the variables, or has something deployed to them, needs `iam:PassRole` on the role that they come to, beside what is asked of
who stores such an integration; lest an API gives somebody a role that IAM does not. AWS does not document that it asks then.

Source: API Gateway Developer Guide, "Use stage variables for HTTP APIs"; IAM User Guide, "Grant permissions to pass a role to a service".
"""

from collections.abc import Iterable, Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Check
from portico.doors.stage_variables import completed_roles
from portico.services.apigatewayv2.access import SERVICE_PRINCIPAL, dependent
from portico.services.apigatewayv2.records import DEPLOYED, INTEGRATIONS, STAGES, Integration, Stage, merged
from portico.services.apigatewayv2.service import OfApi, of_api

Request = Mapping[str, Any]
_CHOOSING = {"StageVariables", "DeploymentId", "AutoDeploy"}


async def by_stage(owner: Any, call: Call, request: Request) -> list[Check]:
    """For what makes or changes a stage, or deploys to one: what it did not have before; and all other dependent checks."""
    checks = await dependent(owner, call, request)
    if not request.get("StageName") or (call.operation == "UpdateStage" and not _CHOOSING & request.keys()):
        return checks
    key = of_api(call, request)
    before = await call.tx.get(STAGES, *key, request["StageName"])
    held = before or Stage(request["StageName"], call.now, call.now)
    variables = merged(held.stage_variables, request.get("StageVariables")) or {}
    if call.operation == "CreateDeployment" or request.get("AutoDeploy", held.auto_deploy):
        after: Iterable[Integration] = await call.tx.scan(INTEGRATIONS, *key)
    else:
        after = await _deployed(call, key, request.get("DeploymentId") or held.deployment_id)
    had = _roles(call, await _deployed(call, key, held.deployment_id), held.stage_variables)
    return checks + _passed(_roles(call, after, variables) - had)


async def by_integration(owner: Any, call: Call, request: Request) -> list[Check]:
    """For what makes or changes an integration; and all other dependent checks."""
    return await dependent(owner, call, request) + await by_following(call, request, [request])


async def by_following(call: Call, request: Request, integrations: Iterable[Request]) -> list[Check]:
    """For integrations that stages which deploy themselves serve at once."""
    named = [one.get("CredentialsArn") for one in integrations]
    if "ApiId" not in request or not any("${" in one for one in named if one):
        return []
    stages = [one for one in await call.tx.scan(STAGES, *of_api(call, request)) if one.auto_deploy]
    roles = [completed_roles(named, stage.stage_variables, call.scope.account) for stage in stages]
    return _passed(set().union(*roles))


async def _deployed(call: Call, key: OfApi, deployment_id: str | None) -> Iterable[Integration]:
    found = await call.tx.get(DEPLOYED, *key, deployment_id) if deployment_id else None
    return () if found is None else found.integrations


def _roles(call: Call, integrations: Iterable[Integration], variables: Mapping[str, str]) -> set[str]:
    return completed_roles((one.credentials_arn for one in integrations), variables, call.scope.account)


def _passed(roles: set[str]) -> list[Check]:
    keys = {"iam:PassedToService": SERVICE_PRINCIPAL}
    return [Check("iam:PassRole", role, keys) for role in sorted(roles)]
