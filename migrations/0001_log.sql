-- The log: records in seq order, chained by their hashes, and their bodies apart from them.
--
-- Run inside one transaction that also sets user_version to this file's number. Before it, outside
-- any transaction, the opener has set auto_vacuum=INCREMENTAL (space of pruned bodies comes back).
-- Nothing in `record` and `body` may ever change: the triggers below refuse an edit made by mistake, and the
-- chain shows one that got past them. How a hash is made: chloe/store/chain.py.
--
-- A log whose schema isn't this one, word by word, is not written to (chloe/store/drift.py). So each statement
-- is written as SQLite keeps it, from "CREATE TABLE name" on.

CREATE TABLE record (
    seq          INTEGER PRIMARY KEY,  -- 1, 2, 3 ...: the order of everything, without a hole.
    committed_at INTEGER NOT NULL,     -- Nanoseconds since 1970; never less than before.
    occurred_at  INTEGER NOT NULL,     -- Nanoseconds since 1970.
    pane         TEXT NOT NULL,        -- The pane's UUID; '' where it is about none.
    instance     TEXT NOT NULL,        -- The running Chloe that appended it.
    kind         TEXT NOT NULL,
    version      INTEGER NOT NULL,     -- Of the kind's meaning.
    head         TEXT NOT NULL,        -- JSON: the fact without its bytes.
    body_sha256  BLOB CHECK (length(body_sha256) = 32),  -- Of the uncompressed bytes; NULL: has none.
    hash         BLOB NOT NULL CHECK (length(hash) = 32) -- Over the previous hash and all of the above.
) STRICT;

CREATE TABLE body (
    seq       INTEGER PRIMARY KEY,  -- The record that it belongs to.
    codec     INTEGER NOT NULL,     -- 0: as it is, 1: one zstd frame. A later Chloe may have others.
    -- Of the first body in the one stream that this body is compressed in; NULL: it stands alone.
    first_seq INTEGER CHECK (first_seq BETWEEN 1 AND seq),
    bytes     BLOB NOT NULL
) STRICT;

-- One pane's records in order (seq, the rowid, is part of every index).
CREATE INDEX record_pane ON record (pane);

-- What happened, by kind, without wading through what was printed. An Output of another version is one that
-- nobody here can read. A query has to say the same (INDEXED in chloe/store/outline.py).
CREATE INDEX record_outline ON record (kind) WHERE kind <> 'Output' OR version <> 1;

-- Pruning at the cost of what goes: whether a body may go is asked once for each of them.
CREATE INDEX record_pruned ON record (pane) WHERE kind = 'Pruned';

CREATE TRIGGER record_insert BEFORE INSERT ON record
WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM record)
BEGIN
    -- REPLACE comes past a DELETE trigger, but not past this one.
    SELECT RAISE(ABORT, 'the log is append-only: this is not the next seq');
END;

CREATE TRIGGER record_update BEFORE UPDATE ON record
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: a record never changes');
END;

CREATE TRIGGER record_delete BEFORE DELETE ON record
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: a record is never deleted');
END;

CREATE TRIGGER body_insert BEFORE INSERT ON body
WHEN (SELECT body_sha256 FROM record WHERE seq = NEW.seq) IS NULL
    OR EXISTS (SELECT 1 FROM body WHERE seq = NEW.seq)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: no record waits for this body');
END;

CREATE TRIGGER body_update BEFORE UPDATE ON body
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: a body never changes');
END;

CREATE TRIGGER body_delete BEFORE DELETE ON body
WHEN NOT EXISTS (
    -- Among the newest Pruned records alone, or a log with very many would take minutes for each of its bodies:
    -- who deletes repeats an older one first (chloe/store/pruning.py). In the words of record_pruned, or SQLite
    -- would walk along all records.
    SELECT 1
    FROM (
        SELECT head FROM (
            SELECT head FROM record
            WHERE kind = 'Pruned' AND pane = '' AND seq > OLD.seq ORDER BY seq DESC LIMIT 64
        )
        UNION ALL
        SELECT head FROM (
            SELECT head FROM record
            WHERE kind = 'Pruned' AND pane = (SELECT pane FROM record WHERE seq = OLD.seq) AND seq > OLD.seq
            ORDER BY seq DESC LIMIT 64
        )
    )
    WHERE
        -- Not by SQLite's functions for JSON, which run in no trigger where schemas aren't trusted. A head has
        -- one form, with its keys in order, and a quote in a text has a backslash before it.
        head GLOB '{"first":[0-9]*,*"through":[0-9]*'
        AND OLD.seq BETWEEN CAST(substr(head, length('{"first":') + 1) AS INTEGER) AND CAST(
            substr(head, instr(head, '"through":') + length('"through":')) AS INTEGER
        )
)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: a body may go only after a Pruned record that covers it');
END;

-- What happened to one pane, without wading through what it printed, and which panes are past.
CREATE INDEX record_history ON record (pane, kind) WHERE kind <> 'Output';

-- Derived from here on: may be dropped at any time and made again from the log.

CREATE TABLE checkpoint (
    pane       TEXT NOT NULL,
    seq        INTEGER NOT NULL,   -- The last record folded into it.
    record_seq INTEGER NOT NULL,   -- The Checkpointed record that describes it: without that it isn't used.
    lines      INTEGER NOT NULL,   -- Logical lines that have left the screen by then.
    emulator   TEXT NOT NULL,      -- The emulator's version; another one can't use it.
    state      BLOB NOT NULL
) STRICT;

CREATE UNIQUE INDEX checkpoint_position ON checkpoint (pane, seq);
