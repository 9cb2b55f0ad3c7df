"""Whatever happens in whatever order: each invocation is served once, by an environment of its key that is free, within the room."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portico.environments.pool import Action, Deliver, Fail, Pool, Start, StartAhead, Stop

_MAX = 3


class _World:
    """Performs the pool's actions at once, and keeps what it may be held to."""

    def __init__(self) -> None:
        self.pool = Pool(environments_max=_MAX, idle_s=10)
        self.key_of: dict[int, str] = {}  # of an invocation
        self.waiting: set[int] = set()
        self.served: set[int] = set()
        self.starting: dict[int, str] = {}
        self.idle: dict[int, str] = {}
        self.busy: dict[int, str] = {}
        self.stopping: set[int] = set()
        self.kept: dict[str, int] = {}

    def perform(self, actions: list[Action]) -> None:
        for action in actions:
            match action:
                case Start(env, id):
                    self.starting[env] = self.key_of[id]
                case StartAhead(env, key):
                    self.starting[env] = key
                case Deliver(env, id):
                    key = self.idle.pop(env)
                    assert key == self.key_of[id], "of the same key"
                    self.busy[env] = key
                    self._serve(id)
                case Fail(_, id):
                    self._serve(id)
                case Stop(env):
                    del self.idle[env]
                    self.stopping.add(env)
        assert len(self.starting) + len(self.idle) + len(self.busy) + len(self.stopping) <= _MAX
        assert self.pool.waiting == len(self.waiting)

    def _serve(self, id: int) -> None:
        self.waiting.remove(id)
        assert id not in self.served, "once"
        self.served.add(id)

    def step(self, what: str, pick: int, now: float) -> None:
        def one(of: dict[int, str] | set[int]) -> int | None:
            return sorted(of)[pick % len(of)] if of else None

        if what == "submit":
            id = len(self.key_of) + 1
            self.key_of[id] = "abc"[pick % 3]
            self.waiting.add(id)
            self.perform(self.pool.submit(id, self.key_of[id]))
        elif what == "started" and (env := one(self.starting)):
            self.idle[env] = self.starting.pop(env)
            self.perform(self.pool.started(env, now))
        elif what == "failed" and (env := one(self.starting)):
            del self.starting[env]
            self.perform(self.pool.failed(env))
        elif what == "released" and (env := one(self.busy)):
            self.idle[env] = self.busy.pop(env)
            self.perform(self.pool.released(env, now))
        elif what == "stopped" and (env := one(self.stopping)):
            self.stopping.remove(env)
            self.perform(self.pool.gone(env))
        elif what == "died" and (env := one(self.busy)):
            del self.busy[env]
            self.perform(self.pool.gone(env))
        elif what == "withdrawn" and (env := one(self.idle)):
            del self.idle[env]
            self.stopping.add(env)
            self.pool.withdraw(env)
            self.perform([])
        elif what == "retire":
            self.kept.pop("abc"[pick % 3], None)
            self.perform(self.pool.retire("abc"[pick % 3]))
        elif what == "keep":
            key = "abc"[pick % 3]
            self.kept[key] = pick // 2 - 1 if pick > 3 else 0
            self.perform(self.pool.keep(key, self.kept[key]))
        elif what == "perished" and (env := one(self.idle)):
            del self.idle[env]
            self.perform(self.pool.gone(env))
        elif what == "expire":
            self.perform(self.pool.expire(now))


_STEPS = (
    "submit",
    "submit",
    "submit",
    "started",
    "released",
    "failed",
    "stopped",
    "died",
    "withdrawn",
    "perished",
    "retire",
    "expire",
    "keep",
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_STEPS), st.integers(0, 5)), max_size=60))
def test_nothing_is_lost_and_nothing_is_done_twice(steps: list[tuple[str, int]]) -> None:
    world = _World()
    now = 0.0
    for what, pick in steps:
        now += 3
        world.step(what, pick, now)
    for _ in range(20 * len(world.key_of) + 20):  # let everything that runs come to its end
        for what in ("started", "released", "stopped"):
            world.step(what, 0, now)
    assert world.waiting == set(), repr(world.pool)
    assert world.served == set(world.key_of)
    world.step("expire", 0, now)
    for _ in range(4 * _MAX):
        for what in ("started", "stopped"):
            world.step(what, 0, now)
    ready = {key: world.pool.kept(key)[0] for key in world.kept}
    assert sum(ready.values()) == min(sum(world.kept.values()), _MAX), repr(world.pool)
    assert all(ready[key] <= count for key, count in world.kept.items())
    for key in "abc":
        world.perform(world.pool.keep(key, 0))
    world.step("expire", 0, now + 100)
    for _ in range(_MAX):
        world.step("stopped", 0, now)
    assert repr(world.pool) == "<Pool empty>"
