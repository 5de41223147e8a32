"""What the integration may read in Provet: one record of each resource is asked for, nothing else."""

from __future__ import annotations

from daemon.errors import Rejected
from daemon.provet.lists import Lists
from daemon.transport.call import Priority
from daemon.transport.status import Forbidden

NEEDED = ("client", "invoice", "invoicerow", "invoicepayment", "department", "vatgroup")
USEFUL = {
    "item": "account numbers and VAT groups of items are unknown: every row goes to accounts.default",
    "accountnumber": "account numbers cannot be compared with Xero's",
    "paymentmethod": "payment methods cannot be checked",
    "settings/department": "Provet's period lock is unknown: what it refuses is only seen when it is sent",
}
"""What the program can do without, and at what price (docs/reference/provet.md 2.12)."""


async def read_forbidden(lists: Lists) -> tuple[str, ...]:
    """The resources that the integration's permission group leaves out."""
    return tuple([name for name in (*NEEDED, *USEFUL) if not await _may_read(lists, name)])


async def _may_read(lists: Lists, resource: str) -> bool:
    try:
        async for _ in lists.pages(resource, {}, size=1, priority=Priority.POLL):
            break
    except Forbidden:
        return False
    except Rejected as error:
        if error.status != 404:
            raise
        return False
    return True
