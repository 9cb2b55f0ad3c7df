"""The mailbox: mails and text messages for people to read at `/_portico/mailbox`, newest first.

They are sealed: there are passwords and codes in them, and a copy of the database is not to tell these.
"""

import msgspec

from portico.base.clock import Clock
from portico.identity.sealing import Sealer
from portico.mail.letter import Mail
from portico.store.port import Append, Op, Store, Trim

LOG = ("mailbox",)
_SHOWN_MAX = 100
_PAGE = 1_000
_PURPOSE = "mailbox"
_KEPT_S = 14 * 24 * 3600.0


def kept(sealer: Sealer, mail: Mail, now: float) -> list[Op]:
    """The operations that keep a mail, for a commit."""
    document = msgspec.json.encode(msgspec.structs.replace(mail, at=now))
    sealed = sealer.seal(_PURPOSE, document).encode()
    return [Append(LOG, sealed, now), Trim(LOG, now - _KEPT_S)]


class Mailbox:
    """Keeps mails for two weeks."""

    def __init__(self, store: Store, sealer: Sealer, clock: Clock) -> None:
        self._store = store
        self._sealer = sealer
        self._clock = clock

    async def keep(self, mail: Mail) -> None:
        """Keep a mail, durably."""
        await self._store.commit(kept(self._sealer, mail, self._clock.now()))

    async def newest(self, to: str = "") -> list[Mail]:
        """The newest hundred mails, to `to` only if that is given."""
        found: list[Mail] = []
        after = 0
        while entries := await self._store.read_log(LOG, after=after, limit=_PAGE):
            after = entries[-1].sequence
            opened = (self._sealer.unseal(_PURPOSE, entry.value.decode()) for entry in entries)
            mails = (msgspec.json.decode(document, type=Mail) for document in opened)
            found = [*found, *(mail for mail in mails if not to or mail.to == to)][-_SHOWN_MAX:]
        return found[::-1]
