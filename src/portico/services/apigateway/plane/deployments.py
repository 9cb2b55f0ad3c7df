"""Deployments, compiled: what holds for every stage that has one. A deployment never changes, so neither does this."""

import msgspec

from portico.services.apigateway.plane import lambda_authorizers, user_pools
from portico.services.apigateway.plane.lambda_authorizers import LambdaAuthorizer
from portico.services.apigateway.plane.routes import Routes
from portico.services.apigateway.plane.user_pools import PoolTokens
from portico.services.apigateway.records import Authorizer
from portico.services.apigateway.snapshot import Snapshot, read
from portico.services.apigateway.transform.compile import ApiRules, compile_api
from portico.store.port import Store

_KEPT_MAX = 2_000

AnyAuthorizer = LambdaAuthorizer | PoolTokens


class Deployed(msgspec.Struct, frozen=True):
    """A deployment. `policy` is the API's resource policy (a document), None without one; `authorizers` are by id; `endpoint_type` is
    EDGE, REGIONAL or PRIVATE."""

    id: str
    snapshot: Snapshot
    routes: Routes
    rules: ApiRules
    policy: str | None
    authorizers: dict[str, AnyAuthorizer]
    endpoint_type: str


class Deployments:
    """Compiles deployments, once each; the oldest are forgotten when there are too many."""

    __slots__ = ("_kept", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[str, str], Deployed] = {}

    def find(self, api_id: str, deployment_id: str) -> Deployed | None:
        """A deployment of an API, or None if there is none of this id."""
        key = (api_id, deployment_id)
        found = self._kept.get(key)
        if found is None:
            snapshot = read(self._store, api_id, deployment_id)
            if snapshot is None:
                return None
            found = compiled(snapshot)
            if len(self._kept) >= _KEPT_MAX:
                del self._kept[next(iter(self._kept))]
            self._kept[key] = found
        return found


def compiled(snapshot: Snapshot) -> Deployed:
    """A deployment's contents, compiled."""
    authorizers = {record.id: compiled_authorizer(record) for record in snapshot.authorizers}
    return Deployed(
        snapshot.deployment_id,
        snapshot,
        Routes(snapshot.resources),
        compile_api(snapshot),
        snapshot.api.policy or None,
        authorizers,
        snapshot.api.endpoint_configuration.types[0],
    )


def compiled_authorizer(record: Authorizer) -> AnyAuthorizer:
    """The compiled form of an authorizer."""
    if record.type == "COGNITO_USER_POOLS":
        return user_pools.compiled(record)
    return lambda_authorizers.compiled(record)
