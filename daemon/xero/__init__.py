"""Xero: its wire format, its mapping to the domain, its client and its webhooks. Decides nothing."""
