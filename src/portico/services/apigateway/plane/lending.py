"""Keys and usage plans, as other services' doors use them (see `doors/usage.py`)."""

from portico.base.clock import Clock
from portico.doors.buckets import Buckets
from portico.doors.usage import UsageRefused, Use
from portico.services.apigateway.plane.clients import Members
from portico.services.apigateway.plane.quotas import Quotas
from portico.services.apigateway.transform.seam import GatewayRefusal

_REFUSALS = {
    "INVALID_API_KEY": (403, "Forbidden"),
    "QUOTA_EXCEEDED": (429, "Limit Exceeded"),
}


class Lending:
    """Counts what clients of other APIs use."""

    __slots__ = ("_buckets", "_clock", "_members", "_quotas")

    def __init__(self, members: Members, quotas: Quotas, buckets: Buckets, clock: Clock) -> None:
        self._members = members
        self._quotas = quotas
        self._clock = clock
        self._buckets = buckets

    async def admit(self, use: Use) -> str:
        """The id of the key that is used.

        Raises:
            UsageRefused: there is no such key for the stage, or its plan allows no more.
        """
        try:
            member = self._members.find(use.account, use.region, use.value, (use.api, use.stage))
            limits = member.limits(use.path, use.method)
            if self._buckets.take(limits, self._clock.monotonic()) is not None:
                raise UsageRefused(429, "Too Many Requests")
            await self._quotas.take(use.account, use.region, member, use.at)
        except GatewayRefusal as refusal:
            raise UsageRefused(*_REFUSALS[refusal.response_type]) from refusal
        return member.key.id
