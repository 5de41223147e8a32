"""What waits for a cause, or for several that are mended together, in words. Pure."""

from __future__ import annotations

from daemon.protocol import Waiting
from daemon.safe import safe
from tui.plain import amount, counted


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
