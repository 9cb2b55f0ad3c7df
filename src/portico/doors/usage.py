"""API keys and usage plans, for the doors of services that have none of their own: those of REST APIs are for WebSocket APIs as well.

Source: API Gateway Developer Guide, "Usage plans and API keys", "API key selection expressions".
"""

from collections.abc import Awaitable, Callable

import msgspec


class Use(msgspec.Struct, frozen=True, gc=False):
    """One use of a key: `value` is what the client brings, `path` and `method` what a plan may limit by themselves; `at` is in seconds
    (`now` clock)."""

    account: str
    region: str
    api: str
    stage: str
    value: str
    path: str
    method: str
    at: float


class UsageRefused(Exception):
    """The key is none, or not for this stage (403), or its plan allows no more (429)."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


Admit = Callable[[Use], Awaitable[str]]
"""Count a use of a key; its id. Raises UsageRefused."""


class UsagePlans:
    """Where who has keys and plans meets who asks for them."""

    __slots__ = ("_admit",)

    def __init__(self) -> None:
        self._admit: Admit | None = None

    def provide(self, admit: Admit) -> None:
        """Say who has the plans."""
        self._admit = admit

    async def admit(self, use: Use) -> str:
        """The id of the key that is used.

        Raises:
            UsageRefused: see there.
        """
        if self._admit is None:
            raise UsageRefused(403, "Forbidden")
        return await self._admit(use)
