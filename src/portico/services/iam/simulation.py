"""What policies would decide about a call that nobody makes. Pure: the real evaluator, on policies and values that are given.

Source: IAM API Reference, SimulateCustomPolicy and its EvaluationResult.
"""

from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from portico.identity.policy.document import Policy, Statement
from portico.identity.policy.evaluate import Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.policy.variables import Context, Template, Variable
from portico.identity.principal import Principal

Outcome = Literal["allowed", "explicitDeny", "implicitDeny"]

SEVERITY: dict[Outcome, int] = {"allowed": 0, "implicitDeny": 1, "explicitDeny": 2}


class Source(msgspec.Struct, frozen=True, gc=False):
    """A policy that takes part: what it is called in the results, and its text."""

    name: str
    document: str

    @property
    def policy(self) -> Policy:
        """The compiled policy."""
        return compiled(self.document)


class Scenario(msgspec.Struct, frozen=True, gc=False):
    """Who would call, under which policies, with which condition values. `owner` is the account of the resources."""

    principal: Principal
    identity: tuple[Source, ...]
    boundary: Source | None
    resource: Source | None
    owner: str
    context: Context

    @property
    def sources(self) -> tuple[Source, ...]:
        """The policies whose statements are shown: a boundary's are not."""
        return self.identity if self.resource is None else (*self.identity, self.resource)


class Matched(msgspec.Struct, frozen=True, gc=False):
    """A statement that determined an outcome."""

    source: Source
    index: int


class Result(msgspec.Struct, frozen=True, gc=False):
    """The outcome for one action on one resource. `missing` are the condition keys that the policies ask for and nobody gave;
    `by_boundary` says whether the boundary allows it, None without one."""

    resource: str
    outcome: Outcome
    matched: tuple[Matched, ...]
    missing: tuple[str, ...]
    by_boundary: bool | None


def simulate(scenario: Scenario, action: str, resource: str) -> Result:
    """Evaluate one action on one resource."""
    request = Request(action, resource, scenario.principal, scenario.owner, scenario.context)
    decision = evaluate(request, _policies(scenario))
    outcome: Outcome = (
        "allowed" if decision.allowed else "explicitDeny" if decision.explicit else "implicitDeny"
    )
    matched: tuple[Matched, ...] = ()
    if outcome != "implicitDeny":
        matched = tuple(_matching(scenario, request, allows=decision.allowed))
    return Result(
        resource, outcome, matched, tuple(_missing(scenario, action)), _within_boundary(scenario, request)
    )


def context_keys(policy: Policy) -> set[str]:
    """The condition keys that a policy asks for, in conditions and in variables."""
    return {key for statement in policy.statements for key in _keys(statement)}


def _policies(scenario: Scenario) -> Policies:
    boundary, resource = scenario.boundary, scenario.resource
    return Policies(
        tuple(Sourced(source.policy, source.name) for source in scenario.identity),
        None if boundary is None else Sourced(boundary.policy, boundary.name),
        resource=None if resource is None else Sourced(resource.policy, resource.name),
    )


def _matching(scenario: Scenario, request: Request, *, allows: bool) -> Iterator[Matched]:
    for source in scenario.sources:
        for statement in source.policy.about(request.action)[1 if allows else 0]:
            if _applies(statement, request):
                yield Matched(source, statement.index)


def _applies(statement: Statement, request: Request) -> bool:
    if statement.principals is not None:
        named = bool(statement.principals.admits(request.principal))
        if named is statement.not_principal:
            return False
    return statement.concerns(request.resource, request.context) and statement.unmet(request.context) is None


def _within_boundary(scenario: Scenario, request: Request) -> bool | None:
    if scenario.boundary is None:
        return None
    denying, allowing = scenario.boundary.policy.about(request.action)
    denied = any(_applies(statement, request) for statement in denying)
    return not denied and any(_applies(statement, request) for statement in allowing)


def _missing(scenario: Scenario, action: str) -> list[str]:
    asked = {
        key
        for source in scenario.sources
        for statements in source.policy.about(action)
        for statement in statements
        for key in _keys(statement)
    }
    return sorted(key for key in asked if key.lower() not in scenario.context)


def _keys(statement: Statement) -> Iterator[str]:
    if statement.resources is not None:
        yield from _variables(statement.resources.templates)
    for condition in statement.conditions:
        yield condition.name
        yield from _variables(condition.templates)


def _variables(templates: Iterable[Template]) -> Iterator[str]:
    return (part.name for parts in templates for part in parts if isinstance(part, Variable))
