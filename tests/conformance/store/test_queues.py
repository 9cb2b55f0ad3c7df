"""Queues: delay, visibility, receipts, groups, deduplication, leases over a restart."""

import asyncio

import pytest

from portico.base.clock import Clock
from portico.store.port import Ack, ChangeVisibility, Conflict, Key, Message, Put, QueueDepth, Send, Store

Q: Key = ("queue", "000000000000", "q")


async def send(store: Store, *bodies: str, **more: object) -> None:
    for body in bodies:
        await store.commit([Send(Q, body.encode(), **more)])


async def receive(
    store: Store, now: float, limit: int = 10, lease_s: float = 30.0, lease: str = "client"
) -> list[Message]:
    return await store.receive(Q, limit=limit, lease_s=lease_s, lease=lease, now=now)


def bodies(messages: list[Message]) -> list[str]:
    return [message.body.decode() for message in messages]


async def test_messages_come_in_the_order_they_were_sent(store: Store, clock: Clock):
    before = clock.now()
    await send(store, "a", "b", "c")
    found = await receive(store, now=5.0, limit=2)
    assert bodies(found) == ["a", "b"]
    first = found[0]
    assert (first.queue, first.receives, first.first_received_at, first.group) == (Q, 1, 5.0, None)
    assert before - 1e-3 <= first.sent_at <= clock.now() + 1e-3
    assert len({message.receipt for message in found} | {message.message_id for message in found}) == 4
    assert bodies(await receive(store, now=5.0)) == ["c"]
    assert await receive(store, now=5.0) == []


async def test_a_message_id_is_kept_and_otherwise_made(store: Store):
    await send(store, "a", message_id="mine")
    await send(store, "b")
    found = await receive(store, now=0.0)
    assert found[0].message_id == "mine"
    assert found[1].message_id


async def test_a_delayed_message_waits(store: Store):
    await send(store, "later", visible_at=100.0)
    assert await receive(store, now=99.999999) == []
    assert await store.depth(Q, now=99.0) == QueueDepth(visible=0, in_flight=0, delayed=1)
    assert await store.next_visible(Q) == 100.0
    assert bodies(await receive(store, now=100.0)) == ["later"]


async def test_a_lease_ends_by_its_deadline_and_its_receipt_with_the_next(store: Store):
    await send(store, "a")
    (first,) = await receive(store, now=10.0, lease_s=30.1)
    assert await receive(store, now=40.0) == []
    assert await store.depth(Q, now=40.0) == QueueDepth(visible=0, in_flight=1, delayed=0)
    (second,) = await receive(store, now=40.1)
    assert (second.receives, second.first_received_at, second.message_id) == (2, 10.0, first.message_id)
    assert second.receipt != first.receipt
    for op in (Ack(Q, first.receipt), ChangeVisibility(Q, first.receipt, 0.0)):
        with pytest.raises(Conflict):
            await store.commit([op])
    await store.commit([Ack(Q, second.receipt)])
    assert await store.next_visible(Q) is None


async def test_a_receipt_is_good_after_its_deadline_until_another_takes_the_message(store: Store):
    await send(store, "a")
    (message,) = await receive(store, now=10.0, lease_s=1.0)
    await store.commit([Ack(Q, message.receipt)])
    assert await receive(store, now=100.0) == []


@pytest.mark.parametrize("receipt", ["", "1", "-", "x-y", "1-", "ffffffffffffffffffff-00", "-1-a", "١-a"])
async def test_what_is_no_receipt_conflicts(store: Store, receipt: str):
    await send(store, "a")
    with pytest.raises(Conflict):
        await store.commit([Ack(Q, receipt)])
    assert len(await receive(store, now=0.0)) == 1


async def test_a_receipt_is_for_its_queue_and_once(store: Store):
    await send(store, "a")
    (message,) = await receive(store, now=0.0)
    with pytest.raises(Conflict):
        await store.commit([Ack(("other",), message.receipt)])
    await store.commit([Ack(Q, message.receipt)])
    with pytest.raises(Conflict):
        await store.commit([Ack(Q, message.receipt)])


