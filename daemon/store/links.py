"""Links: confirmed pairs of records. Changing one dirties no family; callers mark what they mean."""

from __future__ import annotations

from daemon.core.model import Kind, Link
from daemon.store.tx import Tx


def put(tx: Tx, practice: str, link: Link) -> None:
    raise NotImplementedError


def remove(tx: Tx, practice: str, kind: Kind, provet_id: str, xero_id: str) -> None:
    raise NotImplementedError


def find(tx: Tx, practice: str, kind: Kind, *, provet_id: str = "", xero_id: str = "") -> list[Link]:
    raise NotImplementedError
