"""The operator of the story: ``reconcile`` as a command, its JSON read as the protocol's messages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from daemon.demo.children import environment, ui_arguments
from daemon.errors import ReconError
from daemon.protocol import (
    Approval,
    AuditEntry,
    AuditPage,
    AuditProof,
    Detail,
    DiscrepancyView,
    Message,
    Page,
    PracticeStatus,
    Status,
    SyncState,
)

M = TypeVar("M", bound=Message)
PATIENCE_S = 60.0


class Refused(ReconError):
    """The daemon refused a command; ``code`` says in one word why."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Reconcile:
    """Asks and decides over the socket at ``socket``, one command at a time, for its only practice."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket

    async def practice(self) -> PracticeStatus:
        """The health of the practice."""
        return (await self._run(Status, "status")).practices[0]

    async def discrepancies(self) -> Sequence[DiscrepancyView]:
        """Everything open or approved."""
        return (await self._run(Page, "list")).discrepancies

    async def show(self, discrepancy_id: str) -> Detail:
        return await self._run(Detail, "show", discrepancy_id)

    async def approve(self, discrepancy_id: str, option: str, fingerprint: str) -> Approval:
        """Approve what was seen, and wait until it is applied. Raises ``Refused``."""
        arguments = ("approve", discrepancy_id, "--option", option, "--expect", fingerprint, "--wait")
        return await self._run(Approval, *arguments)

    async def release(self, practice: str) -> PracticeStatus:
        return await self._run(PracticeStatus, "release", practice)

    async def sync(self, *, full: bool = False) -> SyncState:
        """A cycle that begins now, repeated until nothing is left to write."""
        return await self._run(SyncState, "sync", *(("--full",) if full else ()), "--wait")

    async def audit(self) -> Sequence[AuditEntry]:
        """The whole log."""
        return (await self._run(AuditPage, "audit")).entries

    async def proof(self) -> AuditProof:
        """Whether the chain of the log holds."""
        return await self._run(AuditProof, "audit", "verify")

    async def _run(self, answer: type[M], *arguments: str) -> M:
        process = await asyncio.create_subprocess_exec(
            *ui_arguments(self._socket),
            "--json",
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=environment({}),
        )
        try:
            async with asyncio.timeout(PATIENCE_S):
                out, err = await process.communicate()
        except TimeoutError:
            raise ReconError(f"reconcile {arguments[0]} does not come back") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return _answer(answer, arguments[0], out, err)


def _answer(answer: type[M], name: str, out: bytes, err: bytes) -> M:
    try:
        if out:
            return msgspec.json.decode(out, type=answer)
        problem = msgspec.json.decode(err)["error"]
    except (msgspec.DecodeError, KeyError, TypeError):
        raise ReconError(f"reconcile {name} answers {(out or err)[:300]!r}") from None
    raise Refused(f"reconcile {name}: {problem['message']}", str(problem["code"]))
