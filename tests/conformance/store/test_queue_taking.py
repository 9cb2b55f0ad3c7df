"""What a receive may take: groups, expiry, dead letters, attempts; operations each for itself; removal."""

import asyncio

import pytest

from portico.base.clock import Clock
from portico.store.port import (
    Ack,
    ChangeVisibility,
    Conflict,
    DeadLetters,
    Key,
    Message,
    Put,
    QueueDepth,
    Send,
    Sent,
    Settled,
    Store,
    Taking,
    VersionIs,
)

Q: Key = ("queue", "q")
DEAD: Key = ("queue", "dead")
DONE, GONE, LOST, EXPIRED = (Settled(state) for state in ("done", "gone", "lost", "expired"))


async def send(store: Store, *names: str, group: str | None = None, **more: object) -> None:
    await store.commit([Send(Q, name.encode(), group=group, **more) for name in names])


async def take(
    store: Store,
    now: float = 0.0,
    limit: int = 10,
    lease_s: float = 30.0,
    *,
    queue: Key = Q,
    **taking: object,
) -> list[Message]:
    return await store.receive(
        queue, limit=limit, lease_s=lease_s, lease="client", now=now, taking=Taking(**taking)
    )


def bodies(messages: list[Message]) -> list[str]:
    return [message.body.decode() for message in messages]


class TestGroups:
    async def test_a_receive_takes_several_of_a_group_in_order_and_holds_the_rest(self, store: Store):
        await send(store, "a1", "a2", "a3", group="a")
        await send(store, "b1", "b2", group="b")
        first = await take(store, limit=2, per_group=10)
        assert bodies(first) == ["a1", "a2"]
        assert bodies(await take(store, per_group=10)) == ["b1", "b2"]
        assert await take(store, per_group=10) == []
        await store.commit([Ack(Q, first[0].receipt)])
        assert await take(store, per_group=10) == []
        await store.commit([Ack(Q, first[1].receipt)])
        assert bodies(await take(store, per_group=10)) == ["a3"]

    async def test_what_is_visible_before_the_first_in_flight_is_taken(self, store: Store):
        await send(store, "1", "2", "3", group="a")
        one, two, three = await take(store, per_group=10)
        await store.commit([ChangeVisibility(Q, one.receipt, 1.0), ChangeVisibility(Q, two.receipt, 1.0)])
        assert bodies(await take(store, now=1.0, per_group=10)) == ["1", "2"]
        assert await take(store, now=2.0, per_group=10) == []
        assert three.receipt

    async def test_a_later_one_waits_for_an_earlier_that_is_in_flight(self, store: Store):
        await send(store, "1", "2", group="a")
        _, two = await take(store, per_group=10)
        await store.commit([ChangeVisibility(Q, two.receipt, 1.0)])
        assert await take(store, now=2.0, per_group=10) == []
        assert bodies(await take(store, now=30.0, per_group=10)) == ["1", "2"]

    async def test_long_groups_are_walked_in_order(self, store: Store):
        await send(store, *map(str, range(25)), group="a")
        assert bodies(await take(store, limit=25, per_group=25)) == [str(n) for n in range(25)]

    async def test_receivers_at_once_never_share_a_group(self, store: Store):
        for group in "abcd":
            await send(store, *(f"{group}{n}" for n in range(5)), group=group)
        answers = await asyncio.gather(*(take(store, limit=3, per_group=3) for _ in range(6)))
        got = [bodies(messages) for messages in answers if messages]
        assert sorted(got) == [[f"{group}{n}" for n in range(3)] for group in "abcd"]

    async def test_groups_without_order_only_name_whose_message_it_is(self, store: Store):
        await send(store, "1", "2", group="a", ordered=False)
        (first,) = await take(store, limit=1, per_group=0)
        assert (first.body, first.group) == (b"1", "a")
        assert bodies(await take(store, per_group=0)) == ["2"]
        await store.commit([Ack(Q, first.receipt)])
        assert bodies(await take(store, now=30.0, per_group=0)) == ["2"]

    async def test_groups_that_come_last_come_after_all_others(self, store: Store):
        await send(store, "a1", "a2", group="a", ordered=False)
        await send(store, "b1", group="b", ordered=False)
        await send(store, "none")
        assert await store.in_flight_of_groups(Q, now=0.0) == {}
        assert bodies(await take(store, limit=3, per_group=0, last=("a", "z"))) == ["b1", "none", "a1"]
        assert await store.in_flight_of_groups(Q, now=29.0) == {"a": 1, "b": 1}
        assert await store.in_flight_of_groups(Q, now=30.0) == {}
        assert bodies(await take(store, per_group=0, last=("a",))) == ["a2"]


