"""The Xero client: reads and writes of one organisation in the domain's records. It decides nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from urllib.parse import urlencode

import msgspec

from daemon.core.model import Contact, Document, Kind, Payment, Record
from daemon.errors import Invalid
from daemon.ports import Request
from daemon.transport.answers import Batch, Outcome, WireRequest
from daemon.transport.budget import Usage
from daemon.transport.budgets import XeroLimits
from daemon.transport.call import Call, Priority
from daemon.transport.caller import TIMEOUT_S, Caller
from daemon.transport.decoding import id_in, map_each
from daemon.transport.network import Network
from daemon.transport.tokens import Credentials, Grant, Load, Persist, no_state, not_kept
from daemon.xero import mapping, wire
from daemon.xero.elements import is_guid
from daemon.xero.look import Reads
from daemon.xero.outcomes import read_answer
from daemon.xero.reads import Reader, chunks, quoted
from daemon.xero.reference import XeroReference, read_reference, read_tax_rates
from daemon.xero.spans import seek_spans

SCOPE = "accounting.invoices accounting.payments accounting.contacts accounting.settings.read"
KEY_MAX = 128
INVOICES = {"where": f'Type=="{mapping.INVOICE}"', "unitdp": "4"}
FOUR_PLACES = {"unitdp": "4"}
ARCHIVED_TOO = {"includeArchived": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroEndpoint:
    """Where an organisation is and how to get in; ``base_url`` ends with a slash.

    ``refresh_token`` is the first one after consent, which a person gives at ``authorize_url``: both are for the grant
    ``authorization_code`` only.
    """

    base_url: str
    token_url: str
    client_id: str
    client_secret: str = field(repr=False)
    tenant_id: str
    grant: Grant = Grant.CLIENT_CREDENTIALS
    scope: str = SCOPE
    refresh_token: str = field(default="", repr=False)
    authorize_url: str = ""
    limits: XeroLimits = field(default_factory=XeroLimits)
    timeout_s: float = TIMEOUT_S


class XeroClient:
    """Reads and writes one organisation; raises what ``Caller.read`` and ``Caller.write`` raise.

    Streams read from a second before ``since``; None reads everything. A batch's stamp is what to go on from.
    """

    def __init__(self, endpoint: XeroEndpoint, caller: Caller) -> None:
        self._endpoint = endpoint
        self._caller = caller
        self._reader = Reader(caller, endpoint.base_url, endpoint.tenant_id)
        self._rates: Mapping[str, Decimal] | None = None

    @property
    def usage(self) -> Usage:
        return self._caller.usage

    async def contacts(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Contact]]:
        """Contacts changed since, archived ones included."""
        async for page in self._reader.seek("Contacts", ARCHIVED_TOO, since, priority):
            yield _contacts(page.elements, stamp=page.newest)

    async def payments(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Payment]]:
        """Payments and refunds on the sales side changed since, deleted ones included."""
        async for page in seek_spans(self._reader, "Payments", {}, since, priority):
            yield _payments(page.elements, stamp=page.newest)

    async def documents(self, since: dt.datetime | None, *, priority: Priority) -> AsyncIterator[Batch[Document]]:
        """Sales invoices, then customer credit notes changed since; only the last, empty batch has a stamp.

        That stamp is not later than the reading of the last invoices, so that it holds for both.
        """
        rates = await self._known_rates(priority)
        newest: dt.datetime | None = None
        read_until: dt.datetime | None = None
        for resource, query in (("Invoices", INVOICES), ("CreditNotes", FOUR_PLACES)):
            async for page in seek_spans(self._reader, resource, query, since, priority):
                newest = max(filter(None, (newest, page.newest)), default=None)
                if resource == "Invoices":
                    read_until = page.sent_at or newest
                yield _documents(page.elements, _id_key(resource), rates)
        yield Batch(stamp=min(newest, read_until) if newest and read_until else None)

    async def contacts_by_id(self, ids: Iterable[str], *, priority: Priority) -> Batch[Contact]:
        """These contacts, archived ones included; those that do not exist as ``missing``."""
        raws: list[msgspec.Raw] = []
        wanted = _guids(ids)
        for chunk in chunks(wanted):
            query = {"IDs": ",".join(chunk), **ARCHIVED_TOO}
            raws += await self._reader.whole("Contacts", query, priority)
        return _contacts(raws, missing=_missing(wanted, raws, "ContactID"))

    async def contacts_by_number(self, numbers: Iterable[str], *, priority: Priority) -> Batch[Contact]:
        """All contacts with one of these numbers, archived ones included."""
        raws: list[msgspec.Raw] = []
        for number in dict.fromkeys(numbers):
            query = {"where": f"ContactNumber=={quoted(number)}", **ARCHIVED_TOO}
            raws += await self._reader.whole("Contacts", query, priority)
        return _contacts(raws)

    async def documents_by_id(
        self, ids: Iterable[str], *, credit: bool | None = None, priority: Priority
    ) -> Batch[Document]:
        """These documents; those that do not exist as ``missing``. ``credit`` says what they are; None: either."""
        rates = await self._known_rates(priority)
        wanted = _guids(ids)
        raws = [] if credit else await self._invoices(wanted, priority)
        rest = () if credit is False else _missing(wanted, raws, "InvoiceID")
        notes = [await self._reader.one("CreditNotes", each, FOUR_PLACES, priority) for each in rest]
        found = [note for note in notes if note is not None]
        missing = [
            *(each for each, note in zip(rest, notes, strict=True) if note is None),
            *(_missing(wanted, raws, "InvoiceID") if credit is False else ()),
        ]
        return _joined(_documents(raws, "InvoiceID", rates), _documents(found, "CreditNoteID", rates), tuple(missing))

    async def documents_by_number(self, numbers: Iterable[str], *, credit: bool, priority: Priority) -> Batch[Document]:
        """All documents of one kind with one of these numbers, void ones included."""
        rates = await self._known_rates(priority)
        resource, key = ("CreditNotes", "CreditNoteNumber") if credit else ("Invoices", "InvoiceNumber")
        distinct = list(dict.fromkeys(numbers))
        listed = [] if credit else [number for number in distinct if "," not in number]
        queries = [{"InvoiceNumbers": ",".join(chunk)} for chunk in chunks(listed)]
        queries += [{"where": f"{key}=={quoted(number)}"} for number in distinct if number not in listed]
        raws: list[msgspec.Raw] = []
        for query in queries:
            raws += await self._reader.whole(resource, {**query, **FOUR_PLACES}, priority)
        return _documents(raws, _id_key(resource), rates)

    async def payments_by_id(self, ids: Iterable[str], *, priority: Priority) -> Batch[Payment]:
        """These payments; those that do not exist as ``missing``."""
        wanted = _guids(ids)
        found = [await self._reader.one("Payments", each, {}, priority) for each in wanted]
        raws = [raw for raw in found if raw is not None]
        return _payments(raws, missing=_missing(wanted, raws, "PaymentID"))

    async def payments_of(self, document_ids: Iterable[str], *, priority: Priority) -> Batch[Payment]:
        """All payments and refunds of these documents, deleted ones included."""
        raws: list[msgspec.Raw] = []
        for chunk in chunks(_guids(document_ids), 20):
            where = " OR ".join(f'Invoice.InvoiceID==Guid("{each}")' for each in chunk)
            raws += await self._reader.whole("Payments", {"where": where}, priority)
        return _payments(raws)

    async def reference(self, *, priority: Priority = Priority.POLL) -> XeroReference:
        """The organisation's settings, read anew."""
        reference = await read_reference(self._reader, priority)
        self._rates = reference.rates
        return reference

    async def look(self, reads: Reads, *, priority: Priority = Priority.CORRECTION) -> tuple[Record, ...]:
        """Read what settles steps in doubt."""
        batches: Sequence[Batch[Record]] = [
            await self.contacts_by_id(reads.contacts, priority=priority),
            await self.contacts_by_number(reads.contact_numbers, priority=priority),
            await self.documents_by_id(reads.invoices, credit=False, priority=priority),
            await self.documents_by_id(reads.credit_notes, credit=True, priority=priority),
            await self.documents_by_number(reads.invoice_numbers, credit=False, priority=priority),
            await self.documents_by_number(reads.credit_note_numbers, credit=True, priority=priority),
            await self.payments_by_id(reads.payments, priority=priority),
            await self.payments_of(reads.payments_of, priority=priority),
        ]
        return tuple(record for batch in batches for record in batch.records)

    async def send(
        self, request: WireRequest, *, idempotency_key: str, priority: Priority = Priority.CORRECTION
    ) -> list[Outcome]:
        """Send once; one outcome for each element. ``InDoubt`` leaves all of them unknown.

        The tenant is put in front of the key, since Xero keeps keys by app (docs/reference/xero.md 7).
        """
        rates = await self._known_rates(priority)
        headers = dict(self._reader.headers)
        if request.method != "DELETE":
            headers |= {"content-type": "application/json", "idempotency-key": self._key(idempotency_key)}
        query = f"?{request.query}" if request.query else ""
        url = f"{self._endpoint.base_url}{request.path}{query}"
        call = Call(Request(request.method, url, headers, request.body), priority)
        return read_answer(request, await self._caller.write(call), rates)

    def _key(self, idempotency_key: str) -> str:
        key = f"{self._endpoint.tenant_id}-{idempotency_key}"
        if len(key) > KEY_MAX:
            raise Invalid(f"an idempotency key of {len(key)} characters is too long")
        return key

    async def _invoices(self, ids: Sequence[str], priority: Priority) -> list[msgspec.Raw]:
        raws: list[msgspec.Raw] = []
        for chunk in chunks(ids):
            raws += await self._reader.whole("Invoices", {"IDs": ",".join(chunk), **FOUR_PLACES}, priority)
        return raws

    async def _known_rates(self, priority: Priority) -> Mapping[str, Decimal]:
        if self._rates is None:
            rates = await read_tax_rates(self._reader, priority)
            self._rates = {rate.tax_type: rate.percentage for rate in rates}
        return self._rates


