"""CloudWatch Logs: groups, streams, events, filter patterns, retention, tags, resource policies."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.logs.service import Logs


def _build(ports: Ports) -> Logs:
    return Logs(ports.extras["Timeline"])


SERVICE = ServiceSpec("logs", ("groups", "streams", "events", "tags", "resource_policies"), _build)
