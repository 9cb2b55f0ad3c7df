"""What an invocation would have cost at AWS, in US dollars: the published prices of us-east-1 as of 2026-11-21 (docs/budgets.md has the
same table). The free tier and the tiers for very large use are left out, so a budget errs on the careful side.
"""

import math

from portico.environments.work import Outcome
from portico.invoke.records import Version
from portico.invoke.report import billed_ms

REQUEST = 0.20 / 1e6
GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
GB_SECOND_PROVISIONED = {"x86_64": 0.0000097222, "arm64": 0.0000077778}
STORAGE_GB_SECOND = 0.0000000309  # of /tmp beyond 512 MB

_EVENT_BYTES = 256 * 1024  # an event of this size is one request,
_CHUNK_BYTES = 64 * 1024  # and each further part of this size is another
_FREE_STORAGE_MB = 512


def requests_of(payload_bytes: int, *, queued: bool) -> int:
    """How many requests an invocation counts as."""
    if not queued or payload_bytes <= _EVENT_BYTES:
        return 1
    return 1 + math.ceil((payload_bytes - _EVENT_BYTES) / _CHUNK_BYTES)


def duration_usd(version: Version, outcome: Outcome, *, ahead: bool) -> float:
    """The price of an invocation's billed duration; `ahead` if it ran in an environment of provisioned concurrency."""
    table = GB_SECOND_PROVISIONED if ahead else GB_SECOND
    seconds = billed_ms(outcome) / 1000
    storage_gb = max(version.ephemeral_mb - _FREE_STORAGE_MB, 0) / 1024
    return seconds * (version.memory_mb / 1024 * table[version.architecture] + storage_gb * STORAGE_GB_SECOND)
