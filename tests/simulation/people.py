"""The support engineers of the simulation: one looks at what waits for a person, thinks, and approves what was shown;
the other pauses the practice and rejects corrections, and thinks better of it."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from daemon.app import App
from daemon.core.discrepancy import Policy, Status
from daemon.errors import ReconError
from daemon.protocol import DiscrepancyView, ListQuery, Operator, Reject, Role
from tests.simulation.trace import Trace
from tests.simulation.witness import Approved, Witness

ADA = Operator(uid=1000, login="ada", role=Role.APPROVER)
BOB = Operator(uid=1001, login="bob", role=Role.APPROVER)
LOOKS_EVERY_S = 45.0
REJECTED_KINDS = ("invoice.", "credit.", "payment.")
"""Fields of a contact that wait on one side may meet a change of the other: a conflict that the twin never had."""
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
        await self.approve(app, chosen, option.id, option.fingerprint, ADA)

    async def approve(
        self, app: App, chosen: DiscrepancyView, option: str, fingerprint: str, operator: Operator
    ) -> None:
        """Approve what was shown, under the witness's eyes."""
        xero_id = chosen.subject.xero.id if chosen.subject.xero else ""
        self._witness.approved(chosen.id, fingerprint, Approved(self._now(), xero_id))
        answer = await app.desk.approve(chosen.id, option, fingerprint, operator)
        self._trace.note(operator.login, f"{answer.outcome} {chosen.kind} {option} of {chosen.subject.label}")

    async def try_to_look(self) -> None:
        """As ``look``; what the program refuses or cannot do now is left for later."""
        try:
            await self.look()
        except ReconError as error:
            self._trace.note("ada", f"was told: {error}")


class Doubter:
    """Pauses, and rejects what is open, with a probability of ``doubts`` each time; takes it back at the next look."""

    def __init__(self, engineer: Engineer, witness: Witness, trace: Trace, rng: Random) -> None:
        self._engineer = engineer
        self._witness = witness
        self._trace = trace
        self._rng = rng

    async def try_to_look(self, doubts: float) -> None:
        """Take back what stands, or do something else; what cannot be done now is left for later."""
        app = self._engineer.app
        if app is None:
            return
        try:
            if not await self._taken_back(app) and self._rng.random() < doubts:
                await self._rng.choice((self._pause, self._reject))(app)
        except ReconError as error:
            self._trace.note("bob", f"was told: {error}")

    async def _taken_back(self, app: App) -> bool:
        """Whether something was: a pause, or one rejection."""
        (practice,) = (await app.desk.status()).practices
        if practice.state == "paused":
            await app.desk.resume(practice.id, BOB)
            self._trace.note("bob", "resumes")
            return True
        rejected = (await app.desk.page(ListQuery(status=(Status.REJECTED,), limit=5))).discrepancies
        wanted = [(each, option) for each in rejected if (option := each.option()) is not None]
        if not wanted:
            return False
        chosen, option = self._rng.choice(wanted)
        await self._engineer.approve(app, chosen, option.id, option.fingerprint, BOB)
        return True

    async def _pause(self, app: App) -> None:
        (practice,) = (await app.desk.status()).practices
        await app.desk.pause(practice.id, "something looks odd", BOB)
        self._witness.paused()
        self._trace.note("bob", "pauses")

    async def _reject(self, app: App) -> None:
        listed = (await app.desk.page(ListQuery(status=(Status.OPEN,), limit=20))).discrepancies
        open_now = [each for each in listed if each.kind.startswith(REJECTED_KINDS) and each.option() is not None]
        if open_now:
            chosen = self._rng.choice(open_now)
            await app.desk.decide(chosen.id, Reject(reason="not so fast"), BOB)
            self._trace.note("bob", f"rejects {chosen.kind} of {chosen.subject.label}")


def _wish(chosen: DiscrepancyView) -> str:
    """What Ada wants instead of what is recommended: phones as Provet has them, e-mail addresses as Xero has them."""
    if chosen.kind != "contact.conflict":
        return ""
    better = {field.name: "xero" if field.name == "email" else "provet" for field in chosen.fields}
    if len(set(better.values())) == 1:
        return f"use-{next(iter(better.values()))}"
    return ",".join(f"field:{name}={side}" for name, side in better.items())
