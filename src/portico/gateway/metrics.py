"""Counters for `/_portico/metrics`, in Prometheus's text format."""

from collections.abc import Callable, Mapping

import msgspec

Sample = tuple[Mapping[str, str], float]


class Metric(msgspec.Struct, frozen=True):
    """A metric as it is exposed: `kind` is counter or gauge; `read` gives its samples at the time of asking."""

    name: str
    help: str
    kind: str
    read: Callable[[], list[Sample]]


class Calls:
    """Answered calls by service, operation and status: a dict entry and an addition on the path of a call."""

    __slots__ = ("counts", "in_flight", "prepared")

    def __init__(self) -> None:
        self.counts: dict[tuple[str, str, int], int] = {}
        self.in_flight = 0
        self.prepared = 0  # of them, those that were (see `prepared.py`)

    def count(self, service: str, operation: str, status: int) -> None:
        """Count one answer."""
        key = (service, operation, status)
        self.counts[key] = self.counts.get(key, 0) + 1

    def samples(self) -> list[Sample]:
        """The counters with their labels."""
        return [
            ({"service": s, "operation": o, "status": str(status)}, float(n))
            for (s, o, status), n in sorted(self.counts.items())
        ]


def exposition(metrics: list[Metric]) -> str:
    """The text that Prometheus reads (format 0.0.4)."""
    lines: list[str] = []
    for metric in metrics:
        lines += [f"# HELP {metric.name} {metric.help}", f"# TYPE {metric.name} {metric.kind}"]
        for labels, value in metric.read():
            inner = ",".join(f'{name}="{_escaped(text)}"' for name, text in labels.items())
            lines.append(f"{metric.name}{{{inner}}} {value:g}" if inner else f"{metric.name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
