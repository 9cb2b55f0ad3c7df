"""CloudWatch Logs: groups, streams, events, filter patterns, retention, tags, resource policies."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.logs.forgetting import Forgetting
from portico.services.logs.service import Logs, nobody


def _build(ports: Ports) -> Logs:
    timeline = ports.extras["Timeline"]
    ports.start_task("logs.forgetting", Forgetting(ports.store, timeline).run)
    return Logs(timeline, ports.cache, ports.extras.get("LogListener", nobody))


SERVICE = ServiceSpec(
    "logs",
    (
        "groups",
        "describe_groups",
        "retention",
        "streams",
        "put_events",
        "read_events",
        "tags",
        "resource_policies",
    ),
    _build,
)
