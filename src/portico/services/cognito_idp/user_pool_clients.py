"""App clients: made, shown, changed, removed."""

import secrets
from typing import TYPE_CHECKING, Any

import msgspec

from portico.calls.call import Call
from portico.services.cognito_idp import client_secrets, errors
from portico.services.cognito_idp.client_settings import settings_of
from portico.services.cognito_idp.paging import position, token_after
from portico.services.cognito_idp.records import CLIENT_POOLS, CLIENTS, Client, ClientPointer
from portico.services.cognito_idp.service import CognitoIdp, client_in, of_pool, pool_of

if TYPE_CHECKING:
    from portico.services.cognito_idp import shapes

_ALPHABET = "0123456789abcdefghijklmnopqrstuv"
_CLIENTS_MAX = 1_000
_PAGE = 60


@of_pool
async def create_user_pool_client(
    idp: CognitoIdp, call: Call, request: "shapes.CreateUserPoolClientRequest"
) -> dict[str, Any]:
    """Make an app client, with a secret if `GenerateSecret` asks for one (or `ClientSecret` is one).

    Raises:
        ResourceNotFoundException: there is no such pool. InvalidParameterException, InvalidOAuthFlowException,
            ScopeDoesNotExistException: settings that do not fit. LimitExceededException: the pool has 1,000.
    """
    pool = await pool_of(call, request["UserPoolId"])
    given = request.get("ClientSecret")
    if given and request.get("GenerateSecret"):
        raise errors.invalid("GenerateSecret and ClientSecret can't be used together.")
    wanted = bool(given or request.get("GenerateSecret"))
    settings = await settings_of(call, pool, request, secret=wanted, new=True)
    if len(await call.tx.scan(CLIENTS, pool.id)) >= _CLIENTS_MAX:
        raise errors.limit_exceeded(f"Maximum number of user pool clients ({_CLIENTS_MAX}) exceeded.")
    client_id = "".join(secrets.choice(_ALPHABET) for _ in range(26))
    kept = (client_secrets.made(idp, client_id, call.now, given),) if wanted else ()
    client = Client(pool.id, client_id, request["ClientName"], call.now, call.now, settings, kept)
    call.tx.put(CLIENTS, client, pool.id, client.id)
    call.tx.put(CLIENT_POOLS, ClientPointer(pool.id), client.id)
    return {"UserPoolClient": shown(idp, client)}


@of_pool
async def describe_user_pool_client(
    idp: CognitoIdp, call: Call, request: "shapes.DescribeUserPoolClientRequest"
) -> dict[str, Any]:
    """Everything about a client, its secret included.

    Raises:
        ResourceNotFoundException: there is no such pool or client.
    """
    pool = await pool_of(call, request["UserPoolId"])
    return {"UserPoolClient": shown(idp, await client_in(call, pool, request["ClientId"]))}


@of_pool
async def update_user_pool_client(
    idp: CognitoIdp, call: Call, request: "shapes.UpdateUserPoolClientRequest"
) -> dict[str, Any]:
    """Set a client's settings anew: those that are not given have their defaults again.

    Raises:
        ResourceNotFoundException: there is no such pool or client. Others as for CreateUserPoolClient.
    """
    pool = await pool_of(call, request["UserPoolId"])
    client = await client_in(call, pool, request["ClientId"])
    settings = await settings_of(call, pool, request, secret=bool(client.secrets), new=False)
    changed = msgspec.structs.replace(
        client, name=request.get("ClientName", client.name), settings=settings, modified_at=call.now
    )
    call.tx.put(CLIENTS, changed, pool.id, client.id)
    return {"UserPoolClient": shown(idp, changed)}


@of_pool
async def delete_user_pool_client(
    idp: CognitoIdp, call: Call, request: "shapes.DeleteUserPoolClientRequest"
) -> dict[str, Any]:
    """Remove a client.

    Raises:
        ResourceNotFoundException: there is no such pool or client.
    """
    pool = await pool_of(call, request["UserPoolId"])
    client = await client_in(call, pool, request["ClientId"])
    call.tx.delete(CLIENTS, pool.id, client.id)
    call.tx.delete(CLIENT_POOLS, client.id)
    return {}


@of_pool
async def list_user_pool_clients(
    idp: CognitoIdp, call: Call, request: "shapes.ListUserPoolClientsRequest"
) -> dict[str, Any]:
    """The pool's clients.

    Raises:
        ResourceNotFoundException: there is no such pool. InvalidParameterException: the token is not one of ours.
    """
    pool = await pool_of(call, request["UserPoolId"])
    at, most = position(request.get("NextToken"), pool.id), request.get("MaxResults", _PAGE)
    after = None if at is None else CLIENTS.key(*at)
    found = await call.tx.scan(CLIENTS, pool.id, after=after, limit=most + 1)
    if request.get("ClientType") == "DCR":
        found = []  # clients are never registered by others here
    page = [{"ClientId": c.id, "UserPoolId": pool.id, "ClientName": c.name} for c in found[:most]]
    answer: dict[str, Any] = {"UserPoolClients": page}
    if len(found) > most:
        answer["NextToken"] = token_after(CLIENTS.key(pool.id, found[most - 1].id))
    return answer


def shown(idp: CognitoIdp, client: Client) -> dict[str, Any]:
    """A client as DescribeUserPoolClient shows it."""
    found = {
        **client.settings,
        "UserPoolId": client.pool,
        "ClientName": client.name,
        "ClientId": client.id,
        "LastModifiedDate": client.modified_at,
        "CreationDate": client.created_at,
    }
    if client.secrets:
        found["ClientSecret"] = client_secrets.plain(idp, client, client.secrets[0])
    return found
