"""Metrics: what was measured, by series and interval. A file of its own beside the store.

What the server counts itself is not acknowledged to anybody: it is gathered for at most 100 ms (longer, up to a minute, when there
is so much that writing it would take more than a hundredth of the time) and written without waiting for the disk. What a client puts is
acknowledged, hence on disk first. What comes for the same series and interval is merged into one row.
"""

from portico.store.metrics.rows import Matching
from portico.store.metrics.sampling import Sampling, Source
from portico.store.metrics.store import METRICS_FILE, Gathered, Metrics
from portico.store.metrics.values import Kept, Point, Series, Stats, merged, of_each, of_set, of_values

__all__ = [
    "METRICS_FILE",
    "Gathered",
    "Kept",
    "Matching",
    "Metrics",
    "Point",
    "Sampling",
    "Series",
    "Source",
    "Stats",
    "merged",
    "of_each",
    "of_set",
    "of_values",
]
