"""The support engineer of the simulation: looks at what waits for a person, thinks, and approves what was shown."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from daemon.app import App
from daemon.core.discrepancy import Policy, Status
from daemon.errors import ReconError
from daemon.protocol import DiscrepancyView, ListQuery, Operator, Role
from tests.simulation.trace import Trace
from tests.simulation.witness import Approved, Witness

ADA = Operator(uid=1000, login="ada", role=Role.APPROVER)
LOOKS_EVERY_S = 45.0
THINKS_S = (1.0, 20.0, 200.0)


class Engineer:
    """Approves the recommended option of whatever needs a person. ``app`` is None while the daemon is down."""

    def __init__(self, witness: Witness, trace: Trace, rng: Random, now: Callable[[], float]) -> None:
        self._witness = witness
        self._trace = trace
        self._rng = rng
        self._now = now
        self.app: App | None = None

    async def look(self) -> None:
        """Decide on one discrepancy, if there is any, as somebody with a terminal does."""
        app = self.app
        if app is None:
            return
        wanted = ListQuery(status=(Status.OPEN,), policy=Policy.PERSON, limit=5)
        shown = (await app.desk.page(wanted)).discrepancies
        if not shown:
            return
        chosen = self._rng.choice(shown)
        wish = _wish(chosen)
        option = next((each for each in chosen.options if each.id == wish or (not wish and each.recommended)), None)
        if option is None:
            return
        await app.engines[chosen.practice].practice.clock.sleep(self._rng.choice(THINKS_S))
        xero_id = chosen.subject.xero.id if chosen.subject.xero else ""
        self._witness.approved(chosen.id, option.fingerprint, Approved(self._now(), xero_id))
        answer = await app.desk.approve(chosen.id, option.id, option.fingerprint, ADA)
        self._trace.note("ada", f"{answer.outcome} {chosen.kind} {option.id} of {chosen.subject.label}")

    async def try_to_look(self) -> None:
        """As ``look``; what the program refuses or cannot do now is left for later."""
        try:
            await self.look()
        except ReconError as error:
            self._trace.note("ada", f"was told: {error}")


def _wish(chosen: DiscrepancyView) -> str:
    """What Ada wants instead of what is recommended: phones as Provet has them, e-mail addresses as Xero has them."""
    if chosen.kind != "contact.conflict":
        return ""
    better = {field.name: "xero" if field.name == "email" else "provet" for field in chosen.fields}
    if len(set(better.values())) == 1:
        return f"use-{next(iter(better.values()))}"
    return ",".join(f"field:{name}={side}" for name, side in better.items())
