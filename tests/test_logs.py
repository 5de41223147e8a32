"""What the log shows, and above all what it never shows."""

from __future__ import annotations

import io
import json
import logging
from decimal import Decimal

import pytest
import structlog

from daemon import logs
from daemon.errors import Unreachable


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _untouched_logging():
    root, ours = logging.getLogger(), logging.getLogger("daemon")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


@pytest.fixture
def stream():
    stream = io.StringIO()
    logs.set_up("info", "auto", stream)
    return stream


def lines(stream):
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_an_event_is_one_json_object_with_time_and_level(stream):
    structlog.get_logger().info("cycle finished", practice="riverside", writes_count=3, took_s=1.5)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "cycle finished",
        "level": "info",
        "practice": "riverside",
        "writes_count": 3,
        "took_s": 1.5,
    }


@pytest.mark.parametrize("key", ["name", "email", "access_token", "token", "body", "url", "client_secret", "phone"])
def test_a_key_that_is_not_known_as_harmless_is_hidden(stream, key):
    structlog.get_logger().info("event", **{key: "Ann Miller"})
    assert lines(stream)[0][key] == logs.HIDDEN
    assert "Ann" not in stream.getvalue()


def test_a_known_key_hides_what_is_nested_and_bounds_the_rest(stream):
    structlog.get_logger().info(
        "event", reason={"name": "Ann"}, id="x" * 1000, step_ids=[1, {"name": "Ann"}, Decimal("1.10")]
    )
    (line,) = lines(stream)
    assert line["reason"] == logs.HIDDEN
    assert len(line["id"]) == logs.LONGEST_VALUE
    assert line["step_ids"] == [1, logs.HIDDEN, "1.10"]


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_value_breaks_a_line_or_drives_a_terminal(log_format):
    stream = io.StringIO()
    logs.set_up("info", log_format, stream)
    structlog.get_logger().info("event", reason="one\n\x1b[2J{\u202e")
    assert stream.getvalue().count("\n") == 1
    assert "\x1b" not in stream.getvalue()
    assert "\u202e" not in stream.getvalue()


def test_a_foreign_exception_shows_type_and_place_but_no_words(stream):
    try:
        int("Bearer abc")
    except ValueError as error:
        cause = Unreachable("no answer from Xero")
        cause.__cause__ = error
        structlog.get_logger().error("failed", exc_info=cause)
        structlog.get_logger().exception("failed")
    first, second = lines(stream)
    assert (first["error"], first["reason"]) == ("Unreachable from ValueError", "no answer from Xero")
    assert second["error"] == "ValueError"
    assert "test_logs.py" in second["at"][0]
    assert "Bearer" not in stream.getvalue()


def test_an_exception_group_names_its_members(stream):
    structlog.get_logger().error("stopped", exc_info=ExceptionGroup("", [Unreachable("a"), KeyError("Ann")]))
    assert lines(stream)[0]["error"] == "ExceptionGroup(Unreachable, KeyError)"
    assert "Ann" not in stream.getvalue()


def test_standard_logging_of_libraries_loses_its_values(stream):
    library = logging.getLogger("somebody")
    library.info("quiet")
    library.warning("bad header %r\ntoken=abc", "Bearer abc")
    logging.getLogger("daemon.control").info("request of uid %d", 1000)
    first, second = lines(stream)
    assert (first["event"], first["logger"], first["level"]) == ("bad header %r", "somebody", "warning")
    assert (second["event"], second["level"]) == ("request of uid 1000", "info")
    assert "abc" not in stream.getvalue()


def test_the_level_may_change_while_loggers_exist(stream):
    log = structlog.get_logger()
    log.debug("unheard")
    logs.set_up("debug", "json", stream)
    log.debug("heard")
    logging.getLogger("daemon.store").debug("heard too")
    assert [line["event"] for line in lines(stream)] == ["heard", "heard too"]


def test_a_terminal_gets_readable_lines():
    stream = Terminal()
    logs.set_up("info", "auto", stream)
    structlog.get_logger().info("ready", practice="riverside")
    assert "ready" in stream.getvalue()
    assert not stream.getvalue().startswith("{")
