"""What becomes of a decision: each write in words, doubt with what to do, and what moved."""

from __future__ import annotations

import datetime as dt

import msgspec

from daemon.protocol import StepState, StepView
from tests.tui.details import NOW, correction, detail, listed, option, text
from tui import following


def step(state: StepState, **changes: object) -> StepView:
    known = {"system": "xero", "summary": "Book a payment of 10.00 GBP", "state": state}
    return StepView(**known | changes)  # type: ignore[arg-type]


def test_each_write_is_shown_with_its_state_in_a_word_and_a_sign() -> None:
    sent = NOW - dt.timedelta(seconds=3)
    found = detail(
        correction=correction(
            "applying",
            step(StepState.DONE, at=sent, attempts=1),
            step(StepState.SENT, at=sent, attempts=1),
            step(StepState.WAITING),
        )
    )
    assert text(following.steps(found, NOW)).splitlines() == [
        "Writes",
        "✓ done (3 s ago)  Xero Book a payment of 10.00 GBP",
        "» sent (3 s ago)  Xero Book a payment of 10.00 GBP",
        "· waiting  Xero Book a payment of 10.00 GBP",
    ]


def test_a_refusal_is_told_in_the_systems_own_words() -> None:
    found = detail(correction=correction("failed", step(StepState.REFUSED, detail="Account 091 is archived")))
    assert "Xero said: Account 091 is archived" in text(following.steps(found, NOW))


def test_doubt_says_what_is_looked_for_where_and_what_not_to_do() -> None:
    doubted = step(StepState.IN_DOUBT, mark="Provet payment 12", detail="no answer in 30 s", looks=2)
    shown = text(following.doubt(detail(correction=correction("in_doubt", doubted))))
    for words in ("Provet payment 12", "waits 120 s", "in Xero", "2 times in vain", "Do not enter it by hand"):
        assert words in shown
    assert following.doubt(detail(correction=correction("applied", step(StepState.DONE)))) == []


def test_a_doubt_that_looking_does_not_settle_is_not_said_to_be_sent_again() -> None:
    why = "what stands tells neither that it took effect nor that it did not: looked for a payment. Enter it there"
    doubted = step(StepState.IN_DOUBT, mark="Provet payment 12", detail=why, looks=4, stuck=True)
    found = detail(correction=correction("in_doubt", doubted))
    shown = text(following.doubt(found))
    for words in ("sent again", "do nothing", "Do not enter"):
        assert words not in shown
    assert "what you can do" in shown
    assert f"because: {why}" in text(following.steps(found, NOW))


def test_a_stale_correction_lists_what_moved() -> None:
    error = "what it relied on has moved: xero gross was 80.00, is 81.00; date was a, is b"
    shown = text(following.steps(detail(correction=correction("stale", error=error)), NOW))
    assert "Nothing was written" in shown
    assert "  xero gross was 80.00, is 81.00\n  date was a, is b\n" in shown


def test_a_correction_that_went_stale_on_its_way_says_what_was_written() -> None:
    error = "after 1 of 2 writes what the rest relied on has moved: provet payment 7 was 20.00, is gone"
    begun = msgspec.structs.replace(correction("stale", error=error), steps=2, steps_done=1)
    shown = text(following.steps(detail(correction=begun), NOW))
    assert "1 of 2 writes were made. The options" in shown
    assert "  provet payment 7 was 20.00, is gone\n" in shown


def test_an_approval_of_what_moved_meanwhile_shows_before_and_after() -> None:
    seen = option(relies_on={"xero gross": "80.00", "date": "2026-01-01"})
    now = option(relies_on={"xero gross": "81.00", "date": "2026-01-01"}, fingerprint="f2")
    shown = listed(following.moved(detail(options=(seen,)), seen, detail(options=(now,)), now))
    assert "≠ xero gross: was 80.00, is 81.00" in shown
    assert "date" not in shown
    assert "nothing was written" in shown


def test_an_option_that_is_gone_is_said_to_be() -> None:
    shown = listed(following.moved(detail(), option(), detail(options=(), fields=()), None))
    assert "“Update it in Xero” is no longer possible" in shown
    assert "≠ Xero gross: was 80.00, is nothing" in shown


def test_hand_work_says_where() -> None:
    assert "by hand in Provet" in text(following.by_hand(detail(policy="hand_work")))
    assert following.by_hand(detail()) == []


def test_what_was_chosen_is_told_by_the_title_that_its_card_had_then() -> None:
    chosen = correction("applying", step(StepState.SENT))
    found = detail(correction=chosen, options=(option(title="Update it otherwise"),))
    assert text(following.progress(found)).startswith("applying “Update it in Xero” by ann")
    untitled = msgspec.structs.replace(found, correction=msgspec.structs.replace(chosen, title=""))
    assert text(following.progress(untitled)).startswith("applying “Update it otherwise” by ann")
    assert text(following.progress(msgspec.structs.replace(untitled, options=()))).startswith("applying update by ann")
    mixed = correction("applied")
    mixed = msgspec.structs.replace(mixed, title="", option="field:email=xero,field:phone=provet")
    assert "applied field by field by" in text(following.progress(detail(correction=mixed)))
