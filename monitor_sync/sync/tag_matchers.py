"""
Notification rules and downtimes that find their monitors by tags, before and after a plan.

Tags that an adoption adds can make one begin to match: people are notified, or kept from it, by a
change that touches nothing but tags.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from msgspec import Struct

from monitor_sync.counting import count, listed
from monitor_sync.sync.change import Change

_PLAIN: Final = re.compile(r"[^\s()*]+:[^\s()*]+")


class TagMatcher(Struct, frozen=True, kw_only=True):
    """
    What finds monitors by tags. ``words`` name it.

    ``tags`` are those that a monitor, or one of its groups, must have, all of them; None where it
    asks in a way that is not read here.
    """

    words: str
    tags: tuple[str, ...] | None


def of_rules(rules: Iterable[Any]) -> Iterator[TagMatcher]:
    """Yield the matchers of notification rules as Datadog's API answers them."""
    for rule in rules:
        attributes = _mapping(_mapping(rule).get("attributes"))
        its_filter = _mapping(attributes.get("filter"))
        tags = its_filter.get("tags")
        yield TagMatcher(
            words=f"the notification rule {attributes.get('name') or '?'}",
            tags=_texts(tags) if isinstance(tags, list) else _of_scope(its_filter.get("scope")),
        )


def of_downtimes(downtimes: Iterable[Any]) -> Iterator[TagMatcher]:
    """Yield the matchers of downtimes that name tags of monitors, and not one monitor or all."""
    for downtime in map(_mapping, downtimes):
        tags = downtime.get("monitor_tags")
        if downtime.get("monitor_id") or not isinstance(tags, list) or tags in ([], ["*"]):
            continue
        yield TagMatcher(words=f"the downtime {downtime.get('id')}", tags=_texts(tags))


def _of_scope(scope: Any) -> tuple[str, ...] | None:
    """Return the tags of a scope that joins whole tags with AND; None for another one."""
    parts = re.split(r"\s+AND\s+", scope.strip()) if isinstance(scope, str) else []
    return tuple(parts) if parts and all(map(_PLAIN.fullmatch, parts)) else None


def beginning(changes: Sequence[Change], matchers: Iterable[TagMatcher]) -> Iterator[str]:
    """Yield a sentence for each matcher that may begin to match what the changes add tags to."""
    added = [(change.key, *_tags(change)) for change in changes if change.action == "adopt"]
    for matcher in matchers:
        if matcher.tags is None:
            yield f"{matcher.words} asks in a way that is not compared with the added tags"
            continue
        keys = [key for key, before, after in added if _begins(matcher.tags, before, after)]
        if keys:
            yield (
                f"{matcher.words} may begin to match {count(len(keys), 'monitor')} by the added"
                f" tags: {listed(keys)}"
            )


def _tags(change: Change) -> tuple[frozenset[str], frozenset[str]]:
    before = change.kind.tags(change.live.body) if change.live else ()
    return frozenset(before), frozenset(change.kind.tags(change.body or {}))


def _begins(wanted: Sequence[str], before: frozenset[str], after: frozenset[str]) -> bool:
    """
    Return whether added tags may complete what is wanted.

    A group of the monitor may bring a tag whose key the monitor itself does not have.
    """
    keys = {tag.partition(":")[0] for tag in after}
    new = after - before
    return any(tag in new for tag in wanted) and all(
        tag in after or tag.partition(":")[0] not in keys for tag in wanted
    )


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _texts(values: Iterable[Any]) -> tuple[str, ...]:
    return tuple(value for value in values if isinstance(value, str))
