-- day: the date of a document or payment as its own system has it, "" for contacts.
ALTER TABLE record ADD COLUMN day TEXT NOT NULL DEFAULT '';
UPDATE record SET day = COALESCE((
    SELECT json_extract(b.body, '$.date') FROM record_body b
    WHERE b.practice = record.practice AND b.system = record.system AND b.kind = record.kind AND b.id = record.id
), '') WHERE kind <> 'contact';
CREATE INDEX record_day ON record (practice, system, day, kind) WHERE day <> '';

CREATE INDEX audit_approved ON audit (practice, at) WHERE action = 'approved';

CREATE INDEX discrepancy_effect ON discrepancy (practice, status, family, effect_cents)
    WHERE status <> 'closed' AND effect_cents <> 0;
