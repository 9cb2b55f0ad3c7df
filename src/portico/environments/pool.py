"""Which environment takes which invocation: decided here, performed by the supervisor.

Nothing here waits, reads a clock or knows a process. Times are seconds on whatever clock the caller uses. Environments are shared
between equal keys only. Reuse is last in, first out, so that a quiet function's surplus ages and expires. `repr` shows all of it.
"""

import itertools
from collections import OrderedDict, deque

import msgspec


class Deliver(msgspec.Struct, frozen=True, gc=False):
    """Give invocation `id` to environment `env`, which is idle."""

    env: int
    id: int


class Start(msgspec.Struct, frozen=True, gc=False):
    """Start environment `env` like invocation `id` wants it, which waits. Another one may be served first."""

    env: int
    id: int


class Stop(msgspec.Struct, frozen=True, gc=False):
    """End environment `env`, which is idle."""

    env: int


class Fail(msgspec.Struct, frozen=True, gc=False):
    """Invocation `id` gets what became of environment `env`, which ended before it could take it."""

    env: int
    id: int


Action = Deliver | Start | Stop | Fail


class Pool:
    """Environments by state and key, and the invocations that wait. `environments_max` bounds all of them together."""

    def __init__(self, *, environments_max: int, idle_s: float) -> None:
        self._environments_max = environments_max
        self._idle_s = idle_s
        self._count = 0
        self._starting: dict[int, str] = {}
        self._busy: dict[int, str] = {}
        self._idle: dict[str, list[int]] = {}
        self._idle_since: OrderedDict[int, tuple[str, float]] = OrderedDict()  # oldest first
        self._stopping: set[int] = set()
        self._retired: set[int] = set()
        self._waiting: OrderedDict[str, deque[int]] = (
            OrderedDict()
        )  # keys in the order in which they began to wait

    @property
    def size(self) -> int:
        """How many environments there are, in any state."""
        return len(self._starting) + len(self._busy) + len(self._idle_since) + len(self._stopping)

    @property
    def waiting(self) -> int:
        """How many invocations wait."""
        return sum(map(len, self._waiting.values()))

    def submit(self, id: int, key: str) -> list[Action]:
        """Invocation `id` wants an environment of `key`: an idle one, a new one, or it waits (for room by the longest idle one)."""
        idle = self._idle.get(key)
        if idle:
            env = idle.pop()
            del self._idle_since[env]
            self._busy[env] = key
            return [Deliver(env, id)]
        self._waiting.setdefault(key, deque()).append(id)
        return self._make_room()

    def started(self, env: int, now: float) -> list[Action]:
        """`env` has been initialised."""
        return self._free(env, self._starting.pop(env), now, willing=True)

    def released(self, env: int, now: float) -> list[Action]:
        """`env` has answered and can take the next invocation."""
        return self._free(env, self._busy.pop(env), now, willing=env not in self._retired)

    def failed(self, env: int) -> list[Action]:
        """`env` ended while it was starting: the longest waiting invocation of its key is told so."""
        key = self._starting.pop(env)
        self._retired.discard(env)
        waiting = self._waiting.get(key)
        actions: list[Action] = [Fail(env, self._next(key))] if waiting else []
        return actions + self._make_room()

    def gone(self, env: int) -> list[Action]:
        """`env`, which was not starting, has ended."""
        self._retired.discard(env)
        self._stopping.discard(env)
        self._busy.pop(env, None)
        if env in self._idle_since:
            self._take_idle(env)
        return self._make_room()

    def expire(self, now: float) -> list[Action]:
        """End what has been idle for too long."""
        stale = []
        for env, (_, since) in self._idle_since.items():
            if since + self._idle_s > now:
                break
            stale.append(env)
        return [self._stop(env) for env in stale]

    def end(self, env: int) -> list[Action]:
        """`env` must take no more work: it is ended now when it is idle, else once it is done."""
        if env in self._idle_since:
            return [self._stop(env)]
        if env in self._busy or env in self._starting:
            self._retired.add(env)
        return []

    def withdraw(self, env: int) -> None:
        """`env` is about to end without having been told to: an idle one is not given out any more."""
        if env in self._idle_since:
            self._stop(env)
        elif env in self._busy:
            self._retired.add(env)

    def retire(self, prefix: str) -> list[Action]:
        """End the environments whose key begins with `prefix`: the idle ones now, the others once they are done."""
        actions: list[Action] = []
        for env in [env for env, (key, _) in self._idle_since.items() if key.startswith(prefix)]:
            actions += self.end(env)
        for env, key in (*self._busy.items(), *self._starting.items()):
            if key.startswith(prefix):
                self._retired.add(env)
        return actions

    def __repr__(self) -> str:
        parts = [
            *(f"{key}#{env} starting{self._mark(env)}" for env, key in self._starting.items()),
            *(f"{key}#{env} busy{self._mark(env)}" for env, key in self._busy.items()),
            *(f"{key}#{env} idle since {since:g}" for env, (key, since) in self._idle_since.items()),
            *(f"#{env} stopping" for env in sorted(self._stopping)),
            *(f"{key} waits: {', '.join(map(str, ids))}" for key, ids in self._waiting.items()),
        ]
        return f"<Pool {'; '.join(parts) or 'empty'}>"

    def _mark(self, env: int) -> str:
        return " (retired)" if env in self._retired else ""

    def _free(self, env: int, key: str, now: float, *, willing: bool) -> list[Action]:
        if willing and key in self._waiting:
            self._busy[env] = key
            return [Deliver(env, self._next(key))]
        self._idle.setdefault(key, []).append(env)
        self._idle_since[env] = (key, now)
        if env in self._retired:
            return [self._stop(env)]
        return self._make_room()

    def _next(self, key: str) -> int:
        waiting = self._waiting[key]
        id = waiting.popleft()
        if not waiting:
            del self._waiting[key]
        return id

    def _make_room(self) -> list[Action]:
        """Starts for those who wait and have none yet, while there is room; else the longest idle ones make room."""
        actions: list[Action] = []
        for key, ids in self._waiting.items():
            coming = sum(starting == key for starting in self._starting.values())
            for id in list(ids)[coming:]:
                if self.size >= self._environments_max:
                    return actions + self._evict()
                self._count += 1
                self._starting[self._count] = key
                actions.append(Start(self._count, id))
        return actions

    def _evict(self) -> list[Action]:
        lacking = self.waiting - len(self._starting) - len(self._stopping)
        oldest = list(itertools.islice(self._idle_since, max(lacking, 0)))
        return [self._stop(env) for env in oldest]

    def _stop(self, env: int) -> Stop:
        self._take_idle(env)
        self._retired.discard(env)
        self._stopping.add(env)
        return Stop(env)

    def _take_idle(self, env: int) -> None:
        key, _ = self._idle_since.pop(env)
        idle = self._idle[key]
        idle.remove(env)
        if not idle:
            del self._idle[key]
