"""What the operations on REST APIs get, and how they find the API that a request names."""

from collections.abc import Mapping
from typing import Any

import msgspec

from portico.base.clock import Clock
from portico.calls.call import Call
from portico.calls.clients import Clients
from portico.identity.sealing import Sealer
from portico.services.apigateway import errors
from portico.services.apigateway.records import REST_APIS, RestApi
from portico.store.cache import RecordCache
from portico.store.port import Store


class ApiGateway(msgspec.Struct, frozen=True):
    """The service's dependencies."""

    store: Store
    cache: RecordCache
    clock: Clock
    clients: Clients
    sealer: Sealer


async def api_of(call: Call, request: Mapping[str, Any]) -> RestApi:
    """The API that a request names, in the account and region of the call.

    Raises:
        AwsError: NotFoundException.
    """
    api_id: str = request["restApiId"]
    found = await call.tx.get(REST_APIS, call.scope.account, call.scope.region, api_id)
    if found is None:
        raise errors.no_api(call.scope.account, api_id)
    return found
