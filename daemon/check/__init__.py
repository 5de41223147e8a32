"""``reconciled check``: everything that stands between settings and work, found at once, each with its mending step.

``findings`` judges values and touches nothing; ``reading`` asks both systems for them, by reads alone.
"""
