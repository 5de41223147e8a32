"""Groups of a list, what is selected of it, and one decision on all of that."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from daemon.protocol.base import Message, Short
from daemon.protocol.decisions import ApproveRequest, BulkRefusal, Decision, Pending
from daemon.protocol.discrepancies import Waiting

SELECTED_MAX = 4000
SOME_MAX = 200
CAUSES_MAX = 1000

Ids = Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=SOME_MAX)]
SomeDecision = ApproveRequest | Decision


class GroupBy(StrEnum):
    """What a list is grouped by; ``cause`` is the root cause that must be mended first."""

    KIND = "kind"
    CLIENT = "client"
    PRACTICE = "practice"
    CAUSE = "cause"


class Group(Message, frozen=True, kw_only=True):
    """All of a list that share a value: a kind, a client's id, a practice, a root cause's id; "" for those without.
    What waits for several causes is in the group of each, so that those groups may add up to more than the list.

    ``label`` is its name for people. ``practice`` is "" where a group goes over several, ``currency`` where its
    amounts are not all of one.
    """

    practice: str
    key: str
    label: str
    count: int
    amount: str
    currency: str = ""


class GroupPage(Message, frozen=True, kw_only=True):
    """A window of the groups of a list, most money first; ``count`` and ``amount`` are of the whole list."""

    total: int
    groups: tuple[Group, ...]
    count: int
    amount: str
    seq: int = 0


class Selected(Message, frozen=True, kw_only=True):
    """As much of a discrepancy as a person must see who selected it, and the ids of the groups that it is in."""

    id: str
    practice: str
    kind: str
    label: str
    amount: str
    currency: str
    client: str = ""
    causes: tuple[str, ...] = ()


class SelectedPage(Message, frozen=True, kw_only=True):
    """A window of a list in its order; ``total`` is of the whole list."""

    total: int
    selected: tuple[Selected, ...]


class SomeRequest(Message, frozen=True, kw_only=True):
    """One decision on these discrepancies. Those that changed after ``seq`` are left alone; a rehearsal ignores it."""

    ids: Ids
    decision: SomeDecision
    seq: int = 0


class CausesRequest(Message, frozen=True, kw_only=True):
    """What waits for these, if they are mended together?"""

    ids: Annotated[tuple[Short, ...], msgspec.Meta(min_length=1, max_length=CAUSES_MAX)]


class WaitingSums(Message, frozen=True, kw_only=True):
    """What waits, a sum for each currency; empty if nothing does."""

    sums: tuple[Waiting, ...]


class Share(Message, frozen=True, kw_only=True):
    """What a decision is about, of one kind and currency; ``effect`` is signed, Provet's receivable minus Xero's."""

    kind: str
    currency: str
    count: int
    amount: str
    effect: str


class WriteCount(Message, frozen=True, kw_only=True):
    system: str
    action: str
    count: int


class Rehearsal(Message, frozen=True, kw_only=True):
    """What a decision would do; nothing is done. ``shares`` and ``writes`` leave out what would be refused.

    ``pending`` is what of it would wait for a second person; ``causes`` are those that something waits for.
    ``by_hand`` would be left to people: nothing of those is written.
    """

    decided: int
    waiting_second_person: int
    shares: tuple[Share, ...]
    writes: tuple[WriteCount, ...]
    refused: tuple[BulkRefusal, ...]
    seq: int
    pending: tuple[Pending, ...] = ()
    causes: tuple[str, ...] = ()
    by_hand: int = 0
