-- What a search for a text alone reads, half of what stands in discrepancy_search; led by the kind as that is.
CREATE INDEX discrepancy_text ON discrepancy (kind, status, amount_cents, practice, id, search)
    WHERE status <> 'closed';
