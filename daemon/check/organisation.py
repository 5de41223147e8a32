"""Whether the organisation fits the practice: currency, time zone, VAT basis, closed periods, departments, tracking."""

from __future__ import annotations

from daemon.check.problems import Findings
from daemon.check.seen import Seen
from daemon.check.zones import keeps_other_time
from daemon.provet.reference import ProvetReference
from daemon.settings import PracticeSettings
from daemon.xero.reference import Organisation, XeroReference


def judge_organisation(found: Findings, practice: PracticeSettings, seen: Seen) -> None:
    """Everything about the organisation and the clinic but their accounts and rates."""
    if seen.xero.reference is not None:
        _judge_books(found, practice, seen.xero.reference.organisation)
        _judge_tracking(found, practice, seen.xero.reference)
        _judge_walk_in(found, practice, seen.xero.walk_ins)
    if seen.provet.reference is not None:
        _judge_departments(found, practice, seen.provet.reference)


def _judge_books(found: Findings, practice: PracticeSettings, own: Organisation) -> None:
    if own.currency != practice.currency:
        mend = f"set {found.key('currency')}, or connect the organisation of this practice"
        found.error(f"the organisation keeps its books in {own.currency or '?'}, not {practice.currency}", mend)
    if keeps_other_time(practice.timezone, own.timezone, practice.start_date.year):
        mend = f"set {found.key('timezone')} to the clinic's, or mend it in Xero"
        found.warn(f"Xero keeps {own.timezone}, the settings {practice.timezone.key}: days would begin apart", mend)
    if own.cash_basis and practice.consolidated != "originals":
        mend = f'set {found.key("consolidated")} = "originals"'
        text = f'VAT is reported on a cash basis, where consolidated = "{practice.consolidated}" would declare it twice'
        found.error(text, mend)
    locks = [day for day in (own.locked_through, practice.closed_through) if day is not None]
    if locks and max(locks) >= practice.start_date:
        mend = f"set {found.key('start_date')} after it, or expect period.locked for what is not yet in Xero"
        found.warn(f"the books are closed through {max(locks)}, after start_date {practice.start_date}", mend)


def _judge_tracking(found: Findings, practice: PracticeSettings, xero: XeroReference) -> None:
    tracking = practice.tracking
    if not tracking.category:
        return
    options = xero.tracking.get(tracking.category)
    if options is None:
        names = ", ".join(sorted(xero.tracking)) or "none"
        mend = f"create it in Xero or set {found.key('tracking', 'category')} (active: {names})"
        found.error(f"Xero has no active tracking category {tracking.category!r}", mend)
        return
    for option in sorted(set(tracking.departments.values()) - set(options)):
        mend = f"create it in Xero or mend {found.key('tracking', 'departments')}"
        found.error(f"tracking category {tracking.category!r} has no active option {option!r}", mend)


def _judge_walk_in(found: Findings, practice: PracticeSettings, walk_ins: int) -> None:
    """A contact that is not there comes with the first anonymous sale."""
    name, key = practice.walk_in_contact, found.key("walk_in_contact")
    if practice.anonymous == "walk_in" and not walk_ins:
        mend = f"nothing, if it shall be created with the first anonymous sale; else give {key} the name it has in Xero"
        found.warn(f"Xero has no contact named {name!r} yet", mend)
    if walk_ins > 1:
        mend = f"leave one active contact of that name in Xero, or set {key}"
        found.error(f"Xero has {walk_ins} contacts named {name!r}", mend)


def _judge_departments(found: Findings, practice: PracticeSettings, provet: ProvetReference) -> None:
    known = {department.id: department.name for department in provet.departments}
    for department in practice.provet.departments:
        if department not in known:
            found.error(f"Provet has no department {department}", f"mend {found.key('provet', 'departments')}")
    tracked = practice.tracking.departments
    for department in tracked:
        if department not in known:
            found.warn(f"Provet has no department {department}", f"mend {found.key('tracking', 'departments')}")
    mine = [d for d in known if not practice.provet.departments or d in practice.provet.departments]
    untracked = [f"{known[d]} ({d})" for d in mine if d not in tracked] if practice.tracking.category else []
    if untracked:
        mend = f"add them to {found.key('tracking', 'departments')} if they shall be tracked"
        found.warn(f"departments without a tracking option: {', '.join(untracked)}", mend)
