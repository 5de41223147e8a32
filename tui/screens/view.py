"""What every full screen has: the header, the banner, the activity line, the footer, and the desk behind it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widget import Widget
from textual.worker import Worker

from daemon.protocol import Event, Message
from daemon.safe import safe
from tui.calls import Call, ControlError
from tui.desk import Desk
from tui.drawing import Piece, activity_line, banner, header
from tui.entries import said
from tui.marks import Mark
from tui.prose import Line
from tui.remembered import ViewMemory
from tui.screens.base import Base
from tui.screens.dialogs import Confirm
from tui.screens.keybar import KeyBar
from tui.screens.notice import Notice
from tui.views import VIEWS

M = TypeVar("M", bound=Message)

_AGES_S = 20
"""How often ages are drawn anew where nothing happens."""


class View(Base[None]):
    """Draws the desk's state; ``told`` is called after every event, ``body`` gives the widgets in the middle.

    ``DECIDES`` names the actions that need a live connection and an approver; ``ABOUT`` opens the view's help, which
    tells ``MARKS``.
    """

    ABOUT: ClassVar[str] = ""
    MARKS: ClassVar[Sequence[Mark]] = ()
    DECIDES: ClassVar[frozenset[str]] = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "app.help", "Help", key_display="?"),
        Binding("escape", "back", "Back", key_display="esc"),
        Binding("q,left,h", "back", "Back", show=False),
        *(Binding(entry.key, f"app.view({entry.name!r})", f"Go to {entry.name}", show=False) for entry in VIEWS),
    ]

    focused: Reactive[Widget | None] = Reactive(None, repaint=False)
    """As Textual's; what gains or loses the focus is painted anew, not all that is on the screen."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self.place = ("", "")
        """The view's name and the practice that it is about, "" for all; set by who opens it."""

    def compose(self) -> ComposeResult:
        yield Line(id="header")
        yield Line(id="banner")
        yield from self.body()
        yield Line(id="activity")
        yield Notice(id="notice")
        yield KeyBar(id="keys")

    def body(self) -> Iterable[Widget]:
        """The widgets between banner and activity line."""
        return ()

    def headline(self) -> str:
        """Where the operator is."""
        return ""

    def practice_here(self) -> str:
        """The practice that what stands under the cursor belongs to; "" if there is none."""
        return self.place[1]

    def practice_shown(self) -> str:
        """The practice that all that is shown belongs to; "" if it is of several."""
        return self.place[1]

    @property
    def memory(self) -> ViewMemory:
        """How this view was last looked at."""
        return self.desk.keeper.memory.view(self._where)

    def remember(self, memory: ViewMemory) -> None:
        """Keep how this view is looked at, for when it is opened again, also in another session."""
        self.desk.keeper.keep(lambda known: known.with_view(self._where, memory))

    @property
    def _where(self) -> tuple[str, ...]:
        return (*self.place, self.desk.socket)

    def refusal(self, action: str) -> str:
        """Why an action cannot be done right now, "" if it can: its key is dim, and says this when it is pressed."""
        return self.desk.state.refusal if action in self.DECIDES else ""

    def told(self, event: Event | None, /) -> None:
        """The state changed by this event; None after a loss of the connection."""

    def on_mount(self) -> None:
        self.refresh_frame()
        self.set_interval(_AGES_S, self.tick)

    def on_screen_resume(self) -> None:
        self.refresh_frame()

    def on_resize(self) -> None:
        self.refresh_frame()

    def hear(self, event: Event | None) -> None:
        """Redraw after an event of the feed."""
        self.told(event)
        self.refresh_frame()

    def tick(self) -> None:
        """Time has passed: draw anew what tells it."""
        self.refresh_frame()

    def refresh_frame(self) -> None:
        """Draw header, banner, activity line and keys anew, and what is asked on top of them."""
        state = self.desk.state
        self.query_one("#header", Line).show(header(state, self.headline(), self.practice_shown(), self.size.width))
        self.query_one("#banner", Line).show(banner(state))
        self.show_status()
        self.query_one(KeyBar).show_keys()
        if isinstance(question := self.app.screen, Confirm):
            question.look_again()

    def status_line(self) -> list[Piece]:
        """What the line above the keys says: the newest activity."""
        return activity_line(self.desk.state, self.size.width)

    def show_status(self) -> None:
        """Draw the line above the keys anew."""
        self.query_one("#activity", Line).show(self.status_line())

    def start(self, work: Callable[[], Coroutine[None, None, object]], group: str = "") -> None:
        """Run ``work`` beside the screen; in a named group the newest replaces what still runs."""
        _: Worker[object] = self.run_worker(work, group=group or "default", exclusive=bool(group))

    async def ask(self, call: Call[M]) -> M | None:
        """The daemon's answer; None after a refusal, which the operator is shown (the banner tells of a loss)."""
        try:
            return await self.desk.ask(call)
        except ControlError as error:
            if call.method == "GET" and error.problem.code == "unreachable":
                return None
            self.notify(
                safe(said(error.problem)), title=error.problem.code.replace("_", " "), severity="error", markup=False
            )
            return None

    def may_decide(self) -> bool:
        """Whether this operator can decide now; if not, says why."""
        refusal = self.desk.state.refusal
        if refusal:
            self.explain(refusal)
        return not refusal

    def say(self, text: str, severity: str) -> None:
        """Say something in passing."""
        self.query_one(Notice).say(text, severity)

    def hush(self) -> None:
        """What was said in passing is over, as it was about something else."""
        self.query_one(Notice).hush()

    def explain(self, refusal: str) -> None:
        """Say why a key does nothing."""
        self.notify(safe(refusal), title="not now", severity="warning", markup=False)

    def _refresh_layout(self, size: Size | None = None, scroll: bool = False) -> None:
        """As Textual's; what is laid out and painted anew as a whole is painted once, not once before that too."""
        if self._repaint_required and self.is_current:
            self._repaint_required = False
            self._dirty_widgets.add(self)
        super()._refresh_layout(size, scroll)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        """Keys that were typed ahead into a dialog decide nothing on the screen beneath it."""
        return self.is_current

    def unfinished(self) -> str:
        """What would be broken off if this view were left now, in words; "" for nothing."""
        return ""

    def may_leave(self) -> bool:
        """Whether nothing would be broken off; if something would, says what."""
        if unfinished := self.unfinished():
            self.explain(f"wait until all is sent: {unfinished}")
        return not unfinished

    def action_back(self) -> None:
        if self.may_leave():
            self.app.pop_screen()
