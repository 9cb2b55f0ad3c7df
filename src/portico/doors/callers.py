"""Who signed a request that came to a door. Nearly all of it is the control plane's own check; only the scope's service differs."""

from collections.abc import Callable

from portico.base.clock import Clock
from portico.doors.port import Arrival
from portico.identity.authenticate import Authenticated, Routed, authenticate, check_body
from portico.identity.credentials import KeyRing
from portico.wire.http import Peer


class Callers:
    """Checks signatures. `from_function` tells a function's connection from others (which development keys are not for)."""

    __slots__ = ("_clock", "_from_function", "_keys", "_region")

    def __init__(
        self, keys: KeyRing, clock: Clock, region: str, from_function: Callable[[Peer], bool]
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._region = region
        self._from_function = from_function

    def of(self, arrival: Arrival, service: str) -> Authenticated:
        """The caller as the head tells: for an unsigned request the anonymous principal, and `claim` is None. The body is still to be
        checked (`body`).

        Raises:
            AwsError: the signature, its key, its time or its scope (which must be of `service`: `execute-api`, `lambda`) is not accepted.
        """
        return authenticate(
            arrival.head,
            self._keys,
            Routed((service,), self._region, "rest-json"),
            wall=self._clock.wall(),
            from_function=lambda: self._from_function(arrival.peer),
        )

    def body(self, caller: Authenticated, arrival: Arrival, raw: bytes) -> bytes:
        """The body as it was meant, once it is what was signed.

        Raises:
            AwsError: it is not.
        """
        return check_body(caller, arrival.head, raw)
