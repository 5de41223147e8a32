"""Joins what judges say of one payment that is split over several documents: one difference is one discrepancy."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from daemon.core.correction import Option
from daemon.core.findings import Case
from daemon.core.model import ZERO


def joined(cases: Iterable[Case]) -> list[Case]:
    """The cases, those of one kind and subject made one; it has the options that all of its parts have."""
    groups: dict[tuple[str, str], list[Case]] = {}
    for case in cases:
        groups.setdefault((case.kind, case.subject.key), []).append(case)
    return [_join(parts) if len(parts) > 1 else parts[0] for parts in groups.values()]


def _join(parts: Sequence[Case]) -> Case:
    label = " and ".join(part.subject.label for part in parts)
    return msgspec.structs.replace(
        parts[0],
        subject=msgspec.structs.replace(parts[0].subject, label=label),
        summary="; ".join(part.summary for part in parts),
        amount=sum((part.amount for part in parts), ZERO),
        effect=sum((part.effect for part in parts), ZERO),
        options=_options(parts),
        policy=next((part.policy for part in parts if part.policy is not None), None),
        cause=next((part.cause for part in parts if part.cause is not None), None),
    )


def _options(parts: Sequence[Case]) -> tuple[Option, ...]:
    """The options of all parts; where what was recommended is not among them, the first that is left."""
    common = [
        _joined_option([each for part in parts for each in part.options if each.id == first.id])
        for first in parts[0].options
        if all(any(each.id == first.id for each in part.options) for part in parts)
    ]
    best = next((place for place, each in enumerate(common) if each.recommended), 0)
    return tuple(msgspec.structs.replace(each, recommended=place == best) for place, each in enumerate(common))


def _joined_option(options: Sequence[Option]) -> Option:
    steps = [step for each in options for step in each.steps]
    return msgspec.structs.replace(
        options[0],
        steps=tuple(step for place, step in enumerate(steps) if step not in steps[:place]),
        consequences=tuple(dict.fromkeys(text for each in options for text in each.consequences)),
        relies_on={name: value for each in options for name, value in each.relies_on.items()},
    )
