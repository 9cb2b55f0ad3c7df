"""An API's resource policy, and how it goes together with the other ways to authorise a caller.

| with | the policy | the caller's own permission |
|---|---|---|
| nothing | must allow | |
| a user pool's token | must allow | the token comes first |
| a Lambda authorizer | may not deny, which is found out before the authorizer is asked | the authorizer must allow |
| signatures, in the API's account | it or an identity policy must allow, neither may deny | |
| signatures, of another account | both must allow | |

The first two and the last two are what the evaluator decides by itself, for an anonymous caller and for one who has signed.

Source: API Gateway Developer Guide, "How API Gateway resource policies affect authorization workflow"; messages as seen.
"""

from portico.doors.authorizer_policy import INVOKE
from portico.identity.policy.evaluate import Context, Decision, Policies, Request, Sourced, evaluate
from portico.identity.policy.parse import compiled
from portico.identity.principal import ANONYMOUS, Principal


def denied(policy: str, arn: str, context: Context) -> Decision | None:
    """The explicit deny of a policy (a document) for everybody who would invoke the method `arn`, or None."""
    sourced = Sourced(compiled(policy), "resource policy of the API")
    asked = Request(INVOKE, arn, ANONYMOUS, arn.split(":")[4], context)
    decision = evaluate(asked, Policies(resource=sourced))
    return decision if decision.explicit else None


def words(decision: Decision, caller: Principal, action: str, arn: str) -> str:
    """API Gateway's message for a refusal: it shows the last digits of the account only."""
    who = "anonymous" if caller.kind == "anonymous" else caller.arn
    fields = arn.split(":")
    fields[4] = "*" * 8 + fields[4][-4:]
    end = " with an explicit deny" if decision.explicit else ""
    return f"User: {who} is not authorized to perform: {action} on resource: {':'.join(fields)}{end}"
