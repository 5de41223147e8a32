"""Calls to the two systems: the HTTP driver, call budgets, tokens, and what an answer means. No business rules here."""
