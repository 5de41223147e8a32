"""Notes in the audit log of what people decide."""

from __future__ import annotations

from collections.abc import Mapping

from daemon.core.correction import Option
from daemon.practice import Practice
from daemon.protocol import Operator
from daemon.store import audit
from daemon.store.tx import Tx


def of_option(option: Option) -> dict[str, str]:
    """What an entry says of an option, as it was read then."""
    return {"option": option.id, "title": option.title}


def note(tx: Tx, practice: Practice, operator: Operator, action: str, subject: str, **detail: str | bool) -> None:
    """Append who did what, to what, now."""
    facts: Mapping[str, object] = detail
    audit.append(
        tx,
        at=practice.clock.utc(),
        practice=practice.id,
        actor=operator.login,
        action=action,
        subject=subject,
        detail=facts,
    )
