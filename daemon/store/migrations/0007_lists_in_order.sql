-- status stands as an expression, so that this index is taken for an order by status and for no search.
CREATE INDEX discrepancy_status ON discrepancy (status || '', amount_cents, first_seen, id, status, kind, practice)
    WHERE status <> 'closed';
CREATE INDEX discrepancy_causes ON discrepancy (practice, cause, status, amount_cents)
    WHERE status <> 'closed';

-- Led by the kind, so that what a search finds is counted by kind as it is read.
DROP INDEX discrepancy_search;
CREATE INDEX discrepancy_search ON discrepancy
    (kind, id, practice, status, amount_cents, first_seen, policy, cause, client, assignee, search)
    WHERE status <> 'closed';
