"""The database's format: a number, and one step from each number to the next.

A new database goes through all steps, as an old one goes through those that it lacks, so there is one way to arrive at a format.
"""

import sqlite3
from collections.abc import Sequence

from portico.store.port import StoreUnusable

APPLICATION_ID = 0x506F7274  # "Port": what `file` and PRAGMA application_id tell of the database

_FORMAT_1 = (
    # One counter gives versions, message ids and log sequences. `reserved` is above every number in use (see writer.py).
    "CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), reserved INTEGER NOT NULL)",
    "INSERT INTO counter VALUES (1, 1)",
    # A rowid table and not WITHOUT ROWID: documents of 1 KB would overflow the pages of an index.
    """CREATE TABLE records (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, value TEXT NOT NULL)""",
    "CREATE INDEX records_by_version ON records (version)",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY, queue TEXT NOT NULL, message_id TEXT NOT NULL, visible_at_us INTEGER NOT NULL,
        sent_at_us INTEGER NOT NULL, first_received_at_us INTEGER, receives INTEGER NOT NULL DEFAULT 0,
        receipt TEXT, lease TEXT, grouped TEXT, body TEXT NOT NULL)""",
    "CREATE INDEX messages_by_visibility ON messages (queue, visible_at_us, id)",
    "CREATE INDEX messages_by_group ON messages (queue, grouped, id) WHERE grouped IS NOT NULL",
    "CREATE INDEX messages_of_workers ON messages (id) WHERE lease = 'worker'",
    """CREATE TABLE deduplications (
        queue TEXT NOT NULL, deduplication TEXT NOT NULL, until_us INTEGER NOT NULL,
        PRIMARY KEY (queue, deduplication)) WITHOUT ROWID""",
    "CREATE INDEX deduplications_by_end ON deduplications (until_us)",
    "CREATE TABLE entries (sequence INTEGER PRIMARY KEY, log TEXT NOT NULL, at_us INTEGER NOT NULL, value TEXT NOT NULL)",
    "CREATE INDEX entries_by_log ON entries (log, sequence, at_us)",
    # `data` is NULL for a blob that is a file.
    """CREATE TABLE blobs (
        digest TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, stored_at_us INTEGER NOT NULL, data TEXT)""",
    """CREATE TABLE blob_owners (
        digest TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (digest, owner)) WITHOUT ROWID""",
)

# A message waits behind the first of its group. Format 1 found that out at each receive, by looking at every waiting message;
# from format 2 on it is written down when a message arrives or the one before it goes.
_FORMAT_2 = (
    "ALTER TABLE messages ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0",
    """UPDATE messages SET blocked = 1 WHERE grouped IS NOT NULL AND EXISTS (
        SELECT 1 FROM messages AS earlier WHERE earlier.queue = messages.queue AND earlier.grouped = messages.grouped
        AND earlier.id < messages.id)""",
    "DROP INDEX messages_by_visibility",
    "CREATE INDEX messages_by_visibility ON messages (queue, blocked, visible_at_us, id)",
)

# Dead letters know where they come from, a receive can be asked for again, the oldest message is found without a look at all of them,
# and a duplicate is told as which message it was first sent.
_FORMAT_3 = (
    "ALTER TABLE messages ADD COLUMN moved_from TEXT",
    "ALTER TABLE messages ADD COLUMN attempt TEXT",
    "ALTER TABLE messages ADD COLUMN attempt_until_us INTEGER",
    "CREATE INDEX messages_by_attempt ON messages (queue, attempt) WHERE attempt IS NOT NULL",
    "CREATE INDEX messages_by_age ON messages (queue, sent_at_us)",
    "ALTER TABLE deduplications ADD COLUMN message_id TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE deduplications ADD COLUMN sequence INTEGER NOT NULL DEFAULT 0",
)

# What a receive and an ack change is small and close together: bodies are a table of their own, and queues, whose names would be in
# every row and every index of it, are numbers.
_FORMAT_4 = (
    "CREATE TABLE queues (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)",
    "INSERT INTO queues (name) SELECT DISTINCT queue FROM messages",
    "CREATE TABLE bodies (id INTEGER PRIMARY KEY, body TEXT NOT NULL)",
    "INSERT INTO bodies SELECT id, body FROM messages",
    "ALTER TABLE messages RENAME TO messages_3",
    """CREATE TABLE messages (
        id INTEGER PRIMARY KEY, queue INTEGER NOT NULL, message_id TEXT NOT NULL, visible_at_us INTEGER NOT NULL,
        sent_at_us INTEGER NOT NULL, first_received_at_us INTEGER, receives INTEGER NOT NULL DEFAULT 0, receipt TEXT, lease TEXT,
        grouped TEXT, blocked INTEGER NOT NULL DEFAULT 0, moved_from TEXT, attempt TEXT, attempt_until_us INTEGER)""",
    """INSERT INTO messages SELECT
        id, (SELECT queues.id FROM queues WHERE name = queue), message_id, visible_at_us, sent_at_us, first_received_at_us, receives,
        receipt, lease, grouped, blocked, moved_from, attempt, attempt_until_us FROM messages_3""",
    "DROP TABLE messages_3",
    # Each ends with the row's id, as every index does.
    "CREATE INDEX messages_by_visibility ON messages (queue, blocked, visible_at_us)",
    "CREATE INDEX messages_by_group ON messages (queue, grouped) WHERE grouped IS NOT NULL",
    "CREATE INDEX messages_of_workers ON messages (lease) WHERE lease = 'worker'",
    "CREATE INDEX messages_by_attempt ON messages (queue, attempt) WHERE attempt IS NOT NULL",
    "CREATE INDEX messages_by_age ON messages (queue, sent_at_us)",
)

# What a trim removes is found without a look at what it leaves.
_FORMAT_5 = (
    "DROP INDEX entries_by_log",
    "CREATE INDEX entries_by_log ON entries (log)",
    "CREATE INDEX entries_by_age ON entries (log, at_us)",
)

STEPS: tuple[Sequence[str], ...] = (_FORMAT_1, _FORMAT_2, _FORMAT_3, _FORMAT_4, _FORMAT_5)
FORMAT = len(STEPS)


def check_format(connection: sqlite3.Connection, where: str) -> int:
    """The database's format; 0 for one that is still empty.

    Raises:
        StoreUnusable: a newer Portico made it, or it is no database of Portico's.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (found,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    if application_id != APPLICATION_ID and (tables or found):
        raise StoreUnusable(f"{where} is a database that Portico did not make; name another data directory")
    if found > FORMAT:
        raise StoreUnusable(
            f"{where} has format {found}, made by a newer Portico; this one knows formats up to {FORMAT}. "
            "Install the newer version, or name another data directory"
        )
    return int(found)


def migrate(connection: sqlite3.Connection, where: str) -> None:
    """Bring the database to `FORMAT`, each step in a transaction of its own; errors as `check_format`'s."""
    for number in range(check_format(connection, where), FORMAT):
        connection.execute("BEGIN IMMEDIATE")
        try:
            for statement in STEPS[number]:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {number + 1}")
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
