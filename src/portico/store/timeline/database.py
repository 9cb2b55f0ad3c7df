"""The timeline's file: its name and its tables."""

from portico.store.beside import Layout

TIMELINE_FILE = "logs.sqlite"

LAYOUT = Layout(
    holds="log events",
    format=2,  # 1 had events only, no quiet invocations
    probe="SELECT MAX(id) FROM runs",
    schema="""
CREATE TABLE IF NOT EXISTS runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    grp TEXT NOT NULL, stream TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    events BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS by_group ON runs (grp, first_ms);
CREATE INDEX IF NOT EXISTS by_group_end ON runs (grp, last_ms);
CREATE INDEX IF NOT EXISTS by_stream ON runs (grp, stream, first_ms);
CREATE INDEX IF NOT EXISTS by_stream_end ON runs (grp, stream, last_ms);
CREATE TABLE IF NOT EXISTS spans (
    grp TEXT NOT NULL, stream TEXT NOT NULL,
    first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL, ingested_ms INTEGER NOT NULL,
    size INTEGER NOT NULL,
    PRIMARY KEY (grp, stream)
) WITHOUT ROWID;
""",
)
