"""Reads a sandbox's request logs and tells what was written: which calls, which records, and how often.

Part of the independent checker: standard library and docs/sandbox.md alone.
"""

from __future__ import annotations

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

READS = {"GET", "HEAD", "OPTIONS"}
TOKENS = ("/oauth2/", "/connect/")
KEYS = ("Reference", "ContactNumber", "info")
"""What names a record in a body, in this order: the mark of a document or payment, or the number of a contact."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``executed`` is the system's own status, None if it never took effect."""

    method: str
    path: str
    executed: int | None
    body: Any

    @property
    def mutating(self) -> bool:
        """Whether it could change a ledger; token calls do not."""
        return self.method not in READS and not _is_token_call(self.path)

    @property
    def creates(self) -> bool:
        """Whether it makes new records: a PUT in Xero, a POST to a collection of Provet."""
        resource = self.path.strip("/").rsplit("/", 1)[-1]
        return self.mutating and (self.method == "PUT" or (self.method == "POST" and resource == "invoicepayment"))

    def elements(self) -> Sequence[Mapping[str, Any]]:
        """The records in the body: those of Xero's plural envelope, else the body itself."""
        if not isinstance(self.body, dict):
            return []
        lists = [value for value in self.body.values() if isinstance(value, list)]
        return lists[0] if len(self.body) == 1 and lists else [self.body]

    def records(self) -> Iterator[str]:
        """A name for each record written: its mark, or the path where that names it."""
        for element in self.elements():
            mark = next((str(element[key]) for key in KEYS if element.get(key)), "")
            yield f"{self.path} {mark}".rstrip()


@dataclass(frozen=True, slots=True)
class Log:
    """All that one system was asked since it started, oldest first."""

    calls: tuple[Call, ...]

    def writes(self) -> list[Call]:
        """The mutating calls, whether they took effect or not."""
        return [call for call in self.calls if call.mutating]

    def writes_per_record(self) -> Counter[str]:
        """How often each record was written with effect."""
        executed = (call for call in self.writes() if call.executed is not None)
        return Counter(record for call in executed for record in call.records())

    def doubled_creates(self) -> dict[str, int]:
        """Records that more than one executed call set out to make."""
        made = (call for call in self.writes() if call.creates and call.executed is not None)
        counted = Counter(record for call in made for record in call.records())
        return {record: times for record, times in counted.items() if times > 1}


def read(control: str) -> Log:
    """The log behind a control URL (``http://.../_sandbox/``)."""
    with urllib.request.urlopen(f"{control}requests", timeout=30) as response:
        return parse(response.read())


def parse(body: bytes) -> Log:
    """A log as the sandbox serves it; ValueError when it no longer holds everything."""
    shown = json.loads(body)
    cut = [entry for entry in shown["requests"] if entry["body_cut"] and not _is_token_call(entry["path"])]
    if shown["dropped"] or cut:
        raise ValueError("the log is not whole: it dropped requests or cut bodies")
    return Log(tuple(_call(entry) for entry in shown["requests"]))


def _call(entry: Mapping[str, Any]) -> Call:
    try:
        body = json.loads(entry["body"]) if entry["body"] else None
    except json.JSONDecodeError:
        body = None
    return Call(entry["method"], urlsplit(entry["path"]).path, entry["executed"], body)


def _is_token_call(path: str) -> bool:
    return any(part in path for part in TOKENS)
