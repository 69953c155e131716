"""Run rules on single monitors, each first on the view that many monitors share (``memo.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final

from msgspec import Struct

from monitor_sync.model import Monitor, Project
from monitor_sync.rules.memo import Memo
from monitor_sync.rules.registry import Finding, Rule, View
from monitor_sync.rules.views import MessageView, MonitorView, QueryView


class MonitorFinding(Struct, frozen=True):
    """A finding of a rule about one monitor."""

    rule: Rule
    monitor: Monitor
    finding: Finding


_OWN: Final = (attrgetter("of_query"), attrgetter("of_message"), attrgetter("of_tags"))
"""The monitor's own views, in the order of those that it shares."""


class Runner:
    """
    The rules about single monitors, and which of them find something in each shared view.

    Without ``memo`` every rule runs on every monitor, which changes the time and nothing else.
    """

    def __init__(self, rules: Sequence[Rule], project: Project, *, memo: bool) -> None:
        self._project = project
        self._memo = Memo(project) if memo else None
        self._by_view: dict[object, list[Rule]] = {}
        self._of_problems: dict[object, list[Rule]] = {}
        for rule in rules:
            group = self._of_problems if rule.codes else self._by_view
            group.setdefault(rule.view, []).append(rule)
        self._finding_rules: dict[object, list[Rule]] = {}

    def view(self, monitor: Monitor) -> MonitorView:
        """Return the view of one monitor."""
        shared = self._memo.views(monitor) if self._memo else None
        return MonitorView(monitor, self._project, shared)

    def findings(self, view: MonitorView) -> Iterator[MonitorFinding]:
        """Yield every finding about one monitor."""
        for place, own_view in enumerate(_OWN):
            if view.shared is None:
                own = own_view(view)
                yield from _run(self._rules_for(own), own, view.monitor)
            elif rules := self._found_by(view.shared[place]):
                yield from _run(rules, own_view(view), view.monitor)
        yield from _run(self._rules_for(view), view, view.monitor)

    def _found_by(self, shared: View) -> list[Rule]:
        """Return the rules that find something in a shared view, and so perhaps in its monitors."""
        known = self._finding_rules.get(shared)
        if known is None:
            known = self._finding_rules[shared] = []
            for rule in self._rules_for(shared):
                for _ in rule.check(shared):
                    known.append(rule)
                    break
        return known

    def _rules_for(self, view: View) -> list[Rule]:
        rules = self._by_view.get(type(view), [])
        if isinstance(view, QueryView | MessageView) and view.problems:
            return [*rules, *self._of_problems.get(type(view), [])]
        return rules


def _run(rules: Iterable[Rule], view: View, monitor: Monitor) -> Iterator[MonitorFinding]:
    for rule in rules:
        for finding in rule.check(view):
            yield MonitorFinding(rule, monitor, finding)
