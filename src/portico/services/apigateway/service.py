"""What the operations on REST APIs get, and how they find what a request names."""

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from portico.calls.call import Call
from portico.doors.public import Public
from portico.doors.roles import DoorRoles
from portico.identity.sealing import Sealer
from portico.services.apigateway import errors
from portico.services.apigateway.plane.plane import Plane
from portico.services.apigateway.records import RESOURCES, REST_APIS, Record, Resource, RestApi
from portico.store.port import Store
from portico.store.table import Table
from portico.wire.errors import AwsError

R = TypeVar("R", bound=Record)
Request = Mapping[str, Any]


class ApiGateway(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    store: Store
    sealer: Sealer
    roles: DoorRoles
    plane: Plane
    public: Public


def execute_arn(call: Call, api_id: str) -> str:
    """What the ARNs of an API's methods begin with."""
    scope = call.scope
    return f"arn:{scope.partition}:execute-api:{scope.region}:{scope.account}:{api_id}"


async def found_api(call: Call, request: Request) -> RestApi | None:
    """The API that a request names, in the account and region of the call; None if there is none."""
    return await call.tx.get(REST_APIS, call.scope.account, call.scope.region, request["restApiId"])


async def api_of(call: Call, request: Request) -> RestApi:
    """The API that a request names.

    Raises:
        AwsError: NotFoundException.
    """
    found = await found_api(call, request)
    if found is None:
        raise errors.no_api(call.scope.account, request["restApiId"])
    return found


async def below(call: Call, request: Request, table: Table[R], name: str, missing: AwsError) -> R:
    """The thing `name` of a table that is kept by API.

    Raises:
        AwsError: `missing`, also when it is the API that is not there.
    """
    api = await found_api(call, request)
    found = None if api is None else await call.tx.get(table, api.id, name)
    if found is None:
        raise missing
    return found


async def resource_of(call: Call, request: Request) -> Resource:
    """The resource that a request names.

    Raises:
        AwsError: NotFoundException, there is no such resource, or no such API.
    """
    return await below(call, request, RESOURCES, request["resourceId"], errors.no_resource())
