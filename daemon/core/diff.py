"""Three-way comparison of fields: Provet, Xero and the state both last agreed on.

A baseline holds one text per field. Where a person accepted that the sides differ, Xero's value stands beside it under
``<field>/xero``, so that neither side counts as changed until it moves again.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from daemon.core.discrepancy import FieldDiff, shown

Facts = Mapping[str, str]


class Change(StrEnum):
    """Which side moved away from the baseline."""

    NONE = "none"
    PROVET = "provet"
    XERO = "xero"
    BOTH = "both"
    UNKNOWN = "unknown"


def changes(provet: Facts, xero: Facts, baseline: Facts | None) -> dict[str, Change]:
    """For every field that differs between the sides, who changed it; UNKNOWN if they never agreed on it.

    A field missing on one side counts as empty.
    """
    fields = sorted(provet.keys() | xero.keys())
    found = {name: _change(name, provet.get(name, ""), xero.get(name, ""), baseline) for name in fields}
    return {name: change for name, change in found.items() if change is not Change.NONE}


def _change(name: str, provet: str, xero: str, baseline: Facts | None) -> Change:
    if provet == xero:
        return Change.NONE
    if baseline is None or name not in baseline:
        return Change.UNKNOWN
    provet_moved = provet != baseline[name]
    xero_moved = xero != baseline.get(f"{name}/xero", baseline[name])
    if provet_moved and xero_moved:
        return Change.BOTH
    if provet_moved:
        return Change.PROVET
    return Change.XERO if xero_moved else Change.NONE


def agreed(provet: Facts, xero: Facts, baseline: Facts | None) -> dict[str, str]:
    """The baseline after a comparison: equal fields take their common value, the others keep what stood before."""
    kept = dict(baseline or {})
    for name in provet.keys() | xero.keys():
        value = provet.get(name, "")
        if value == xero.get(name, ""):
            kept[name] = value
            kept.pop(f"{name}/xero", None)
    return dict(sorted(kept.items()))


def accepted(provet: Facts, xero: Facts, baseline: Facts | None, names: tuple[str, ...]) -> dict[str, str]:
    """The baseline after a person accepted that ``names`` differ between the sides."""
    kept = dict(baseline or {})
    for name in names:
        kept[name] = provet.get(name, "")
        kept[f"{name}/xero"] = xero.get(name, "")
    return dict(sorted(kept.items()))


def field_diffs(provet: Facts, xero: Facts, baseline: Facts | None, names: tuple[str, ...]) -> tuple[FieldDiff, ...]:
    """The named fields with their three values, for people."""
    base = baseline or {}
    return tuple(
        FieldDiff(name=name, provet=_shown(provet, name), baseline=_shown(base, name), xero=_shown(xero, name))
        for name in names
    )


def _shown(facts: Facts, name: str) -> str | None:
    return shown(facts[name]) if name in facts else None
