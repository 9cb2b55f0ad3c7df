"""`SnapStart` of a function: whether its published versions start from a snapshot, and which functions can.

Source: Developer Guide, "Improving startup performance with Lambda SnapStart"; reported words for other runtimes.
"""

import re

from portico.invoke.records import LATEST, Version
from portico.services.lambda_ import errors

EPHEMERAL_MB_MAX = 512
_NUMBERED = re.compile(r"([a-z]+)([\d.]*)")
_OLDEST = {"python": (3, 12), "java": (11,), "dotnet": (8,)}


def require_possible(version: Version) -> None:
    """Refuse a function that asks for snapshots and can't have them.

    Raises:
        InvalidParameterValueException: the runtime, or the size of /tmp.
    """
    if not version.snap_start:
        return
    if version.runtime and not _supports(version.runtime):
        raise errors.invalid(f"{version.runtime} is not supported for SnapStart enabled functions.")
    if version.ephemeral_mb > EPHEMERAL_MB_MAX:
        raise errors.invalid(
            f"Ephemeral storage greater than {EPHEMERAL_MB_MAX} MB is not supported for SnapStart enabled functions."
        )


def _supports(runtime: str) -> bool:
    parts = _NUMBERED.match(runtime)
    if parts is None or parts[1] not in _OLDEST:
        return False
    number = tuple(int(part) for part in parts[2].split(".") if part)
    return number >= _OLDEST[parts[1]]


def shown(version: Version) -> dict[str, str]:
    """The setting as AWS shows it: `On` is a published version whose snapshot is there."""
    optimised = version.snap_start and version.version != LATEST and version.state == "Active"
    return {
        "ApplyOn": "PublishedVersions" if version.snap_start else "None",
        "OptimizationStatus": "On" if optimised else "Off",
    }
