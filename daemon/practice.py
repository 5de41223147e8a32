"""One practice at work: its settings, clients and store, and what is known of both systems' reference data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from daemon.core.correction import Step
from daemon.core.wording import writes
from daemon.errors import Unauthorised
from daemon.ports import Clock, NewId, Offload
from daemon.provet.client import ProvetClient
from daemon.provet.reference import ProvetReference
from daemon.pulse import Pulse
from daemon.settings import PracticeSettings
from daemon.store.database import Database
from daemon.xero.client import XeroClient
from daemon.xero.reference import XeroReference


@dataclass(frozen=True, slots=True)
class Written:
    """One write that reached a remote system."""

    practice: str
    system: str
    action: str
    summary: str


@dataclass(frozen=True, slots=True)
class References:
    """Reference data of both systems as read together; ``read_at`` is on the monotonic clock."""

    provet: ProvetReference
    xero: XeroReference
    read_at: float = 0.0


@dataclass(slots=True)
class Practice:
    """The parts that everything done for one practice shares.

    ``references``, ``doubtful`` (a system refused a write, so they may have moved),
    ``compare_anew`` (a person accepted what a comparison did not), ``barred`` (a write was not
    permitted in this cycle), ``fault`` (not connected),
    ``held_up`` (call limits), ``unreadable`` and what was written change while it works: ``written`` counts writes by
    system, ``tell_write`` hears of each.
    """

    id: str
    settings: PracticeSettings
    db: Database
    provet: ProvetClient
    xero: XeroClient
    clock: Clock
    new_id: NewId
    offload: Offload
    pulse: Pulse
    epoch: int
    references: References | None = None
    doubtful: bool = False
    compare_anew: bool = False
    barred: Unauthorised | None = None
    fault: str = ""
    held_up: str = ""
    unreadable: set[str] = field(default_factory=set)
    written: Counter[str] = field(default_factory=Counter)
    tell_write: Callable[[Written], None] | None = None

    def remark(self, text: str) -> None:
        """Tell whoever watches what happens."""
        self.pulse.remark(self.clock.utc(), self.id, text)

    def note_write(self, step: Step) -> None:
        """Count a write that reached its system."""
        for write in writes((step,), self.settings.currency):
            self.written[write.system] += 1
            if self.tell_write is not None:
                self.tell_write(Written(self.id, write.system, write.action, write.summary))
