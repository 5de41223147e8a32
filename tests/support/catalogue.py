"""docs/discrepancies.md as it was written: what each kind is called, who corrects it, and the options it may have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from daemon.core.discrepancy import Finding

PAGE = Path(__file__).parents[2] / "docs" / "discrepancies.md"
_HEAD = re.compile(r"^### `([a-z_.]+)`: (.+)\n\nPolicy `([a-z_]+)`\.", re.MULTILINE)
_OPTION = re.compile(r"^\| `([a-z-]+)[`:]", re.MULTILINE)


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


def check(finding: Finding) -> None:
    """A kind has no option that its entry does not name."""
    offered = {option.id.partition(":")[0] for option in (*finding.options, *finding.parts)}
    unnamed = offered - catalogue()[finding.kind].options
    assert not unnamed, f"docs/discrepancies.md does not name {sorted(unnamed)} of {finding.kind}"
