"""The judgement, one change to a sound set-up at a time: what is said, and that its line names a mending step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from daemon.check.findings import findings
from daemon.check.problems import Level, Problem
from daemon.check.seen import Seen
from daemon.provet.reference import PaymentMethod, VatGroup
from daemon.settings import Settings
from tests.check.premises import Premises, premises

Change = Callable[[Seen], Seen]


@pytest.fixture
def clinic(tmp_path: Path) -> Premises:
    return premises(tmp_path)


def xero(seen: Seen, **changes: object) -> Seen:
    return Seen(seen.provet, replace(seen.xero, reference=replace(seen.xero.reference, **changes)))


def provet(seen: Seen, **changes: object) -> Seen:
    return Seen(replace(seen.provet, reference=replace(seen.provet.reference, **changes)), seen.xero)


def account(code: str, /, **changes: object) -> Change:
    def change(seen: Seen) -> Seen:
        accounts = seen.xero.reference.accounts
        assert any(each.code == code for each in accounts)
        return xero(seen, accounts=tuple(replace(a, **changes) if a.code == code else a for a in accounts))

    return change


def rate(tax_type: str, /, **changes: object) -> Change:
    def change(seen: Seen) -> Seen:
        rates = seen.xero.reference.tax_rates
        return xero(seen, tax_rates=tuple(replace(r, **changes) if r.tax_type == tax_type else r for r in rates))

    return change


def organisation(**changes: object) -> Change:
    return lambda seen: xero(seen, organisation=replace(seen.xero.reference.organisation, **changes))


def access(**changes: object) -> Change:
    return lambda seen: Seen(seen.provet, replace(seen.xero, access=replace(seen.xero.access, **changes)))


def methods(*more: PaymentMethod, without: str = "") -> Change:
    def change(seen: Seen) -> Seen:
        kept = [each for each in seen.provet.reference.payment_methods if each.code != without]
        return provet(seen, payment_methods=(*kept, *more))

    return change


def more_groups(*groups: VatGroup) -> Change:
    return lambda seen: provet(seen, vat_groups=(*seen.provet.reference.vat_groups, *groups))


def item_account(number: str) -> Change:
    def change(seen: Seen) -> Seen:
        catalogue = replace(seen.provet.catalogue, accounts={**seen.provet.catalogue.accounts, "999": number})
        return Seen(replace(seen.provet, catalogue=catalogue), seen.xero)

    return change


IN_XERO = [
    (account("200", active=False), "accounts.default: account 200 Sales is archived"),
    (account("200", code="2000"), "accounts.default: Xero has no account 200"),
    (account("200", type="BANK"), "accounts.default: account 200 Sales is a bank account"),
    (
        account("861", system_account="ROUNDING"),
        "accounts.rounding: account 861 Invoice rounding is Xero's own ROUNDING",
    ),
    (account("815", type="BANK"), "accounts.prepayment_clearing: clearing account 815 Prepayment clearing is a bank"),
    (account("816", takes_payments=False), "clearing account 816 Consolidation clearing takes no payments"),
    (account("404", takes_payments=False), "payments.21: account 404 Bad debts takes no payments"),
    (account("090", active=False), "payments.0: account 090 Current account is archived"),
    (rate("OUTPUT2", active=False), "tax.20: tax rate OUTPUT2 (20% (VAT on Income)) is not active"),
    (rate("OUTPUT2", on_revenue=False), "is not meant for sales"),
    (rate("OUTPUT2", percentage=Decimal("17.5")), "OUTPUT2 (20% (VAT on Income)) is 17.5 %, not 20 %"),
    (rate("RROUTPUT", tax_type="OTHER"), "tax.5: Xero has no TaxType RROUTPUT"),
    (rate("NONE", percentage=Decimal(5)), "xero.no_tax_type: NONE (No VAT) is 5 %, not 0 %"),
    (organisation(currency="EUR"), "keeps its books in EUR, not GBP"),
    (organisation(sales_tax_basis="CASH"), 'cash basis, where consolidated = "clearing"'),
    (organisation(sales_tax_basis="FLATRATECASH"), 'cash basis, where consolidated = "clearing"'),
]
IN_PROVET = [
    (methods(without="17"), "Provet has no payment method 17"),
    (methods(PaymentMethod("17", "Xero payments", archived=True), without="17"), "Provet has no payment method 17"),
    (
        more_groups(VatGroup("9", "Standard 12 %", Decimal(12), archived=False)),
        "VAT group Standard 12 % (9) of 12 % has no",
    ),
    (more_groups(VatGroup("9", "Exempt", Decimal(0), archived=False)), "Provet has 2 VAT groups of 0 %"),
    (item_account("777"), "items of Provet name account number 777, which is no active code in Xero"),
    (item_account("090"), "items of Provet name account number 090: 090 Current account is a bank account"),
]
WARNINGS = [
    (account("092", code="093"), "account numbers of Provet without that code in Xero: 092"),
    (methods(PaymentMethod("30", "Instalments", archived=False)), "Instalments (30)"),
    (methods(without="21"), "payment types without a method in Provet: own method 21 (21)"),
    (methods(PaymentMethod("17", "Bank", archived=False), without="17"), "method 17 (Bank), which is not named for it"),
    (account("404", type="BANK"), "payments.21: Write-off is not cash, but goes to the bank account Bad debts"),
    (organisation(timezone="NEWZEALANDSTANDARDTIME"), "Xero keeps NEWZEALANDSTANDARDTIME, the settings Europe/London"),
    (organisation(year_lock=dt.date(2026, 12, 31)), "the books are closed through 2026-12-31"),
]


async def judged(clinic: Premises, change: Change = lambda seen: seen) -> list[Problem]:
    seen = await clinic.read()
    return findings(clinic.settings, {name: change(each) for name, each in seen.items()})


@pytest.mark.parametrize(("change", "text"), [*IN_XERO, *IN_PROVET])
async def test_an_error_of_the_set_up(clinic: Premises, change: Change, text: str) -> None:
    found = [problem for problem in await judged(clinic, change) if problem.level is Level.ERROR]
    assert any(text in problem.text for problem in found), found
    assert all(problem.mend and problem.practice == "riverside" for problem in found)


@pytest.mark.parametrize(("change", "text"), WARNINGS)
async def test_a_warning_of_the_set_up(clinic: Premises, change: Change, text: str) -> None:
    before = await judged(clinic)
    found = [problem for problem in await judged(clinic, change) if problem not in before]
    assert any(text in problem.text and problem.level is Level.WARNING for problem in found), found


async def test_everything_is_said_at_once(clinic: Premises) -> None:
    def change(seen: Seen) -> Seen:
        for each, _ in [*IN_XERO[1:3:2], *IN_XERO[5:7], *IN_PROVET[:1], *IN_PROVET[2:5]]:
            seen = each(seen)
        return seen

    errors = [problem for problem in await judged(clinic, change) if problem.level is Level.ERROR]
    assert len(errors) >= 7


async def test_groups_of_one_percentage_need_a_rule_each(clinic: Premises) -> None:
    exempt = more_groups(VatGroup("9", "Exempt", Decimal(0), archived=False))
    clinic.reload(
        lambda text: text.replace(
            "[practices.riverside.tax]",
            '[practices.riverside.tax]\n"group:3" = "ZERORATEDOUTPUT"\n"group:9" = "EXEMPTOUTPUT"',
        )
    )
    assert [p for p in await judged(clinic, exempt) if p.level is Level.ERROR] == []


async def test_an_app_that_may_not_list_its_connections_may_still_work(clinic: Premises) -> None:
    found = [p for p in await judged(clinic, access(tenants=None)) if "list its connections" in p.text]
    assert [problem.level for problem in found] == [Level.WARNING]


async def test_what_the_organisation_does_not_allow_is_an_error(clinic: Premises) -> None:
    found = await judged(clinic, access(actions={"CreateApprovedInvoice": False}, forbidden=("Payments",)))
    errors = [problem.text for problem in found if problem.level is Level.ERROR]
    assert errors == [
        "the Xero app may not read Payments",
        "the Xero organisation does not let the app create approved invoices",
    ]


@pytest.mark.parametrize(
    ("scopes", "missing"),
    [
        pytest.param(None, [], id="not told"),
        pytest.param(("accounting.transactions", "accounting.contacts"), [], id="the broad ones"),
        pytest.param(("accounting.invoices", "accounting.payments", "accounting.contacts"), [], id="the granular ones"),
        pytest.param(
            ("accounting.invoices", "accounting.payments.read", "accounting.contacts"),
            ["Payments"],
            id="payments",
        ),
        pytest.param(
            ("accounting.transactions.read", "accounting.contacts.read"),
            ["Contacts", "Invoices and CreditNotes", "Payments"],
            id="everything",
        ),
    ],
)
async def test_scopes_that_only_read_are_told_before_the_first_write(
    clinic: Premises, scopes: tuple[str, ...] | None, missing: list[str]
) -> None:
    found = await judged(clinic, access(scopes=scopes))
    errors = [problem.text for problem in found if problem.level is Level.ERROR]
    assert errors == [f"the Xero app may not write {name}" for name in missing]


async def test_an_archived_group_needs_nothing(clinic: Premises) -> None:
    archived = more_groups(VatGroup("9", "Old 12 %", Decimal(12), archived=True))
    assert await judged(clinic, archived) == await judged(clinic)


async def test_cash_basis_takes_originals(clinic: Premises) -> None:
    clinic.reload(
        lambda text: text.replace('name = "Riverside Vets"', 'name = "Riverside Vets"\nconsolidated = "originals"')
    )
    assert [p for p in await judged(clinic, organisation(sales_tax_basis="CASH")) if p.level is Level.ERROR] == []


async def test_an_account_without_a_code_is_named_by_its_id(clinic: Premises) -> None:
    seen = (await clinic.read())["riverside"]
    savings = next(each for each in seen.xero.reference.accounts if each.name == "Savings account")
    clinic.reload(lambda text: text.replace('"1" = "091"', f'"1" = "{savings.id.upper()}"'))
    assert [p for p in await judged(clinic) if p.level is Level.ERROR] == []


async def test_a_walk_in_contact_may_be_missing_and_must_be_one(clinic: Premises) -> None:
    """The first anonymous sale brings a contact that is not there."""
    name = 'name = "Riverside Vets"'
    clinic.reload(lambda text: text.replace(name, f'{name}\nanonymous = "walk_in"\nwalk_in_contact = "Counter"'))
    said = {problem.text: problem for problem in await judged(clinic)}
    missing = said["Xero has no contact named 'Counter' yet"]
    assert (missing.level, "created with the first anonymous sale" in missing.mend) == (Level.WARNING, True)

    def twice(seen: Seen) -> Seen:
        return Seen(seen.provet, replace(seen.xero, walk_ins=2))

    assert {p.text: p.level for p in await judged(clinic, twice)}["Xero has 2 contacts named 'Counter'"] is Level.ERROR
    assert not [
        p
        for p in await judged(clinic, lambda seen: Seen(seen.provet, replace(seen.xero, walk_ins=1)))
        if "Counter" in p.text
    ]


async def test_tracking_must_exist_and_name_every_department(clinic: Premises) -> None:
    clinic.reload(
        lambda text: f'{text}\n[practices.riverside.tracking]\ncategory = "Location"\ndepartments = {{"7" = "Moon"}}\n'
    )
    found = await judged(clinic)
    said = {problem.text: problem.level for problem in found}
    assert said["tracking category 'Location' has no active option 'Moon'"] is Level.ERROR
    assert said["Provet has no department 7"] is Level.WARNING
    assert said["departments without a tracking option: Main clinic (1)"] is Level.WARNING
    clinic.reload(lambda text: text.replace('"Location"', '"Place"'))
    assert "Xero has no active tracking category 'Place'" in [problem.text for problem in await judged(clinic)]


async def test_webhooks_need_their_secrets(clinic: Premises) -> None:
    (clinic.file.with_name(f"{clinic.file.name}.secrets") / "practices__riverside__xero__webhook_key").unlink()
    clinic.reload(str)
    assert any("webhook_key is missing" in problem.text for problem in findings(clinic.settings, {}))
    clinic.reload(lambda text: text.replace('webhook_listen = "127.0.0.1:8003"', 'webhook_listen = ""'))
    assert findings(clinic.settings, {}) == []


async def test_practices_that_share_departments_would_send_twice(clinic: Premises) -> None:
    practice = clinic.settings.practices["riverside"]

    def both(*departments: tuple[str, ...]) -> Settings:
        names = ("east", "west")
        each = [practice.provet.model_copy(update={"departments": own}) for own in departments]
        practices = {n: practice.model_copy(update={"provet": own}) for n, own in zip(names, each, strict=True)}
        return clinic.settings.model_copy(update={"practices": practices})

    assert findings(both(("1",), ("2",)), {}) == []
    for departments in [((), ("2",)), (("1", "2"), ("2",))]:
        assert "documents would be sent twice" in findings(both(*departments), {})[0].text
