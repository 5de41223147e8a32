"""A clinic with its daemon, as an operator has them: the programs as processes, HTTP, and a store on disk.

Nothing of the program is imported here; what it does is asked of the programs and of the simulated systems.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support import books, requestlog
from tests.support.pairing import Books
from tests.support.requestlog import Call
from tests.support.waiting import wait_until

SEED = 7
PRACTICE = "riverside"
STOP_S = 10
COMMAND_S = 110
Env = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command ended with."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """Its JSON answer; the whole outcome shows when there is none."""
        try:
            return json.loads(self.out)
        except json.JSONDecodeError as error:
            raise AssertionError(f"no JSON but {self}") from error


@dataclass(frozen=True, slots=True)
class Rig:
    """One running sandbox with its settings file. ``env`` is set for every program of this project."""

    settings: Path
    control: Mapping[str, str]
    env: Env = field(default_factory=dict)

    def with_settings(self, **values: str) -> Rig:
        """The same clinic with other settings: ``mode`` is the practice's, ``daemon__state_dir`` the daemon's."""
        names = {name: name if name.startswith("daemon__") else f"practices__{PRACTICE}__{name}" for name in values}
        given = {f"RECONCILED_{names[name].upper()}": value for name, value in values.items()}
        return Rig(self.settings, self.control, {**self.env, **given})

    def once(self, *flags: str) -> Ran:
        """``reconciled once --json``."""
        return run("reconciled", "once", "--settings", str(self.settings), "--json", *flags, env=self.env)

    def reconcile(self, *arguments: str) -> Ran:
        """``reconcile --json`` on this clinic's socket."""
        return run("reconcile", "--json", *arguments, env={**self.env, "RECONCILED_SOCKET": self.socket})

    @property
    def socket(self) -> str:
        socket: str = tomllib.loads(self.settings.read_text())["daemon"]["socket"]
        return self.env.get("RECONCILED_DAEMON__SOCKET", socket)

    def act(self, system: str, do: str, **arguments: object) -> Any:
        """Let a person do something in ``provet`` or ``xero``."""
        return post(f"{self.control[system]}act", {"do": do, **arguments})["done"]

    def faults(self, *rules: Mapping[str, object], **webhooks: float) -> None:
        """Replace what goes wrong in both systems; nothing does without arguments."""
        post(f"{self.control['xero']}faults", {"rules": rules, "webhooks": webhooks})

    def writes(self, system: str = "") -> list[Call]:
        """All mutating calls so far, to one system or to both."""
        names = [system] if system else ["provet", "xero"]
        return [call for name in names for call in requestlog.read(self.control[name]).writes()]

    def planted(self) -> list[dict[str, str]]:
        """What the clinic left for a person."""
        planted: list[dict[str, str]] = fetch(f"{self.control['provet']}planted")
        return planted

    def books(self) -> Books:
        """Both ledgers as the independent checker reads them."""
        return books.read(self.settings)

    @contextlib.contextmanager
    def daemon(self) -> Iterator[subprocess.Popen[bytes]]:
        """``reconciled run`` until the block ends; then SIGTERM ends it with 0 in time, unless it is dead already."""
        log = self.settings.with_suffix(f".log{os.urandom(4).hex()}")
        with log.open("wb") as stream:
            process = start("reconciled", "run", "--settings", str(self.settings), env=self.env, stderr=stream)
            try:
                wait_until(lambda: self._answers(process, log), 20, "the daemon answers")
                yield process
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(STOP_S) == 0, log.read_text()
            finally:
                if process.poll() is None:
                    process.kill()
                    process.wait()

    def _answers(self, process: subprocess.Popen[bytes], log: Path) -> bool:
        if process.poll() is not None:
            raise AssertionError(f"the daemon ended with {process.returncode}: {log.read_text()}")
        return self.reconcile("status").status in {0, 1}

    def state(self) -> dict[str, Any]:
        """The practice's part of ``reconcile status``."""
        practice: dict[str, Any] = self.reconcile("status").answer["practices"][0]
        return practice


@contextlib.contextmanager
def clinic(folder: Path, *, clients: int, invoices: int, tidy: bool, name: str = "s.toml") -> Iterator[Rig]:
    """``reconciled sandbox`` with a quiet clinic until the block ends."""
    settings = folder / name
    size = ("--seed", str(SEED), "--clients", str(clients), "--invoices", str(invoices))
    flags = (*size, "--settings-out", str(settings), *(("--tidy",) if tidy else ()))
    print(f"clinic of seed {SEED}, {clients} clients, {invoices} invoices")
    process = start("reconciled", "sandbox", *flags, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield Rig(settings, json.loads(process.stdout.readline())["control"])
    finally:
        process.terminate()
        process.communicate(timeout=STOP_S)


def run(program: str, *arguments: str, env: Env | None = None) -> Ran:
    """One command to its end."""
    process = start(program, *arguments, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = process.communicate(timeout=COMMAND_S)
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()
    return Ran(process.returncode, out.decode(), err.decode())


def start(program: str, *arguments: str, env: Env | None = None, **streams: Any) -> subprocess.Popen[bytes]:
    """A program of this project in a process of its own, away from the source folder."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("RECONCILED_")}
    command = [str(Path(sys.executable).with_name(program)), *arguments]
    return subprocess.Popen(command, cwd="/", env={**clean, **(env or {})}, stdin=subprocess.DEVNULL, **streams)


def fetch(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as response:
        return json.load(response)


def post(url: str, body: object) -> Any:
    request = urllib.request.Request(url, json.dumps(body).encode(), method="POST")
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        with error:
            raise AssertionError(f"{body}: {error.read().decode()}") from error
