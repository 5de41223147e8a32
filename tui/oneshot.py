"""The command line's client: one blocking request at a time, standard library only, so that commands start at once."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException
from typing import TypeVar

from daemon.protocol import Message
from tui.calls import Call, ControlError, answer, unreachable

M = TypeVar("M", bound=Message)

_BODY_MAX = 64 * 1024 * 1024


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path
        self._timeout_s = timeout_s

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self._timeout_s)
        self.sock.connect(self._path)


class Oneshot:
    """Sends calls over the socket at ``path``; each on a connection of its own."""

    def __init__(self, path: str) -> None:
        self._path = path

    def send(self, call: Call[M]) -> M:
        """The daemon's answer; raises ``ControlError``."""
        connection = _UnixConnection(self._path, call.timeout_s)
        try:
            connection.request(call.method, call.path, call.body or None)
            response = connection.getresponse()
            status, body = response.status, response.read(_BODY_MAX)
        except OSError as error:
            raise unreachable(self._path, error) from None
        except HTTPException as error:
            raise ControlError("bad_answer", f"no HTTP answer from {self._path}: {error!r}") from None
        finally:
            connection.close()
        return answer(call, status, body)
