"""How many invocations run, looked at every minute: what the ends of invocations do not tell of those that take long.

Source: Lambda Developer Guide, "Types of metrics for Lambda functions" (concurrency metrics).
"""

from portico.invoke.admit import Admission
from portico.services.cloudwatch.functions import NAMESPACE, UNITS
from portico.store.metrics import Point, Series, of_each
from portico.store.metrics.values import Dimensions

ALL, UNRESERVED = "ConcurrentExecutions", "UnreservedConcurrentExecutions"


class Concurrency:
    """Makes points of what the admission counts."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    async def read(self, at: int) -> list[Point]:
        """The points of the minute that begins at `at` (seconds since the epoch)."""
        points: list[Point] = []
        accounts: dict[tuple[str, str], int] = {}
        for owner, running in self._admission.running().items():
            account, region, name = owner.rstrip(":").split("/")
            accounts[account, region] = accounts.get((account, region), 0) + running
            points.append(_point(at, ALL, (account, region), running, (("FunctionName", name),)))
        points += [_point(at, ALL, scope, running) for scope, running in accounts.items()]
        for key, running in self._admission.unreserved().items():
            account, region = key.split("/")
            points.append(_point(at, UNRESERVED, (account, region), running))
        return points


def _point(at: int, metric: str, scope: tuple[str, str], running: int, dimensions: Dimensions = ()) -> Point:
    return Point(Series(*scope, NAMESPACE, metric, dimensions), at, UNITS[metric], of_each([running]))
