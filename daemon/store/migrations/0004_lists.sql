-- What lists are sorted and grouped by. label: what a subject is called, case-folded and cut. client: Provet's id.
-- The search text grows the client's name with the next assessment.
ALTER TABLE discrepancy ADD COLUMN label TEXT NOT NULL DEFAULT '';
ALTER TABLE discrepancy ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE discrepancy ADD COLUMN client_name TEXT NOT NULL DEFAULT '';
UPDATE discrepancy SET label = substr(search, 1, min(80, instr(search || char(10), char(10)) - 1));

CREATE INDEX discrepancy_age ON discrepancy (first_seen, id, status, practice)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_kind ON discrepancy (kind, amount_cents, first_seen, id, status, practice)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_label ON discrepancy (label, id, status, practice)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_client ON discrepancy (practice, client, status, amount_cents)
    WHERE status <> 'closed';

-- A list filtered by kind is read from the index of its order alone.
DROP INDEX discrepancy_amount;
DROP INDEX discrepancy_practice_amount;
CREATE INDEX discrepancy_amount ON discrepancy (amount_cents, first_seen, id, status, kind, practice)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_practice_amount ON discrepancy (practice, amount_cents, first_seen, id, status, kind)
    WHERE status <> 'closed';

-- What filters search, of what is not closed alone: history makes no search slower.
CREATE INDEX discrepancy_search ON discrepancy
    (id, practice, kind, status, amount_cents, first_seen, policy, cause, client, assignee, search)
    WHERE status <> 'closed';
