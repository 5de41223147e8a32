-- by_hand: 1 once a correction of it was undone: then only a person corrects it.
ALTER TABLE discrepancy ADD COLUMN by_hand INTEGER NOT NULL DEFAULT 0;

-- Each practice wakes its own.
DROP INDEX discrepancy_wake;
CREATE INDEX discrepancy_wake ON discrepancy (practice, wake_at) WHERE wake_at <> '';
