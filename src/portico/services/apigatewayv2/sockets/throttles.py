"""How many handshakes and messages are let in: the account's rate, that of new connections, and the stage's and route's own.

Source: API Gateway Developer Guide, "Throttle requests to your WebSocket APIs", quotas for WebSocket APIs.
"""

from portico.base.clock import Clock
from portico.doors.buckets import Buckets, Limit
from portico.doors.connections import Served
from portico.services.apigatewayv2.records import Stage
from portico.services.apigatewayv2.sockets.plans import settings_of

_RATE, _BURST = 10_000.0, 5_000.0
_CONNECTIONS_RATE = 500.0  # AWS tells no burst; the account's it is


class Throttles:
    """Counts against the limits."""

    def __init__(self, buckets: Buckets, clock: Clock) -> None:
        self._buckets = buckets
        self._clock = clock

    def connection(self, served: Served, stage: Stage) -> bool:
        """Whether one more handshake is let in."""
        here = (served.account, served.region)
        limit = Limit(("websocket connections", *here), _CONNECTIONS_RATE, _BURST)
        return self._take([limit, *_limits(served, stage, "$connect")])

    def message(self, served: Served, stage: Stage, route_key: str) -> bool:
        """Whether one more message is let in."""
        return self._take(_limits(served, stage, route_key))

    def _take(self, limits: list[Limit]) -> bool:
        return self._buckets.take(limits, self._clock.monotonic()) is None


def _limits(served: Served, stage: Stage, route_key: str) -> list[Limit]:
    limits = []
    settings = settings_of(stage, route_key)
    rate, burst = settings.get("ThrottlingRateLimit"), settings.get("ThrottlingBurstLimit")
    if rate is not None or burst is not None:
        key = (served.api, served.stage, route_key)
        limits.append(Limit(key, _RATE if rate is None else rate, _BURST if burst is None else burst))
    limits.append(Limit(("account", served.account, served.region), _RATE, _BURST))
    return limits
