"""Builds a practice's rules from its settings, its state and both systems' reference data.

Reference data carries no webhooks: it is read anew every hour, and every few minutes while documents wait for a mapping
or a write was refused, so that decay is noticed and mending released without a person asking.
"""

from __future__ import annotations

import hashlib

import msgspec

from daemon.core.rules import Consolidated, Rules
from daemon.core.walk_in import walk_ins
from daemon.practice import Practice, References
from daemon.reconciler import foreign
from daemon.reconciler.both import of_both
from daemon.settings import PracticeSettings
from daemon.store import discrepancies, due, families, records, state
from daemon.store.tx import Tx

_QUIET_S, _WAITING_S = 3600.0, 300.0


async def read_rules(practice: Practice, *, fresh: bool) -> Rules:
    """The rules of this cycle; ``fresh`` reads the reference data anew, else its age decides. Changed rules make every
    family dirty.

    Raises what reading the two systems raises; a group where both fail.
    """
    current = practice.references
    if fresh or current is None or await _aged(practice, current):
        provet, xero = await of_both(practice.provet.reference(), practice.xero.reference())
        current = References(provet, xero, practice.clock.monotonic())
        practice.references = current
        practice.doubtful = False
    known = current
    return await practice.db.write(lambda tx: _rules(tx, practice, known))


async def _aged(practice: Practice, references: References) -> bool:
    age = practice.clock.monotonic() - references.read_at
    if age < _WAITING_S:
        return False
    return age >= _QUIET_S or practice.doubtful or await practice.db.read(lambda tx: _waits(tx, practice.id))


def _waits(tx: Tx, practice: str) -> bool:
    """Whether anything waits for a mapping."""
    return any(kind.startswith("mapping.") for kind in discrepancies.open_by_kind(tx, practice))


def _rules(tx: Tx, practice: Practice, references: References) -> Rules:
    known = state.practice_state(tx, practice.id)
    local_day = practice.clock.utc().astimezone(practice.settings.timezone).date()
    rules = msgspec.structs.replace(
        build_rules(practice.id, practice.settings, references),
        today=local_day,
        adopting=known.released_at is None,
        held_by=foreign.holding(tx, practice.id),
    )
    mark = _digest(rules)
    if known.settings_hash != mark:
        records.upsert(tx, practice.id, walk_ins(rules.anonymous_contact))
        families.mark_all(tx, practice.id)
        due.wake_all(tx, practice.id)
        changed = msgspec.structs.replace(known, settings_hash=mark, rules_changed_at=practice.clock.utc())
        state.put_state(tx, practice.id, changed)
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
        anonymous_contact=settings.walk_in,
        consolidated=Consolidated(settings.consolidated),
        xero_payment_type=settings.provet.xero_payment_type,
        departments=tuple(settings.provet.departments),
        tax=dict(settings.tax),
        tax_rates=references.xero.rates,
        tax_retired=references.xero.retired_rates,
        no_tax_type=settings.xero.no_tax_type,
        account_default=settings.accounts.default,
        account_rounding=settings.accounts.rounding,
        account_prepayments=settings.accounts.prepayment_clearing,
        account_consolidation=settings.accounts.consolidation_clearing,
        accounts_by_number=dict(settings.accounts.by_number),
        accounts_known=references.xero.accounts_known,
        accounts_paying=references.xero.accounts_paying,
        accounts_archived=references.xero.accounts_archived,
        payments=dict(settings.payments),
        write_off_types=tuple(settings.provet.write_off_types),
        cash_basis=references.xero.organisation.cash_basis,
        tracking_category=settings.tracking.category,
        tracking=dict(settings.tracking.departments),
        tracking_known=dict(references.xero.tracking),
        payment_methods=references.provet.method_codes,
        method_names=references.provet.method_names,
        books_currency=references.xero.organisation.currency,
        policy=dict(settings.policy),
        locked_through=max((day for day in locks if day is not None), default=None),
        provet_open_from=references.provet.first_open,
    )


def _digest(rules: Rules) -> str:
    """Changes when anything but the day changes."""
    timeless = msgspec.structs.replace(rules, today=rules.start_date, adopting=False)
    return hashlib.blake2b(msgspec.json.encode(timeless, order="sorted"), digest_size=16).hexdigest()
