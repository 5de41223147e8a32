-- due_at: from when on policy looks at an open automatic discrepancy, "0" = at once, "" = not until something changes.
ALTER TABLE discrepancy ADD COLUMN due_at TEXT NOT NULL DEFAULT '';
UPDATE discrepancy SET due_at = '0' WHERE status = 'open' AND policy = 'automatic';
CREATE INDEX discrepancy_due ON discrepancy (practice, due_at, first_seen, id) WHERE due_at <> '';

-- Holds all that is asked of it, so that looking for what is dirty reads nothing else.
DROP INDEX family_dirty;
CREATE INDEX family_dirty ON family (practice, id, dirty_seq) WHERE dirty_seq > 0;
