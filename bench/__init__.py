"""Benchmarks: ratios measured in one run, never a timed test; ``python -m bench`` prints them."""
