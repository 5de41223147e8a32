"""Dialogs: a question whose safe answer has the focus, something to read, and the keys of the present view."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Button

from daemon.safe import safe
from tui.drawing import Piece
from tui.plain import counted
from tui.prose import Line, Prose
from tui.screens.modal import Modal

T = TypeVar("T")
Asked = Callable[[], Sequence[Piece]]

SHARE, _FRAME = 0.95, 4
"""How much of the screen a dialog may take, as in app.tcss, and the lines of its border and padding."""


def _ended(lines: Sequence[Piece]) -> list[Piece]:
    return [(f"{text}\n" if place else text, role) for place, (text, role) in enumerate(lines, 1 - len(lines))]


class Passage(Modal[T]):
    """Lines to read, scrolled where there are more than fit, which is said below them; ``foot`` stands beneath."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", show=False),
    ]
    FOOT: ClassVar[int] = 0
    """How many lines the foot takes."""
    CLOSES: ClassVar[str] = ""
    """Which key ends it."""

    def __init__(self, lines: Sequence[Piece]) -> None:
        super().__init__()
        self.lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            with VerticalScroll(can_focus=False):
                yield Prose(_ended(self.lines), classes="words")
            yield Line(id="more")
            yield from self.foot()

    def foot(self) -> Iterable[Widget]:
        """What stands beneath the lines and the word on how many more there are."""
        return ()

    def on_mount(self) -> None:
        for scroll in self.query(VerticalScroll):
            for name in ("scroll_y", "virtual_size"):
                self.watch(scroll, name, self._say_more)

    def on_resize(self) -> None:
        for scroll in self.query(VerticalScroll):
            scroll.styles.max_height = max(int(self.size.height * SHARE) - _FRAME - 1 - self.FOOT, 1)
        self.call_after_refresh(self._say_more)

    def replace(self, lines: Sequence[Piece]) -> None:
        """Show these lines instead."""
        self.lines = lines
        for words in self.query(".words").results(Prose):
            words.tell(_ended(lines))

    def action_scroll(self, by: int) -> None:
        self._scroll.scroll_relative(y=by, animate=False)

    def action_page(self, by: int) -> None:
        self._scroll.scroll_relative(y=by * max(self._scroll.size.height - 1, 1), animate=False)

    @property
    def _scroll(self) -> VerticalScroll:
        return self.query_one(VerticalScroll)

    def _say_more(self) -> None:
        below = sum(round(scroll.max_scroll_y - scroll.scroll_y) for scroll in self.query(VerticalScroll))
        more: list[Piece] = [(f"▾ {counted(below, 'more line')} below: j, PgDn  ", "warn")] if below > 0 else []
        for line in self.query("#more").results(Line):
            line.show([*more, *([(self.CLOSES, "dim")] if self.CLOSES else [])])


class Confirm(Passage[bool]):
    """A question with "No" focused; True only for a deliberate yes.

    ``asked`` gives its lines, anew whenever something happened. One that ``waits_for`` something takes no yes until
    that is shown.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes"),
        Binding("n,escape,q", "answer(False)", "No"),
        Binding("left,right,h,l", "app.focus_next", "Other button", show=False),
    ]
    FOOT = 3

    def __init__(self, asked: Asked, yes: str, waits_for: str = "") -> None:
        self._asked = asked
        self._yes = yes
        self._waits_for = waits_for
        super().__init__(self._lines())

    def foot(self) -> Iterable[Widget]:
        with Horizontal(classes="buttons"):
            yield Button("No (n)", id="no")
            yield Button(f"{self._yes} (y)", id="yes", variant="warning")

    def on_mount(self) -> None:
        for no in self.query("#no"):
            no.focus()

    def show(self, asked: Asked) -> None:
        """Ask this instead, and take a yes to it."""
        self._asked, self._waits_for = asked, ""
        self.look_again()

    def look_again(self) -> None:
        """Something happened: ask with what stands now."""
        if (lines := self._lines()) != self.lines:
            self.replace(lines)

    def _lines(self) -> list[Piece]:
        waiting: list[Piece] = [(f"Looking at {self._waits_for}…", "dim")] if self._waits_for else []
        return [*self._asked(), *waiting]

    def withdraw(self) -> None:
        """There is nothing to ask: close without an answer."""
        if self.is_current:
            self.dismiss(False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        self.action_answer(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        if yes and self._waits_for:
            self.notify(f"wait until it is shown {safe(self._waits_for)}", severity="warning", markup=False)
        else:
            self.dismiss(yes)


class Told(Passage[None]):
    """Something to read before going on."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter", "dismiss", "Close")]

    FOOT = 1
    CLOSES = "Esc closes this"


class Help(Told):
    """What the screen beneath is about, and the keys that work on it, as its bindings say."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("question_mark", "dismiss", "Close")]
