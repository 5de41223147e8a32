"""The audit log: the newest first, searched, followed, and its chain verified."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.widget import Widget

from daemon.protocol import PAGE_MAX, Activity, AuditEntry, AuditProof, Event, PracticeChanged
from daemon.safe import safe
from tui import calls
from tui.auditing import (
    TERMS,
    Log,
    SearchError,
    audit_card,
    audit_columns,
    audit_row,
    audit_summary,
    misread,
    older_wanted,
    parse_search,
    place_of,
    proof_pieces,
    with_newer,
    with_older,
)
from tui.desk import Desk
from tui.drawing import Column, Piece
from tui.marks import FOLLOWING, STOPPED, Mark
from tui.prose import Line
from tui.screens.reading import CURSOR
from tui.screens.searching import Searching
from tui.widgets import Rows

_NEAR = 50
"""How many entries stay above one that is gone to."""


class Audit(Searching):
    NOTHING = "nothing was done yet"
    TERMS = TERMS
    ABOUT: ClassVar[str] = (
        "Everything that people decided and the daemon wrote, the newest first. No entry can be changed or taken out "
        "unseen: each is chained to the one before by its hash, and v verifies the whole chain (v again stops). Enter "
        f"opens the discrepancy that an entry is about. / searches: {TERMS}."
    )
    MARKS: ClassVar[Sequence[Mark]] = (FOLLOWING, STOPPED)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify"),
        Binding("f", "follow", "Stop or follow"),
        Binding("b", "broken", "Go to the break", show=False),
    ]

    def __init__(self, desk: Desk, practice: str) -> None:
        super().__init__(desk)
        self.known = Log(parse_search("", practice))
        self.following = True
        self.proof: AuditProof | None = None
        self._practice = practice
        self._verifying = False
        self._wrong = ""
        self._stale = True

    def body(self) -> Iterable[Widget]:
        yield Line(id="proof")
        yield from super().body()

    def headline(self) -> str:
        return f"audit · {self.practice_title}"

    def on_mount(self) -> None:
        self._show_proof()

    def misread(self, text: str) -> str:
        return misread(text)

    def searched(self, text: str) -> None:
        try:
            query = parse_search(text, self._practice, self.desk.state.me)
        except SearchError as error:
            self._wrong = str(error)
        else:
            self._wrong = ""
            if query != self.known.query:
                self._begin(Log(query))
        self.redraw()

    async def read(self) -> None:
        if self.known.begun and self._stale and self.following:
            await self._read_newer()
        self._stale = False
        while self.query(Rows):
            asked, rows = self.known.query, self.query_one(Rows)
            query = older_wanted(self.known, rows.first + rows.height)
            found = await self.answered(calls.audit_search(query)) if query else None
            if found is None:
                return
            if asked == self.known.query:
                self.known = with_older(self.known, found)
                self.redraw()

    async def _read_newer(self) -> None:
        asked, before = self.known.query, self._current()
        found = await self.answered(calls.audit_search(msgspec.structs.replace(asked, before=0, limit=PAGE_MAX)))
        if found is None or asked != self.known.query:
            return
        self.known = with_newer(self.known, found) or with_older(Log(asked), found)
        at_top = before is None or self.cursor == 0
        self.redraw(0 if at_top or before is None else place_of(self.known, before.number))

    def told(self, event: Event | None, /) -> None:
        self._stale = True
        super().told(event)

    def concerned(self, event: Event) -> bool:
        return self.following and isinstance(event, Activity | PracticeChanged)

    def on_rows_viewed(self) -> None:
        if older_wanted(self.known, self.query_one(Rows).first + self.query_one(Rows).height):
            self.action_reread()

    def on_screen_resume(self) -> None:
        self._stale = True

    def action_follow(self) -> None:
        self.following = not self.following
        if self.following:
            self._begin(Log(self.known.query))
        self.redraw()

    def action_verify(self) -> None:
        """Verify the chain from its first entry on, or stop doing so."""
        self._verifying = not self._verifying
        if self._verifying:
            self.proof = None
            self.start(self._verify, "verify")
        else:
            self.workers.cancel_group(self, "verify")
        self._show_proof()

    def action_broken(self) -> None:
        if self.proof and self.proof.broken_at:
            self.following = False
            self._begin(Log(parse_search("", ""), before=self.proof.broken_at + 1))

    def refusal(self, action: str) -> str:
        if action == "broken" and not (self.proof and self.proof.broken_at):
            return "no break was found: v verifies the chain"
        return super().refusal(action)

    def count(self) -> int:
        return len(self.known.entries)

    def columns(self) -> tuple[Column, ...]:
        return audit_columns(self.size.width - CURSOR)

    def row(self, place: int) -> list[Piece] | None:
        entry = self.known.entries[place]
        return audit_row(entry, self.desk.state.zone(entry.practice), self.desk.world.utc(), self.columns())

    def summary(self) -> list[Piece]:
        if self._wrong:
            return [(f" ! {safe(self._wrong)}", "bad")]
        return audit_summary(self.known, following=self.following, searching=bool(self.search or self._practice))

    def card(self) -> list[Piece]:
        entry = self._current()
        zone = self.desk.state.zone(entry.practice) if entry else ""
        return audit_card(entry, zone, self.desk.world.utc()) if entry else []

    def subject(self) -> str:
        entry = self._current()
        return entry.subject if entry and entry.action != "request" and entry.subject != entry.practice else ""

    def _current(self) -> AuditEntry | None:
        return self.known.entries[self.cursor] if self.cursor < self.count() else None

    def _begin(self, log: Log) -> None:
        """Read another part or another search of the log, from its top."""
        self.known, self.loaded = log, False
        self.redraw(0)
        self.action_reread()

    async def _verify(self) -> None:
        proof = await self.ask(calls.audit_verify())
        while proof:
            self.proof = proof
            if not proof.ok or not proof.resume:
                break
            self._show_proof()
            proof = await self.ask(calls.audit_verify(proof))
        self._verifying = False
        self._show_proof()

    def _show_proof(self) -> None:
        self.show("proof", proof_pieces(self.proof, running=self._verifying))
