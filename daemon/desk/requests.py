"""Requested cycles: a token names them, and tells when each practice's cycle ended or why it is not waited for."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.control.operations import UnknownId
from daemon.ports import NewId
from daemon.protocol import PracticeState, PracticeStatus, PracticeSync, SyncState
from daemon.reconciler.engine import Engine

_KEPT = 1000
_GRACE_S = 30.0
_NOT_WAITED_FOR = {
    PracticeState.PAUSED: "paused: writes wait for reconcile resume",
    PracticeState.GUARDED: "a guard stopped automatic writes: reconcile resume lifts it",
    PracticeState.AWAITING_RELEASE: "the first comparison waits for reconcile release",
    PracticeState.DISCONNECTED: "not connected",
}


class Requests:
    """The requests of this process; the oldest are forgotten beyond a thousand."""

    def __init__(self, engines: Mapping[str, Engine], new_id: NewId) -> None:
        self._engines = engines
        self._new_id = new_id
        self._asked: dict[str, dict[str, int]] = {}

    def ask(self, practice: str, *, full: bool) -> str:
        """Ask one practice, or all for "", for a cycle; returns the token."""
        chosen = [practice] if practice else list(self._engines)
        numbers = {name: self._engines[name].ask(full=full) for name in chosen}
        token = self._new_id()
        self._asked[token] = numbers
        if len(self._asked) > _KEPT:
            self._asked.pop(next(iter(self._asked)))
        return token

    def practices(self, token: str) -> list[str]:
        """The practices that a request is about; raises ``UnknownId``."""
        if token not in self._asked:
            raise UnknownId("no such request for a cycle", hint="ask again: reconcile sync")
        return list(self._asked[token])

    def state(self, token: str, statuses: Mapping[str, PracticeStatus]) -> SyncState:
        """How far a request is."""
        numbers = self._asked[token]
        found = tuple(self._practice(name, number, statuses[name]) for name, number in numbers.items())
        return SyncState(token=token, done=all(each.done for each in found), practices=found)

    def _practice(self, name: str, number: int, status: PracticeStatus) -> PracticeSync:
        engine = self._engines[name]
        if engine.served >= number:
            return PracticeSync(id=name, done=True, note="done")
        if engine.ended >= number and status.state in _NOT_WAITED_FOR:
            return PracticeSync(id=name, done=True, note=_NOT_WAITED_FOR[status.state])
        patience_s = engine.practice.settings.settle_s + _GRACE_S
        if engine.compared >= number and status.in_doubt:
            over = engine.doubted_s > patience_s
            return PracticeSync(id=name, done=over, note="steps in doubt are being settled")
        return PracticeSync(id=name, done=False, note="reading and comparing")
