"""What a kind of event source has to offer, so that mappings need not know which it is."""

from typing import Any, Protocol

import msgspec

from portico.environments.work import EnvironmentSpec
from portico.services.lambda_.event_sources.batches import Item
from portico.services.lambda_.event_sources.records import EventSourceMapping


class PollingProblem(Exception):
    """The source can't be polled now; the message is what `LastProcessingResult` says after `PROBLEM: `."""


class Taken(msgspec.Struct, frozen=True, gc=False):
    """What was taken from a source: items for the function; the handles of those that no filter lets through, which are to be removed;
    and whether there may be more right away."""

    items: list[Item]
    unwanted: list[str]
    more: bool


NOTHING = Taken([], [], False)


class Source(Protocol):
    """The source of one mapping. Everything is done as the execution role of `spec`, which must be allowed to.

    `ordered`: what is taken at once belongs together and goes into one batch.
    """

    ordered: bool

    async def take(self, spec: EnvironmentSpec, *, limit: int, wait_s: int, needed_s: float) -> Taken:
        """Take up to `limit` records; wait up to `wait_s` seconds for the first. They stay hidden from others for at least `needed_s`
        seconds.

        Raises:
            PollingProblem: it can't be done now.
        """

    async def remove(self, spec: EnvironmentSpec, handles: list[str]) -> None:
        """Remove records that are done with.

        Raises:
            PollingProblem: it can't be done now; they come again.
        """


class Kind(Protocol):
    """A kind of source: what mappings of it may have, and how one is polled."""

    title: str
    """What AWS calls it."""

    batch_size: int
    """How many records a batch has unless it is said."""

    refused: frozenset[str]
    """The parameters (AWS's members) that it does not have."""

    def check(self, after: EventSourceMapping, request: dict[str, Any]) -> None:
        """Check the parameters of a mapping that is made or changed.

        Raises:
            InvalidParameterValueException: one can't be.
        """

    async def check_access(self, after: EventSourceMapping, spec: EnvironmentSpec) -> None:
        """Check that the source is there, fits the function and may be polled by its role.

        Raises:
            InvalidParameterValueException: it is not so.
        """

    def source(self, mapping: EventSourceMapping) -> Source:
        """The source of a mapping."""