def connect(
    endpoint: XeroEndpoint, network: Network, *, load: Load = no_state, persist: Persist = not_kept
) -> XeroClient:
    """The client of an organisation, sharing the process's connections, budgets and tokens.

    ``load`` and ``persist`` keep the rotating tokens of the grant ``authorization_code``.
    """
    return XeroClient(endpoint, caller_of(endpoint, network, load=load, persist=persist))


def caller_of(endpoint: XeroEndpoint, network: Network, *, load: Load, persist: Persist = not_kept) -> Caller:
    """The way to an organisation that its client takes."""
    credentials = Credentials(
        token_url=endpoint.token_url,
        client_id=endpoint.client_id,
        client_secret=endpoint.client_secret,
        grant=endpoint.grant,
        scope=endpoint.scope,
        refresh_token=endpoint.refresh_token,
        consent_url=_consent_url(endpoint),
    )
    tokens = network.tokens.source(credentials, load=load, persist=persist)
    budget = network.budgets.xero(endpoint.base_url, endpoint.client_id, endpoint.tenant_id, endpoint.limits)
    return Caller(network.exchange, network.clock, tokens, budget, timeout_s=endpoint.timeout_s, name="Xero")


def _consent_url(endpoint: XeroEndpoint) -> str:
    """The page where a person consents, but for the app's own ``redirect_uri`` (docs/reference/xero.md 2.1)."""
    asked = {"response_type": "code", "client_id": endpoint.client_id, "scope": f"offline_access {endpoint.scope}"}
    return f"{endpoint.authorize_url}?{urlencode(asked)}" if endpoint.authorize_url else ""


