"""Findings as a clinic would produce them: made up, seeded, for the control socket's and the UI's tests and trials."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal

from daemon.core.amounts import money
from daemon.core.correction import (
    CreatePayment,
    Option,
    RecordPayment,
    SetLink,
    Step,
    UpdateClient,
    UpdateContact,
)
from daemon.core.discrepancy import FieldDiff, Finding, Policy, Subject
from daemon.core.model import Contact, Kind, Link, Origin, Ref, System

START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
PRACTICES = {"riverside": "Riverside Vets", "hill-farm": "Hill Farm Equine", "oaktree": "Oaktree Small Animals"}
NAMES = [
    "Ada Quinn",
    "Żaneta Łuk",
    "O'Brien & Sons",
    "李小龙",
    "Marisol Peña",
    "Bob [/] Tables",
    "Élodie Noël",
    "T. Ng",
]
KINDS = ("payment.removed_in_xero", "payment.missing_in_xero", "contact.conflict", "payment.probable_twin")


def finding(number: int, rng: random.Random, practice: str = "") -> Finding:
    """The finding of that number; its kind goes round the catalogue."""
    practice = practice or rng.choice(list(PRACTICES))
    kind = KINDS[number % len(KINDS)]
    name = rng.choice(NAMES)
    amount = Decimal(rng.randint(500, 250_000)) / 100
    if kind == "contact.conflict":
        return contact_finding(number, practice, name)
    return payment_finding(number, practice, kind, name, amount)


def payment_finding(number: int, practice: str, kind: str, name: str, amount: Decimal) -> Finding:
    subject = Subject(
        label=f"Payment {5000 + number} of Invoice INV-{1000 + number} ({name})",
        provet=Ref(system=System.PROVET, kind=Kind.PAYMENT, id=str(5000 + number)),
        xero=Ref(system=System.XERO, kind=Kind.PAYMENT, id=f"c7b0{number:08x}-4c1e-4f5e-9b1a-2f8f5d0c6a11"),
    )
    gone = "DELETED" if kind == "payment.removed_in_xero" else None
    return Finding(
        practice=practice,
        kind=kind,
        family=f"invoice:{1000 + number}",
        subject=subject,
        policy=Policy.PERSON,
        amount=amount,
        effect=-amount,
        summary=f"{money(amount)} for INV-{1000 + number} of {name} stands in Provet only",
        fields=(
            FieldDiff(name="status", provet="active", baseline="active", xero=gone),
            FieldDiff(name="amount", provet=money(amount), baseline=money(amount), xero=None if not gone else "0.00"),
            FieldDiff(name="date", provet="2026-02-27", baseline="2026-02-27", xero="2026-02-27"),
            FieldDiff(name="method", provet="Card terminal", baseline="091", xero="091"),
        ),
        options=payment_options(number, amount, subject.label),
    )


def payment_options(number: int, amount: Decimal, label: str) -> tuple[Option, ...]:
    date = dt.date(2026, 2, 27)
    again = CreatePayment(
        payment_id=str(5000 + number),
        document_id=str(1000 + number),
        credit=False,
        amount=amount,
        date=date,
        account="091",
        reference=f"Provet payment {5000 + number}",
        label=label,
    )
    link = Link(kind=Kind.PAYMENT, provet_id=str(5000 + number), xero_id="new", origin=Origin.CREATED)
    steps: tuple[Step, ...] = (again, SetLink(link=link, label=label))
    book = RecordPayment(
        xero_id="x", document_id=str(1000 + number), amount=-amount, date=date, method="17", info="i", label=label
    )
    return (
        Option(
            id="recreate-payment",
            title="Pay again in Xero",
            steps=steps,
            recommended=True,
            consequences=(
                f"Xero holds a payment of {money(amount)} GBP on INV-{1000 + number} again.",
                f"The client owes {money(amount)} GBP less in Xero, as in Provet.",
                "The period is open; nothing bank-reconciled is touched.",
            ),
            relies_on={"amount": str(amount)},
        ),
        Option(
            id="cancel-payment",
            title="Take the payment out of Provet too",
            steps=(book,),
            consequences=("The client owes the amount in both systems.",),
            relies_on={"amount": str(amount)},
        ),
    )


def contact_finding(number: int, practice: str, name: str) -> Finding:
    mine = Contact(system=System.PROVET, id=str(800 + number), updated_at=START, name=name, phone="01632 960001")
    other = Contact(system=System.XERO, id=f"contact-{number}", updated_at=START, name=name, phone="01632 960999")
    return Finding(
        practice=practice,
        kind="contact.conflict",
        family=f"client:{800 + number}",
        subject=Subject(label=f"Client {800 + number} ({name})", provet=mine.ref, xero=other.ref),
        policy=Policy.PERSON,
        amount=Decimal(0),
        summary=f"the phone of {name} was changed in both systems",
        fields=(
            FieldDiff(name="name", provet=name, baseline=name, xero=name),
            FieldDiff(name="phone", provet=mine.phone, baseline="01632 960000", xero=other.phone),
            FieldDiff(name="email", provet="", baseline="", xero=""),
        ),
        options=(
            Option(
                id="use-provet",
                title="Provet is right",
                steps=(UpdateContact(client_id=mine.id, contact_id=other.id, contact=mine, fields=("phone",)),),
                consequences=("Xero's phone number is overwritten.",),
                recommended=True,
            ),
            Option(
                id="use-xero",
                title="Xero is right",
                steps=(UpdateClient(client_id=mine.id, contact=other, fields=("phone",)),),
                consequences=("Provet's phone number is overwritten.",),
            ),
        ),
    )