class TestManyReceivesAtOnce:
    """Receives that wait together are answered together; none of them notices."""

    async def test_each_message_goes_to_one(self, store: Store):
        await send(store, *map(str, range(25)))
        found = await asyncio.gather(*(take(store, limit=4, per_group=0) for _ in range(8)))
        assert [len(each) for each in found] == [4, 4, 4, 4, 4, 4, 1, 0]
        assert [name for each in found for name in bodies(each)] == [str(number) for number in range(25)]
        receipts = {message.receipt for each in found for message in each}
        assert len(receipts) == 25
        assert await store.in_flight(Q, now=0.0) == 25

    async def test_each_sees_what_is_visible_at_its_own_instant(self, store: Store):
        await send(store, "now")
        await send(store, "later", visible_at=20.0)
        found = await asyncio.gather(*(take(store, now, limit=2) for now in (10.0, 30.0, 10.0)))
        assert [bodies(each) for each in found] == [["now"], ["later"], []]

    async def test_what_one_has_to_remove_is_not_missing_to_the_others(self, store: Store, clock: Clock):
        await send(store, *map(str, range(30)))
        clock.advance(100)
        await send(store, "a", "b", "c")
        now = clock.now()
        found = await asyncio.gather(*(take(store, now, limit=1, sent_after=now - 50) for _ in range(4)))
        assert [bodies(each) for each in found] == [["a"], ["b"], ["c"], []]

    async def test_each_has_groups_of_its_own(self, store: Store):
        for group in "ab":
            await send(store, *(f"{group}{number}" for number in range(3)), group=group)
        found = await asyncio.gather(*(take(store, limit=2, per_group=2) for _ in range(3)))
        assert [bodies(each) for each in found] == [["a0", "a1"], ["b0", "b1"], []]

    async def test_the_same_attempt_twice_gets_the_same(self, store: Store):
        await send(store, "a", "b")
        taking = {"attempt": "t", "attempt_until": 300.0}
        first = await take(store, limit=1, **taking)
        again, other = await asyncio.gather(take(store, limit=1, **taking), take(store, limit=2))
        assert [message.receipt for message in again] == [message.receipt for message in first]
        assert bodies(other) == ["b"]


class TestInFlight:
    async def test_leased_messages_are_counted_and_delayed_ones_are_not(self, store: Store):
        await send(store, "a", "b", "c")
        await send(store, "delayed", visible_at=50.0)
        assert await store.in_flight(Q, now=0.0) == 0
        (first, _) = await take(store, limit=2)
        assert await store.in_flight(Q, now=0.0) == 2
        await store.commit([Ack(Q, first.receipt)])
        assert await store.in_flight(Q, now=0.0) == 1
        assert await store.in_flight(Q, now=30.0) == 0
        assert await store.in_flight(("queue", "none"), now=0.0) == 0


class TestExpiry:
    async def test_expired_messages_are_removed_and_never_received(self, store: Store, clock: Clock):
        await send(store, "old")
        clock.advance(100)
        await send(store, "new")
        assert bodies(await take(store, now=clock.now(), sent_after=clock.now() - 50)) == ["new"]
        assert await store.depth(Q, now=clock.now()) == QueueDepth(visible=0, in_flight=1, delayed=0)

    async def test_a_group_goes_on_behind_expired_messages(self, store: Store, clock: Clock):
        await send(store, "old", "older", group="a")
        clock.advance(100)
        await send(store, "new", group="a")
        assert bodies(await take(store, now=clock.now(), sent_after=clock.now() - 50)) == ["new"]

    async def test_many_expired_messages_do_not_hide_the_others_for_ever(self, store: Store, clock: Clock):
        await send(store, *map(str, range(3000)))
        clock.advance(100)
        await send(store, "new")
        found: list[Message] = []
        for _ in range(10):
            found += await take(store, now=clock.now(), limit=1, sent_after=clock.now() - 50)
        assert bodies(found) == ["new"]


