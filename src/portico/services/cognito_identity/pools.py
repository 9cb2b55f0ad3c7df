"""Identity pools.

Source: Cognito Identity API reference, CreateIdentityPool to ListIdentityPools, TagResource and its kin.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.ids import uuid
from portico.calls.call import Call
from portico.calls.operation import operation
from portico.services.cognito_identity import access, errors
from portico.services.cognito_identity.identities import delete
from portico.services.cognito_identity.paging import after_of, token_after
from portico.services.cognito_identity.records import IDENTITIES, PLACES, POOLS, Pool, UserPool
from portico.services.cognito_identity.service import CognitoIdentity, own_pool, put_pool

if TYPE_CHECKING:
    from portico.services.cognito_identity import shapes


@operation(keys=access.tags_of_request)
async def create_identity_pool(
    cognito: CognitoIdentity, call: Call, request: "shapes.CreateIdentityPoolInput"
) -> "shapes.IdentityPool":
    """Make a pool.

    Raises:
        InvalidParameterException: a provider that Portico does not have.
    """
    blank = Pool(f"{call.scope.region}:{uuid()}", call.scope.account, call.scope.region, "", False, call.now)
    pool = _written(blank, request)
    put_pool(call, pool)
    return _shown(pool)  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def describe_identity_pool(
    cognito: CognitoIdentity, call: Call, request: "shapes.DescribeIdentityPoolInput"
) -> "shapes.IdentityPool":
    """A pool.

    Raises:
        ResourceNotFoundException: there is none.
    """
    return _shown(await own_pool(call, request))  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def update_identity_pool(
    cognito: CognitoIdentity, call: Call, request: "shapes.IdentityPool"
) -> "shapes.IdentityPool":
    """Replace a pool's settings: what is not given is taken away, but for the developer's provider, which stays as it was first named.

    Raises:
        ResourceNotFoundException: there is none.
        InvalidParameterException: a provider that Portico does not have, or another developer's provider.
    """
    before = await own_pool(call, request)
    named = request.get("DeveloperProviderName")
    if named and before.developer and named != before.developer:
        raise errors.invalid("DeveloperProviderName cannot be changed once it has been set.")
    pool = _written(before, request)
    put_pool(call, pool)
    return _shown(pool)  # type: ignore[return-value]  # built member by member


@operation(on=access.on_pool, keys=access.tags_of_pool)
async def delete_identity_pool(
    cognito: CognitoIdentity, call: Call, request: "shapes.DeleteIdentityPoolInput"
) -> None:
    """Delete a pool. Its identities are nobody's from then on.

    Raises:
        ResourceNotFoundException: there is none.
    """
    pool = await own_pool(call, request)
    call.tx.delete(POOLS, pool.account, pool.region, pool.id)
    call.tx.delete(PLACES, pool.id)
    for identity in await call.tx.scan(IDENTITIES, pool.id):
        delete(call, identity)


@operation()
async def list_identity_pools(
    cognito: CognitoIdentity, call: Call, request: "shapes.ListIdentityPoolsInput"
) -> "shapes.ListIdentityPoolsResponse":
    """The pools of the account in the region."""
    place = (call.scope.account, call.scope.region)
    limit, after = request["MaxResults"], after_of(request)
    start = POOLS.key(*place, after) if after else None
    rows = await call.tx.scan(POOLS, *place, after=start, limit=limit + 1)
    shown = [{"IdentityPoolId": row.id, "IdentityPoolName": row.name} for row in rows[:limit]]
    found: dict[str, Any] = {"IdentityPools": shown}
    if len(rows) > limit:
        found["NextToken"] = token_after(rows[limit - 1].id)
    return found  # type: ignore[return-value]  # built member by member


@operation(on=access.on_arn, keys=access.tags_of_pool)
async def tag_resource(
    cognito: CognitoIdentity, call: Call, request: "shapes.TagResourceInput"
) -> "shapes.TagResourceResponse":
    """Set tags of a pool.

    Raises:
        ResourceNotFoundException: there is none.
    """
    pool = await _tagged(call, request)
    put_pool(call, msgspec.structs.replace(pool, tags={**pool.tags, **request["Tags"]}))
    return {}


@operation(on=access.on_arn, keys=access.tags_of_pool)
async def untag_resource(
    cognito: CognitoIdentity, call: Call, request: "shapes.UntagResourceInput"
) -> "shapes.UntagResourceResponse":
    """Remove tags of a pool.

    Raises:
        ResourceNotFoundException: there is none.
    """
    pool = await _tagged(call, request)
    left = {key: value for key, value in pool.tags.items() if key not in request["TagKeys"]}
    put_pool(call, msgspec.structs.replace(pool, tags=left))
    return {}


@operation(on=access.on_arn, keys=access.tags_of_pool)
async def list_tags_for_resource(
    cognito: CognitoIdentity, call: Call, request: "shapes.ListTagsForResourceInput"
) -> "shapes.ListTagsForResourceResponse":
    """The tags of a pool.

    Raises:
        ResourceNotFoundException: there is none.
    """
    return {"Tags": (await _tagged(call, request)).tags}


async def _tagged(call: Call, request: Mapping[str, Any]) -> Pool:
    return await own_pool(call, {"IdentityPoolId": request["ResourceArn"].rpartition("/")[2]})


def _written(pool: Pool, request: Mapping[str, Any]) -> Pool:
    if request.get("SamlProviderARNs"):
        raise errors.saml()
    user_pools = tuple(
        UserPool(one["ProviderName"], one["ClientId"], bool(one.get("ServerSideTokenCheck")))
        for one in request.get("CognitoIdentityProviders") or ()
        if one.get("ProviderName") and one.get("ClientId")
    )
    return msgspec.structs.replace(
        pool,
        name=request["IdentityPoolName"],
        guests=request["AllowUnauthenticatedIdentities"],
        classic=request.get("AllowClassicFlow"),
        logins=dict(request.get("SupportedLoginProviders") or {}),
        developer=request.get("DeveloperProviderName") or pool.developer,
        openid=tuple(request.get("OpenIdConnectProviderARNs") or ()),
        user_pools=user_pools,
        tags=dict(request.get("IdentityPoolTags") or pool.tags),
    )


def _shown(pool: Pool) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "IdentityPoolId": pool.id,
        "IdentityPoolName": pool.name,
        "AllowUnauthenticatedIdentities": pool.guests,
        "AllowClassicFlow": pool.classic,
        "SupportedLoginProviders": pool.logins or None,
        "DeveloperProviderName": pool.developer or None,
        "OpenIdConnectProviderARNs": list(pool.openid) or None,
        "CognitoIdentityProviders": [
            {"ProviderName": one.provider, "ClientId": one.client, "ServerSideTokenCheck": one.checked}
            for one in pool.user_pools
        ]
        or None,
        "IdentityPoolTags": pool.tags,
    }
    return {member: value for member, value in shown.items() if value is not None}
