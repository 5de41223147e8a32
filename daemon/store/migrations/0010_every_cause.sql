-- All that a living discrepancy waits for, a row for each, so that what goes on by a cause is counted from one index.
-- causes: how many rows the discrepancy has here; status and cents are the discrepancy's own.
ALTER TABLE waits RENAME TO waits_beside;
DROP INDEX waits_cause;
CREATE TABLE waits (
    practice TEXT NOT NULL,
    id       TEXT NOT NULL,
    cause    TEXT NOT NULL,
    causes   INTEGER NOT NULL,
    status   TEXT NOT NULL,
    cents    INTEGER NOT NULL,
    PRIMARY KEY (practice, id, cause)
) STRICT, WITHOUT ROWID;
INSERT INTO waits
SELECT n.practice, n.id, n.cause, COUNT(*) OVER (PARTITION BY n.practice, n.id), d.status, d.amount_cents
FROM (
    SELECT practice, id, cause FROM discrepancy WHERE cause <> '' AND status <> 'closed'
    UNION SELECT practice, id, cause FROM waits_beside
) n JOIN discrepancy d ON d.practice = n.practice AND d.id = n.id;
DROP TABLE waits_beside;
CREATE INDEX waits_cause ON waits (cause, causes, practice, status, cents);
CREATE INDEX waits_several ON waits (practice, id, cause, cents, causes) WHERE causes > 1;

-- Nothing but waits is looked up by a cause alone.
DROP INDEX discrepancy_cause;
