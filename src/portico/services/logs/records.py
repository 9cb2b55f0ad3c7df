"""Log groups, streams and resource policies as they are stored. Events are in the timeline beside the store."""

import msgspec

from portico.store.table import Table


class LogGroup(msgspec.Struct, frozen=True, gc=False):
    """A log group. Times are seconds on the `now` clock; `retention_days` is None for events that never expire."""

    name: str
    account: str
    region: str
    created_at: float
    retention_days: int | None = None
    tags: dict[str, str] = {}
    log_class: str = "STANDARD"
    deletion_protection: bool = False

    @property
    def arn(self) -> str:
        """The ARN without `:*`, as tags use it."""
        return f"arn:aws:logs:{self.region}:{self.account}:log-group:{self.name}"

    @property
    def events_key(self) -> str:
        """The group's name in the timeline."""
        return events_key(self.account, self.region, self.name)


class LogStream(msgspec.Struct, frozen=True, gc=False):
    """A log stream."""

    name: str
    group: str
    created_at: float


class ResourcePolicy(msgspec.Struct, frozen=True, gc=False):
    """A resource policy of the account: which services may put events."""

    name: str
    document: str
    updated_at: float


GROUPS = Table("logs.group", LogGroup)  # account, region, name
STREAMS = Table("logs.stream", LogStream)  # account, region, group, name
POLICIES = Table("logs.policy", ResourcePolicy)  # account, region, name


def events_key(account: str, region: str, group: str) -> str:
    """The name of a group in the timeline, which knows no accounts."""
    return f"{account}/{region}/{group}"
