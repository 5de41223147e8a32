"""Discrepancies: what was found (``Finding``), and what persists of it between assessments (``Discrepancy``)."""

from __future__ import annotations

import datetime as dt
import hashlib
from decimal import Decimal
from enum import StrEnum

from daemon.core.choices import choices_of, composed
from daemon.core.correction import Option
from daemon.core.model import ZERO, Ref, System, Value

SHARED_CAUSE = "cause"
"""The family of root causes, which belong to no family in particular."""
SHOWN_MAX = 500
_TAIL = 40


class Policy(StrEnum):
    """Who corrects a discrepancy: the program, a person, nobody until a cause is mended, or a person by hand."""

    AUTOMATIC = "automatic"
    PERSON = "person"
    HOLD = "hold"
    HAND_WORK = "hand_work"


class Status(StrEnum):
    OPEN = "open"
    APPROVED = "approved"
    SNOOZED = "snoozed"
    WAIVED = "waived"
    REJECTED = "rejected"
    CLOSED = "closed"


class FieldDiff(Value, frozen=True, kw_only=True):
    """One field with its three values as text; None where a side does not have the record."""

    name: str
    provet: str | None = None
    baseline: str | None = None
    xero: str | None = None


def shown(text: str) -> str:
    """A text of outside as people see it: whole, or its beginning and end with its length."""
    if len(text) <= SHOWN_MAX:
        return text
    return f"{text[: SHOWN_MAX - _TAIL]}… ({len(text)} characters) …{text[-_TAIL:]}"


class Subject(Value, frozen=True, kw_only=True):
    """What a discrepancy is about: a label for people and the record on each side."""

    label: str
    provet: Ref | None = None
    xero: Ref | None = None

    @property
    def key(self) -> str:
        """Stable name of the subject: Provet's record if there is one, since it outlives a re-posting in Xero."""
        ref = self.provet or self.xero
        return f"{ref.system}/{ref.kind}/{ref.id}" if ref else self.label


class Candidate(Value, frozen=True, kw_only=True):
    """A further record that a person must look at: named as its own system names it; ``credit`` if it is a credit
    note."""

    label: str
    ref: Ref
    credit: bool = False


class Finding(Value, frozen=True, kw_only=True):
    """One difference found by an assessment.

    ``amount`` is the money at stake, never negative; ``effect`` is Provet's receivable minus Xero's as far as this
    difference explains it. ``parts`` are what options for a choice field by field are put together of
    (``choices``). ``cause`` is the id of the finding that must be mended first, ``also`` are those beside it.
    ``candidates`` are the records beside its subject that may be meant.
    ``client`` is the id of the Provet client whom it is about, with their name; "" where it is about none.
    """

    practice: str
    kind: str
    family: str
    subject: Subject
    policy: Policy
    amount: Decimal
    summary: str
    effect: Decimal = ZERO
    fields: tuple[FieldDiff, ...] = ()
    options: tuple[Option, ...] = ()
    parts: tuple[Option, ...] = ()
    cause: str | None = None
    also: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    client: str = ""
    client_name: str = ""

    @property
    def id(self) -> str:
        return finding_id(self.practice, self.kind, self.subject.key)

    @property
    def causes(self) -> tuple[str, ...]:
        """All that must be mended first, ``cause`` before those beside it; empty if it waits for nothing."""
        return tuple(dict.fromkeys((self.cause, *self.also))) if self.cause else ()

    @property
    def difference(self) -> Decimal:
        """How far the two sides are apart in money: what a waiver is measured by. Never negative."""
        return abs(self.effect) or self.amount

    def option(self, option_id: str = "") -> Option | None:
        """The option of that id; the recommended one when none is named; None if there is no such option.

        Choices per field ("field:email=xero,phone=provet") may come in any order; every field needs one.
        """
        for option in self.options:
            if option.id == self._side(option_id) or (not option_id and option.recommended):
                return option
        return composed(self.parts, option_id)

    def _side(self, option_id: str) -> str:
        """The id itself; choices that take every field from one side are that side's own option."""
        choices = choices_of(option_id)
        for side in System:
            if choices and choices == {f"{field.name}={side}" for field in self.fields}:
                return f"use-{side}"
        return option_id


class Waiver(Value, frozen=True, kw_only=True):
    """A difference accepted by a person up to ``ceiling`` until ``until``."""

    by: str
    reason: str
    at: dt.datetime
    ceiling: Decimal | None = None
    until: dt.date | None = None


class Discrepancy(Value, frozen=True, kw_only=True):
    """A finding with what people and time added to it. ``seq`` orders all changes that the live feed tells.

    ``by_hand`` is set once a correction of it was undone: from then on it is never corrected automatically.
    """

    finding: Finding
    status: Status
    first_seen: dt.datetime
    last_seen: dt.datetime
    seq: int = 0
    assignee: str = ""
    snoozed_until: dt.datetime | None = None
    waiver: Waiver | None = None
    rejected_facts: str = ""
    by_hand: bool = False

    @property
    def id(self) -> str:
        return self.finding.id


class Exclusion(Value, frozen=True, kw_only=True):
    """A Provet document that rightly has no counterpart in Xero. ``amount`` is its receivable in Provet, signed."""

    practice: str
    family: str
    provet_id: str
    label: str
    reason: str
    amount: Decimal


def finding_id(practice: str, kind: str, subject_key: str) -> str:
    """The stable id of a discrepancy: survives closing and re-opening."""
    return hashlib.blake2b(f"{practice}\n{kind}\n{subject_key}".encode(), digest_size=6).hexdigest()


def facts_of(finding: Finding) -> str:
    """A digest of what a person decided on; a rejected or snoozed discrepancy comes back when it changes."""
    parts = [finding.kind, str(finding.amount), *(f"{f.name}={f.provet}|{f.xero}" for f in finding.fields)]
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=8).hexdigest()
