"""CloudWatch: metrics of functions and queues, those that clients put, and those in logs; statistics and metric math."""

from portico.base.tasks import every
from portico.calls.ports import Ports, ServiceSpec
from portico.services.cloudwatch.keeping import EVERY_S, Keeping
from portico.services.cloudwatch.service import CloudWatch


def _build(ports: Ports) -> CloudWatch:
    metrics, sampling = ports.extras["Metrics"], ports.extras["Sampling"]
    ports.start_task("cloudwatch.sampling", sampling.run)
    ports.start_task("cloudwatch.keeping", every(EVERY_S, Keeping(metrics, ports.clock).tidy, at_once=True))
    return CloudWatch(metrics, sampling)


SERVICE = ServiceSpec(
    "cloudwatch", ("put_metric_data", "metric_statistics", "metric_data", "list_metrics"), _build
)
