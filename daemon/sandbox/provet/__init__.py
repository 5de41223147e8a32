"""A simulated Provet Cloud tenant; it shares nothing with the clients, so that it can contradict them."""

from daemon.sandbox.provet.amounts import SignPattern
from daemon.sandbox.provet.books import Refusal
from daemon.sandbox.provet.config import Cancellation, Permission, ProvetConfig
from daemon.sandbox.provet.provet import ProvetSystem
from daemon.sandbox.provet.records import PaymentType, RowSpec

__all__ = [
    "Cancellation",
    "PaymentType",
    "Permission",
    "ProvetConfig",
    "ProvetSystem",
    "Refusal",
    "RowSpec",
    "SignPattern",
]
