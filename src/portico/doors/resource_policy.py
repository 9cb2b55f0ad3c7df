"""An API's resource policy, and how it goes together with the other ways to authorise a caller.

| with | the policy | the caller's own permission |
|---|---|---|
| nothing | must allow | |
| a user pool's token | must allow | the token comes first |
| a Lambda authorizer | may not deny, which is found out before the authorizer is asked | the authorizer must allow |
| signatures, in the API's account | it or an identity policy must allow, neither may deny | |
| signatures, of another account | both must allow | |

Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow"; messages as seen.
"""

from typing import Any

import msgspec

from portico.doors.authorizer_policy import INVOKE
from portico.identity.policy.document import PolicyError
from portico.identity.policy.evaluate import Context, Decision, Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import ANONYMOUS, Principal

_SHORT = "execute-api:/"


def resource_policy(document: str, arn_prefix: str) -> Sourced:
    """The policy of a document, in which `execute-api:/stage/GET/path` stands for a resource of the API itself. Its ARN (without stage)
    is `arn_prefix`.

    Raises:
        PolicyError: it is no policy.
    """
    if _SHORT not in document:
        return Sourced(compiled(document), f"resource policy of {arn_prefix}")
    try:
        loaded = msgspec.json.decode(document)
    except msgspec.DecodeError as error:
        raise PolicyError(str(error)) from error
    statements = loaded.get("Statement", []) if isinstance(loaded, dict) else []
    for statement in statements if isinstance(statements, list) else [statements]:
        for element in ("Resource", "NotResource"):
            if isinstance(statement, dict) and element in statement:
                statement[element] = _whole(statement[element], arn_prefix)
    return Sourced(compiled(msgspec.json.encode(loaded).decode()), f"resource policy of {arn_prefix}")


def alone(policy: Sourced, arn: str, context: Context) -> Decision:
    """Whether the policy, and nothing else, allows anybody to invoke the method `arn`: what decides where callers have no signature."""
    return evaluate(Request(INVOKE, arn, ANONYMOUS, arn.split(":")[4], context), Policies(resource=policy))


def with_identity(
    caller: Principal, own: Policies, policy: Sourced | None, action: str, arn: str, context: Context
) -> Decision:
    """Whether `caller`, to whom the policies `own` apply, may do `action` on the method `arn`."""
    policies = own if policy is None else msgspec.structs.replace(own, resource=policy)
    return evaluate(Request(action, arn, caller, arn.split(":")[4], context), policies)


def words(decision: Decision, caller: Principal, action: str, arn: str) -> str:
    """API Gateway's message for a refusal: it shows the last digits of the account only."""
    who = "anonymous" if caller.kind == "anonymous" else caller.arn
    fields = arn.split(":")
    fields[4] = "*" * 8 + fields[4][-4:]
    end = " with an explicit deny" if decision.explicit else ""
    return f"User: {who} is not authorized to perform: {action} on resource: {':'.join(fields)}{end}"


def _whole(resources: Any, arn_prefix: str) -> Any:
    if isinstance(resources, list):
        return [_whole(one, arn_prefix) for one in resources]
    if isinstance(resources, str) and resources.startswith(_SHORT):
        return f"{arn_prefix}/{resources.removeprefix(_SHORT)}"
    return resources
