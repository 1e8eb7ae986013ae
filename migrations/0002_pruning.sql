-- Pruning at the cost of what goes: whether a body may go is asked once for each of them, and must not
-- take longer the more Pruned records there are.

CREATE INDEX record_pruned ON record (pane) WHERE kind = 'Pruned';

DROP TRIGGER body_delete;

-- As it was, but in the words of that index alone, or SQLite would take record_told and walk through them all.
CREATE TRIGGER body_delete BEFORE DELETE ON body
WHEN NOT EXISTS (
    SELECT 1
    FROM record AS pruned, record AS pruning
    WHERE pruned.seq = OLD.seq
        AND pruning.kind = 'Pruned'
        AND pruning.seq > OLD.seq
        AND pruning.pane IN ('', pruned.pane)
        AND OLD.seq BETWEEN json_extract(pruning.head, '$.first') AND json_extract(pruning.head, '$.through')
)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: a body may go only after a Pruned record that covers it');
END;
