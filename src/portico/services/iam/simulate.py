"""The policy simulator: what would be decided about calls that nobody makes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base import arn as arns
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.policy.parse import Kind, PolicyError, parse
from portico.identity.policy.variables import Value
from portico.identity.principal import Principal
from portico.services.iam import errors, positions, simulated_callers
from portico.services.iam.paging import More, page
from portico.services.iam.service import Iam
from portico.services.iam.simulation import (
    SEVERITY,
    Matched,
    Result,
    Scenario,
    Source,
    context_keys,
    simulate,
)

if TYPE_CHECKING:
    from portico.services.iam import shapes

_POLICY_TYPE = "IAM Policy"
_EVERYTHING = "*"
_EVALUATIONS_MAX = 200_000  # statements times actions times resources of one answer: about a second


def _on_source(call: Call, request: Mapping[str, Any]) -> Iterable[str]:
    return (request["PolicySourceArn"],)


@operation()
async def simulate_custom_policy(
    iam: Iam, call: Call, request: shapes.SimulateCustomPolicyRequest
) -> shapes.SimulateCustomPolicyResponse:
    """Decide each of the actions on each of the resources under the given policies alone.

    Raises:
        InvalidInput: a policy is none, a resource policy without a caller, two boundaries, an action without a service.
        NotImplemented: service control policies; Portico has no organizations.
    """
    _refuse_unknown(request, "OrderedOrganizationPolicyInputList")
    caller = request.get("CallerArn")
    if caller is None and "ResourcePolicy" in request:
        raise errors.invalid_input("CallerArn is required when a ResourcePolicy is given.")
    who = simulated_callers.principal(call, caller) if caller else simulated_callers.anyone(call)
    scenario = _scenario(call, request, who, simulated_callers.Holdings((), None))
    results, more = await _results(scenario, request)
    return {"EvaluationResults": results, **more}


@operation(on=_on_source, keys=simulated_callers.entity_facts)
async def simulate_principal_policy(
    iam: Iam, call: Call, request: shapes.SimulatePrincipalPolicyRequest
) -> shapes.SimulatePrincipalPolicyResponse:
    """Decide each of the actions on each of the resources under a user's, group's or role's policies and the given ones.

    Raises:
        NoSuchEntity: no such user, group or role.
        InvalidInput: as SimulateCustomPolicy.
        NotImplemented: a list of policies to leave out.
    """
    _refuse_unknown(request, "PolicyExclusionList")
    source_arn = request["PolicySourceArn"]
    source = await simulated_callers.entity(call, source_arn)
    caller = request.get("CallerArn") or (source_arn if ":group/" not in source_arn else "")
    if not caller and "ResourcePolicy" in request:
        raise errors.invalid_input("CallerArn is required when a ResourcePolicy is given.")
    who = simulated_callers.principal(call, caller) if caller else simulated_callers.anyone(call)
    if caller == source_arn:
        user_id = source.unique_id if who.kind == "user" else f"{source.unique_id}:"
        who = msgspec.structs.replace(who, unique_id=source.unique_id, user_id=user_id)
    scenario = _scenario(call, request, who, await simulated_callers.holdings(call, source))
    results, more = await _results(scenario, request)
    for result in results:
        result["OrganizationsDecisionDetail"] = {"AllowedByOrganizations": True}
    return {"EvaluationResults": results, **more}


@operation()
async def get_context_keys_for_custom_policy(
    iam: Iam, call: Call, request: shapes.GetContextKeysForCustomPolicyRequest
) -> shapes.GetContextKeysForCustomPolicyResponse:
    """The condition keys that the given policies ask for.

    Raises:
        InvalidInput: a policy is none.
    """
    return {
        "ContextKeyNames": _context_keys(_given(request["PolicyInputList"], "PolicyInputList", "identity"))
    }


@operation(on=_on_source, keys=simulated_callers.entity_facts)
async def get_context_keys_for_principal_policy(
    iam: Iam, call: Call, request: shapes.GetContextKeysForPrincipalPolicyRequest
) -> shapes.GetContextKeysForPrincipalPolicyResponse:
    """The condition keys that a user's, group's or role's policies and the given ones ask for.

    Raises:
        NoSuchEntity: no such user, group or role.
        InvalidInput: a policy is none.
    """
    source = await simulated_callers.entity(call, request["PolicySourceArn"])
    held = await simulated_callers.holdings(call, source)
    given = _given(request.get("PolicyInputList", ()), "PolicyInputList", "identity")
    return {"ContextKeyNames": _context_keys((*held.identity, *given))}


def _scenario(
    call: Call, request: Mapping[str, Any], who: Principal, held: simulated_callers.Holdings
) -> Scenario:
    given = _given(request.get("PolicyInputList", ()), "PolicyInputList", "identity")
    name = "PermissionsBoundaryPolicyInputList"
    boundaries = _given(request.get(name, ()), name, "boundary")
    if len(boundaries) > 1:
        raise errors.invalid_input("Only one permissions boundary policy can be given.")
    resource = (
        _given([request["ResourcePolicy"]], "ResourcePolicy", "resource")
        if "ResourcePolicy" in request
        else ()
    )
    return Scenario(
        who,
        (*held.identity, *given),
        boundaries[0] if boundaries else held.boundary,
        resource[0] if resource else None,
        _owner(request.get("ResourceOwner"), who.account),
        {**simulated_callers.facts(who), **_context(request.get("ContextEntries", ()))},
    )


def _given(texts: Iterable[str], member: str, kind: Kind) -> tuple[Source, ...]:
    sources = tuple(Source(f"{member}.{number}", text) for number, text in enumerate(texts, 1))
    for source in sources:
        try:
            parse(source.document, kind)
        except PolicyError as error:
            raise errors.invalid_input(error.message) from error
    return sources


def _owner(owner: str | None, caller_account: str) -> str:
    """The account that a `ResourceOwner` stands for: a number, or an ARN of the account."""
    if owner is None:
        return caller_account
    parsed = arns.parse(owner)
    return owner if parsed is None else parsed.account


def _context(entries: Iterable[shapes.ContextEntry]) -> dict[str, Value]:
    context: dict[str, Value] = {}
    for entry in entries:
        values = tuple(entry.get("ContextKeyValues", ()))
        many = entry.get("ContextKeyType", "string").endswith("List")
        if values or many:
            context[entry.get("ContextKeyName", "").lower()] = values if many else values[0]
    return context


async def _results(
    scenario: Scenario, request: Mapping[str, Any]
) -> tuple[list[shapes.EvaluationResult], More]:
    resources = request.get("ResourceArns") or [_EVERYTHING]
    actions = request["ActionNames"]
    for action in actions:
        if action.count(":") != 1:
            raise errors.invalid_input(f"Invalid Input: {action} is not an action of the form service:name.")
    numbered = [(f"{number:06d}", action) for number, action in enumerate(actions)]
    listed, more = page(numbered, request, lambda one: one[0])
    statements = sum(len(source.policy.statements) for source in scenario.sources)
    if len(listed) * len(resources) * statements > _EVALUATIONS_MAX:
        raise errors.invalid_input("The simulation is too large: give fewer actions, resources or policies.")
    results = []
    for _, action in listed:
        results.append(_result(scenario, action, resources))
        await asyncio.sleep(0)  # others' calls have their turn between two actions
    return results, more


def _result(scenario: Scenario, action: str, resources: list[str]) -> shapes.EvaluationResult:
    """One action: the strictest outcome over the resources, and each resource's own."""
    by_resource = [simulate(scenario, action, resource) for resource in resources]
    worst = max(by_resource, key=lambda result: SEVERITY[result.outcome]).outcome
    matched = dict.fromkeys(
        one for result in by_resource if result.outcome == worst for one in result.matched
    )
    specific = resources != [_EVERYTHING]
    result: shapes.EvaluationResult = {
        "EvalActionName": action,
        "EvalResourceName": resources[0] if len(resources) == 1 else _EVERYTHING,
        "EvalDecision": worst,
        "MatchedStatements": [_statement(one) for one in matched],
        "MissingContextValues": [] if specific else list(by_resource[0].missing),
    }
    if scenario.boundary is not None:
        within = all(result.by_boundary for result in by_resource)
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    if specific:
        result["EvalDecisionDetails"] = {}
        result["ResourceSpecificResults"] = [_specific(one) for one in by_resource]
    return result


def _specific(result: Result) -> shapes.ResourceSpecificResult:
    shown: shapes.ResourceSpecificResult = {
        "EvalResourceName": result.resource,
        "EvalResourceDecision": result.outcome,
        "MatchedStatements": [_statement(one) for one in result.matched],
        "MissingContextValues": list(result.missing),
    }
    if result.by_boundary is not None:
        shown["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": result.by_boundary}
    return shown


def _statement(matched: Matched) -> shapes.Statement:
    begin, end = positions.of_statements(matched.source.document)[matched.index]
    return {
        "SourcePolicyId": matched.source.name,
        "SourcePolicyType": _POLICY_TYPE,
        "StartPosition": {"Line": begin.line, "Column": begin.column},
        "EndPosition": {"Line": end.line, "Column": end.column},
    }


def _context_keys(sources: Iterable[Source]) -> list[str]:
    return sorted({key for source in sources for key in context_keys(source.policy)})


def _refuse_unknown(request: Mapping[str, Any], member: str) -> None:
    if request.get(member):
        raise errors.member_not_implemented(member)