async def test_changing_visibility_moves_it_both_ways_and_can_replace_the_body(store: Store):
    await send(store, "a")
    (message,) = await receive(store, now=0.0, lease_s=10.0)
    await store.commit([ChangeVisibility(Q, message.receipt, 50.0)])
    assert await receive(store, now=49.0) == []
    await store.commit([ChangeVisibility(Q, message.receipt, 5.0, b"again")])
    (message,) = await receive(store, now=5.0)
    assert (message.body, message.receives) == (b"again", 2)


async def test_change_and_ack_in_one_commit(store: Store):
    await send(store, "a")
    (message,) = await receive(store, now=0.0)
    await store.commit(
        [ChangeVisibility(Q, message.receipt, 1.0, b"b"), Ack(Q, message.receipt), Put(("done",), b"")]
    )
    assert await receive(store, now=99.0) == []
    assert store.peek(("done",)) is not None


async def test_the_outcome_and_the_ack_are_one(store: Store):
    """The pattern of every worker: a lease that is over must not write its outcome."""
    await send(store, "a")
    (lost,) = await receive(store, now=0.0, lease_s=1.0)
    (current,) = await receive(store, now=2.0)
    with pytest.raises(Conflict):
        await store.commit([Put(("outcome",), b"lost"), Ack(Q, lost.receipt)])
    await store.commit([Put(("outcome",), b"current"), Ack(Q, current.receipt)])
    assert store.peek(("outcome",)).value == b"current"


async def test_receivers_at_once_share_without_doubles(store: Store):
    await store.commit([Send(Q, b"%d" % n) for n in range(100)])
    answers = await asyncio.gather(*(receive(store, now=0.0, limit=7) for _ in range(20)))
    found = [message.body for messages in answers for message in messages]
    assert sorted(found, key=int) == [b"%d" % n for n in range(100)]


async def test_queues_are_apart(store: Store):
    await store.commit([Send(("q", 1), b"one"), Send(("q",), b"zero"), Send(("q", 1, 2), b"two")])
    found = await store.receive(("q", 1), limit=10, lease_s=1, lease="client", now=0.0)
    assert bodies(found) == ["one"]


async def test_binary_and_big_bodies(store: Store):
    sent = [b"\xff\x00", b"", bytes(range(256)) * 4096]
    await store.commit([Send(Q, body) for body in sent])
    assert [message.body for message in await receive(store, now=0.0)] == sent


async def test_a_group_has_one_lease_at_a_time_in_order(store: Store):
    for body in ("a1", "a2", "a3"):
        await send(store, body, group="a")
    await send(store, "b1", group="b")
    await send(store, "free")
    first = await receive(store, now=0.0)
    assert bodies(first) == ["a1", "b1", "free"]
    assert first[0].group == "a"
    assert await receive(store, now=1.0) == []
    await store.commit([Ack(Q, first[0].receipt)])
    (second,) = await receive(store, now=1.0)
    assert second.body == b"a2"
    assert bodies(await receive(store, now=100.0, limit=1)) == ["b1"]


async def test_a_group_waits_for_its_first_even_when_that_is_delayed(store: Store):
    await send(store, "first", group="a", visible_at=50.0)
    await send(store, "second", group="a")
    assert await receive(store, now=49.0) == []
    assert await store.next_visible(Q) == 50.0
    (first,) = await receive(store, now=50.0)
    assert first.body == b"first"
    await store.commit([Ack(Q, first.receipt), Send(Q, b"third", group="a")])
    assert bodies(await receive(store, now=50.0)) == ["second"]


async def test_an_expired_lease_gives_the_same_message_of_the_group_again(store: Store):
    await store.commit([Send(Q, b"1", group="a"), Send(Q, b"2", group="a")])
    await receive(store, now=0.0, lease_s=10)
    assert bodies(await receive(store, now=10.0)) == ["1"]


async def test_a_deduplicated_message_is_dropped_until_the_time_is_over(store: Store, clock: Clock):
    until = clock.now() + 300
    for _ in range(2):
        await send(store, "a", deduplication="d", deduplicate_until=until)
    await asyncio.gather(*(send(store, "b", deduplication="e", deduplicate_until=until) for _ in range(5)))
    await store.commit([Send(("other",), b"a", deduplication="d", deduplicate_until=until)])
    assert sorted(bodies(await receive(store, now=0.0))) == ["a", "b"]
    clock.advance(301)
    await send(store, "a2", deduplication="d", deduplicate_until=clock.now() + 300)
    await send(store, "a3", deduplication="d", deduplicate_until=clock.now() + 300)
    assert bodies(await receive(store, now=0.0)) == ["a2"]


