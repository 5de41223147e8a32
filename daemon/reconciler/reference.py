"""Builds a practice's rules from its settings, its state and both systems' reference data."""

from __future__ import annotations

import hashlib

import msgspec

from daemon.core.rules import Consolidated, Rules
from daemon.practice import Practice, References
from daemon.settings import PracticeSettings
from daemon.store import families, state
from daemon.store.tx import Tx


async def read_rules(practice: Practice, *, fresh: bool) -> Rules:
    """The rules of this cycle; ``fresh`` reads the reference data anew. Changed rules make every family dirty.

    Raises what reading the two systems raises.
    """
    references = practice.references
    if fresh or references is None:
        references = References(await practice.provet.reference(), await practice.xero.reference())
        practice.references = references
    current = references
    return await practice.db.write(lambda tx: _rules(tx, practice, current))


def _rules(tx: Tx, practice: Practice, references: References) -> Rules:
    known = state.practice_state(tx, practice.id)
    local_day = practice.clock.utc().astimezone(practice.settings.timezone).date()
    rules = msgspec.structs.replace(
        build_rules(practice.id, practice.settings, references),
        today=local_day,
        adopting=known.released_at is None,
    )
    mark = _digest(rules)
    if known.settings_hash != mark:
        families.mark_all(tx, practice.id)
        state.put_state(tx, practice.id, msgspec.structs.replace(known, settings_hash=mark))
    return rules


def build_rules(name: str, settings: PracticeSettings, references: References) -> Rules:
    """What settings and reference data say; the day and the state of adoption are the caller's to add."""
    locks = (references.xero.organisation.locked_through, settings.closed_through)
    return Rules(
        practice=name,
        currency=settings.currency,
        start_date=settings.start_date,
        today=settings.start_date,
        mode=settings.mode,
        due_days=settings.due_days,
        rounding_max=settings.rounding_max,
        consolidated=Consolidated(settings.consolidated),
        xero_payment_type=settings.provet.xero_payment_type,
        departments=tuple(settings.provet.departments),
        tax=dict(settings.tax),
        tax_rates=references.xero.rates,
        no_tax_type=settings.xero.no_tax_type,
        account_default=settings.accounts.default,
        account_rounding=settings.accounts.rounding,
        account_prepayments=settings.accounts.prepayment_clearing,
        account_consolidation=settings.accounts.consolidation_clearing,
        accounts_by_number=dict(settings.accounts.by_number),
        accounts_known=references.xero.accounts_known,
        payments=dict(settings.payments),
        tracking_category=settings.tracking.category,
        tracking=dict(settings.tracking.departments),
        policy=dict(settings.policy),
        locked_through=max((day for day in locks if day is not None), default=None),
        provet_open_from=references.provet.first_open,
    )


def _digest(rules: Rules) -> str:
    """Changes when anything but the day changes."""
    timeless = msgspec.structs.replace(rules, today=rules.start_date, adopting=False)
    return hashlib.blake2b(msgspec.json.encode(timeless, order="sorted"), digest_size=16).hexdigest()
