"""Holds every write that the daemon sends against the ledgers as they stand at that moment."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlsplit

from daemon.ports import Request, Response
from daemon.sandbox.provet import ProvetSystem
from daemon.sandbox.provet.records import FINALISED
from daemon.sandbox.xero import XeroSystem
from tests.transport.virtual_clock import VirtualClock

MESSAGE = re.compile(r'"Message":"([^"]*)"')
WRITING_S = 0.05
NAME_TAKEN = "already assigned to another contact"
LOCKED = "lock date, currently set at"


class Watch:
    """Between the daemon and both systems; nothing may be sent unless ``allowed``. ``broken`` lists what should never
    have been sent, in words; after each write it is later by ``clock``, so that no two changes bear the same time.

    The daemon is held to the lock dates that it read last: what people closed since then it cannot know.
    """

    def __init__(
        self,
        provet: ProvetSystem,
        xero: XeroSystem,
        closed_through: dt.date | None,
        say: Callable[[str], None],
        clock: VirtualClock,
    ) -> None:
        self._say, self._clock = say, clock
        self.allowed = True
        self.broken: list[str] = []
        self.sent: list[str] = []
        self._provet, self._xero = provet, xero
        self._closed_through = closed_through
        self._locks_read = self._locks()
        for system, look in ((provet, self._to_provet), (xero, self._to_xero)):
            self._stand_between(system, look)

    def _stand_between(self, system: Any, look: Any) -> None:
        handle = system.handle

        def watched(request: Request, now: dt.datetime, rng: Random) -> Response:
            path = urlsplit(request.url).path
            if path.endswith("/Organisation"):
                self._locks_read = self._locks()
            if request.method == "GET" or "/oauth2/" in path or "/connect/" in path:
                return handle(request, now, rng)
            self._hold(self.allowed, "before anybody released it", request.url)
            what = f"{request.method} {path} {request.body.decode()[:600]}"
            self.sent.append(what)
            self._say(what)
            look(request, path, what)
            response: Response = handle(request, now, rng)
            self._refused(response, what)
            self._clock.now += WRITING_S
            return response

        system.handle = watched

    def _hold(self, good: bool, why: str, what: str) -> None:
        if not good:
            self.broken.append(f"{why}: {what}")

    def _refused(self, response: Response, what: str) -> None:
        """Whatever a system refuses was beyond what is due, in a closed period, reconciled or gone."""
        body = response.body.decode()
        bad = response.status >= 400 or '"HasErrors":true' in body or '"ValidationErrors":[{' in body
        closed_since = LOCKED in body and self._locks() != self._locks_read
        if NAME_TAKEN not in body and not closed_since:
            why = "; ".join(MESSAGE.findall(body)) or body[:200]
            self._hold(not bad, f"was refused ({why})", what)

    def _locks(self) -> tuple[dt.date | None, dt.date | None]:
        return self._xero.ledger.period_lock_date, self._xero.ledger.end_of_year_lock_date

    def _open(self, day: dt.date | None, what: str) -> None:
        locks = (*self._locks_read, self._closed_through)
        closed = day is not None and any(lock is not None and day <= lock for lock in locks)
        self._hold(not closed, f"in a closed period ({day})", what)

    def _to_xero(self, request: Request, path: str, what: str) -> None:
        body = json.loads(request.body or b"{}", parse_float=Decimal)
        ledger = self._xero.ledger
        parts = path.partition("/api.xro/2.0/")[2].split("/")
        elements = next((value for value in body.values() if isinstance(value, list)), [body])
        for element in elements:
            if "Date" in element:
                self._open(dt.date.fromisoformat(element["Date"][:10]), what)
            if parts == ["Contacts"] and request.method == "PUT":
                self._needed(str(element.get("ContactNumber", "")), what)
            if parts[0] == "Payments":
                self._payment(element, parts[1] if len(parts) > 1 else "", what)
            elif parts[0] in ("Invoices", "CreditNotes") and "Allocations" not in parts and request.method == "POST":
                key = "InvoiceID" if parts[0] == "Invoices" else "CreditNoteID"
                found = ledger.document(element.get(key) or (parts[1] if len(parts) > 1 else ""))
                self._hold(found is not None, "an update of nothing", what)
                if found is not None:
                    self._open(found.day, what)
        if request.method == "DELETE" and "Allocations" in parts:
            allocation = ledger.allocations.get(parts[-1])
            self._open(allocation.day if allocation else None, what)

    def _needed(self, number: str, what: str) -> None:
        """A contact is made with the first document that is really sent."""
        clients = {str(each.client) for each in self._provet.hands.state.invoices.values() if each.status == FINALISED}
        self._hold(number in clients or not number.isdecimal(), "a contact that nobody needs", what)

    def _payment(self, element: dict[str, Any], payment_id: str, what: str) -> None:
        ledger = self._xero.ledger
        if payment_id:
            payment = ledger.payments[payment_id]
            self._hold(not (payment.is_reconciled or payment.batch_id), "over a reconciled payment", what)
            self._open(payment.day, what)
            return
        target = element.get("Invoice") or element["CreditNote"]
        document = ledger.document(target.get("InvoiceID") or target["CreditNoteID"])
        due = document.outstanding if document is not None else Decimal(0)
        self._hold(Decimal(str(element["Amount"])) <= due, f"above the {due} due", what)

    def _to_provet(self, request: Request, path: str, what: str) -> None:
        if request.method != "POST" or not path.rstrip("/").endswith("/invoicepayment"):
            return
        body = json.loads(request.body, parse_float=Decimal)
        invoice = self._provet.hands.invoice(int(str(body["invoice"]).rstrip("/").rsplit("/", 1)[1]))
        paid, due = Decimal(str(body["paid"])), invoice.due_sum
        self._hold(paid * due > 0 and abs(paid) <= abs(due), f"above the {due} due", what)
