-- What is not closed is counted in memory: these were read for nothing else. The names of clients stand in an index.
DROP INDEX discrepancy_text;
DROP INDEX discrepancy_causes;
DROP INDEX discrepancy_client;
CREATE INDEX discrepancy_client ON discrepancy (practice, client, client_name, status, amount_cents)
    WHERE status <> 'closed';
