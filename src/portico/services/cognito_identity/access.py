"""What authorisation asks of the operations that are signed."""

from collections.abc import Mapping
from typing import Any

from portico.calls.call import Call
from portico.calls.operation import Values
from portico.services.cognito_identity.records import POOLS, arn_of
from portico.services.cognito_identity.service import pool_of

Request = Mapping[str, Any]


def on_pool(call: Call, request: Request) -> tuple[str]:
    """The pool of a request."""
    return (arn_of(call.scope.region, call.scope.account, request["IdentityPoolId"]),)


def on_arn(call: Call, request: Request) -> tuple[str]:
    """What `ResourceArn` names."""
    return (request["ResourceArn"],)


async def tags_of_pool(call: Call, request: Request) -> Mapping[str, Values]:
    """`aws:ResourceTag/...` of the pool, and the tags that the request sets or removes."""
    pool_id = request.get("IdentityPoolId") or request["ResourceArn"].rpartition("/")[2]
    pool = await call.tx.get(POOLS, call.scope.account, call.scope.region, pool_id)
    keys: dict[str, Values] = dict(tags_of_request(call, request))
    if pool is not None:
        keys |= {f"aws:ResourceTag/{key}": value for key, value in pool.tags.items()}
    return keys


def tags_of_request(call: Call, request: Request) -> Mapping[str, Values]:
    """`aws:RequestTag/...` and `aws:TagKeys`."""
    tags = request.get("IdentityPoolTags") or request.get("Tags") or {}
    names = tuple(tags) or tuple(request.get("TagKeys") or ())
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    if names:
        keys["aws:TagKeys"] = names
    return keys


async def pool_of_identity(call: Call, request: Request) -> Mapping[str, Values]:
    """`cognito-identity:IdentityPoolArn` of the identity that a request names; an identity's pool is found when it is read."""
    identity_id = request.get("IdentityId") or next(iter(request.get("IdentityIdsToDelete") or ()), "")
    pool = await pool_of(call, identity_id)
    return {} if pool is None else {"cognito-identity:IdentityPoolArn": pool.arn}
