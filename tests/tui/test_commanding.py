"""What is typed behind ``:``: understood where it is unique, refused with a way on where it is not."""

from __future__ import annotations

import pytest

from tui.commanding import Command, CommandError, completions, understood

COMMANDS = (
    Command("discrepancies", "what differs", "app.view('discrepancies')", ("riverside", "oaktree")),
    Command("audit", "the log", "app.view('audit')"),
    Command("autonomy", "what was decided", "app.view('autonomy')"),
    Command("theme", "the colours", "app.theme", ("dark", "darker", "light"), needs=True),
    Command("quit", "leave", "app.quit"),
)


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("quit", "app.quit"),
        (" :q ", "app.quit"),
        ("AUD", "app.view('audit')"),
        ("disc", "app.view('discrepancies')"),
        ("discrepancies river", "app.view('discrepancies', 'riverside')"),
        ("theme dark", "app.theme('dark')"),
        ("t l", "app.theme('light')"),
    ],
)
def test_names_and_arguments_may_be_cut_where_they_are_unique(text: str, action: str) -> None:
    assert understood(text, COMMANDS) == action


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("au", "begins several commands: audit, autonomy"),
        ("qiut", "did you mean quit?"),
        ("bogus", "there is no command 'bogus': Tab shows"),
        ("zzz", "Tab shows what there is"),
        ("theme", "needs one of: dark, darker, light"),
        ("theme d", "one of dark, darker, light"),
        ("quit now", "takes nothing"),
        ("discrepancies elm", "one of riverside, oaktree"),
    ],
)
def test_what_is_not_understood_says_what_would_be(text: str, says: str) -> None:
    with pytest.raises(CommandError, match=says.replace("?", r"\?")):
        understood(text, COMMANDS)


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", ["discrepancies", "audit", "autonomy", "theme", "quit"]),
        ("a", ["audit", "autonomy"]),
        ("theme ", ["theme dark", "theme darker", "theme light"]),
        ("theme da", ["theme dark", "theme darker"]),
        ("x", []),
        ("quit ", []),
    ],
)
def test_a_beginning_is_completed(text: str, lines: list[str]) -> None:
    assert [line for line, _ in completions(text, COMMANDS)] == lines
