"""What is typed behind ``:`` understood: commands with at most one argument, unique beginnings, completion. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tui.nearest import nearest

SHOWN_MAX = 8


@dataclass(frozen=True, slots=True)
class Command:
    """``action`` is what Textual runs; an argument, one of ``choices``, is handed to it as its last parameter.

    ``needs`` says that it is nothing without an argument.
    """

    name: str
    text: str
    action: str
    choices: tuple[str, ...] = ()
    needs: bool = False


class CommandError(ValueError):
    """What was typed is no command; the message says what would be."""


def understood(text: str, commands: Sequence[Command]) -> str:
    """The action that a text asks for. Names and arguments may be cut where they are unique."""
    word, _, rest = text.strip().lstrip(":").partition(" ")
    command = _found(word, commands)
    argument = rest.strip()
    if not argument:
        if command.needs:
            raise CommandError(f"{command.name} needs one of: {_listed(command.choices)}")
        return command.action
    if not command.choices:
        raise CommandError(f"{command.name} takes nothing behind it")
    chosen = _one_of(argument, command.choices)
    if not chosen:
        raise CommandError(f"{command.name}: one of {_listed(command.choices)}")
    return with_argument(command.action, chosen)


def completions(text: str, commands: Sequence[Command]) -> list[tuple[str, str]]:
    """The whole lines that a beginning can become, each with what it does; the likeliest first."""
    word, space, rest = text.lstrip(": ").partition(" ")
    if not space:
        found = [(command.name, command.text) for command in _by_beginning(word, commands)]
        return found[:SHOWN_MAX]
    for command in commands:
        if command.name == word:
            choices = [choice for choice in command.choices if _begins(choice, rest.strip())]
            return [(f"{command.name} {choice}", command.text) for choice in choices[:SHOWN_MAX]]
    return []


def _found(word: str, commands: Sequence[Command]) -> Command:
    names = [command.name for command in commands]
    chosen = _one_of(word, names)
    if not chosen:
        begun = [command.name for command in _by_beginning(word, commands)] if word else []
        if begun:
            raise CommandError(f"{word[:40]!r} begins several commands: {_listed(begun)}")
        near = nearest(word, names)
        hint = f"did you mean {near}?" if near else "Tab shows what there is"
        raise CommandError(f"there is no command {word[:40]!r}: {hint}")
    return next(command for command in commands if command.name == chosen)


def _one_of(word: str, names: Iterable[str]) -> str:
    """The name itself, or the only one that begins so; "" if there is none or more than one."""
    known = list(names)
    if word in known:
        return word
    begun = [name for name in known if _begins(name, word)]
    return begun[0] if word and len(begun) == 1 else ""


def _by_beginning(word: str, commands: Iterable[Command]) -> list[Command]:
    return [command for command in commands if _begins(command.name, word)]


def _begins(name: str, word: str) -> bool:
    return name.casefold().startswith(word.casefold())


def with_argument(action: str, argument: str) -> str:
    """The action with one more parameter."""
    if not action.endswith(")"):
        return f"{action}({argument!r})"
    return f"{action[:-1]}, {argument!r})"


def _listed(choices: Sequence[str]) -> str:
    shown = ", ".join(choices[:SHOWN_MAX])
    return f"{shown}, …" if len(choices) > SHOWN_MAX else shown
