"""CloudWatch: metrics of functions and queues, those that clients put, and those in logs; statistics and metric math."""

from portico.calls.ports import Ports, ServiceSpec
from portico.services.cloudwatch.keeping import Keeping
from portico.services.cloudwatch.service import CloudWatch


def _build(ports: Ports) -> CloudWatch:
    metrics, sampling = ports.extras["Metrics"], ports.extras["Sampling"]
    ports.start_task("cloudwatch.sampling", sampling.run)
    ports.start_task("cloudwatch.keeping", Keeping(metrics, ports.clock).run)
    return CloudWatch(metrics, sampling)


SERVICE = ServiceSpec(
    "cloudwatch", ("put_metric_data", "metric_statistics", "metric_data", "list_metrics"), _build
)
