"""The chapters in which a person decides: what waits, an approval bound to what was seen, what it wrote."""

from __future__ import annotations

from collections.abc import Sequence

from daemon.demo.cast import DELETED
from daemon.demo.drift import RAISED_BY, Drift
from daemon.demo.reconcile import Refused
from daemon.demo.story import Story
from daemon.errors import ReconError
from daemon.protocol import DiscrepancyView, OptionView, Outcome

CHANGED, REMOVED = "invoice.changed_in_xero", "payment.removed_in_xero"
NO_FINGERPRINT = "0" * 16


async def left_to_a_person(story: Story, drift: Drift) -> None:
    """What no rule settles is on the list, and nothing of it was written."""
    story.narrator.chapter("What waits for a person")
    story.narrator.command("reconcile list")
    cast, says = drift.cast, story.narrator.says
    listed = await story.reconcile.discrepancies()
    raised, removed = _one(listed, CHANGED), _one(listed, REMOVED)
    says(
        f"{raised.summary}.",
        expected=(cast.raised.id, "person"),
        seen=(raised.subject.provet and raised.subject.provet.id, raised.policy),
    )
    says(
        f"{removed.summary}.",
        expected=(True, f"{cast.deleted.amount:.2f}", "person"),
        seen=(cast.deleted.invoice.number in removed.summary, removed.amount, removed.policy),
    )
    says(
        f"Beside them the list shows the {len(story.planted)} planted cases and nothing else.",
        expected=len(story.planted) + 2,
        seen=len(listed),
    )
    in_xero = await story.in_xero(cast.raised)
    payments = {payment.id: payment.status for payment in await story.xero.payments()}
    says(
        "Neither was touched: in Xero the invoice is as it was typed, and the payment is deleted.",
        expected=(cast.raised.total + RAISED_BY, DELETED),
        seen=(in_xero.total, payments[cast.deleted.id]),
    )
    await story.says_all_is_explained(await story.books())


async def approval(story: Story, drift: Drift) -> None:
    """One option is approved as it was seen, and applied."""
    story.narrator.chapter("One approval")
    listed = await story.reconcile.discrepancies()
    seen = await story.reconcile.show(_one(listed, CHANGED).id)
    option = seen.option()
    if option is None:
        raise ReconError(f"nothing is recommended for {seen.summary}")
    await _refuses_what_was_not_seen(story, seen, option)
    story.narrator.command(f"reconcile approve {seen.id} --option {option.id} --expect {option.fingerprint} --wait")
    before = await story.xero.writes()
    done = await story.reconcile.approve(seen.id, option.id, option.fingerprint)
    status = done.correction.status if done.correction else None
    says = story.narrator.says
    says(f"{option.title}: applied.", expected=(Outcome.APPLIED, "applied"), seen=(done.outcome, status))
    written = (await story.xero.writes())[len(before) :]
    raised = drift.cast.raised
    in_xero = await story.in_xero(raised)
    says(
        f"It took one request. {raised.number} reads GBP {raised.total:,.2f} in Xero again.",
        expected=([200], raised.total, raised.due),
        seen=([entry.executed for entry in written], in_xero.total, in_xero.due),
    )
    left = [d.id for d in await story.reconcile.discrepancies()]
    says("It is gone from the list.", expected=False, seen=seen.id in left)


async def _refuses_what_was_not_seen(story: Story, seen: DiscrepancyView, option: OptionView) -> None:
    before, code = await story.xero.writes(), "accepted"
    try:
        await story.reconcile.approve(seen.id, option.id, NO_FINGERPRINT)
    except Refused as refused:
        code = refused.code
    story.narrator.says(
        "An approval that names a fingerprint other than the one shown is refused as stale; nothing is written.",
        expected=(Outcome.STALE.value, len(before)),
        seen=(code, len(await story.xero.writes())),
    )


def _one(listed: Sequence[DiscrepancyView], kind: str) -> DiscrepancyView:
    found = [discrepancy for discrepancy in listed if discrepancy.kind == kind]
    if len(found) != 1:
        raise ReconError(f"{len(found)} discrepancies of kind {kind} where one was made")
    return found[0]
