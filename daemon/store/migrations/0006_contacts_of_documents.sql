-- parent: of a Xero document its contact, so that what is open on a contact's documents is found.
UPDATE record SET parent = COALESCE((
    SELECT json_extract(b.body, '$.contact_id') FROM record_body b
    WHERE b.practice = record.practice AND b.system = 'xero' AND b.kind = 'document' AND b.id = record.id), '')
WHERE system = 'xero' AND kind = 'document';
