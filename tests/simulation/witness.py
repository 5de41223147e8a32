"""What must hold at every step, watched from outside the program: at the wire, in the ledgers, and in the store's file.

Nothing here asks the program what it thinks; the store is read as a file, the systems as ledgers.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import msgspec

from daemon.core.correction import Correction, CreateContact, CreateDocument, VoidDocument, is_money
from daemon.core.discrepancy import Policy
from daemon.core.kinds import KINDS
from daemon.ports import Request, Response
from daemon.sandbox.host import Reply
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.xero import XeroSystem
from daemon.store import audit
from daemon.store.sqlite import SqliteTx
from tests.simulation import ledger
from tests.simulation.life import Life
from tests.simulation.trace import KEPT, Trace

MINUTE_S = 60.0
CALLS_A_MINUTE = 60
AT_ONCE = 5
_CORRECTION = msgspec.json.Decoder(Correction)


@dataclass(frozen=True, slots=True)
class Approved:
    """One approval: when, about which Xero record, and how that record had been shown to the daemon by then."""

    at: float
    xero_id: str
    shown: object = None


@dataclass(slots=True)
class _Sent:
    """One request of the journal as it went out: how often, and what came of each element."""

    request_id: str
    steps: list[tuple[str, int]]
    times: int = 0
    last_status: int | None = None


@dataclass(slots=True)
class Witness:
    """Holds every step to what the program promises; breaking it raises ``Violation``."""

    raw: sqlite3.Connection
    provet: ProvetSystem
    xero: XeroSystem
    trace: Trace
    now: Callable[[], float]
    approvals: dict[tuple[str, str], Approved] = field(default_factory=dict)
    _sent: dict[str, _Sent] = field(default_factory=dict)
    _under_way: dict[int, tuple[Request, _Sent]] = field(default_factory=dict)
    _effects: set[tuple[str, int]] = field(default_factory=set)
    _shown: dict[str, tuple[float, object]] = field(default_factory=dict)
    _calls: deque[tuple[float, int]] = field(default_factory=deque)
    _audited: tuple[int, str] = (0, "0" * 64)
    _newest_at_pause: int = 0

    def committed(self) -> None:
        """A transaction has been committed: the audit log has grown at its end, each entry bound to the one before."""
        tx = SqliteTx(self.raw)
        number, previous = self._audited
        head = audit.head(tx)
        if head == self._audited:
            return
        for entry in audit._rows(tx, number, KEPT):
            bound = entry[0] == number + 1 and entry[7] == audit._chained(previous, entry[:7])
            self.trace.hold(bound, f"audit entry {entry[0]} is not bound to entry {number}")
            number, previous = entry[0], entry[7]
        self.trace.hold(head == (number, previous), "the head of the audit log is not its newest entry")
        self._audited = head

    def approved(self, discrepancy_id: str, fingerprint: str, approval: Approved) -> None:
        """Somebody is about to approve an option."""
        shown = self._shown.get(approval.xero_id, (0.0, None))[1]
        self.approvals[discrepancy_id, fingerprint] = Approved(approval.at, approval.xero_id, shown)

    def paused(self) -> None:
        """Somebody has paused the practice: what is in the journal by now may still leave, and nothing else."""
        self._newest_at_pause = self._newest_request()

    def _newest_request(self) -> int:
        return int(self.raw.execute("SELECT COALESCE(MAX(rowid), 0) FROM request").fetchone()[0])

    def leaving(self, request: Request, life: Life) -> None:
        """A request is about to leave the process."""
        if "/connect/" in request.url or "/oauth2/" in request.url:
            return
        if "/api.xro/" in request.url:
            self._within_limits(life)
        if request.method != "GET":
            self._journaled(request, life)

    def _within_limits(self, life: Life) -> None:
        now = self.now()
        while self._calls and self._calls[0][0] <= now - MINUTE_S:
            self._calls.popleft()
        self._calls.append((now, life.number))
        count = sum(number == life.number for _, number in self._calls)
        self.trace.hold(count <= CALLS_A_MINUTE, f"{count} calls to Xero within a minute")

    def _journaled(self, request: Request, life: Life) -> None:
        """The journal holds these very bytes, for this process, for steps that may be sent now."""
        row = self._row(request, life.number)
        what = f"{request.method} {urlsplit(request.url).path}"
        self.trace.hold(row is not None, f"{what} left without a committed intent of the same bytes and key")
        assert row is not None
        request_id, epoch = row
        newest = self.raw.execute("SELECT value FROM counter WHERE name = 'epoch'").fetchone()[0]
        self.trace.hold(epoch == newest, f"{what} was sent by a process that has been replaced")
        intents = self.raw.execute(
            "SELECT correction_id, step_index, status FROM intent WHERE request_id = ? ORDER BY element", (request_id,)
        ).fetchall()
        self.trace.hold(bool(intents), f"{what} has no intents")
        self._not_stopped(request_id, what)
        for correction_id, index, status in intents:
            self.trace.hold(status == "sent", f"{what} left while its intent was {status}")
            self.trace.hold((correction_id, index) not in self._effects, f"{what} repeats a step that has taken effect")
            self._permitted(correction_id, index, what)
        sent = self._sent.setdefault(request_id, _Sent(request_id, [(each[0], each[1]) for each in intents]))
        again = sent.times > 0 and sent.last_status != 401
        self.trace.hold(not again, f"{what} was sent again with the same key after {sent.last_status}")
        sent.times += 1
        sent.last_status = None
        self._under_way[id(request)] = (request, sent)

    def _not_stopped(self, request_id: str, what: str) -> None:
        """Nothing is journaled while the practice is paused; what a person rejected is not written."""
        (number,) = self.raw.execute("SELECT rowid FROM request WHERE id = ?", (request_id,)).fetchone()
        paused = self.raw.execute("SELECT 1 FROM practice_state WHERE json_extract(body, '$.paused_by') <> ''")
        late = paused.fetchone() is not None and number > self._newest_at_pause
        self.trace.hold(not late, f"{what} was journaled while the practice was paused")
        rejected = self.raw.execute(
            "SELECT d.kind FROM intent i JOIN correction c ON c.id = i.correction_id"
            " JOIN discrepancy d ON d.id = c.discrepancy_id WHERE i.request_id = ? AND d.status = 'rejected'",
            (request_id,),
        ).fetchall()
        self.trace.hold(not rejected, f"{what} is of what a person rejected: {rejected}")

    def _row(self, request: Request, epoch: int) -> tuple[str, int] | None:
        key = next((v for name, v in request.headers.items() if name.lower() == "idempotency-key"), None)
        sql = "SELECT id, epoch, url, key FROM request WHERE method = ? AND body = ? AND epoch = ? ORDER BY rowid DESC"
        for request_id, of_epoch, url, stored_key in self.raw.execute(sql, (request.method, request.body, epoch)):
            if request.url.endswith(f"/{url}") and (key is None or (stored_key and key.endswith(f"-{stored_key}"))):
                return str(request_id), int(of_epoch)
        return None

    def _permitted(self, correction_id: str, index: int, what: str) -> None:
        """Policy or a person allowed this step, and a person's approval was held against the present facts."""
        body = self.raw.execute("SELECT body FROM correction WHERE id = ?", (correction_id,)).fetchone()[0]
        correction = _CORRECTION.decode(body)
        self.trace.hold(correction.status == "applying", f"{what}: its correction is {correction.status}")
        self.trace.hold(correction.cursor == index, f"{what}: step {index} is not its correction's next")
        if correction.approved_by == "policy":
            kind = self.raw.execute(
                "SELECT kind FROM discrepancy WHERE id = ?", (correction.discrepancy_id,)
            ).fetchone()[0]
            self.trace.hold(KINDS[kind].policy is Policy.AUTOMATIC, f"{what}: {kind} is not for policy to correct")
            return
        approval = self.approvals.get((correction.discrepancy_id, correction.fingerprint))
        self.trace.hold(approval is not None, f"{what}: nobody approved {correction.discrepancy_id}")
        assert approval is not None
        if index == 0 and approval.xero_id and not self._attempted(correction_id):
            self._still_as_approved(approval, what)

    def _attempted(self, correction_id: str) -> bool:
        return any(correction_id == each for sent in self._sent.values() for each, _ in sent.steps)

    def _still_as_approved(self, approval: Approved, what: str) -> None:
        at, shown = self._shown.get(approval.xero_id, (0.0, None))
        self.trace.hold(at > approval.at, f"{what}: nobody looked again after the approval")
        same = approval.shown is None or shown == approval.shown
        self.trace.hold(same, f"{what}: what was approved has moved: {approval.shown} -> {shown}")

    def served(self, request: Request, reply: Reply) -> Callable[[], None]:
        """An answer leaves a system; call what is returned when the daemon has it."""
        at = self.now()
        body = reply.response.body
        if request.method != "GET" or reply.response.status != 200 or "/api.xro/" not in request.url:
            return lambda: None
        looks = {each: value for each, value in self._watched() if each.encode() in body}

        def delivered() -> None:
            self._shown.update({each: (at, value) for each, value in looks.items()})

        return delivered

    def _watched(self) -> list[tuple[str, object]]:
        """What approvals rely on of each record in Xero. Of a contact that depends on the fields in question."""
        ledgers = self.xero.ledger
        documents = [*ledgers.invoices.ordered(), *ledgers.credit_notes.ordered()]
        return [
            *((each.id, (each.total, each.total_tax, each.status == "VOIDED", each.day)) for each in documents),
            *((each.id, (each.amount, each.status, each.day)) for each in ledgers.payments.ordered()),
            *((each.id, None) for each in ledgers.contacts.ordered()),
        ]

    def answered(self, request: Request, response: Response) -> None:
        """The daemon has an answer."""
        if id(request) in self._under_way:
            self._under_way[id(request)][1].last_status = response.status

    def executed(self, request: Request, response: Response) -> None:
        """A system has carried a request out, or refused it."""
        if id(request) not in self._under_way or response.status >= 300:
            return
        steps = self._under_way[id(request)][1].steps
        for (correction_id, index), good in zip(steps, _elements(response, len(steps)), strict=True):
            if good and self._counts(correction_id, index):
                first = (correction_id, index) not in self._effects
                self._effects.add((correction_id, index))
                self.trace.hold(first, f"step {index} of {correction_id} took effect twice")
        twice = ledger.doubled(self.provet, self.xero)
        self.trace.hold(not twice, f"stands twice: {twice}")

    def _counts(self, correction_id: str, index: int) -> bool:
        """Whether a step does something anew each time it is carried out."""
        body = self.raw.execute("SELECT body FROM correction WHERE id = ?", (correction_id,)).fetchone()[0]
        step = _CORRECTION.decode(body).steps[index]
        return is_money(step) or isinstance(step, CreateContact | CreateDocument | VoidDocument)


def _elements(response: Response, count: int) -> list[bool]:
    """Which elements of a request were carried out."""
    if count == 1 and b"rror" not in response.body:
        return [True]
    answer: dict[str, Any] = msgspec.json.decode(response.body) if response.body else {}
    listed = next((value for value in answer.values() if isinstance(value, list)), [])
    if len(listed) != count:
        return [True] * count
    return [not _refused(element) for element in listed]


def _refused(element: dict[str, Any]) -> bool:
    return bool(
        element.get("HasErrors")
        or element.get("HasValidationErrors")
        or element.get("ValidationErrors")
        or element.get("StatusAttributeString") == "ERROR"
    )