def _contacts(
    raws: Iterable[msgspec.Raw], *, missing: tuple[str, ...] = (), stamp: dt.datetime | None = None
) -> Batch[Contact]:
    def read(raw: msgspec.Raw) -> Contact:
        return mapping.contact(wire.CONTACT.decode(raw))

    good, bad = map_each(raws, read, Kind.CONTACT, "ContactID", "xero")
    return Batch(tuple(good), tuple(bad), missing=missing, stamp=stamp)


def _documents(raws: Iterable[msgspec.Raw], id_key: str, rates: Mapping[str, Decimal]) -> Batch[Document]:
    def read(raw: msgspec.Raw) -> Document | None:
        return mapping.document(wire.DOCUMENT.decode(raw), rates)

    good, bad = map_each(raws, read, Kind.DOCUMENT, id_key, "xero")
    return Batch(tuple(each for each in good if each is not None), tuple(bad))


def _payments(
    raws: Iterable[msgspec.Raw], *, missing: tuple[str, ...] = (), stamp: dt.datetime | None = None
) -> Batch[Payment]:
    def read(raw: msgspec.Raw) -> Payment | None:
        return mapping.payment(wire.PAYMENT.decode(raw))

    good, bad = map_each(raws, read, Kind.PAYMENT, "PaymentID", "xero")
    return Batch(tuple(each for each in good if each is not None), tuple(bad), missing=missing, stamp=stamp)


def _joined(one: Batch[Document], two: Batch[Document], missing: tuple[str, ...]) -> Batch[Document]:
    return Batch(one.records + two.records, one.unreadable + two.unreadable, missing=missing)


def _id_key(resource: str) -> str:
    return "CreditNoteID" if resource == "CreditNotes" else "InvoiceID"


def _guids(ids: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(each.lower() for each in ids if is_guid(each)))


def _missing(wanted: Iterable[str], raws: Iterable[msgspec.Raw], id_key: str) -> tuple[str, ...]:
    found = {id_in(raw, id_key).lower() for raw in raws}
    return tuple(each for each in wanted if each not in found)
