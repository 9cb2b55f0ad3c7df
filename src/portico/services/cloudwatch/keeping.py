"""For how long metrics are kept, and how finely: the loop that makes old ones coarser.

Source: CloudWatch User Guide, "Metrics retention".
"""

from portico.base.clock import Clock
from portico.services.cloudwatch.periods import DAY_S
from portico.store.metrics import Metrics

_TIERS = ((3 * 3600, 60), (15 * DAY_S, 300), (63 * DAY_S, 3600), (455 * DAY_S, 0))
EVERY_S = 3600


class Keeping:
    """Rolls up what is old: after three hours to minutes, after 15 days to five minutes, after 63 days to hours; after 455 days it
    is deleted."""

    def __init__(self, metrics: Metrics, clock: Clock) -> None:
        self._metrics = metrics
        self._clock = clock

    async def tidy(self) -> None:
        """Do so once.

        Raises:
            StoreError: not all could be done.
        """
        now = int(self._clock.now())
        await self._metrics.roll_up([(now - age, width) for age, width in _TIERS])
