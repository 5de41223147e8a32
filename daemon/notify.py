"""Tells systemd how the service is: ready, reloading, stopping, still making progress (sd_notify's protocol)."""

from __future__ import annotations

import socket
from collections.abc import Mapping

TIMEOUT_S = 1.0


def notify(state: str, environ: Mapping[str, str]) -> bool:
    """Send a state such as ``READY=1``; False when no systemd listens, which is never a reason to stop."""
    address = environ.get("NOTIFY_SOCKET", "")
    if not address:
        return False
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
            channel.settimeout(TIMEOUT_S)
            channel.connect("\0" + address[1:] if address.startswith("@") else address)
            channel.sendall(state.encode())
    except OSError:
        return False
    return True
