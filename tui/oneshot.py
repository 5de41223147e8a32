"""The command line's client: one blocking request at a time, standard library only, so that commands start at once."""

from __future__ import annotations

import socket
from http.client import HTTPConnection, HTTPException
from typing import TypeVar

from daemon.protocol import Message
from tui.calls import Call, ControlError, answer, unreachable

M = TypeVar("M", bound=Message)

_TIMEOUT_S = 60.0
_BODY_MAX = 64 * 1024 * 1024


class _UnixConnection(HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TIMEOUT_S)
        self.sock.connect(self._path)


class Oneshot:
    """Sends calls over the socket at ``path``; each on a connection of its own."""

    def __init__(self, path: str) -> None:
        self._path = path

    def send(self, call: Call[M]) -> M:
        """The daemon's answer; raises ``ControlError``."""
        connection = _UnixConnection(self._path)
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
