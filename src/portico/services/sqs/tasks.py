"""Message move tasks as they are stored."""

from typing import Literal

import msgspec

from portico.store.table import Table
from portico.store.transaction import Transaction

Status = Literal["RUNNING", "COMPLETED", "CANCELLING", "CANCELLED", "FAILED"]
ACTIVE: frozenset[Status] = frozenset({"RUNNING", "CANCELLING"})


class MoveTask(msgspec.Struct, frozen=True, gc=False):
    """A task that moves the messages of the queue `source`. `destination` is an ARN, "" for where each message came from; `rate`
    is messages a second, 0 for as fast as it goes; `started_at` in seconds on the `now` clock; `to_move` was counted at the start."""

    account: str
    region: str
    source: str
    task_id: str
    started_at: float
    destination: str = ""
    rate: int = 0
    to_move: int = 0
    moved: int = 0
    status: Status = "RUNNING"
    failure: str = ""

    @property
    def key(self) -> tuple[str, str, str, int, str]:
        """What it is kept by: a queue's tasks in the order in which they were started."""
        return self.account, self.region, self.source, int(self.started_at * 1e6), self.task_id


TASKS = Table("sqs.move_tasks", MoveTask)


def put_task(tx: Transaction, task: MoveTask) -> None:
    """Store a task."""
    tx.put(TASKS, task, *task.key)