async def test_queues_can_share_what_was_seen(store: Store, clock: Clock):
    more = {"deduplication": "d", "deduplicate_until": clock.now() + 10, "names_in": ("shared",)}
    queues: list[Key] = [("a",), ("b",)]
    await asyncio.gather(*(store.commit([Send(queue, b"x", **more)]) for queue in queues))
    await store.commit([Send(("c",), b"x", **more), Send(("c",), b"y", deduplication="d")])
    depths = [await store.depth(queue, now=clock.now()) for queue in (*queues, ("c",))]
    assert [depth.visible for depth in depths] == [1, 0, 1]


async def test_tending_forgets_deduplications_that_are_over_and_no_others(store: Store, clock: Clock):
    await send(store, "a", deduplication="short", deduplicate_until=clock.now() + 10)
    await send(store, "b", deduplication="long", deduplicate_until=clock.now() + 1000)
    clock.advance(11)
    await store.tend()
    await send(store, "c", deduplication="short", deduplicate_until=clock.now() + 10)
    await send(store, "d", deduplication="long", deduplicate_until=clock.now() + 10)
    assert bodies(await receive(store, now=0.0)) == ["a", "b", "c"]


async def test_depth_and_next_visible_tell_the_states(store: Store):
    assert await store.depth(Q, now=0.0) == QueueDepth(0, 0, 0)
    assert await store.next_visible(Q) is None
    await send(store, "a", "b")
    await send(store, "c", visible_at=70.0)
    await receive(store, now=0.0, limit=1, lease_s=30)
    assert await store.depth(Q, now=1.0) == QueueDepth(visible=1, in_flight=1, delayed=1)
    assert await store.depth(Q, now=31.0) == QueueDepth(visible=2, in_flight=0, delayed=1)
    assert await store.next_visible(Q) == 0.0


async def test_a_receive_of_nothing(store: Store):
    await send(store, "a")
    assert await receive(store, now=0.0, limit=0) == []


async def test_an_instant_that_is_no_number_is_refused(store: Store):
    with pytest.raises(ValueError, match="finite"):
        await send(store, "a", visible_at=float("nan"))
    await send(store, "far", visible_at=1e300)
    assert await receive(store, now=1e12) == []


async def test_worker_leases_are_void_after_reopening_and_client_leases_are_not(reopen):
    store = await reopen()
    await send(store, "worker")
    (by_worker,) = await receive(store, now=0.0, lease_s=1e6, lease="worker")
    await send(store, "client")
    (by_client,) = await receive(store, now=0.0, lease_s=1e6)
    store = await reopen()
    with pytest.raises(Conflict):
        await store.commit([Ack(Q, by_worker.receipt)])
    (again,) = await receive(store, now=1.0)
    assert (again.body, again.receives) == (b"worker", 2)
    await store.commit([Ack(Q, by_client.receipt), Ack(Q, again.receipt)])
    assert await store.depth(Q, now=1.0) == QueueDepth(0, 0, 0)


async def test_a_retry_that_waits_goes_on_waiting_after_reopening(reopen):
    store = await reopen()
    await send(store, "first attempt")
    (message,) = await receive(store, now=0.0, lease="worker")
    await store.commit([ChangeVisibility(Q, message.receipt, 60.0, b"second attempt")])
    store = await reopen()
    assert await receive(store, now=59.0) == []
    assert bodies(await receive(store, now=60.0)) == ["second attempt"]


async def test_a_worker_notes_how_far_it_has_come_and_keeps_its_lease(reopen):
    store = await reopen()
    await send(store, "nothing done")
    (message,) = await receive(store, now=0.0, lease="worker")
    await store.commit([ChangeVisibility(Q, message.receipt, 60.0, b"half done", kept=True)])
    assert await receive(store, now=59.0) == []
    store = await reopen()
    assert bodies(await receive(store, now=0.0)) == ["half done"]


async def test_groups_survive_reopening(reopen):
    store = await reopen()
    await store.commit([Send(Q, b"1", group="a"), Send(Q, b"2", group="a")])
    await receive(store, now=0.0, lease="worker")
    store = await reopen()
    assert bodies(await receive(store, now=0.0)) == ["1"]
