"""The pool reads like a story: what happens, what is to be done, and how it all stands."""

from portico.environments.pool import Deliver, Fail, Pool, Start, StartAhead, Stop


def test_a_first_invocation_starts_an_environment_and_later_ones_reuse_it() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    assert repr(pool) == "<Pool empty>"

    assert pool.submit(1, "hello") == [Start(1, 1)]
    assert repr(pool) == "<Pool hello#1 starting; hello waits: 1>"

    assert pool.started(1, now=5) == [Deliver(1, 1)]
    assert repr(pool) == "<Pool hello#1 busy>"

    assert pool.released(1, now=6) == []
    assert repr(pool) == "<Pool hello#1 idle since 6>"

    assert pool.submit(2, "hello") == [Deliver(1, 2)]
    assert repr(pool) == "<Pool hello#1 busy>"


def test_each_waiting_invocation_has_a_start_of_its_own_but_takes_what_is_free_first() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    assert pool.submit(1, "hello") == [Start(1, 1)]
    assert pool.submit(2, "hello") == [Start(2, 2)]
    assert repr(pool) == "<Pool hello#1 starting; hello#2 starting; hello waits: 1, 2>"

    assert pool.started(2, now=1) == [Deliver(2, 1)]
    assert pool.released(2, now=2) == [Deliver(2, 2)]
    assert pool.started(1, now=3) == []
    assert repr(pool) == "<Pool hello#2 busy; hello#1 idle since 3>"


def test_the_last_one_used_is_used_next_so_that_a_surplus_expires() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    for id in (1, 2, 3):
        pool.submit(id, "hello")
        pool.started(id, now=0)
    for env in (1, 2, 3):
        pool.released(env, now=env)
    assert pool.submit(4, "hello") == [Deliver(3, 4)]
    pool.released(3, now=200)

    assert pool.expire(now=300) == []
    assert pool.expire(now=302) == [Stop(1), Stop(2)]
    assert repr(pool) == "<Pool hello#3 idle since 200; #1 stopping; #2 stopping>"
    pool.gone(1)
    pool.gone(2)
    assert repr(pool) == "<Pool hello#3 idle since 200>"


def test_environments_are_shared_between_equal_keys_only() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "hello")
    pool.started(1, now=0)
    pool.released(1, now=0)
    assert pool.submit(2, "bye") == [Start(2, 2)]


def test_when_all_are_busy_an_invocation_waits() -> None:
    pool = Pool(environments_max=1, idle_s=300)
    pool.submit(1, "hello")
    pool.started(1, now=0)
    assert pool.submit(2, "hello") == []
    assert repr(pool) == "<Pool hello#1 busy; hello waits: 2>"
    assert pool.released(1, now=1) == [Deliver(1, 2)]


def test_when_there_is_no_room_the_longest_idle_one_ends_for_another_function() -> None:
    pool = Pool(environments_max=2, idle_s=300)
    for id, key in ((1, "old"), (2, "young")):
        pool.submit(id, key)
        pool.started(id, now=id)
        pool.released(id, now=id)

    assert pool.submit(3, "new") == [Stop(1)]
    assert pool.submit(4, "new") == [Stop(2)]
    assert repr(pool) == "<Pool #1 stopping; #2 stopping; new waits: 3, 4>"
    assert pool.gone(1) == [Start(3, 3)]
    assert pool.gone(2) == [Start(4, 4)]


def test_a_busy_one_makes_room_once_it_is_released() -> None:
    pool = Pool(environments_max=1, idle_s=300)
    pool.submit(1, "old")
    pool.started(1, now=0)
    assert pool.submit(2, "new") == []
    assert pool.released(1, now=1) == [Stop(1)]
    assert pool.gone(1) == [Start(2, 2)]


def test_an_environment_that_fails_to_start_fails_one_invocation_and_no_other() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "hello")
    pool.submit(2, "hello")
    assert pool.failed(1) == [Fail(1, 1)]
    assert repr(pool) == "<Pool hello#2 starting; hello waits: 2>"
    assert pool.failed(2) == [Fail(2, 2)]
    assert repr(pool) == "<Pool empty>"


def test_an_environment_that_ends_while_it_works_leaves_room() -> None:
    pool = Pool(environments_max=1, idle_s=300)
    pool.submit(1, "hello")
    pool.started(1, now=0)
    pool.submit(2, "hello")
    assert pool.gone(1) == [Start(2, 2)]


