"""Posts one webhook over HTTP and reports the status, as both systems do it. Retries are in ``delivery.py``."""

from __future__ import annotations

import aiohttp

from daemon.sandbox.system import Webhook

ANSWER_WITHIN_S = 5
"""docs/reference/xero.md 17.2"""


class HttpPost:
    """A ``delivery.Post`` over a client session that somebody else opens and closes."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __call__(self, webhook: Webhook) -> int | None:
        """The status of the answer; None when there was none in time. Redirects are not followed."""
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        try:
            async with self._session.post(
                webhook.url, data=webhook.body, headers=webhook.headers, timeout=timeout, allow_redirects=False
            ) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None
