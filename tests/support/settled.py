"""Compares what was paid, refunded and set off, and what remains open by family and by client.

Part of the independent checker. Payments are judged on the net of a document's rows, because a cancelled one may show
as an opposite row (docs/reference/provet.md U-4).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from tests.support.ledgers import ZERO, ProvetDocument, ProvetPayment, XeroPayment
from tests.support.pairing import CORRECTION, ROUNDING, Books, Difference, Match, as_text, grouped

SENT_MARK = "Provet payment "
RECEIVED_MARK = "Xero payment "
CONSOLIDATED, CREDITED = "6", "12"
Sort = tuple[str, Decimal]
"""Type and amount: what tells the payments of one document apart once cancelled ones have gone."""


def differences(books: Books) -> list[Difference]:
    """Everything about money on which the ledgers disagree."""
    living = [payment for payment in books.xero.payments if payment.living]
    payments_on = grouped(living, lambda payment: payment.document)
    invoices = {match.xero.id: match for match in books.matches.values() if not match.credit}
    found: list[Difference] = []
    for match in books.matches.values():
        found += _payments(match, payments_on.get(match.xero.id, []), books)
        if match.credit:
            found += _allocations(match, invoices, books)
    return [*found, *_misplaced(living, books), *_foreign_credit(books), *_balances(books)]


def standing(document: ProvetDocument) -> Counter[Sort]:
    """The payments that stand on a document, by type and amount; negative where nothing is left to cancel."""
    sign = -1 if document.gross < 0 else 1
    found: Counter[Sort] = Counter()
    for payment in document.payments:
        if payment.done and payment.paid and payment.type not in {CONSOLIDATED, CREDITED, ROUNDING}:
            paid = payment.paid * sign
            found[payment.type, abs(paid)] += 1 if paid > 0 else -1
    return found


def money_on(document: ProvetDocument) -> Decimal:
    """Money that stands on a document; on a credit, what was paid out."""
    return sum((amount * count for (_, amount), count in standing(document).items()), ZERO)


def root_of(document: ProvetDocument, books: Books) -> str:
    """The first document of a chain of credits, which names the family."""
    original = books.provet.documents.get(document.credits or "")
    return document.id if original is None else root_of(original, books)


def _payments(match: Match, theirs: Sequence[XeroPayment], books: Books) -> Iterator[Difference]:
    """Each standing payment is on the other side once, with its amount, date, account and mark; one that was typed in
    on both sides has no mark on either."""
    rows = {payment.id: payment for payment in match.provet.payments}
    found: Counter[Sort] = Counter()
    unknown = []
    for each in theirs:
        if each.reference.startswith(SENT_MARK):
            row = rows.get(each.reference.removeprefix(SENT_MARK))
            yield from _sent(match, each, row, books)
            found[row.type if row else "", each.amount] += 1
        elif _recorded(match, each):
            yield from _received(match, each)
            found[_received_as(each, books), each.amount] += 1
        else:
            unknown.append(each)
    expected = standing(match.provet)
    for each in unknown:
        typed = next((sort for sort in sorted(expected - found) if sort[1] == each.amount), None)
        if typed is None:
            yield from _received(match, each)
        found[typed or (_received_as(each, books), each.amount)] += 1
    _move_within_accounts(expected, found, theirs, books)
    for sort in sorted(expected.keys() | found.keys()):
        if expected[sort] != found[sort]:
            what = f"payments of {as_text(sort[1])} by type {sort[0] or 'unknown'}"
            yield Difference(match.about, what, str(expected[sort]), str(found[sort]))


def _move_within_accounts(
    expected: Counter[Sort], found: Counter[Sort], theirs: Sequence[XeroPayment], books: Books
) -> None:
    """Count a payment under the type that Provet has now, where that is booked on the account it is on in Xero."""
    for each in theirs:
        codes = {kind for kind, code in books.terms.payment_accounts.items() if code in each.accounts}
        wrong = next((sort for sort in sorted(found - expected) if sort[1] == each.amount), None)
        right = next((s for s in sorted(expected - found) if s[1] == each.amount and s[0] in codes), None)
        if wrong is not None and right is not None:
            found[wrong] -= 1
            found[right] += 1


def _recorded(match: Match, theirs: XeroPayment) -> list[ProvetPayment]:
    """The rows that stand in Provet for a payment made in Xero, without those that an opposite row takes back."""
    marked = [row for row in match.provet.payments if row.done and row.info.strip() == f"{RECEIVED_MARK}{theirs.id}"]
    stand = standing(match.provet)[marked[0].type, abs(marked[0].paid)] if marked else 0
    return marked[-stand:] if stand > 0 else []


def _received_as(theirs: XeroPayment, books: Books) -> str:
    """The type that a payment made in Xero gets in Provet."""
    accounts, written_off = books.terms.payment_accounts, theirs.accounts & books.terms.write_off_accounts
    return next((kind for kind, code in accounts.items() if code in written_off), books.terms.xero_payment_type)


def _sent(match: Match, theirs: XeroPayment, row: ProvetPayment | None, books: Books) -> Iterator[Difference]:
    if row is None:
        yield Difference(match.about, "payment under a mark of another document", "", theirs.reference)
        return
    about = f"payment {row.id}"
    origin = row.info.strip().removeprefix(RECEIVED_MARK)
    entered_anew = any(_was(each, theirs, origin) for each in books.xero.payments if not each.living)
    from_xero = row.type == books.terms.xero_payment_type or origin != row.info.strip()
    if from_xero and not entered_anew:
        yield Difference(about, "echo of a payment from Xero", row.info, theirs.reference)
    account = books.terms.payment_accounts.get(row.type, "none")
    if account not in theirs.accounts and not entered_anew:
        yield Difference(about, "account", account, " or ".join(sorted(theirs.accounts)))
    day = max(row.date, match.xero.date) if row.date and theirs.by_note else row.date
    if day is not None and day != theirs.date and not entered_anew:
        yield Difference(about, "date", day.isoformat(), theirs.date.isoformat())


def _was(dead: XeroPayment, theirs: XeroPayment, origin: str) -> bool:
    """Whether a dead payment is what was entered anew: the one that Provet's row names, or one typed in Xero with its
    sum."""
    return dead.id == origin or (dead.amount == theirs.amount and not dead.reference.startswith(SENT_MARK))


def _received(match: Match, theirs: XeroPayment) -> Iterator[Difference]:
    rows = _recorded(match, theirs)
    about = f"Xero payment {theirs.id}"
    if len(rows) != 1:
        yield Difference(about, "times recorded in Provet", str(len(rows)), as_text(theirs.amount))
        return
    if rows[0].paid * match.sign != theirs.amount:
        yield Difference(about, "amount", as_text(rows[0].paid), as_text(theirs.amount))
    if rows[0].date is not None and rows[0].date != theirs.date:
        yield Difference(about, "date", rows[0].date.isoformat(), theirs.date.isoformat())


def _misplaced(living: Sequence[XeroPayment], books: Books) -> Iterator[Difference]:
    """Payments under our mark that stand twice on a document, or on one that is not ours. What is booked on several
    originals of a consolidated invoice has one mark on each."""
    places = {match.xero.id for match in books.matches.values()}
    ours = (each for each in living if each.reference.startswith(SENT_MARK))
    for copies in grouped(ours, lambda payment: f"{payment.reference} on {payment.document}").values():
        about = f"payment {copies[0].reference.removeprefix(SENT_MARK)}"
        if len(copies) > 1:
            yield Difference(about, "doubled", "1", str(len(copies)))
        elif copies[0].document not in places:
            yield Difference(about, "on a document that is not ours", "", as_text(copies[0].amount))


def _allocations(match: Match, invoices: Mapping[str, Match], books: Books) -> Iterator[Difference]:
    """A credit is used for what it credits as far as both reach, never with the share that Provet refunds."""
    used = sum((each.amount for each in match.xero.allocations), ZERO)
    for each in match.xero.allocations:
        target = invoices.get(each.invoice)
        if target is None or root_of(target.provet, books) != root_of(match.provet, books):
            yield Difference(match.about, "allocated outside its family", "", as_text(each.amount))
            continue
        day = max(match.provet.date, target.provet.date)
        if each.date != day:
            yield Difference(match.about, "date of the allocation", day.isoformat(), each.date.isoformat())
    original = books.matches.get(match.provet.credits or "")
    kin = original is not None and not original.credit and original.xero.contact == match.xero.contact
    open_on_both = min(match.xero.left, original.xero.left) if original and kin else ZERO
    if open_on_both > 0:
        yield Difference(match.about, "allocation missing", as_text(open_on_both), as_text(used))
    free = abs(match.provet.gross) + match.rounded - money_on(match.provet)
    if used > free:
        yield Difference(match.about, "refunded share allocated", as_text(free), as_text(used))


def _foreign_credit(books: Books) -> Iterator[Difference]:
    """What is credited on our invoices comes from our credit notes alone."""
    ours: dict[str, Decimal] = defaultdict(Decimal)
    for match in books.matches.values():
        for each in match.xero.allocations:
            ours[each.invoice] += each.amount
    for match in books.matches.values():
        if not match.credit and ours[match.xero.id] != match.xero.credited:
            yield Difference(
                match.about, "credit of others", as_text(ours[match.xero.id]), as_text(match.xero.credited)
            )


def _balances(books: Books) -> Iterator[Difference]:
    """What is open agrees for every family, and for every client all of whose documents are in Xero once.

    Clients that share a Xero contact, as after a merge, count together.
    """
    open_of: dict[str, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    shared = sharing(books)
    for match in books.matches.values():
        side = -1 if match.credit else 1
        for owner in _owners(match.provet, books, shared):
            open_of[owner][0] += side * match.sign * match.provet.due
            open_of[owner][1] += side * match.xero.left
    for note in books.foreign:
        corrected = (
            books.provet.documents.get(note.reference.removeprefix(CORRECTION))
            if note.reference.startswith(CORRECTION)
            else None
        )
        for owner in _owners(corrected, books, shared) if corrected else ():
            open_of[owner][1] -= note.left if note.credit else -note.left
    doubled = (books.provet.documents[number] for number in books.doubled)
    skipped = {owner for document in (*books.missing, *doubled) for owner in _owners(document, books, shared)}
    for owner, (provet, xero) in open_of.items():
        if provet != xero and owner not in skipped:
            yield Difference(owner, "balance", as_text(provet), as_text(xero))


def _owners(document: ProvetDocument, books: Books, shared: Mapping[str, str]) -> tuple[str, str]:
    client = document.client or ""
    return f"family {root_of(document, books)}", f"client {shared.get(client, client)}"


def sharing(books: Books) -> dict[str, str]:
    """For each client the first of those whose documents stand under the same Xero contact."""
    first: dict[str, str] = {}
    for match in books.matches.values():
        first.setdefault(match.xero.contact, match.provet.client or "")
    return {match.provet.client or "": first[match.xero.contact] for match in books.matches.values()}
