"""Provet Cloud: its wire format, its mapping to the domain, and its client. Decides nothing."""
