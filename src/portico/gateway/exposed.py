"""What a server counts of itself, for `/_portico/metrics`."""

from portico import __version__
from portico.base.tasks import Tasks
from portico.calls.decisions import Decisions
from portico.doors.access_log import DoorLogs
from portico.gateway.metrics import Calls, Metric, Sample
from portico.invoke.asynchronous.counts import Counts
from portico.store.metrics import Metrics
from portico.store.timeline import Timeline


def exposed(
    *,
    calls: Calls,
    tasks: Tasks,
    decisions: Decisions,
    timeline: Timeline,
    door_logs: DoorLogs,
    points: Metrics,
    counts: Counts,
) -> list[Metric]:
    """The metrics, in the order in which they are shown. `points` are CloudWatch's, of which some may be dropped."""

    def restarts() -> list[Sample]:
        return [({"loop": name}, float(state.restarts)) for name, state in tasks.states().items()]

    return [
        Metric("portico_info", "Version.", "gauge", lambda: [({"version": __version__}, 1)]),
        Metric("portico_calls_total", "Answered calls.", "counter", calls.samples),
        Metric(
            "portico_prepared_calls_total",
            "Those of them that were known from calls before.",
            "counter",
            lambda: [({}, calls.prepared)],
        ),
        Metric("portico_calls_in_flight", "Calls under way.", "gauge", lambda: [({}, calls.in_flight)]),
        Metric(
            "portico_refused_total",
            "Calls that no policy allows.",
            "counter",
            lambda: [({}, decisions.refused_total)],
        ),
        Metric(
            "portico_log_rows_dropped_total",
            "Function log rows not kept.",
            "counter",
            lambda: [({}, timeline.dropped_total)],
        ),
        Metric(
            "portico_door_log_lines_dropped_total",
            "Lines of access and execution logs not kept.",
            "counter",
            lambda: [({}, door_logs.dropped_total)],
        ),
        Metric(
            "portico_metric_points_dropped_total",
            "Points of CloudWatch's metrics not kept.",
            "counter",
            lambda: [({}, points.dropped_total)],
        ),
        Metric("portico_loop_restarts_total", "Restarts of background loops.", "counter", restarts),
        Metric("portico_events_total", "What has become of events.", "counter", counts.samples),
    ]
