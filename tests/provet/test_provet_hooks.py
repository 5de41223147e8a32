"""Provet's webhooks: hints from anybody, so nothing but clean ids comes out."""

from __future__ import annotations

import pytest

from daemon.core.model import Kind
from daemon.errors import BadMessage
from daemon.provet.hooks import BODY_MAX, Hint, read_hook

FORM = "application/x-www-form-urlencoded"
JSON = "application/json; charset=utf-8"


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        (FORM, b"invoice_id=3051", (Hint(Kind.DOCUMENT, "3051"),)),
        (FORM, b"invoice_id=3051&user=63&timestamp=2026", (Hint(Kind.DOCUMENT, "3051"),)),
        (JSON, b'{"invoicepayment_id": "4001", "user": "63"}', (Hint(Kind.PAYMENT, "4001"),)),
        (JSON, b'{"client_id": 812}', (Hint(Kind.CONTACT, "812"),)),
        ("", b'{"client_id": 812}', (Hint(Kind.CONTACT, "812"),)),
        (FORM, b"patient_id=51", ()),
        (FORM, b"invoice_id=../../client", ()),
        (FORM, b"invoice_id=" + b"9" * 19, ()),
        (FORM, "invoice_id=٣".encode(), ()),
        (JSON, b'{"client_id": null}', ()),
        (JSON, b'{"client_id": [1]}', ()),
        (FORM, b"", ()),
    ],
)
def test_hooks(content_type: str, body: bytes, expected: tuple[Hint, ...]) -> None:
    assert read_hook(content_type, body) == expected


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (JSON, b"[1]"),
        (JSON, b"{"),
        (JSON, b'{"client_id": ' + b"[" * 60_000),
        (FORM, b"a=\xff\xfe"),
        (FORM, b"&".join(b"a=1" for _ in range(60))),
        (FORM, b"a" * (BODY_MAX + 1)),
    ],
)
def test_bad_hooks(content_type: str, body: bytes) -> None:
    with pytest.raises(BadMessage):
        read_hook(content_type, body)
