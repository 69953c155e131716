"""Alerts that come together: one problem, many pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import Final

from monitor_sync.incidents import Seconds

WITHIN: Final = 300.0
"""Seconds after the first page of a problem in which further pages of its team belong to it."""

_MANY: Final = 50
"""An outage in which more monitors than this page says nothing about any two of them."""

_LEAST: Final = 3
_SHARE: Final = 0.8
"""Two monitors say the same if 80 % of the pages of one, and 3 at least, come with the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOfMonitor:
    """One group of a monitor that left OK and woke somebody. ``team`` owns the monitor."""

    key: str
    team: str
    group: str
    start: Seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PagedProblem:
    """Pages of one team that came together, in order: whoever is on call looks at them once."""

    team: str
    pages: tuple[PageOfMonitor, ...]

    @property
    def start(self) -> Seconds:
        """When the first page came."""
        return self.pages[0].start

    @property
    def keys(self) -> tuple[str, ...]:
        """The monitors that paged, the first one first."""
        return tuple(dict.fromkeys(page.key for page in self.pages))


def problems(pages: Iterable[PageOfMonitor]) -> tuple[PagedProblem, ...]:
    """Return the problems behind pages: each team's pages within five minutes of a first one."""
    gathered: list[list[PageOfMonitor]] = []
    latest: dict[str, list[PageOfMonitor]] = {}
    for page in sorted(pages, key=lambda page: (page.start, page.key, page.group)):
        problem = latest.get(page.team)
        if problem is None or page.start - problem[0].start > WITHIN:
            problem = latest[page.team] = []
            gathered.append(problem)
        problem.append(page)
    return tuple(PagedProblem(team=pages[0].team, pages=tuple(pages)) for pages in gathered)


def companions(paged: Iterable[PagedProblem]) -> Mapping[str, tuple[str, int]]:
    """
    Map each monitor that hardly ever pages alone to the monitor that it comes with.

    With it stands in how many problems the two came together. Of two that always come together
    the one that comes second is mapped to the other.
    """
    alone: Counter[str] = Counter()
    both: Counter[tuple[str, str]] = Counter()
    earlier: Counter[tuple[str, str]] = Counter()
    for problem in paged:
        keys = problem.keys
        alone.update(keys)
        if len(keys) <= _MANY:
            both.update(permutations(keys, 2))
            earlier.update(
                (first, later) for place, first in enumerate(keys) for later in keys[place + 1 :]
            )
    usual: dict[str, tuple[str, int]] = {}
    for (key, other), number in sorted(both.items(), key=lambda entry: (-entry[1], entry[0])):
        comes_first = earlier[key, other] > earlier[other, key]
        if number >= _LEAST and number >= _SHARE * alone[key] and not comes_first:
            usual.setdefault(key, (other, number))
    return usual
