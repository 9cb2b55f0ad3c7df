"""What the composition root hands to a service, and what a service is to it."""

import importlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from portico.base.clock import Clock
from portico.calls.operation import Admit, Registry, registry
from portico.store.cache import RecordCache
from portico.store.port import Store

if TYPE_CHECKING:
    from portico.calls.clients import Clients


class Ports(msgspec.Struct, frozen=True):
    """The foundations that any service may build on. `extras` are the ports that one service implements for a layer below
    (named in that layer's `ports.py`), by type name."""

    store: Store
    cache: RecordCache
    clock: Clock
    clients: "Clients"
    start_task: Callable[[str, Callable[[], Awaitable[None]]], None]
    extras: Mapping[str, Any] = {}


class ServiceSpec(msgspec.Struct, frozen=True):
    """A service: the name of its folder, the modules in it that hold operations (bare names: "users"), and how its dependencies
    are made.

    `build(ports)` returns the frozen class that each operation gets as its first argument. `admit(it, operation, origin, request)`, where
    there is one, is asked first of all about each call, and may refuse it (rates).
    """

    folder: str
    modules: tuple[str, ...]
    build: Callable[[Ports], Any]
    admit: Admit | None = None


def load(spec: ServiceSpec) -> Registry:
    """Import the service's modules, so that their operations are known.

    Raises:
        LookupError: a function is bound to an operation that AWS's model does not have.
    """
    for module in spec.modules:
        importlib.import_module(f"portico.services.{spec.folder}.{module}")
    return registry(spec.folder)
