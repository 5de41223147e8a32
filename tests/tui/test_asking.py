"""Before a decision: money, second persons, and why a key cannot decide."""

from __future__ import annotations

import datetime as dt

import pytest

from daemon.protocol import EffectView, FieldView, HistoryEntry, Waiting
from tests.tui.details import NOW, correction, detail, listed, option, text
from tui import asking, reviewing


def test_the_question_names_count_money_and_writes() -> None:
    shown = listed(asking.question(detail(), option(), "ann", NOW))
    assert "1 correction · 100.00 GBP · 1 write" in shown
    assert "→ Xero Change gross of invoice INV-1" in shown
    assert "second person" not in shown


def test_a_write_names_its_system_once() -> None:
    assert reviewing.write_words("xero", "Void in Xero: Invoice INV-1") == "Void in Xero: Invoice INV-1"
    assert reviewing.write_words("provet", "Void in Xero: Invoice INV-1") == "Provet Void in Xero: Invoice INV-1"


def test_the_chosen_card_of_several_says_how_to_choose_another() -> None:
    assert "j/k: 2 more" in text(reviewing.option(option(), detail(), chosen=True, others=2))
    assert "j/k" not in text(reviewing.option(option(), detail(), chosen=False, others=2))
    assert "j/k" not in text(reviewing.option(option(), detail(), chosen=True))


def test_the_chosen_card_says_that_a_conflict_can_be_settled_field_by_field() -> None:
    fields = tuple(FieldView(name=name, provet="a", baseline="c", xero="b") for name in ("email", "phone"))
    found = detail(kind="contact.conflict", fields=fields, options=(option("use-provet"), option("use-xero")))
    assert "f: field by field" in text(reviewing.option(option(), found, chosen=True, others=1))
    assert "f: field by field" not in text(reviewing.option(option(), found, chosen=False, others=1))
    assert "f: field by field" not in text(reviewing.option(option(), detail(), chosen=True))


def test_the_first_of_two_is_told_that_a_second_is_needed() -> None:
    shown = listed(asking.question(detail(), option(second_over="50.00"), "ann", NOW))
    assert "Above 50.00 GBP two people must agree" in shown


def test_the_second_is_told_who_was_first_and_when() -> None:
    found = detail(correction=correction("proposed", by="ann"))
    shown = listed(asking.question(found, option(second_over="50.00"), "bob", NOW))
    assert "ann approved it first on 2026-07-02 12:55 BST, 5 min ago" in shown


def test_the_first_cannot_be_the_second() -> None:
    found, chosen = detail(correction=correction("proposed", by="ann")), option(second_over="50.00")
    assert "another person" in asking.refusal("approve", found, chosen, "ann")
    assert asking.refusal("approve", found, chosen, "bob") == ""


def test_a_waiver_of_which_the_ceiling_is_not_known_yet_tells_of_the_second_person() -> None:
    assert "Above 50.00 GBP, counting the ceiling" in listed(asking.waiver_terms(detail(four_eyes_over="50.00")))
    assert asking.waiver_terms(detail()) == []


@pytest.mark.parametrize(
    ("changes", "action", "why"),
    [
        ({"status": "closed"}, "approve", "gone already"),
        ({"status": "closed"}, "snooze", "gone already"),
        ({"refusal": "the practice is in observe mode"}, "approve", "observe mode"),
        ({"options": (), "cause": "c9", "policy": "hold"}, "approve", "mend its cause"),
        ({"options": ()}, "approve", "by hand"),
        ({"correction": correction("applying")}, "approve", "on its way"),
        ({"correction": correction("in_doubt")}, "waive", "on its way"),
        ({"correction": correction("in_doubt")}, "reject", "being carried out"),
        ({}, "undo", "nothing was applied"),
        ({"correction": correction("stale"), "undo_refusal": "nothing was applied for it"}, "undo", "nothing was"),
    ],
)
def test_a_key_that_makes_no_sense_says_why(changes: dict[str, object], action: str, why: str) -> None:
    found = detail(**changes)
    assert why in asking.refusal(action, found, found.option(), "ann")


def test_what_makes_sense_is_not_refused() -> None:
    for action in ("approve", "reject", "snooze", "waive", "comment", "assign"):
        assert asking.refusal(action, detail(), option(), "ann") == ""
    assert asking.refusal("comment", detail(status="closed"), None, "ann") == ""


def test_the_effect_names_sides_and_period() -> None:
    day = dt.date(2026, 7, 1)
    found = detail(closed_through=dt.date(2026, 6, 30))
    view = EffectView(provet="0.00", xero="-20.00", first=day, last=day)
    assert reviewing.effect(view, found) == (
        "the client owes 20.00 less in Xero · dated 2026-07-01, open (closed through 2026-06-30)"
    )
    closed = EffectView(provet="0.00", xero="0.00", first=dt.date(2026, 6, 1), last=day)
    assert "INSIDE the books closed" in reviewing.effect(closed, found)


def test_history_is_told_in_the_practices_zone_newest_first() -> None:
    entries = tuple(
        HistoryEntry(at=NOW - dt.timedelta(hours=hours), actor=who, action="a", text="did")
        for hours, who in ((2, "ann"), (1, "bob"))
    )
    assert text(reviewing.history(entries, detail(), NOW)).splitlines()[1:] == [
        "2026-07-02 12:00 BST (1 h ago) bob: did",
        "2026-07-02 11:00 BST (2 h ago) ann: did",
    ]


def test_amounts_have_the_decimals_of_their_currency() -> None:
    yen = detail(currency="JPY", amount="2500.00", effect="-1200.00")
    assert "2,500 JPY" in listed(asking.question(yen, option(), "ann", NOW))
    assert "2,500 JPY at stake, effect -1,200 ·" in text(reviewing.title(yen, NOW))


def test_a_cause_says_what_waits_for_it() -> None:
    held = Waiting(currency="GBP", count=2, amount="177.60", freed=2, freed_amount="177.60")
    said = "2 discrepancies of 177.60 GBP wait for this and go on by it"
    assert said in text(reviewing.title(detail(waiting=held), NOW))
    assert "wait for this" not in text(reviewing.title(detail(), NOW))


def test_whoever_does_not_mend_a_cause_is_told_what_goes_on_waiting() -> None:
    found = detail(waiting=Waiting(currency="GBP", count=1, amount="9.00", freed=1, freed_amount="9.00"))
    assert "1 discrepancy of 9.00 GBP waits for this and goes on waiting." in listed(asking.about(found, "Reject?"))
    assert "waits for this" not in listed(asking.about(detail(), "Reject?"))


def test_what_is_closed_is_told_as_what_it_was() -> None:
    shown = text(reviewing.title(detail(status="closed"), NOW))
    assert "it was: " in shown
    assert " were at stake" in shown
    assert "· closed ·" in shown


def test_an_approval_that_is_not_written_yet_is_taken_back_by_a_rejection() -> None:
    found = detail(correction=correction("approved"))
    assert "r (reject) takes the approval back" in asking.refusal("undo", found, None, "ann")


def test_the_question_says_what_waits_for_it_and_an_undo_does_not() -> None:
    found = detail(waiting=Waiting(currency="GBP", count=3, amount="9.00", freed=3, freed_amount="9.00"))
    said = "3 discrepancies of 9.00 GBP wait for this and go on by it."
    assert said in listed(asking.question(found, found.options[0], "ann", NOW))
    assert said not in listed(asking.question(found, option(id="undo"), "ann", NOW))
