"""Processes that are started before their function is known."""

import os
import select
import signal

import pytest

ECHO = "exports.handler = async (event) => [event, process.env.MARK ?? null, require('node:fs').readdirSync('.')];"


async def warmed_up(workshop, spec) -> None:
    """Have a first function of a kind, after which others of the kind are started ahead."""
    await workshop.answer(spec)
    await workshop.supervisor.reserve.filled()
    assert len(workshop.supervisor.reserve.pids) == 2


async def test_nothing_waits_until_a_function_has_started(workshop) -> None:
    assert await workshop.answer(workshop.function("p", "def handler(e, c):\n    return 1")) == 1
    assert workshop.supervisor.reserve.pids == []


async def test_the_next_function_takes_one_that_waits(workshop, node) -> None:
    await warmed_up(workshop, node(ECHO, name="first"))
    waiting = workshop.supervisor.reserve.pids
    outcome = await workshop.invoke(node(ECHO, name="second", variables={"MARK": "x"}), 1)
    assert outcome.payload == b'[1,"x",["app.js"]]'
    assert set(workshop.supervisor.pids()) & set(waiting) == {waiting[0]}
    assert outcome.init_ms is not None
    await workshop.supervisor.reserve.filled()
    assert len(workshop.supervisor.reserve.pids) == 2


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("app.mjs", "const ok = await 'ok';\nexport const handler = async () => ok;"),
        ("app.js", "exports.handler = async () => Intl.DateTimeFormat().resolvedOptions().timeZone;"),
        ("app.js", "exports.handler = async () => process.argv.slice(1).join();"),
        ("app.js", "exports.handler = async () => require('own').word;"),
        ("app.js", "exports.handler = async () => process.env.NODE_OPTIONS ?? 'none';"),
        ("app.js", "exports.handler = async () => Object.keys(process.env).sort().join();"),
        (
            "app.js",
            "exports.handler = async () => require('node:v8').getHeapStatistics().heap_size_limit;",
        ),
        ("app.js", "exports.handler = (event, context, callback) => callback(null, 'called');"),
    ],
)
async def test_it_behaves_like_one_that_was_started_for_it(workshop, node, file, source) -> None:
    layers = workshop.root / "opt" / "nodejs" / "node_modules"
    (layers / "own").mkdir(parents=True)
    (layers / "own" / "index.js").write_text("exports.word = 'own';")
    answers = []
    for name in ("first", "second"):
        variables = {"NODE_PATH": str(layers), "TZ": "Asia/Tokyo", "NODE_OPTIONS": "--no-deprecation"}
        spec = node(source, name=name, file=file, variables=variables)
        workshop.opt_dirs[name] = str(workshop.root / "opt")
        answers.append(await workshop.answer(spec))
        await workshop.supervisor.reserve.filled()
    assert answers[0] == answers[1]
    assert len(workshop.supervisor.pids()) == 2


async def test_what_differs_from_the_start_is_another_kind(workshop, node) -> None:
    await warmed_up(workshop, node(ECHO, name="first"))
    source = "exports.handler = async () => process.noDeprecation === true;"
    spec = node(source, name="second", variables={"NODE_OPTIONS": "--no-deprecation"})
    assert await workshop.answer(spec) is True
    source = "exports.handler = async () => require('node:v8').getHeapStatistics().heap_size_limit;"
    small = await workshop.answer(node(source, name="third", memory_mb=128))
    large = await workshop.answer(node(source, name="fourth", memory_mb=1024))
    assert small < large / 4


async def test_only_the_kinds_that_were_asked_for_last_wait(workshop, node) -> None:
    for memory_mb in (128, 256, 512):
        await workshop.answer(node(ECHO, name=f"f{memory_mb}", memory_mb=memory_mb))
        await workshop.supervisor.reserve.filled()
    assert len(workshop.supervisor.reserve.pids) == 4


async def test_what_nobody_asks_for_is_given_up(workshop, node) -> None:
    await warmed_up(workshop, node(ECHO, name="first"))
    workshop.clock.ahead_s += 121
    workshop.supervisor.reserve.expire()
    assert workshop.supervisor.reserve.pids == []
    assert (await workshop.answer(node(ECHO, name="second")))[2] == ["app.js"]


async def test_one_that_dies_while_it_waits_costs_nobody_anything(workshop, node) -> None:
    await warmed_up(workshop, node(ECHO, name="first"))
    for pid in workshop.supervisor.reserve.pids:
        gone = os.pidfd_open(pid)
        os.kill(pid, signal.SIGKILL)
        select.select([gone], [], [], 10)
        os.close(gone)
    for name in ("second", "third"):
        await workshop.answer(node(ECHO, name=name))
    await workshop.supervisor.reserve.filled()
    assert len(workshop.supervisor.reserve.pids) == 2


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ("exports.handler = async () => { throw new TypeError('bad'); };", "TypeError"),
        ("throw new RangeError('at import');", "RangeError"),
        ("exports.handler = async () => process.exit(1);", "Runtime.ExitError"),
        ("exports.handler = async () => { for (;;); };", "Sandbox.Timedout"),
        ("exports.nothing = 1;", "Runtime.HandlerNotFound"),
    ],
)
async def test_errors_are_the_same(workshop, node, source, kind) -> None:
    await warmed_up(workshop, node(ECHO, name="first"))
    outcome, _ = await workshop.error(node(source, name="second", timeout_s=1))
    assert outcome.error_type == kind


async def test_memory_is_limited_all_the_same(workshop, node) -> None:
    await warmed_up(workshop, node(ECHO, name="first", memory_mb=128))
    source = """\
    const kept = [];
    exports.handler = async () => {
      for (;;) { kept.push(Buffer.alloc(4 << 20, 1)); await new Promise(done => setTimeout(done, 5)); }
    };
    """
    outcome, _ = await workshop.error(node(source, name="second", memory_mb=128))
    assert outcome.error_type == "Runtime.OutOfMemory"


async def test_nothing_is_left_behind(make_workshop, alive) -> None:
    shop = make_workshop()
    spec = shop.function("f", ECHO, file="app.js", runtime="nodejs22.x", variables={"NODE_MARK_OF_THIS": "1"})
    await shop.answer(spec)
    await shop.supervisor.reserve.filled()
    pids = shop.supervisor.reserve.pids
    assert len(pids) == 2
    await shop.supervisor.close()
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