def test_retiring_ends_the_idle_now_and_the_busy_once_they_are_done() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "f:1")
    pool.submit(2, "f:1")
    pool.submit(3, "g:1")
    for env in (1, 2, 3):
        pool.started(env, now=0)
    pool.released(1, now=1)

    assert pool.retire("f:") == [Stop(1)]
    assert repr(pool) == "<Pool f:1#2 busy (retired); g:1#3 busy; #1 stopping>"
    assert pool.released(2, now=2) == [Stop(2)]
    assert pool.released(3, now=2) == []


def test_a_retired_start_still_serves_who_waits_for_it() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "f:1")
    assert pool.retire("f:1") == []
    assert pool.started(1, now=0) == [Deliver(1, 1)]
    assert pool.released(1, now=1) == [Stop(1)]


def test_one_that_must_not_be_used_again_is_not() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "f")
    pool.started(1, now=0)
    assert pool.end(1) == []
    assert pool.submit(2, "f") == [Start(2, 2)]
    assert pool.released(1, now=1) == [Stop(1)]
    assert repr(pool) == "<Pool f#2 starting; #1 stopping; f waits: 2>"


def test_what_is_kept_is_started_ahead_and_does_not_expire() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    assert pool.keep("hello", 2) == [StartAhead(1, "hello"), StartAhead(2, "hello")]
    assert pool.kept("hello") == (0, 0)
    pool.started(1, now=0)
    pool.started(2, now=0)
    assert pool.kept("hello") == (2, 0)
    assert pool.expire(now=1000) == []
    assert pool.submit(1, "hello") == [Deliver(2, 1)]
    assert pool.kept("hello") == (2, 0)
    assert repr(pool) == "<Pool hello#2 busy; hello#1 idle since 0; hello keeps 2 of 2>"


def test_what_is_kept_and_ends_is_replaced() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.keep("hello", 1)
    pool.started(1, now=0)
    pool.submit(1, "hello")
    assert pool.gone(1) == [StartAhead(2, "hello")]

    pool.started(2, now=1)
    assert pool.end(2) == [Stop(2)]  # its credentials have expired
    assert pool.gone(2) == [StartAhead(3, "hello")]


def test_one_that_ends_by_itself_is_tried_again_later_so_that_nothing_spins() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.keep("broken", 1)
    assert pool.failed(1) == []
    assert pool.kept("broken") == (0, 1)
    assert pool.expire(now=15) == [StartAhead(2, "broken")]
    assert pool.failed(2) == []
    assert pool.kept("broken") == (0, 2)
    assert pool.expire(now=30) == [StartAhead(3, "broken")]
    pool.started(3, now=31)
    assert pool.kept("broken") == (1, 0)

    assert pool.gone(3) == []  # while it was idle
    assert pool.expire(now=45) == [StartAhead(4, "broken")]


def test_fewer_are_kept_by_ending_the_idle_ones_and_the_busy_ones_once_they_are_done() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.keep("hello", 3)
    for env in (1, 2, 3):
        pool.started(env, now=0)
    pool.submit(1, "hello")
    pool.submit(2, "hello")
    assert pool.keep("hello", 1) == [Stop(1)]
    assert pool.released(3, now=1) == [Stop(3)]
    assert pool.released(2, now=1) == []
    assert pool.keep("hello", 0) == [Stop(2)]


def test_a_key_that_has_environments_already_keeps_those() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.submit(1, "hello")
    pool.started(1, now=0)
    assert pool.keep("hello", 1) == []
    pool.released(1, now=1)
    assert pool.expire(now=1000) == []


def test_what_is_kept_takes_the_room_of_idle_ones_and_gives_way_to_invocations_only() -> None:
    pool = Pool(environments_max=2, idle_s=300)
    pool.submit(1, "old")
    pool.started(1, now=0)
    pool.released(1, now=0)
    assert pool.keep("hello", 2) == [StartAhead(2, "hello"), Stop(1)]
    assert pool.gone(1) == [StartAhead(3, "hello")]
    pool.started(2, now=1)
    pool.started(3, now=1)
    assert pool.submit(2, "new") == [Stop(2)]
    assert pool.gone(2) == [Start(4, 2)]
    pool.started(4, now=2)
    assert pool.released(4, now=3) == [Stop(4)]
    assert pool.gone(4) == [StartAhead(5, "hello")]


def test_what_is_retired_is_not_kept_any_more() -> None:
    pool = Pool(environments_max=10, idle_s=300)
    pool.keep("hello:1", 1)
    pool.started(1, now=0)
    assert pool.retire("hello:") == [Stop(1)]
    assert pool.gone(1) == []
    assert repr(pool) == "<Pool empty>"
