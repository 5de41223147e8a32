"""Whether VAT is paired: every group of Provet with a TaxType of Xero that is active, meant for sales and as high."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from daemon.check.problems import Findings
from daemon.check.seen import Seen
from daemon.core.amounts import rate_text
from daemon.core.model import ZERO
from daemon.provet.reference import VatGroup
from daemon.settings import PracticeSettings
from daemon.xero.reference import TaxRate

_GROUP = "group:"


def judge_vat(found: Findings, practice: PracticeSettings, seen: Seen) -> None:
    """The table ``tax`` against both systems (docs/reference/provet.md P-11, docs/reference/xero.md 13.3)."""
    provet = seen.provet.reference
    groups = [group for group in provet.vat_groups if not group.archived] if provet else []
    if seen.xero.reference is not None:
        rates = {rate.tax_type: rate for rate in seen.xero.reference.tax_rates}
        for key, tax_type in practice.tax.items():
            _judge_rate(found, found.key("tax", key), rates.get(tax_type), tax_type, _meant(key, groups))
        no_tax = practice.xero.no_tax_type
        _judge_rate(found, found.key("xero", "no_tax_type"), rates.get(no_tax), no_tax, ZERO)
    if provet is not None:
        _judge_groups(found, practice, groups)


def _meant(key: str, groups: Sequence[VatGroup]) -> Decimal | None:
    """The percentage that a key of the table stands for; None for a group that Provet did not tell of."""
    if not key.startswith(_GROUP):
        return Decimal(key)
    return next((group.percentage for group in groups if group.id == key.removeprefix(_GROUP)), None)


def _judge_rate(found: Findings, key: str, rate: TaxRate | None, tax_type: str, meant: Decimal | None) -> None:
    if rate is None:
        found.error(f"{key}: Xero has no TaxType {tax_type}", f"name a TaxType of the organisation in {key}")
    elif not rate.active:
        mend = f"restore it in Xero, or name another in {key}"
        found.error(f"{key}: tax rate {tax_type} ({rate.name}) is not active", mend)
    elif not rate.on_revenue:
        mend = f"name a rate for income in {key}"
        found.error(f"{key}: tax rate {tax_type} ({rate.name}) is not meant for sales", mend)
    elif meant is not None and rate.percentage != meant:
        text = f"{key}: {tax_type} ({rate.name}) is {rate_text(rate.percentage)} %, not {rate_text(meant)} %"
        found.error(text, f"name the TaxType of {rate_text(meant)} % in {key}")


def _judge_groups(found: Findings, practice: PracticeSettings, groups: Sequence[VatGroup]) -> None:
    by_rate: dict[Decimal, list[VatGroup]] = defaultdict(list)
    for group in groups:
        by_rate[group.percentage].append(group)
    for percentage, alike in sorted(by_rate.items()):
        without = [group for group in alike if f"{_GROUP}{group.id}" not in practice.tax]
        rate = rate_text(percentage)
        if len(alike) > 1 and without:
            names = ", ".join(f"{group.name} ({group.id})" for group in alike)
            keys = " and ".join(f'"{_GROUP}{group.id}"' for group in without)
            mend = f"add {keys} to {found.key('tax')}, each with its own TaxType"
            found.error(
                f"Provet has {len(alike)} VAT groups of {rate} %, which a percentage cannot tell apart: {names}", mend
            )
        elif without and rate not in practice.tax:
            mend = f'add "{rate}" to {found.key("tax")}'
            found.error(f"VAT group {alike[0].name} ({alike[0].id}) of {rate} % has no TaxType", mend)
    known = {group.id for group in groups}
    for key in practice.tax:
        if key.startswith(_GROUP) and key.removeprefix(_GROUP) not in known:
            found.warn(f"{found.key('tax', key)}: Provet has no such VAT group in use", "take it out of the table")
