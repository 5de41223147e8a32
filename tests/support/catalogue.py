"""docs/discrepancies.md as it was written: what each kind is called, who corrects it, and the options it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from daemon.core.discrepancy import Finding

PAGE = Path(__file__).parents[2] / "docs" / "discrepancies.md"
_HEAD = re.compile(r"^### `([a-z_.]+)`: (.+)\n\nPolicy `([a-z_]+)`\.", re.MULTILINE)
_OPTION = re.compile(r"^\| `([a-z-]+)[`:]", re.MULTILINE)

Offer = tuple[str, str]
"""A kind and an option of it, without what differs between candidates and fields."""

SEEN: set[Offer] = set()
"""All that the code offered in this process so far."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind; options without what differs between candidates and fields."""

    title: str
    policy: str
    options: frozenset[str]


@cache
def catalogue() -> Mapping[str, Entry]:
    """The page by kind."""
    text = PAGE.read_text()
    heads = list(_HEAD.finditer(text))
    ends = [*(head.start() for head in heads[1:]), len(text)]
    return {
        head[1]: Entry(head[2], head[3], frozenset(_OPTION.findall(text, head.end(), end)))
        for head, end in zip(heads, ends, strict=True)
    }


def offers(finding: Finding) -> frozenset[Offer]:
    """What a finding offers, by itself and in its parts."""
    return frozenset((finding.kind, option.id.partition(":")[0]) for option in (*finding.options, *finding.parts))


def documented() -> frozenset[Offer]:
    """All that the page names."""
    return frozenset((kind, option) for kind, entry in catalogue().items() for option in entry.options)


def check(finding: Finding) -> None:
    """A kind has no option that its entry does not name."""
    unnamed = sorted(option for _, option in offers(finding) - documented())
    assert not unnamed, f"docs/discrepancies.md does not name {unnamed} of {finding.kind}"
    SEEN.update(offers(finding))


def drift(page: Set[Offer], seen: Set[Offer]) -> list[str]:
    """What a page names and nobody was ever offered, and the other way round, in sentences."""
    return [
        *(f"names `{option}` of `{kind}`, which was never offered" for kind, option in sorted(page - seen)),
        *(f"does not name `{option}` of `{kind}`, which was offered" for kind, option in sorted(seen - page)),
    ]
