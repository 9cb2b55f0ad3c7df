"""Event source mappings as they are stored."""

import msgspec

from portico.invoke.records import LATEST
from portico.services.lambda_.names import Name
from portico.store.table import Table


class Pollers(msgspec.Struct, frozen=True, gc=False):
    """Pollers that are provisioned: at least, and at most."""

    least: int
    most: int


class EventSourceMapping(msgspec.Struct, frozen=True, gc=False):
    """A mapping. `function` and `qualifier` ("" for none) name what is invoked; `wanted` is whether it is to poll, `state` one of
    AWS's. The window is in seconds, `modified_at` in seconds on the `now` clock. `concurrency_max` is None where there is no such
    limit; `filters` are patterns (JSON)."""

    uuid: str
    account: str
    region: str
    source_arn: str
    function: str
    qualifier: str
    state: str
    wanted: bool
    modified_at: float
    batch_size: int
    window_s: int = 0
    filters: tuple[str, ...] = ()
    reports_failures: bool = False
    concurrency_max: int | None = None
    pollers: Pollers | None = None
    metrics: tuple[str, ...] | None = None
    tags: dict[str, str] = {}

    @property
    def name(self) -> Name:
        """The function, version or alias that is invoked."""
        return Name(self.account, self.region, self.function, self.qualifier)

    @property
    def arn(self) -> str:
        """Its own ARN."""
        return mapping_arn(self.account, self.region, self.uuid)

    @property
    def pair(self) -> tuple[str, str, str, str]:
        """What may be there once: a source with what it invokes."""
        return (self.account, self.region, self.source_arn, f"{self.function}:{self.qualifier or LATEST}")

    @property
    def key(self) -> tuple[str, str, str]:
        """The identifiers of its record."""
        return (self.account, self.region, self.uuid)


class Result(msgspec.Struct, frozen=True, gc=False):
    """What went wrong last with a mapping, as `LastProcessingResult` says it."""

    text: str


class Pair(msgspec.Struct, frozen=True, gc=False):
    """Which mapping it is that has a source and a function."""

    uuid: str


MAPPINGS = Table("lambda.event_source_mapping", EventSourceMapping)  # account, region, uuid
PAIRS = Table("lambda.event_source_pair", Pair)  # account, region, source, function:qualifier
RESULTS = Table("lambda.event_source_result", Result)  # account, region, uuid; none while all is well


def mapping_arn(account: str, region: str, uuid: str) -> str:
    """The ARN of a mapping."""
    return f"arn:aws:lambda:{region}:{account}:event-source-mapping:{uuid}"
