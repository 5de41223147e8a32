"""What all clients of the process share: the exchange, the clock, the budgets and the tokens."""

from __future__ import annotations

from daemon.ports import Clock, Exchange
from daemon.transport.budgets import Budgets, Windows
from daemon.transport.tokens import TokenSources


class Network:
    """App-wide objects; made once and handed to every client. Without ``windows`` calls are not remembered."""

    def __init__(self, exchange: Exchange, clock: Clock, windows: Windows | None = None) -> None:
        self.exchange = exchange
        self.clock = clock
        self.budgets = Budgets(clock, windows)
        self.tokens = TokenSources(exchange, clock)
