"""The mailbox: mails and text messages for people to read at `/_portico/mailbox`, newest first."""

import msgspec

from portico.base.clock import Clock
from portico.mail.letter import Mail
from portico.store.port import Append, Op, Store, Trim

LOG = ("mailbox",)
_SHOWN_MAX = 100
_PAGE = 1_000
_KEPT_S = 14 * 24 * 3600.0


def kept(mail: Mail, now: float) -> list[Op]:
    """The operations that keep a mail, for a commit."""
    document = msgspec.json.encode(msgspec.structs.replace(mail, at=now))
    return [Append(LOG, document, now), Trim(LOG, now - _KEPT_S)]


class Mailbox:
    """Keeps mails for two weeks."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, mail: Mail) -> None:
        """Keep a mail, durably."""
        await self._store.commit(kept(mail, self._clock.now()))

    async def newest(self, to: str = "") -> list[Mail]:
        """The newest hundred mails, to `to` only if that is given."""
        found: list[Mail] = []
        after = 0
        while entries := await self._store.read_log(LOG, after=after, limit=_PAGE):
            after = entries[-1].sequence
            mails = (msgspec.json.decode(entry.value, type=Mail) for entry in entries)
            found = [*found, *(mail for mail in mails if not to or mail.to == to)][-_SHOWN_MAX:]
        return found[::-1]
