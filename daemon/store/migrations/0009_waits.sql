-- What a living discrepancy waits for beside its cause.
CREATE TABLE waits (
    practice TEXT NOT NULL,
    id       TEXT NOT NULL,
    cause    TEXT NOT NULL,
    PRIMARY KEY (practice, id, cause)
) STRICT, WITHOUT ROWID;
CREATE INDEX waits_cause ON waits (practice, cause, id);
