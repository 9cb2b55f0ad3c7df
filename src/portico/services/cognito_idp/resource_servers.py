"""Resource servers: the APIs that scopes of access tokens are of.

Source: Cognito Developer Guide, "Scopes, M2M, and APIs with resource servers"; quota of resource servers in a pool.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from portico.calls.call import Call
from portico.services.cognito_idp import errors
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import RESOURCE_SERVERS, Pool, ResourceServer
from portico.services.cognito_idp.service import CognitoIdp, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_SERVERS_MAX = 25
_PAGE = 50


@of_pool
async def create_resource_server(
    idp: CognitoIdp, call: Call, request: "shapes.CreateResourceServerRequest"
) -> dict[str, Any]:
    """Make a resource server.

    Raises:
        InvalidParameterException: the identifier is taken, or a scope comes twice. LimitExceededException: the pool has 25.
    """
    pool = await pool_of(call, request["UserPoolId"])
    identifier = request["Identifier"]
    if await call.tx.get(RESOURCE_SERVERS, pool.id, identifier) is not None:
        raise errors.invalid(f"{identifier} already exists in user pool {pool.id}.")
    if len(await call.tx.scan(RESOURCE_SERVERS, pool.id)) >= _SERVERS_MAX:
        raise errors.limit_exceeded(f"Maximum number of resource servers ({_SERVERS_MAX}) exceeded.")
    server = ResourceServer(pool.id, identifier, request["Name"], _scopes(request))
    call.tx.put(RESOURCE_SERVERS, server, pool.id, identifier)
    return {"ResourceServer": shown(server)}


def _scopes(request: Mapping[str, Any]) -> dict[str, str]:
    given = request.get("Scopes") or ()
    scopes = {each["ScopeName"]: each["ScopeDescription"] for each in given}
    if len(scopes) != len(given):
        raise errors.invalid("Duplicate scope names are not allowed.")
    return scopes


async def _server_of(call: Call, pool: Pool, identifier: str) -> ResourceServer:
    found = await call.tx.get(RESOURCE_SERVERS, pool.id, identifier)
    if found is None:
        raise errors.not_found("Resource server not found.")
    return found


@of_pool
async def describe_resource_server(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeResourceServerRequest"
) -> dict[str, Any]:
    """A resource server.

    Raises:
        ResourceNotFoundException: no such pool or server.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"ResourceServer": shown(await _server_of(call, pool, request["Identifier"]))}


@of_pool
async def update_resource_server(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateResourceServerRequest"
) -> dict[str, Any]:
    """Give a resource server another name and other scopes; none if none are given.

    Raises:
        ResourceNotFoundException: no such pool or server. InvalidParameterException: a scope comes twice.
    """
    pool = await pool_of(call, request["UserPoolId"])
    server = await _server_of(call, pool, request["Identifier"])
    changed = ResourceServer(pool.id, server.identifier, request["Name"], _scopes(request))
    call.tx.put(RESOURCE_SERVERS, changed, pool.id, server.identifier)
    return {"ResourceServer": shown(changed)}


@of_pool
async def delete_resource_server(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteResourceServerRequest"
) -> dict[str, Any]:
    """Remove a resource server. Clients that have its scopes are granted them no longer.

    Raises:
        ResourceNotFoundException: no such pool or server.
    """
    pool = await pool_of(call, request["UserPoolId"])
    server = await _server_of(call, pool, request["Identifier"])
    call.tx.delete(RESOURCE_SERVERS, pool.id, server.identifier)
    return {}


@of_pool
async def list_resource_servers(
    idp: CognitoIdp, call: Call, request: "shapes.ListResourceServersRequest"
) -> dict[str, Any]:
    """The pool's resource servers.

    Raises:
        ResourceNotFoundException: no such pool. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    at, most = position(request.get("NextToken"), pool.id), request.get("MaxResults", _PAGE)
    after = None if at is None else RESOURCE_SERVERS.key(*at)
    found = await call.tx.scan(RESOURCE_SERVERS, pool.id, after=after, limit=most + 1)
    answer: dict[str, Any] = {"ResourceServers": [shown(server) for server in found[:most]]}
    if len(found) > most:
        answer["NextToken"] = token_after(RESOURCE_SERVERS.key(pool.id, found[most - 1].identifier))
    return answer


def shown(server: ResourceServer) -> dict[str, Any]:
    """A resource server as AWS's ResourceServerType."""
    found: dict[str, Any] = {
        "UserPoolId": server.pool,
        "Identifier": server.identifier,
        "Name": server.name,
    }
    if server.scopes:
        found["Scopes"] = [
            {"ScopeName": name, "ScopeDescription": words} for name, words in server.scopes.items()
        ]
    return found
