"""Work that may take long, done in threads of its own: large templates, patterns, schemas, compression.

It waits for a place among its like only: what the rest of the server does in other threads (signatures, files: `asyncio.to_thread`), which
takes as long as Portico makes it, is not held up by what callers have sent.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from portico.store.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")

_THREADS = 2


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="aside")


async def aside(act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """What `act` returns, which another thread calls. It goes on to its end even if nobody waits for it any more."""
    return await asyncio.get_running_loop().run_in_executor(_threads(), lambda: act(*args, **kwargs))


class OnceEach(Generic[T]):
    """What takes long to make of a request, made once and aside: when it is asked what the call may do, and kept for the operation itself,
    as long as its transaction."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[Transaction, T] = WeakKeyDictionary()

    async def of(self, tx: Transaction, make: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `make` returns in the transaction of one call; what it raises is not kept."""
        found = self._made.get(tx)
        if found is None:
            found = self._made[tx] = await aside(make, *args, **kwargs)
        return found
