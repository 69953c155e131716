"""
Ask the rules about single monitors, and of monitors that are alike only the first.

A rule says by its module what it looks at (``catalog.py``). Where two monitors agree in that, it
finds of the second what it found of the first: nothing. What has a finding is asked one by one,
as findings tell places and names.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from monitor_sync.model import KEY_TAG, Monitor
from monitor_sync.rules.context import Subject
from monitor_sync.rules.registry import Check, Finding, Rule
from monitor_sync.rules.values import LONGEST_TAG


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with its rule, about one monitor."""

    rule: Rule
    monitor: Monitor
    finding: Finding


class Asking:
    """
    The rules about single monitors, and what they have been asked already.

    Without ``siblings`` every rule is asked about every monitor.
    """

    def __init__(self, rules: Sequence[Rule], *, siblings: bool) -> None:
        checks = [(each, each.check) for each in rules if each.check is not None]
        self._by_query, self._by_text, self._by_tags, self._alone = (
            [(each, check) for each, check in checks if each.alike == alike and each.of is None]
            for alike in ("query", "text", "tags", None)
        )
        self._of_query = [(each, check) for each, check in checks if each.of == "query"]
        self._of_text = [(each, check) for each, check in checks if each.of == "message"]
        self._siblings = siblings
        self._sound: set[Hashable] = set()
        self._concerned: dict[tuple[str, ...], list[tuple[Rule, Check]]] = {}

    def about(self, subject: Subject) -> Iterator[Found]:
        """Every finding about one monitor."""
        asked = subject.asked
        if not self._siblings or asked not in self._sound:
            found = list(_ask(subject, self._concerning(subject)))
            found.extend(_ask(subject, self._of_query if subject.parsed.problems else ()))
            yield from found
            if not found:
                self._sound.add(asked)
        told = subject.told
        if not self._siblings or told not in self._sound:
            found = list(_ask(subject, self._by_text))
            found.extend(_ask(subject, self._of_text if subject.problems else ()))
            yield from found
            if not found:
                self._sound.add(told)
        tagged = _tagged(subject.monitor)
        if not self._siblings or tagged not in self._sound:
            found = list(_ask(subject, self._by_tags))
            yield from found
            if not found:
                self._sound.add(tagged)
        yield from _ask(subject, self._alone)

    def _concerning(self, subject: Subject) -> list[tuple[Rule, Check]]:
        """Those among the rules about queries and options that may have something to say."""
        given = tuple(subject.options)
        if given not in self._concerned:
            self._concerned[given] = [
                each for each in self._by_query if not each[0].option or each[0].option in given
            ]
        return self._concerned[given]


def _tagged(monitor: Monitor) -> Hashable:
    """The service and all tags, but for the key's, which no two monitors share."""
    tags = monitor.body["tags"]
    own = f"{KEY_TAG}:{monitor.key}"
    short = len(own) <= LONGEST_TAG and tags and tags[-1] == own
    return monitor.service, len(tags), tuple(tags[:-1] if short else tags)


def _ask(subject: Subject, checks: Iterable[tuple[Rule, Check]]) -> Iterator[Found]:
    for each, check in checks:
        for finding in check(subject):
            yield Found(each, subject.monitor, finding)
