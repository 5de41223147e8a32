"""Simulated Provet and Xero: what the daemon rehearses against, and the bed of the tests.

Imports nothing of the daemon but ``ports`` (request and response values), so that it can contradict the clients.
"""
