"""
A second, naive reading of messages, for comparing with.

Shares nothing with the package: its own tree, its own table of what holds when, and a rendering of
every transition under every answer of every comparison, as Datadog would do it for one alert.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

from hypothesis import strategies as st

# transition: what holds, and what is notified besides without being shown
HOLDS: Mapping[str, tuple[set[str], set[str]]] = {
    "alert": ({"is_alert"}, set()),
    "warning": ({"is_warning"}, set()),
    "alert_to_warning": ({"is_warning", "is_alert_to_warning"}, {"is_alert_recovery"}),
    "no_data": ({"is_no_data"}, set()),
    "unknown": ({"is_unknown"}, set()),
    "renotify_alert": ({"is_alert", "is_renotify"}, set()),
    "renotify_warning": ({"is_warning", "is_renotify"}, set()),
    "renotify_no_data": ({"is_no_data", "is_renotify"}, set()),
    "alert_recovery": ({"is_recovery", "is_alert_recovery"}, set()),
    "warning_recovery": ({"is_recovery", "is_warning_recovery"}, set()),
    "no_data_recovery": ({"is_recovery", "is_no_data_recovery"}, set()),
    "unknown_recovery": ({"is_recovery"}, set()),
}
FLAGS = sorted(set().union(*(shown | silent for shown, silent in HOLDS.values())))
COMPARISONS = ('is_match "env.name" "prod"', 'is_exact_match "a" "b" "c"', 'is_match "x.name" ""')
PRIORITIES = ("is_priority 'P1'", "is_priority 'P2'")
WORDS = (" ", "\n", "a", "b. ", "@one", "@slack-two", " @three, ", "@jane@example.com", "{{value}}",
         "-x", "@slack-{{service.name}}", " @four.", "{{!-- @nobody --}}",
         "{{override_priority 'P3'}}", "{{{{raw}}}}@raw {{{{/raw}}}}")  # fmt: skip

Answers = Mapping[str, bool]


@dataclass(frozen=True, eq=False)
class Branching:
    """A block of the naive tree; compared by identity."""

    condition: str
    negated: bool
    body: list[Piece]
    otherwise: list[Piece] | None = None
    seen: set[bool] = field(default_factory=set)

    def written(self) -> str:
        name = self.condition.split()[0]
        middle = "" if self.otherwise is None else "{{else}}" + written(self.otherwise)
        sign = "^" if self.negated else "#"
        return f"{{{{{sign}{self.condition}}}}}{written(self.body)}{middle}{{{{/{name}}}}}"


Piece = str | Branching


def written(pieces: list[Piece]) -> str:
    return "".join(piece if isinstance(piece, str) else piece.written() for piece in pieces)


def rendered(pieces: list[Piece], answers: Answers) -> str:
    """The text that is shown; a variable stands for itself."""
    shown = ""
    for piece in pieces:
        if isinstance(piece, str):
            text = re.sub(r"\{\{!.*?--\}\}|\{\{override.*?\}\}|\{\{\{\{/?raw\}\}\}\}", "", piece)
            shown += text
            continue
        first = answers[piece.condition] != piece.negated
        piece.seen.add(first)
        branch = piece.body if first else piece.otherwise
        shown += rendered(branch or [], answers)
    return shown


def names_in(text: str) -> set[str]:
    """The handles of a rendered text."""
    names = set()
    for word in text.split():
        match = re.match(r"@[\w.@{}-]+", word)
        if match:
            names.add(match[0].rstrip("."))
    return names


def answers_for(flags: set[str], priority: int | None, *, overridden: bool) -> Iterator[Answers]:
    """Every way in which the comparisons can turn out while these flags hold."""
    open_ones = (*COMPARISONS, *(PRIORITIES if overridden else ()))
    fixed = {flag: flag in flags for flag in FLAGS} | {"is_critical": False}
    if not overridden:
        fixed |= {condition: condition == f"is_priority 'P{priority}'" for condition in PRIORITIES}
    for values in itertools.product((True, False), repeat=len(open_ones)):
        yield fixed | dict(zip(open_ones, values, strict=True))


def conditions() -> st.SearchStrategy[str]:
    return st.sampled_from((*FLAGS, *COMPARISONS, *COMPARISONS, *PRIORITIES, "is_critical"))


def trees(depth: int = 3) -> st.SearchStrategy[list[Piece]]:
    """Messages of text, handles and blocks within blocks."""
    words: st.SearchStrategy[Piece] = st.sampled_from(WORDS)
    if not depth:
        return st.lists(words, max_size=3)
    inner = trees(depth - 1)
    blocks = st.builds(partial(Branching), conditions(), st.booleans(), inner, st.none() | inner)
    return st.lists(words | blocks, max_size=4)
