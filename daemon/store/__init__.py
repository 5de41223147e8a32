"""What the program remembers: records, links, discrepancies, corrections, intents, audit.

Everything is a plain function over one open transaction (``Tx``); ``database`` opens the store and runs transactions.
SQL lives here alone, in the subset that SQLite and PostgreSQL share; the tables are in ``migrations``.
"""
