-- Calls noted before they are made, in blocks of one window of a call limit.
CREATE TABLE call_block (
    name TEXT NOT NULL,
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    weight INTEGER NOT NULL,
    PRIMARY KEY (name, number)
) STRICT;
