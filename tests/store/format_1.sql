-- A database of format 1, as its first Portico left it: a record, a blob, a log, and messages of which two groups and one have none.
CREATE TABLE counter (one INTEGER PRIMARY KEY CHECK (one = 1), reserved INTEGER NOT NULL);
CREATE TABLE records (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, value TEXT NOT NULL);
CREATE INDEX records_by_version ON records (version);
CREATE TABLE messages (
        id INTEGER PRIMARY KEY, queue TEXT NOT NULL, message_id TEXT NOT NULL, visible_at_us INTEGER NOT NULL,
        sent_at_us INTEGER NOT NULL, first_received_at_us INTEGER, receives INTEGER NOT NULL DEFAULT 0,
        receipt TEXT, lease TEXT, grouped TEXT, body TEXT NOT NULL);
CREATE INDEX messages_by_visibility ON messages (queue, visible_at_us, id);
CREATE INDEX messages_by_group ON messages (queue, grouped, id) WHERE grouped IS NOT NULL;
CREATE INDEX messages_of_workers ON messages (id) WHERE lease = 'worker';
CREATE TABLE deduplications (
        queue TEXT NOT NULL, deduplication TEXT NOT NULL, until_us INTEGER NOT NULL,
        PRIMARY KEY (queue, deduplication)) WITHOUT ROWID;
CREATE INDEX deduplications_by_end ON deduplications (until_us);
CREATE TABLE entries (sequence INTEGER PRIMARY KEY, log TEXT NOT NULL, at_us INTEGER NOT NULL, value TEXT NOT NULL);
CREATE INDEX entries_by_log ON entries (log, sequence, at_us);
CREATE TABLE blobs (
        digest TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, stored_at_us INTEGER NOT NULL, data TEXT);
CREATE TABLE blob_owners (
        digest TEXT NOT NULL, owner TEXT NOT NULL, PRIMARY KEY (digest, owner)) WITHOUT ROWID;
INSERT INTO counter VALUES (1, 2000000);
INSERT INTO records VALUES (1, 'st' || char(1) || 'p11', 41, '{"n":1}');
INSERT INTO messages VALUES (50, 'sq' || char(1), 'm50', 0, 1000000, 2000000, 1, '32-aa', 'client', 'a', 'a1');
INSERT INTO messages VALUES (51, 'sq' || char(1), 'm51', 0, 1000000, NULL, 0, NULL, NULL, 'a', 'a2');
INSERT INTO messages VALUES (52, 'sq' || char(1), 'm52', 0, 1000000, NULL, 0, NULL, NULL, 'b', 'b1');
INSERT INTO messages VALUES (53, 'sq' || char(1), 'm53', 0, 1000000, NULL, 0, NULL, NULL, NULL, 'free');
INSERT INTO messages VALUES (54, 'sq' || char(1), 'm54', 0, 1000000, NULL, 0, NULL, NULL, 'a', 'a3');
INSERT INTO entries VALUES (60, 'sl' || char(1), 5000000, 'entry');
INSERT INTO blobs VALUES ('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', 1, 4000000000000000, 'x');
INSERT INTO blob_owners VALUES ('2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881', 'so' || char(1));
PRAGMA application_id = 0x506F7274;
PRAGMA user_version = 1;
