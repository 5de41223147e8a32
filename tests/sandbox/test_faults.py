"""Faults are decided by rules, request and chance alone."""

from __future__ import annotations

from random import Random

import pytest

from daemon.ports import Request
from daemon.sandbox.faults import Kind, Lands, Rule, decide
from daemon.sandbox.profiles import PROFILES

READ = Request("GET", "http://127.0.0.1:1/api.xro/2.0/Invoices?page=2")


def draw(*rules: Rule, request: Request = READ, system: str = "xero") -> Kind | None:
    fault, _ = decide(rules, system, request, Random(1))
    return fault and fault.kind


@pytest.mark.parametrize(
    ("rule", "fires"),
    [
        (Rule(Kind.SLOW), True),
        (Rule(Kind.SLOW, system="xero", method="get", path="Invoices?page=2"), True),
        (Rule(Kind.SLOW, system="provet"), False),
        (Rule(Kind.SLOW, method="POST"), False),
        (Rule(Kind.SLOW, path="Payments"), False),
        (Rule(Kind.SLOW, path="127.0.0.1"), False),
        (Rule(Kind.SLOW, times=0), False),
        (Rule(Kind.SLOW, probability=0), False),
    ],
)
def test_a_rule_fires_only_on_what_it_names(rule: Rule, fires: bool) -> None:
    assert (draw(rule) is Kind.SLOW) is fires


def test_a_counted_rule_is_spent_and_the_next_takes_over() -> None:
    rules: tuple[Rule, ...] = (Rule(Kind.DROP_AFTER, times=2), Rule(Kind.GARBAGE))
    kinds = []
    for _ in range(3):
        fault, rules = decide(rules, "xero", READ, Random(1))
        kinds.append(fault and fault.kind)
    assert kinds == [Kind.DROP_AFTER, Kind.DROP_AFTER, Kind.GARBAGE]


def test_the_same_chance_decides_the_same() -> None:
    rules = PROFILES["storm"].plan.rules

    def kinds(seed: int) -> list[Kind | None]:
        rng = Random(seed)
        faults = (decide(rules, "provet", READ, rng)[0] for _ in range(200))
        return [fault and fault.kind for fault in faults]

    assert kinds(3) == kinds(3)
    assert kinds(3) != kinds(4)


def test_the_flaky_profile_leaves_nothing_in_doubt() -> None:
    rng = Random(5)
    faults = [decide(PROFILES["flaky"].plan.rules, "xero", READ, rng)[0] for _ in range(2000)]
    assert all(fault.lands is Lands.NEVER or fault.kind is Kind.SLOW for fault in faults if fault)
    assert any(faults)


@pytest.mark.parametrize(
    ("kind", "problem", "retry_after"),
    [
        (Kind.LIMIT, "minute", "7"),
        (Kind.LIMIT_MINUTE, "minute", "7"),
        (Kind.LIMIT_DAY, "day", "7"),
        (Kind.LIMIT_APP, "appminute", "7"),
        (Kind.LIMIT_CONCURRENT, "concurrent", None),
    ],
)
def test_xero_names_its_limit_in_a_bodyless_429(kind: Kind, problem: str, retry_after: str | None) -> None:
    fault, _ = decide((Rule(kind, seconds=6.2),), "xero", READ, Random(1))
    assert fault is not None
    assert fault.answer is not None
    assert (fault.answer.status, fault.answer.body) == (429, b"")
    assert fault.answer.headers["x-rate-limit-problem"] == problem
    assert fault.answer.headers.get("retry-after") == retry_after


def test_provet_says_when_to_come_back() -> None:
    fault, _ = decide((Rule(Kind.LIMIT, seconds=6.2),), "provet", READ, Random(1))
    assert fault is not None
    assert fault.answer is not None
    assert (fault.answer.status, fault.answer.headers["retry-after"]) == (429, "7")
