"""Words for decisions: AWS's for the caller, plainer and fuller ones for the operator.

Source of AWS's: IAM User Guide, "Troubleshoot access denied error messages".
"""

from portico.base import arn
from portico.identity.policy.evaluate import (
    BOUNDARY,
    IDENTITY,
    RESOURCE,
    SESSION,
    TRUST,
    Decision,
    Reason,
)
from portico.identity.principal import Principal

_EXPLICIT = {
    IDENTITY: "an identity-based policy",
    BOUNDARY: "a permissions boundary",
    SESSION: "a session policy",
    RESOURCE: "a resource-based policy",
    TRUST: "the role trust policy",
}


def refusal(decision: Decision, principal: Principal, action: str, resource: str) -> str:
    """AWS's message for a refused request. An empty `resource` is left out, as where none is checked."""
    where = f" on resource: {resource}" if resource else ""
    who = principal.arn if principal.kind != "anonymous" else "anonymous"
    if decision.explicit:
        why = (
            f"with an explicit deny in {_EXPLICIT[decision.kind]}{_policy_arn(decision, principal, resource)}"
        )
    else:
        why = f"because no {decision.kind} allows the {action} action"
    return f"User: {who} is not authorized to perform: {action}{where} {why}"


def _policy_arn(decision: Decision, principal: Principal, resource: str) -> str:
    """Which managed policy denied: told within one account, and never of a resource's policy."""
    source = decision.because[0].source
    owner = arn.parse(resource)
    own = owner is None or owner.account in ("", principal.account)
    told = own and source.startswith("arn:") and decision.kind in (IDENTITY, BOUNDARY, SESSION)
    return f": {source}" if told else ""


def reasons(decision: Decision) -> list[str]:
    """What decided, a line for each statement, the deciding one first."""
    if decision.allowed:
        if not decision.because:
            return ["allowed: the root user of the account needs no policy"]
        return [f"allowed by {_statement(reason)}" for reason in decision.because]
    if decision.explicit:
        return [f"denied by {_statement(reason)}" for reason in decision.because]
    return [
        f"no {decision.kind} allows it",
        *(
            f"{_statement(reason)} is about this action, but {_miss(reason.missed)}"
            for reason in decision.because
        ),
    ]


def _statement(reason: Reason) -> str:
    name = f'"{reason.statement.sid}"' if reason.statement.sid else f"number {reason.statement.index + 1}"
    return f"statement {name} of {reason.source} ({reason.kind})"


def _miss(missed: str) -> str:
    if missed == "principal":
        return "does not name this caller"
    if missed == "resource":
        return "not on this resource"
    return f"its condition {missed} is not met"
