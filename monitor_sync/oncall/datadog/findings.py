"""Mistakes in where routing rules send pages, each reported once for all its monitors. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from monitor_sync.counting import count
from monitor_sync.oncall.datadog.routing import PageEnd, RoutingRule
from monitor_sync.oncall.datadog.routing_query import MonitorPage, matches
from monitor_sync.oncall.privacy import shown

Kind = Literal["nowhere", "circle", "chat", "low", "waits"]

_WHAT: Final[Mapping[Kind, str]] = {
    "nowhere": "no routing rule takes {pages}",
    "circle": "the routing rules hand {pages} on in a circle",
    "chat": "{rule} takes {pages}, and only writes to a chat",
    "low": "{rule} takes {pages} with low urgency, which need not wake anybody",
    "waits": "{rule} takes {pages}, and its policy is on hold outside of its support hours",
}
_FIX: Final[Mapping[Kind, str]] = {
    "nowhere": "give the team a last rule without a query that leads to an escalation policy",
    "circle": "let one of these teams lead to an escalation policy of its own",
    "chat": "let the rule lead to an escalation policy, or put one above it that takes these",
    "low": "give the rule high or dynamic urgency, or put one above it that takes these",
    "waits": "take the support hours off the rule, or put one above it that takes these",
}
_PAGING: Final = frozenset({None, 1, 2})
"""Priorities that are meant to wake somebody; others may go to a chat or wait for the morning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutedPage:
    """Where the page of one monitor may end."""

    page: MonitorPage
    ends: tuple[PageEnd, ...]

    @property
    def wakes(self) -> bool:
        """True if it is meant to wake somebody."""
        return self.page.monitor.priority in _PAGING and self.page.status == "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingFindings:
    """The mistakes at one team: ``problem`` is sure, ``warnings`` depend on groups of monitors."""

    problem: str = ""
    fix: str = ""
    warnings: tuple[str, ...] = ()


def of_team(team: str, pages: Iterable[RoutedPage], *, handed_on: bool) -> RoutingFindings:
    """
    Return what is wrong with the pages that end at a team, given by its id.

    ``handed_on`` is True for the pages that another team's rule handed to it, and False for those
    that came to it first.
    """
    surely: dict[tuple[Kind, RoutingRule | None], set[str]] = {}
    perhaps: dict[tuple[Kind, RoutingRule | None], set[str]] = {}
    for routed in pages:
        for end in routed.ends:
            kind = _kind(end, wakes=routed.wakes)
            here = end.teams[-1] == team and (len(end.teams) > 1) == handed_on
            if kind is not None and here:
                mistakes = surely if end.surely else perhaps
                mistakes.setdefault((kind, end.rule), set()).add(routed.page.monitor.key)
    return RoutingFindings(
        problem="; ".join(_sentence(*mistake, len(keys)) for mistake, keys in surely.items()),
        fix="; ".join(dict.fromkeys(_FIX[kind] for kind, _ in surely)),
        warnings=tuple(
            f"it depends on groups whether {_sentence(*mistake, len(keys))}"
            for mistake, keys in perhaps.items()
            if mistake not in surely
        ),
    )


def unmatched(rules: Sequence[RoutingRule], pages: Sequence[RoutedPage]) -> tuple[str, ...]:
    """Return a warning for each rule that matches no page; the last rule need not match any."""
    return tuple(
        f"rule {rule.position}, {shown(rule.query)}, matches no monitor that uses this handle"
        f" ({len(pages)} looked at)"
        for rule in rules
        if not rule.last and all(matches(rule.query, routed.page) is False for routed in pages)
    )


def _kind(end: PageEnd, *, wakes: bool) -> Kind | None:
    rule = end.rule
    if end.unread is not None:
        return None
    if rule is None:
        return "circle" if end.circles else "nowhere"
    tests: tuple[tuple[Kind, bool], ...] = (
        ("chat", not rule.policy),
        ("low", rule.urgency == "low"),
        ("waits", rule.waits),
    )
    return next((kind for kind, holds in tests if wakes and holds), None)


def _sentence(kind: Kind, rule: RoutingRule | None, monitors: int) -> str:
    which = ""
    if rule is not None:
        which = "the last rule" if rule.last else f"rule {rule.position}, {shown(rule.query)},"
    return _WHAT[kind].format(rule=which, pages=f"the pages of {count(monitors, 'monitor')}")
