"""What starts and stops the writes of a practice: its release, a pause, a guard that is lifted."""

from __future__ import annotations

import msgspec

from daemon.desk.notes import note
from daemon.errors import Invalid
from daemon.practice import Practice
from daemon.protocol import Operator
from daemon.reconciler import guarding
from daemon.store import state
from daemon.store.tx import Tx


def release(tx: Tx, practice: Practice, operator: Operator) -> None:
    """Release the first comparison: from now on the practice's mode counts."""
    known = state.practice_state(tx, practice.id)
    if known.last_full is None:
        raise Invalid("the first comparison is not finished", hint="wait for it: reconcile sync --wait")
    if known.released_at is None:
        now = practice.clock.utc()
        fresh = msgspec.structs.replace(known, released_at=now, released_by=operator.login, importing=True)
        state.put_state(tx, practice.id, fresh)
        note(tx, practice, operator, "released", practice.id)


def pause(tx: Tx, practice: Practice, reason: str, operator: Operator) -> None:
    """Stop all writes; detection goes on."""
    known = state.practice_state(tx, practice.id)
    state.put_state(tx, practice.id, msgspec.structs.replace(known, paused_by=operator.login, pause_reason=reason))
    note(tx, practice, operator, "paused", practice.id, reason=reason)


def resume(tx: Tx, practice: Practice, operator: Operator) -> None:
    """Start writes again, and lift a tripped guard."""
    known = state.practice_state(tx, practice.id)
    state.put_state(tx, practice.id, msgspec.structs.replace(known, paused_by="", pause_reason=""))
    lift_guard(tx, practice)
    note(tx, practice, operator, "resumed", practice.id, **({"guard": known.guard} if known.guard else {}))


def lift_guard(tx: Tx, practice: Practice) -> None:
    """Let automatic writes go on; what was written before no longer counts."""
    guarding.lift(tx, practice)
