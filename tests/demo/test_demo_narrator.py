"""The narrator prints what holds and nothing else."""

from __future__ import annotations

import io

import pytest

from daemon.demo.narrator import WIDTH, Narrator, Untrue


@pytest.fixture
def out() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def narrator(out: io.StringIO) -> Narrator:
    return Narrator(out)


def test_a_true_statement_is_printed_and_counted(narrator, out):
    narrator.says("Nothing is due.", expected=0, seen=0)
    narrator.closing()
    assert out.getvalue() == "   - Nothing is due.\n\nAll 1 statements held.\n"


def test_of_an_untrue_statement_nothing_is_printed(narrator, out):
    with pytest.raises(Untrue) as caught:
        narrator.says("Nothing is due.", expected=0, seen=5)
    assert (caught.value.expected, caught.value.seen) == (0, 5)
    assert out.getvalue() == ""
    assert narrator.checked == 0


def test_a_broken_story_shows_what_was_expected_and_seen(narrator, out):
    narrator.broken(Untrue("Nothing is due.", expected=0, seen=5))
    assert out.getvalue().split("\n")[1:] == ["NOT TRUE: Nothing is due.", "  expected: 0", "  seen:     5", ""]


def test_chapters_are_numbered(narrator, out):
    narrator.chapter("Before")
    narrator.chapter("After")
    assert out.getvalue() == "\n1. Before\n\n2. After\n"


def test_lines_fit_the_page(narrator, out):
    narrator.says("word " * 100, expected=1, seen=1)
    assert max(map(len, out.getvalue().splitlines())) <= WIDTH


def test_a_name_cannot_steer_the_terminal(narrator, out):
    narrator.says("Paid by \x1b[2JMallory", expected=1, seen=1)
    narrator.command("reconcile show \x1b]0;x\x07")
    narrator.broken(Untrue("\x1b[2J", expected="\x1b", seen="\x1b"))
    assert "\x1b" not in out.getvalue()
    assert "\x07" not in out.getvalue()
