"""What waits for a cause, for several that are mended together, or for a second person, in words. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from daemon.protocol import Pending, Waiting
from daemon.safe import safe
from tui.plain import amount, counted


def for_second_person(found: Iterable[Pending]) -> str:
    """How many of those that are decided wait for a second person, and how much money; "" if none does."""
    sums: dict[str, tuple[int, Decimal]] = {}
    for each in found:
        count, at_stake = sums.get(each.currency, (0, Decimal(0)))
        sums[each.currency] = count + each.count, at_stake + Decimal(each.amount)
    total = sum(count for count, _ in sums.values())
    money = " + ".join(f"{amount(str(part), currency)} {safe(currency)}" for currency, (_, part) in sums.items())
    return f"{total:,} of them over {money} {'waits' if total == 1 else 'wait'} for a second person" if total else ""


def still_waiting(found: Waiting) -> str:
    """How many go on waiting for what is not mended now."""
    money = f"{amount(found.amount, found.currency)} {safe(found.currency)}"
    waits, goes = ("waits", "goes") if found.count == 1 else ("wait", "go")
    return f"{counted(found.count, 'discrepancy')} of {money} {waits} for this and {goes} on waiting"


def words_of(found: Waiting, *, several: bool = False) -> str:
    """How many wait, how much money, and apart: what goes on and what does not yet; ``several`` causes, or one."""
    these, them = ("these", "them") if several else ("this", "it")
    more = found.count - found.freed
    one = found.count == 1
    money = f"{amount(found.amount, found.currency)} {safe(found.currency)}"
    text = f"{counted(found.count, 'discrepancy')} of {money} {'waits' if one else 'wait'} for {these}"
    if not more:
        return f"{text} and {'goes' if one else 'go'} on by {them}"
    if not found.freed:
        return f"{text} and for another cause as well: nothing goes on by {them} alone"
    freed = f"{found.freed:,} of {amount(found.freed_amount, found.currency)} {safe(found.currency)}"
    goes, waits = "goes" if found.freed == 1 else "go", "waits" if more == 1 else "wait"
    return f"{text}: {freed} {goes} on by {them}, {more:,} {waits} for another cause as well"
