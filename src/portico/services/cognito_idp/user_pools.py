"""User pools: made, shown, changed, removed."""

import secrets
import string
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.calls.operation import Values, operation
from portico.services.cognito_idp import errors, schema
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.pool_settings import settings_of
from portico.services.cognito_idp.records import (
    CLIENT_POOLS,
    CLIENTS,
    POOLS,
    POOLS_OF,
    Pool,
    UserPointer,
    pool_arn,
)
from portico.services.cognito_idp.sender_keys import granted, released
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of
from portico.services.cognito_idp.sweep import SWEEPS, WAKE, Sweep
from portico.services.cognito_idp.tags import check_tags
from portico.services.cognito_idp.user_records import total

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_ALPHABET = string.ascii_letters + string.digits
_POOLS_MAX = 1_000
_CLIENTS_MAX = 1_000


def on_new_pool(call: Call, request: Mapping[str, Any]) -> list[str]:
    """A pool has no name before it is made."""
    return [pool_arn(call.scope.account, call.scope.region, "*")]


def _keys_of_creation(call: Call, request: Mapping[str, Any]) -> dict[str, Values]:
    tags: Mapping[str, str] = request.get("UserPoolTags") or {}
    keys: dict[str, Values] = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return keys | ({"aws:TagKeys": tuple(tags)} if tags else {})


@operation(on=on_new_pool, keys=_keys_of_creation)
async def create_user_pool(
    idp: CognitoIdp, call: Call, request: "shapes.CreateUserPoolRequest"
) -> dict[str, Any]:
    """Make a user pool.

    Raises:
        InvalidParameterException: settings that do not fit together, or a key of custom senders that can't be used.
        FeatureUnavailableInTierException: not in the plan. LimitExceededException: the account has 1,000.
    """
    settings = settings_of(request)
    tags = check_tags(request.get("UserPoolTags") or {})
    account, region = call.scope.account, call.scope.region
    if len(await call.tx.scan(POOLS_OF, account, region)) >= _POOLS_MAX:
        raise errors.limit_exceeded(f"Maximum number of user pools ({_POOLS_MAX}) exceeded.")
    pool = Pool(
        account=account,
        region=region,
        id=f"{region}_{''.join(secrets.choice(_ALPHABET) for _ in range(9))}",
        name=request["PoolName"],
        created_at=call.now,
        modified_at=call.now,
        settings=settings,
        schema=schema.of_request(request.get("Schema") or ()),
        tags=tags,
    )
    pool = await granted(idp, call, pool)
    call.tx.put(POOLS, pool, pool.id)
    call.tx.put(POOLS_OF, UserPointer(pool.id), account, region, pool.id)
    return {"UserPool": await shown(call, pool)}


@of_pool
async def describe_user_pool(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeUserPoolRequest"
) -> dict[str, Any]:
    """Everything about a pool.

    Raises:
        ResourceNotFoundException: there is no such pool.
    """
    return {"UserPool": await shown(call, await pool_of(call, request["UserPoolId"]))}


@of_pool
async def update_user_pool(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateUserPoolRequest"
) -> dict[str, Any]:
    """Set a pool's settings anew: those that are not given have their defaults again.

    Raises:
        ResourceNotFoundException: there is no such pool. InvalidParameterException, FeatureUnavailableInTierException: as for
            CreateUserPool.
    """
    pool = await pool_of(call, request["UserPoolId"])
    settings = settings_of(request, pool.settings)
    tags = check_tags(request["UserPoolTags"]) if request.get("UserPoolTags") is not None else pool.tags
    changed = msgspec.structs.replace(
        pool, settings=settings, tags=tags, name=request.get("PoolName", pool.name), modified_at=call.now
    )
    changed = await granted(idp, call, changed, before=pool)
    call.tx.put(POOLS, changed, pool.id)
    return {}


@of_pool
async def delete_user_pool(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteUserPoolRequest"
) -> dict[str, Any]:
    """Remove a pool. Its users and what else it had go after it, a bit at a time.

    Raises:
        ResourceNotFoundException: there is no such pool.
        InvalidParameterException: it is protected, or has a domain still.
    """
    pool = await pool_of(call, request["UserPoolId"])
    if pool.settings["DeletionProtection"] == "ACTIVE":
        raise errors.invalid(
            "The user pool cannot be deleted because deletion protection is activated. "
            "Deletion protection must be inactivated first."
        )
    if pool.domain or pool.custom_domain:
        raise errors.invalid(
            "User pool cannot be deleted. It has a domain configured that should be deleted first."
        )
    for client in await call.tx.scan(CLIENTS, pool.id, limit=_CLIENTS_MAX):
        call.tx.delete(CLIENT_POOLS, client.id)
    await released(idp, call, pool)
    call.tx.delete(POOLS, pool.id)
    call.tx.delete(POOLS_OF, pool.account, pool.region, pool.id)
    call.tx.put(SWEEPS, Sweep(pool.id), pool.id)
    call.tx.then(lambda: idp.bus.publish(WAKE))
    return {}


def _on_all_pools(call: Call, request: Mapping[str, Any]) -> list[str]:
    return ["*"]


@operation(on=_on_all_pools)
async def list_user_pools(
    idp: CognitoIdp, call: Call, request: "shapes.ListUserPoolsRequest"
) -> dict[str, Any]:
    """The pools of the account and region.

    Raises:
        InvalidParameterException: the token is not one of ours.
    """
    scope = (call.scope.account, call.scope.region)
    at = position(request.get("NextToken"), *scope)
    most = request["MaxResults"]
    after = None if at is None else POOLS_OF.key(*at)
    pointers = await call.tx.scan(POOLS_OF, *scope, after=after, limit=most + 1)
    pools = [await call.tx.get(POOLS, pointer.key) for pointer in pointers[:most]]
    answer: dict[str, Any] = {"UserPools": [_listed(pool) for pool in pools if pool is not None]}
    if len(pointers) > most:
        answer["NextToken"] = token_after(POOLS_OF.key(*scope, pointers[most - 1].key))
    return answer


@of_pool
async def add_custom_attributes(
    idp: CognitoIdp, call: Call, request: "shapes.AddCustomAttributesRequest"
) -> dict[str, Any]:
    """Add attributes to a pool's schema. They can't be taken away or renamed.

    Raises:
        ResourceNotFoundException: there is no such pool. InvalidParameterException: one is there already.
    """
    pool = await pool_of(call, request["UserPoolId"])
    wider = schema.extended(pool.schema, request["CustomAttributes"])
    call.tx.put(POOLS, msgspec.structs.replace(pool, schema=wider, modified_at=call.now), pool.id)
    return {}


def _listed(pool: Pool) -> dict[str, Any]:
    return {
        "Id": pool.id,
        "Name": pool.name,
        "LambdaConfig": pool.triggers,
        "LastModifiedDate": pool.modified_at,
        "CreationDate": pool.created_at,
    }


async def shown(call: Call, pool: Pool) -> dict[str, Any]:
    """A pool as DescribeUserPool shows it."""
    found = {
        **pool.settings,
        **_listed(pool),
        "Arn": pool.arn,
        "SchemaAttributes": [schema.shown(each) for each in pool.schema],
        "EstimatedNumberOfUsers": await total(call, pool),
        "UserPoolTags": dict(pool.tags),
    }
    if pool.domain:
        found["Domain"] = pool.domain
    if pool.custom_domain:
        found["CustomDomain"] = pool.custom_domain
    return found
