"""An exchange that answers from a list, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterable

from daemon.ports import Request, Response

Answer = Response | Exception


class Scripted:
    """Gives the answers in turn; the last one again and again."""

    def __init__(self, answers: Iterable[Answer]) -> None:
        self._answers = list(answers)
        self.requests: list[Request] = []

    async def __call__(self, request: Request, *, timeout_s: float) -> Response:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer
