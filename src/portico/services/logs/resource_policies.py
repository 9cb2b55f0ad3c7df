"""Resource policies of the account: which services may put events."""

from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.policy.parse import PolicyError, parse
from portico.services.logs import errors
from portico.services.logs.paging import by_name, with_token
from portico.services.logs.records import POLICIES, ResourcePolicy
from portico.services.logs.service import Logs

if TYPE_CHECKING:
    from portico.services.logs import shapes

_POLICIES_MAX = 10


@operation()
async def put_resource_policy(
    logs: Logs, call: Call, request: "shapes.PutResourcePolicyRequest"
) -> dict[str, Any]:
    """Store or replace a policy of the account.

    Raises:
        LimitExceededException: there are ten already. InvalidParameterException: not a policy.
    """
    if request.get("resourceArn"):
        raise errors.unsupported(call.operation, "resourceArn")
    name, document = request.get("policyName") or "", request.get("policyDocument") or ""
    if not name or not document:
        raise errors.invalid("policyName and policyDocument are required.")
    try:
        parse(document, "resource")
    except PolicyError as error:
        raise errors.invalid(error.message) from error
    key = (call.scope.account, call.scope.region)
    others = [p for p in await call.tx.scan(POLICIES, *key) if p.name != name]
    if len(others) >= _POLICIES_MAX:
        raise errors.limit()
    policy = ResourcePolicy(name, document, call.now)
    call.tx.put(POLICIES, policy, *key, name)
    return {"resourcePolicy": _shown(policy)}


@operation()
async def describe_resource_policies(
    logs: Logs, call: Call, request: "shapes.DescribeResourcePoliciesRequest"
) -> dict[str, Any]:
    """The account's policies by name, 50 a page. There are none of the scope `RESOURCE`.

    Raises:
        InvalidParameterException: the token is not one of ours. NotImplemented: those of a resource are asked for.
    """
    if request.get("resourceArn"):
        raise errors.unsupported(call.operation, "resourceArn")
    if request.get("policyScope") == "RESOURCE":
        return {"resourcePolicies": []}
    page, token = await by_name(
        call,
        POLICIES,
        call.scope.account,
        call.scope.region,
        token=request.get("nextToken"),
        limit=request.get("limit"),
    )
    return with_token({"resourcePolicies": [_shown(policy) for policy in page]}, token)


@operation()
async def delete_resource_policy(
    logs: Logs, call: Call, request: "shapes.DeleteResourcePolicyRequest"
) -> dict[str, Any]:
    """Forget a policy.

    Raises:
        ResourceNotFoundException: there is none of that name.
    """
    if request.get("resourceArn"):
        raise errors.unsupported(call.operation, "resourceArn")
    key = (call.scope.account, call.scope.region, request.get("policyName") or "")
    if await call.tx.get(POLICIES, *key) is None:
        raise errors.no_policy(key[2])
    call.tx.delete(POLICIES, *key)
    return {}


def _shown(policy: ResourcePolicy) -> dict[str, Any]:
    return {
        "policyName": policy.name,
        "policyDocument": policy.document,
        "lastUpdatedTime": int(policy.updated_at * 1000),
        "policyScope": "ACCOUNT",
    }
