"""Xero in memory: what the sandbox and the tests talk to instead of the real service.

Built from ``docs/reference/xero.md`` alone and sharing no code with the program's Xero client, so that it can
contradict it.
"""

from __future__ import annotations

from daemon.sandbox.xero.config import Limits, XeroConfig
from daemon.sandbox.xero.errors import Refused
from daemon.sandbox.xero.system import XeroSystem

__all__ = ["Limits", "Refused", "XeroConfig", "XeroSystem"]
