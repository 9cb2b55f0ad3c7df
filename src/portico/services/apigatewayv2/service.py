"""What the service's operations get, and how they find what a request names."""

import secrets
import string
from collections.abc import Mapping
from typing import Any

import msgspec

from portico.calls.authorize import Authorizer
from portico.calls.call import Call
from portico.calls.clients import Clients
from portico.doors.connections import OpenConnections
from portico.doors.public import Public
from portico.services.apigatewayv2 import errors
from portico.services.apigatewayv2.records import APIS, Api, T
from portico.store.port import KeyPart
from portico.store.table import Table

_ID_LETTERS = string.ascii_lowercase + string.digits
Here = tuple[str, str]
OfApi = tuple[str, str, str]


class HttpApis(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    public: Public
    connections: OpenConnections
    clients: Clients
    authorizer: Authorizer


def new_id(length: int) -> str:
    """An id as API Gateway makes them: small letters and digits, beginning with a letter."""
    return secrets.choice(string.ascii_lowercase) + "".join(
        secrets.choice(_ID_LETTERS) for _ in range(length - 1)
    )


def here(call: Call) -> Here:
    """The account and region of a call, which every key begins with."""
    return call.scope.account, call.scope.region


def of_api(call: Call, request: Mapping[str, Any]) -> OfApi:
    """What the keys of an API's parts begin with."""
    return call.scope.account, call.scope.region, request["ApiId"]


async def existing_api(call: Call, request: Mapping[str, Any]) -> Api:
    """The API that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    found = await call.tx.get(APIS, *of_api(call, request))
    if found is None:
        raise errors.no_api(call.scope.account, request["ApiId"])
    return found


async def check_room(call: Call, api: Api, what: str, table: Table[Any], most: int) -> None:
    """An API must have room for one more of its parts (HTTP API quotas).

    Raises:
        AwsError: TooManyRequestsException.
    """
    if len(await call.tx.scan(table, *here(call), api.api_id)) >= most:
        raise errors.limit_exceeded(what)


async def existing(call: Call, kind: str, table: Table[T], *parts: KeyPart) -> T:
    """A part of an API; `kind` is what AWS calls it.

    Raises:
        AwsError: NotFoundException.
    """
    found = await call.tx.get(table, *parts)
    if found is None:
        raise errors.none_of_id(kind, str(parts[-1]))
    return found
