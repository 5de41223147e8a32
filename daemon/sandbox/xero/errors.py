"""The two ways in which the simulated Xero says no. Their bodies are built in ``wire``."""

from __future__ import annotations


class Refused(Exception):
    """One element (or one act of a person) breaks a business rule; ``messages`` are Xero's own words."""

    def __init__(self, *messages: str) -> None:
        super().__init__("; ".join(messages))
        self.messages = messages


class Fault(Exception):
    """The whole request is refused: an HTTP status and, for a 400, Xero's error number, type and message."""

    def __init__(self, status: int, number: int = 0, kind: str = "", message: str = "") -> None:
        super().__init__(message or str(status))
        self.status = status
        self.number = number
        self.kind = kind
        self.message = message


def not_found() -> Fault:
    """An id in the path that this organisation does not have: 404 in HTML (``docs/reference/xero.md`` 6.4)."""
    return Fault(404, message="The resource you're looking for cannot be found")


def bad_query(message: str) -> Fault:
    """A ``where`` or ``order`` that does not parse (5.5)."""
    return Fault(400, 16, "QueryParseException", message)


def high_volume() -> Fault:
    """A list that selects more records than Xero gives out by one request (5.2)."""
    return Fault(400, 51, "HighVolumeException", "The request selects too many records. Narrow it with filters.")


def bad_value(value: object, kind: str, path: str) -> Fault:
    """A body whose value cannot be mapped to its type (6.3)."""
    return Fault(
        400, 14, "PostDataInvalidException", f"Error converting value \"{value}\" to type '{kind}'. Path '{path}'."
    )


def no_data(noun: str) -> Fault:
    """An empty body or the wrong envelope; the misspelling is Xero's (6.3)."""
    return Fault(
        400,
        17,
        "NoDataProcessedException",
        "No data has been processed for this endpoint. "
        f"This endpoint is expecting {noun} data to be specifed in the request body.",
    )
