"""Operations that are the same for several kinds of thing."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

from portico.calls.call import Call
from portico.services.apigatewayv2.records import Values


class Kind(Protocol):
    """A kind of thing whose operations are like those of others."""

    @property
    def name(self) -> str:
        """What its operations are named for."""


K = TypeVar("K", bound=Kind)
Body = Callable[[K, Call, Mapping[str, Any]], Awaitable[Values]]
Operate = Callable[[Any, Call, Mapping[str, Any]], Awaitable[Values]]


def bind_each(
    managed: Callable[[Operate, str], object], kinds: Iterable[K], bodies: Mapping[str, Body[K]]
) -> None:
    """Bind each body to an operation of each kind, as `managed` does; in its name, `{}` is the kind's."""
    for kind in kinds:
        for name, body in bodies.items():
            managed(_of(kind, body), name.format(kind.name))


def _of(kind: K, body: Body[K]) -> Operate:
    async def operate(service: Any, call: Call, request: Mapping[str, Any]) -> Values:
        return await body(kind, call, request)

    return operate
