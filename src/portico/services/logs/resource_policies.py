"""Resource policies of the account: which services may put events."""

import json
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.calls.operation import operation
from portico.identity.policy.parse import PolicyError, parse
from portico.services.logs import errors
from portico.services.logs.groups import paged
from portico.services.logs.records import POLICIES, ResourcePolicy
from portico.services.logs.service import Logs
from portico.wire.errors import AwsError

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
        raise AwsError(
            "NotImplemented", "Portico does not implement resourceArn of logs:PutResourcePolicy yet", 501
        )
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
    policy = ResourcePolicy(name, json.dumps(json.loads(document), separators=(",", ":")), call.now)
    call.tx.put(POLICIES, policy, *key, name)
    return {"resourcePolicy": _shown(policy)}


@operation()
async def describe_resource_policies(
    logs: Logs, call: Call, request: "shapes.DescribeResourcePoliciesRequest"
) -> dict[str, Any]:
    """The account's policies by name, 50 a page."""
    policies = await call.tx.scan(POLICIES, call.scope.account, call.scope.region)
    page, token = paged(policies, request.get("nextToken"), request.get("limit") or 50)
    return {"resourcePolicies": [_shown(p) for p in page], **({"nextToken": token} if token else {})}


@operation()
async def delete_resource_policy(
    logs: Logs, call: Call, request: "shapes.DeleteResourcePolicyRequest"
) -> dict[str, Any]:
    """Forget a policy.

    Raises:
        ResourceNotFoundException: there is none of that name.
    """
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
