"""The life of a link: made by writing, by a mark or by a person, freed when one side goes, given to what replaces it.

Both sides are lists of payments on one invoice. Answers get lost: then the payment stands and only its mark tells whose
it is.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from daemon.core.family import payment_info, payment_reference
from daemon.core.model import Kind, Link, Origin, Payment, System
from daemon.core.pairing import PairState, PaymentMatch, match_payments
from tests.core.builders import DAY, RULES, family, invoice, paid, payment_link, xero_paid

AMOUNTS = st.sampled_from([Decimal(10), Decimal(20)])
DAYS = st.sampled_from([0, 3, 30])
BY_ITSELF = frozenset({PairState.ADOPTED, PairState.REPLACED})


class LinkLife(RuleBasedStateMachine):
    """People take and remove money on both sides; the program pairs, copies what one side has alone, and asks."""

    def __init__(self) -> None:
        super().__init__()
        self.number = 0
        self.living: dict[System, dict[str, Payment]] = {system: {} for system in System}
        self.links: list[Link] = []
        self.ours: set[str] = set()

    @rule(system=st.sampled_from(System), amount=AMOUNTS, days=DAYS)
    def take(self, system: System, amount: Decimal, days: int) -> None:
        """Somebody enters a payment."""
        self._stand(system, amount, days)

    def _stand(self, system: System, amount: Decimal, days: int = 0, note: str = "") -> Payment:
        self.number += 1
        make = paid if system is System.PROVET else xero_paid
        made = make(str(self.number), str(amount), note=note, date=DAY + dt.timedelta(days=days))
        self.living[system][made.id] = made
        return made

    @rule(system=st.sampled_from(System), which=st.integers(0, 10))
    def remove(self, system: System, which: int) -> None:
        """Somebody removes a payment."""
        living = self.living[system]
        if living:
            del living[sorted(living)[which % len(living)]]

    @rule(answered=st.lists(st.booleans(), min_size=3, max_size=3))
    def cycle(self, answered: list[bool]) -> None:
        """Judge, keep what needs no person, copy what stands on one side alone; some answers are lost."""
        found = self._judged()
        self.links += [pair.link for pair in found.pairs if pair.state in BY_ITSELF]
        alone = [*found.provet_only, *found.xero_only]
        for payment, heard in zip(alone, answered, strict=False):
            self._copy(payment, heard=heard)

    def _copy(self, payment: Payment, *, heard: bool) -> None:
        assert payment.id not in self.ours, "what this program wrote never goes back"
        if payment.system is System.PROVET:
            made = self._stand(System.XERO, payment.amount, note=payment_reference(payment.id))
            pair = payment_link(payment.id, made.id)
        else:
            made = self._stand(System.PROVET, payment.amount, note=payment_info(payment.id))
            pair = payment_link(made.id, payment.id, created_in=System.PROVET)
        self.ours.add(made.id)
        if heard:
            self.links.append(pair)

    @rule()
    def person_links_twins(self) -> None:
        """Somebody says that what looks like the same money is the same."""
        twins = [pair for pair in self._judged().pairs if pair.state is PairState.TWIN]
        self.links += [_by_hand(pair.link) for pair in twins]

    def _judged(self) -> PaymentMatch:
        """The match of now, which must be lawful, and the same when it is judged again."""
        found = self._match()
        assert found == self._match()
        provet, xero = self.living[System.PROVET], self.living[System.XERO]
        mine = [*(p.provet for p in found.pairs), *found.provet_only, *(p for p, _ in found.gone_in_xero)]
        theirs = [*(p.xero for p in found.pairs), *found.xero_only, *(p for p, _ in found.gone_in_provet)]
        assert sorted(p.id for p in mine) == sorted(provet), "each payment has one place"
        assert sorted(p.id for p in theirs) == sorted(xero), "each payment has one place"
        of_one_sum = [pair for pair in found.pairs if pair.state is not PairState.RESIZED]
        assert all(pair.provet.amount == pair.xero.amount for pair in of_one_sum)
        self._links_hold(found)
        self._marks_hold(found)
        return found

    def _match(self) -> PaymentMatch:
        provet, xero = (tuple(self.living[system].values()) for system in (System.PROVET, System.XERO))
        return match_payments(invoice(), provet, xero, family(*provet, *xero, *self.links), RULES)

    def _links_hold(self, found: PaymentMatch) -> None:
        """A pair stays a pair while both live."""
        pairs = {(pair.provet.id, pair.xero.id) for pair in found.pairs}
        for link in self.links:
            if link.provet_id in self.living[System.PROVET] and link.xero_id in self.living[System.XERO]:
                assert (link.provet_id, link.xero_id) in pairs

    def _marks_hold(self, found: PaymentMatch) -> None:
        """What this program wrote never counts as entered by a person, whether or not its answer was heard."""
        assert not self.ours & {payment.id for payment in (*found.provet_only, *found.xero_only)}

    def teardown(self) -> None:
        """Left alone, everything that a person need not decide has its partner in the end."""
        for _ in range(self.number):
            self.cycle([True] * 3)
        found = self._judged()
        assert found.provet_only == found.xero_only == ()


def _by_hand(link: Link) -> Link:
    return Link(kind=Kind.PAYMENT, provet_id=link.provet_id, xero_id=link.xero_id, origin=Origin.MANUAL)


TestLinkLife = LinkLife.TestCase
TestLinkLife.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
