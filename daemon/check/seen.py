"""What both systems told about one practice: the second argument of the judgement."""

from __future__ import annotations

from dataclasses import dataclass

from daemon.provet.mapping import Catalogue
from daemon.provet.reference import ProvetReference
from daemon.xero.access import XeroAccess
from daemon.xero.reference import Account, XeroReference


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a system could not be asked. ``unproven`` is no fault of the set-up: asking would have changed something."""

    text: str
    hint: str
    unproven: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvetSeen:
    """Provet's answers; without ``reference`` there is a ``fault`` or a needed permission is missing."""

    fault: Fault | None = None
    forbidden: tuple[str, ...] = ()
    reference: ProvetReference | None = None
    catalogue: Catalogue | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class XeroSeen:
    """Xero's answers; ``walk_ins`` counts the contacts that bear the name of the walk-in contact."""

    fault: Fault | None = None
    access: XeroAccess | None = None
    reference: XeroReference | None = None
    walk_ins: int = 0

    @property
    def accounts(self) -> dict[str, Account]:
        """All accounts, archived ones too, by code and by id."""
        accounts = self.reference.accounts if self.reference else ()
        return {name: account for account in accounts for name in (account.id, account.code) if name}


@dataclass(frozen=True, slots=True)
class Seen:
    """One practice in both systems."""

    provet: ProvetSeen
    xero: XeroSeen
