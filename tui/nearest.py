"""Words that are nearly those that mean something. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

_LIKENESS = 0.6
_WORD_MAX = 40
_TERM = re.compile(r"[-!]?([A-Za-z_]+):.*")


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that is most like this one, "" if none is."""
    return next(iter(get_close_matches(word.casefold()[:_WORD_MAX], list(known), n=1, cutoff=_LIKENESS)), "")


def unknown_term(text: str, fields: Sequence[str]) -> str:
    """The first word that looks like a term of a field, but of none of ``fields``, with the nearest; "" if none does.

    Such a word is looked for as it stands, as names have colons too: this is said where that finds nothing.
    """
    for word in text.split():
        match = _TERM.fullmatch(word)
        if match and match[1] not in fields:
            near = nearest(match[1], fields)
            return f", and {match[1][:_WORD_MAX]}: is no term{f' (did you mean {near}:?)' if near else ''}"
    return ""
