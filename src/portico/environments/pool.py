"""Which environment takes which invocation: decided here, performed by the supervisor.

Nothing here waits, reads a clock or knows a process. Times are seconds on whatever clock the caller uses. Environments are shared
between equal keys only. Reuse is last in, first out, so that a quiet function's surplus ages and expires. For some keys a number of
environments is kept ready: these are started ahead, do not expire and are replaced when they end. `repr` shows all of it.
"""

from collections import OrderedDict, deque

import msgspec

from portico.environments.kept import Kept


class Deliver(msgspec.Struct, frozen=True, gc=False):
    """Give invocation `id` to environment `env`, which is idle."""

    env: int
    id: int


class Start(msgspec.Struct, frozen=True, gc=False):
    """Start environment `env` like invocation `id` wants it, which waits. Another one may be served first."""

    env: int
    id: int


class StartAhead(msgspec.Struct, frozen=True, gc=False):
    """Start environment `env` for `key`, which no invocation has asked for."""

    env: int
    key: str


class Stop(msgspec.Struct, frozen=True, gc=False):
    """End environment `env`, which is idle."""

    env: int


class Fail(msgspec.Struct, frozen=True, gc=False):
    """Invocation `id` gets what became of environment `env`, which ended before it could take it."""

    env: int
    id: int


Action = Deliver | Start | StartAhead | Stop | Fail


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
        self._kept: dict[str, Kept] = {}
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

    def keep(self, key: str, count: int) -> list[Action]:
        """Have `count` environments of `key` ready from now on, and no more than these; with 0 all of them end."""
        kept = self._kept.setdefault(key, Kept(count))
        kept.wanted = count
        kept.resume()
        if not count:
            del self._kept[key]
            return [action for env in kept.members for action in self.end(env)]
        for env, own in self._all():
            if own == key and env not in self._retired:
                kept.members.add(env)
        return self._trim(key, kept) + self._make_room()

    def kept(self, key: str) -> tuple[int, int]:
        """How many of the environments kept for `key` are ready, and how many have failed to start since one last did."""
        kept = self._kept.get(key)
        if kept is None:
            return 0, 0
        return sum(env not in self._starting for env in kept.members), kept.failures

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
        key = self._starting.pop(env)
        if key in self._kept:
            self._kept[key].failures = 0
        return self._free(env, key, now, willing=True)

    def released(self, env: int, now: float) -> list[Action]:
        """`env` has answered and can take the next invocation."""
        return self._free(env, self._busy.pop(env), now, willing=env not in self._retired)

    def failed(self, env: int) -> list[Action]:
        """`env` ended while it was starting: the longest waiting invocation of its key is told so."""
        key = self._starting.pop(env)
        self._retired.discard(env)
        if key in self._kept:
            self._kept[key].failed(env)
        waiting = self._waiting.get(key)
        actions: list[Action] = [Fail(env, self._next(key))] if waiting else []
        return actions + self._make_room()

    def gone(self, env: int) -> list[Action]:
        """`env`, which was not starting, has ended."""
        self._retired.discard(env)
        self._stopping.discard(env)
        busy = self._busy.pop(env, None)
        if busy is not None:
            self._lose(env, busy)
        if env in self._idle_since:
            self._lose(env, self._idle_since[env][0], pause=True)
            self._take_idle(env)
        return self._make_room()

    def expire(self, now: float) -> list[Action]:
        """End what has been idle for too long, and try again to start what is kept."""
        stale = []
        for env, (key, since) in self._idle_since.items():
            if since + self._idle_s > now:
                break
            if key not in self._kept:
                stale.append(env)
        actions: list[Action] = [self._stop(env) for env in stale]
        for kept in self._kept.values():
            kept.resume()
        return actions + self._make_room()

    def end(self, env: int) -> list[Action]:
        """`env` must take no more work: it is ended now when it is idle, else once it is done."""
        if env in self._idle_since:
            return [self._stop(env)]
        key = self._busy.get(env) or self._starting.get(env)
        if key is not None:
            self._retired.add(env)
            self._lose(env, key)
        return []

    def withdraw(self, env: int) -> None:
        """`env` is about to end without having been told to: an idle one is not given out any more."""
        if env in self._idle_since:
            self._stop(env)
        elif env in self._busy:
            self._retired.add(env)
            self._lose(env, self._busy[env])

    def retire(self, prefix: str) -> list[Action]:
        """End the environments whose key begins with `prefix`: the idle ones now, the others once they are done. None are kept."""
        actions: list[Action] = []
        for key in [key for key in self._kept if key.startswith(prefix)]:
            del self._kept[key]
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
            *(f"{key} keeps {len(kept.members)} of {kept.wanted}" for key, kept in self._kept.items()),
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
        kept = self._kept.get(key)
        if env in self._retired or (kept is not None and kept.surplus):
            return [self._stop(env)]
        return self._make_room() if self._waiting or self._kept else []

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
                    return actions + self._evict(self.waiting - len(self._starting), kept_too=True)
                actions.append(Start(self._begin(key), id))
        return actions + self._refill() if self._kept else actions

    def _refill(self) -> list[Action]:
        """Starts for what is kept and missing, while there is room."""
        actions: list[Action] = []
        for key, kept in self._kept.items():
            for _ in range(kept.lacking):
                if self.size >= self._environments_max:
                    return actions + self._evict(sum(kept.lacking for kept in self._kept.values()))
                actions.append(StartAhead(self._begin(key), key))
        return actions

    def _begin(self, key: str) -> int:
        self._count = env = self._count + 1
        self._starting[env] = key
        if key in self._kept:
            self._kept[key].members.add(env)
        return env

    def _evict(self, lacking: int, *, kept_too: bool = False) -> list[Action]:
        """End as many of the longest idle ones as are lacking; those that end already count. What is kept goes last, if at all."""
        count = max(lacking - len(self._stopping), 0)
        spare = [env for env, (key, _) in self._idle_since.items() if key not in self._kept]
        if kept_too and len(spare) < count:
            spare += [env for env, (key, _) in self._idle_since.items() if key in self._kept]
        return [self._stop(env) for env in spare[:count]]

    def _trim(self, key: str, kept: Kept) -> list[Action]:
        """End the idle ones that are too many; the busy ones end once they are done."""
        return [self._stop(env) for env in self._idle.get(key, [])[: kept.surplus]]

    def _lose(self, env: int, key: str, *, pause: bool = False) -> None:
        kept = self._kept.get(key)
        if kept is not None:
            kept.lost(env, pause=pause)

    def _all(self) -> list[tuple[int, str]]:
        idle = ((env, key) for env, (key, _) in self._idle_since.items())
        return [*self._starting.items(), *self._busy.items(), *idle]

    def _stop(self, env: int) -> Stop:
        self._lose(env, self._idle_since[env][0])
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
