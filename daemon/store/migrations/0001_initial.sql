-- The whole first shape. Times are UTC text of fixed width, so that their order as text is their order in time.
-- "" means none; money that is sorted or summed is whole cents; large bodies stand apart from what lists scan.

CREATE TABLE counter (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Records of both systems as last seen.
-- family: of a Provet record, "" for Xero's. parent: Provet's credited document, a payment's document,
-- the contact that a Xero contact was merged into.
CREATE TABLE record (
    practice   TEXT NOT NULL,
    system     TEXT NOT NULL,
    kind       TEXT NOT NULL,
    id         TEXT NOT NULL,
    digest     BLOB NOT NULL,
    updated_at TEXT NOT NULL,
    family     TEXT NOT NULL,
    parent     TEXT NOT NULL,
    scan       INTEGER NOT NULL,
    vanished   INTEGER NOT NULL,
    PRIMARY KEY (practice, system, kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_family ON record (practice, family) WHERE family <> '';
CREATE INDEX record_parent ON record (practice, system, kind, parent) WHERE parent <> '';

CREATE TABLE record_body (
    practice TEXT NOT NULL,
    system   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (practice, system, kind, id)
) STRICT;

CREATE TABLE record_key (
    practice TEXT NOT NULL,
    system   TEXT NOT NULL,
    kind     TEXT NOT NULL,
    id       TEXT NOT NULL,
    name     TEXT NOT NULL,
    PRIMARY KEY (practice, system, kind, id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX record_key_name ON record_key (practice, name, system, kind, id);

-- Which invoices the allocations of a Xero credit note name.
CREATE TABLE allocation (
    practice   TEXT NOT NULL,
    credit_id  TEXT NOT NULL,
    invoice_id TEXT NOT NULL,
    PRIMARY KEY (practice, credit_id, invoice_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX allocation_invoice ON allocation (practice, invoice_id);

CREATE TABLE link (
    practice   TEXT NOT NULL,
    kind       TEXT NOT NULL,
    provet_id  TEXT NOT NULL,
    xero_id    TEXT NOT NULL,
    body       TEXT NOT NULL,
    PRIMARY KEY (practice, kind, provet_id, xero_id)
) STRICT;
CREATE INDEX link_xero ON link (practice, kind, xero_id, provet_id);

-- dirty_seq: the number of the change that last dirtied it, 0 = clean.
CREATE TABLE family (
    practice     TEXT NOT NULL,
    id           TEXT NOT NULL,
    dirty_seq    INTEGER NOT NULL DEFAULT 0,
    provet_cents INTEGER NOT NULL DEFAULT 0,
    xero_cents   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (practice, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX family_books ON family (practice, provet_cents, xero_cents) WHERE provet_cents <> 0 OR xero_cents <> 0;
CREATE INDEX family_dirty ON family (practice, id) WHERE dirty_seq > 0;

CREATE TABLE exclusion (
    practice     TEXT NOT NULL,
    family       TEXT NOT NULL,
    provet_id    TEXT NOT NULL,
    label        TEXT NOT NULL,
    reason       TEXT NOT NULL,
    amount_cents INTEGER NOT NULL,
    PRIMARY KEY (practice, family, provet_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX exclusion_sums ON exclusion (practice, amount_cents);

-- wake_at: when a snooze or a waiver is over, "" = never. search: what a text filter looks into, case-folded, its label first.
CREATE TABLE discrepancy (
    practice       TEXT NOT NULL,
    id             TEXT NOT NULL,
    family         TEXT NOT NULL,
    kind           TEXT NOT NULL,
    status         TEXT NOT NULL,
    policy         TEXT NOT NULL,
    cause          TEXT NOT NULL,
    amount_cents   INTEGER NOT NULL,
    effect_cents   INTEGER NOT NULL,
    first_seen     TEXT NOT NULL,
    last_seen      TEXT NOT NULL,
    seq            INTEGER NOT NULL,
    assignee       TEXT NOT NULL,
    snoozed_until  TEXT NOT NULL,
    waiver         TEXT NOT NULL,
    rejected_facts TEXT NOT NULL,
    wake_at        TEXT NOT NULL,
    search         TEXT NOT NULL,
    PRIMARY KEY (practice, id)
) STRICT;
CREATE INDEX discrepancy_id ON discrepancy (id);
CREATE INDEX discrepancy_family ON discrepancy (practice, family, id);
CREATE INDEX discrepancy_cause ON discrepancy (practice, cause) WHERE cause <> '';
CREATE INDEX discrepancy_seq ON discrepancy (seq);
CREATE INDEX discrepancy_wake ON discrepancy (wake_at) WHERE wake_at <> '';
CREATE INDEX discrepancy_sums ON discrepancy (practice, kind, status, policy, amount_cents, effect_cents)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_amount ON discrepancy (amount_cents, first_seen, id, status)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_practice_amount ON discrepancy (practice, amount_cents, first_seen, id, status)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_practice_age ON discrepancy (practice, first_seen, id, status)
    WHERE status <> 'closed';

-- What the assessment said, whole.
CREATE TABLE finding (
    practice TEXT NOT NULL,
    id       TEXT NOT NULL,
    body     TEXT NOT NULL,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, id) REFERENCES discrepancy (practice, id)
) STRICT;

CREATE TABLE correction (
    practice       TEXT NOT NULL,
    id             TEXT NOT NULL,
    number         INTEGER NOT NULL,
    discrepancy_id TEXT NOT NULL,
    family         TEXT NOT NULL,
    status         TEXT NOT NULL,
    body           TEXT NOT NULL,
    PRIMARY KEY (practice, id)
) STRICT;
CREATE INDEX correction_id ON correction (id);
CREATE INDEX correction_status ON correction (practice, status, number);
CREATE INDEX correction_discrepancy ON correction (discrepancy_id, number);
CREATE INDEX correction_busy ON correction (practice, family) WHERE status IN ('approved', 'applying', 'in_doubt');

CREATE TABLE request (
    practice TEXT NOT NULL,
    id       TEXT NOT NULL,
    system   TEXT NOT NULL,
    method   TEXT NOT NULL,
    url      TEXT NOT NULL,
    body     BLOB NOT NULL,
    key      TEXT NOT NULL,
    at       TEXT NOT NULL,
    epoch    INTEGER NOT NULL,
    PRIMARY KEY (practice, id)
) STRICT;

CREATE TABLE intent (
    practice      TEXT NOT NULL,
    id            TEXT NOT NULL,
    request_id    TEXT NOT NULL,
    correction_id TEXT NOT NULL,
    step_index    INTEGER NOT NULL,
    element       INTEGER NOT NULL,
    attempt       INTEGER NOT NULL,
    family        TEXT NOT NULL,
    mark          TEXT NOT NULL,
    amount_cents  INTEGER NOT NULL,
    at            TEXT NOT NULL,
    status        TEXT NOT NULL,
    detail        TEXT NOT NULL,
    settled_at    TEXT NOT NULL,
    PRIMARY KEY (practice, id),
    FOREIGN KEY (practice, request_id) REFERENCES request (practice, id)
) STRICT;
CREATE INDEX intent_id ON intent (id);
CREATE INDEX intent_unsettled ON intent (practice, family) WHERE status IN ('sent', 'in_doubt');
CREATE INDEX intent_step ON intent (correction_id, step_index);
CREATE INDEX intent_at ON intent (practice, at);

CREATE TABLE practice_state (
    practice TEXT NOT NULL PRIMARY KEY,
    body     TEXT NOT NULL
) STRICT;

CREATE TABLE poll_cursor (
    practice TEXT NOT NULL,
    name     TEXT NOT NULL,
    value    TEXT NOT NULL,
    PRIMARY KEY (practice, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed (
    name TEXT NOT NULL PRIMARY KEY,
    blob BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
    number   INTEGER NOT NULL PRIMARY KEY,
    at       TEXT NOT NULL,
    practice TEXT NOT NULL,
    actor    TEXT NOT NULL,
    action   TEXT NOT NULL,
    subject  TEXT NOT NULL,
    detail   TEXT NOT NULL,
    hash     TEXT NOT NULL
) STRICT;
CREATE INDEX audit_subject ON audit (subject, number) WHERE subject <> '';
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END;

CREATE TABLE audit_head (
    name   TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL,
    hash   TEXT NOT NULL
) STRICT;