class TestDeadLetters:
    async def test_a_message_that_was_received_too_often_goes_to_its_queue(self, store: Store):
        await send(store, "poison", "good")
        dead = DeadLetters(DEAD, 2)
        for now in (0.0, 30.0):
            assert bodies(await take(store, now=now, limit=1, dead_letters=dead)) == [
                "poison" if now == 0 else "good"
            ]
        ids = {message.message_id for message in await take(store, now=30.0, dead_letters=dead)}
        assert bodies(await take(store, now=60.0, dead_letters=dead)) == ["good"]
        (moved,) = await take(store, now=60.0, queue=DEAD)
        assert (moved.body, moved.receives, moved.moved_from, moved.first_received_at) == (
            b"poison",
            3,
            Q,
            0.0,
        )
        assert moved.message_id in ids
        await store.commit([Ack(DEAD, moved.receipt)])

    async def test_of_a_group_the_next_is_received_at_once(self, store: Store, clock: Clock):
        await send(store, "1", "2", group="a")
        dead = DeadLetters(DEAD, 1, keeps_age=False)
        assert bodies(await take(store, dead_letters=dead)) == ["1"]
        clock.advance(1000)
        now = clock.now()
        assert bodies(await take(store, now=now, dead_letters=dead)) == ["2"]
        (moved,) = await take(store, now=now, queue=DEAD)
        assert (moved.body, moved.group) == (b"1", "a")
        assert moved.sent_at == pytest.approx(now, abs=1e-3)

    async def test_dead_letters_of_a_group_keep_their_order(self, store: Store):
        await send(store, "1", "2", "3", group="a")
        await take(store, per_group=10)
        assert await take(store, now=30.0, per_group=10, dead_letters=DeadLetters(DEAD, 1)) == []
        assert bodies(await take(store, now=30.0, per_group=10, queue=DEAD)) == ["1", "2", "3"]

    async def test_who_waits_for_dead_letters_is_told(self, store: Store):
        told: list[Key] = []
        await send(store, "poison")
        await take(store)
        store.on_commit(told.extend)
        await take(store, now=30.0, dead_letters=DeadLetters(DEAD, 1))
        assert DEAD in told

    async def test_its_old_receipt_is_gone(self, store: Store):
        await send(store, "poison")
        (message,) = await take(store)
        await take(store, now=30.0, dead_letters=DeadLetters(DEAD, 1))
        assert await store.commit_each([Ack(Q, message.receipt)]) == [GONE]
        assert len(await take(store, now=30.0, queue=DEAD)) == 1


class TestAttempts:
    async def test_the_same_attempt_gets_the_same_messages_leased_anew(self, store: Store):
        await send(store, "1", "2", "3", group="a")
        first = await take(store, limit=2, per_group=10, attempt="x", attempt_until=300.0)
        again = await take(store, now=20.0, limit=2, per_group=10, attempt="x", attempt_until=320.0)
        assert [(m.message_id, m.receipt, m.receives) for m in again] == [
            (m.message_id, m.receipt, m.receives) for m in first
        ]
        assert await take(store, now=49.0, per_group=10) == []
        assert bodies(await take(store, now=50.0, per_group=10, attempt="y", attempt_until=350.0)) == [
            "1",
            "2",
            "3",
        ]

    async def test_another_attempt_or_a_late_one_gets_others(self, store: Store):
        await send(store, "1", "2")
        await take(store, limit=1, lease_s=1000.0, attempt="x", attempt_until=300.0)
        assert bodies(await take(store, now=300.0, limit=1, attempt="x", attempt_until=600.0)) == ["2"]

    async def test_a_changed_visibility_ends_it(self, store: Store):
        await send(store, "1")
        (message,) = await take(store, attempt="x", attempt_until=300.0)
        await store.commit([ChangeVisibility(Q, message.receipt, 100.0)])
        assert await take(store, attempt="x", attempt_until=300.0) == []


class TestEach:
    async def test_each_operation_stands_alone(self, store: Store):
        await send(store, "a", "b")
        a, b = await take(store)
        await store.commit([Ack(Q, b.receipt)])
        became = await store.commit_each(
            [Ack(Q, "1-00"), Ack(Q, a.receipt), Ack(Q, b.receipt), Send(Q, b"c", message_id="mine")]
        )
        assert became[:3] == [GONE, DONE, GONE]
        assert (became[3].message_id, became[3].duplicate) == ("mine", False)
        (c,) = await take(store)
        assert c.sequence == became[3].sequence

    async def test_a_lease_that_was_taken_over_is_lost(self, store: Store):
        await send(store, "a")
        (first,) = await take(store)
        (second,) = await take(store, now=30.0)
        change = ChangeVisibility(Q, first.receipt, 0.0)
        assert await store.commit_each([Ack(Q, first.receipt), change]) == [LOST, LOST]
        assert await store.commit_each([Ack(Q, second.receipt)]) == [DONE]

    async def test_a_lease_that_is_over_has_expired_for_who_asks(self, store: Store):
        await send(store, "a")
        (message,) = await take(store)
        assert await store.commit_each([Ack(Q, message.receipt, at=30.0)]) == [EXPIRED]
        longer = ChangeVisibility(Q, message.receipt, 60.0, at=29.0)
        late = Ack(Q, message.receipt, at=45.0)
        assert await store.commit_each([longer, late]) == [DONE, DONE]

    async def test_a_whole_commit_conflicts_when_the_lease_is_over(self, store: Store):
        await send(store, "a")
        (message,) = await take(store)
        with pytest.raises(Conflict):
            await store.commit([Put(("k",), b""), Ack(Q, message.receipt, at=30.0)])
        assert store.peek(("k",)) is None

    async def test_conditions_are_for_all(self, store: Store):
        with pytest.raises(Conflict):
            await store.commit_each([Send(Q, b"a")], [VersionIs(("k",), 7)])
        assert await take(store) == []

    async def test_sequences_grow(self, store: Store):
        became = await store.commit_each([Send(Q, b"x") for _ in range(5)])
        numbers = [sent.sequence for sent in became if isinstance(sent, Sent)]
        assert numbers == sorted(set(numbers))
        assert [message.sequence for message in await take(store)] == numbers

    async def test_a_duplicate_is_told_as_the_first(self, store: Store, clock: Clock):
        until = clock.now() + 300
        message = Send(Q, b"a", deduplication="d", deduplicate_until=until)
        (first,) = await store.commit_each([message])
        assert (
            await store.commit_each([message, message])
            == [Sent(first.message_id, first.sequence, duplicate=True)] * 2
        )
        assert len(await take(store)) == 1

    async def test_further_names_make_a_duplicate_and_are_not_remembered(self, store: Store, clock: Clock):
        until = clock.now() + 300

        async def sent(name: str, *further: str) -> bool:
            op = Send(Q, b"a", deduplication=name, deduplicate_until=until, duplicates=further)
            (became,) = await store.commit_each([op])
            return not became.duplicate

        assert await sent("whole")
        assert not await sent("narrow", "whole")
        assert await sent("narrow", "other")
        assert await sent("other")


class TestRemoval:
    async def test_discard_removes_the_oldest_whoever_holds_them(self, store: Store):
        await send(store, *map(str, range(5)))
        await take(store, limit=1)
        assert await store.discard(Q, limit=2) == 2
        assert bodies(await take(store)) == ["2", "3", "4"]
        assert await store.discard(Q) == 3
        assert await store.discard(Q) == 0

    async def test_only_what_was_sent_earlier_goes_and_groups_go_on(self, store: Store, clock: Clock):
        await send(store, "old", group="a")
        clock.advance(100)
        await send(store, "new", group="a")
        before = clock.now() - 50
        assert await store.discard(Q, sent_before=before) == 1
        assert await store.discard(Q, sent_before=before) == 0
        assert bodies(await take(store)) == ["new"]

    async def test_the_oldest_is_known(self, store: Store, clock: Clock):
        assert await store.oldest(Q) is None
        began = clock.now()
        await send(store, "old")
        clock.advance(100)
        await send(store, "new")
        assert await store.oldest(Q) == pytest.approx(began, abs=1.0)
        (old,) = await take(store, limit=1)
        await store.commit([Ack(Q, old.receipt)])
        assert await store.oldest(Q) == pytest.approx(clock.now(), abs=1.0)


async def test_dead_letters_and_duplicates_survive_reopening(reopen, clock: Clock):
    store = await reopen()
    await send(store, "poison")
    await take(store)
    await take(store, now=30.0, dead_letters=DeadLetters(DEAD, 1))
    message = Send(Q, b"a", deduplication="d", deduplicate_until=clock.now() + 300)
    (first,) = await store.commit_each([message])
    store = await reopen()
    (moved,) = await take(store, now=30.0, queue=DEAD)
    assert moved.moved_from == Q
    assert await store.commit_each([message]) == [Sent(first.message_id, first.sequence, duplicate=True)]
