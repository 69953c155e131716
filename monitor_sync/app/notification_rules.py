"""Datadog's notification rules: whom they notify of a monitor by its tags, besides its message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.errors import RemoteError
from monitor_sync.http.reading import part
from monitor_sync.oncall.datadog.routing_query import Match, matches_scope

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.model import Monitor

_STATES: Final[Mapping[str, str]] = {
    "is_alert": "alert",
    "is_warning": "warning",
    "is_no_data": "no_data",
    "is_renotify": "renotify",
    "is_recovery": "recovery",
    "is_alert_recovery": "recovery",
    "is_warning_recovery": "recovery",
    "is_no_data_recovery": "recovery",
}
"""The state that a condition ``transition_type:…`` is about."""

_TRANSITION: Final = "transition_type:"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationRule:
    """
    A notification rule: which monitors it matches, and whom it notifies.

    ``conditions`` have a scope, empty for always, and handles with ``@``; ``fallback`` is notified
    where no condition holds.
    """

    name: str
    tags: tuple[str, ...] = ()
    scope: str = ""
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fallback: tuple[str, ...] = ()

    @property
    def handles(self) -> tuple[str, ...]:
        """Everybody whom it can notify, each once."""
        recipients = (handle for _, handles in self.conditions for handle in handles)
        return tuple(dict.fromkeys([*recipients, *self.fallback]))

    def matches(self, monitor: Monitor) -> Match:
        """Return whether it matches a monitor; None where that depends on its groups."""
        scope = self.scope or " AND ".join(self.tags)
        return matches_scope(scope, monitor) if scope else None

    def notified(self, monitor: Monitor, reached: Iterable[str]) -> dict[str, set[str]]:
        """Map each handle that it surely notifies to states, of those that a monitor reaches."""
        states: dict[str, set[str]] = {}
        for state in reached if self.matches(monitor) else ():
            holding = [held for scope, held in self.conditions if _holds(scope, monitor, state)]
            for handles in holding or [self.fallback]:
                for handle in handles:
                    states.setdefault(handle, set()).add(state)
        return states


def read(client: Client) -> tuple[list[NotificationRule], tuple[str, ...]]:
    """Return the notification rules, and why they are not known where Datadog does not say."""
    try:
        listed = client.notified_by_tags.notification_rules()
    except RemoteError as error:
        return [], (f"Datadog's notification rules: {error.problem}",)
    return [_rule(fields) for fields in listed if isinstance(fields, dict)], ()


def unclear(rules: Iterable[NotificationRule], monitors: Sequence[Monitor]) -> tuple[str, ...]:
    """Return a sentence for each rule that may match monitors, depending on their groups."""
    return tuple(
        f"whether the notification rule {rule.name} matches: it depends on groups of monitors"
        for rule in rules
        if _may_match(rule, monitors)
    )


def _may_match(rule: NotificationRule, monitors: Iterable[Monitor]) -> bool:
    """Return whether nobody knows of a rule whether it matches any of the monitors."""
    doubtful = False
    for monitor in monitors:
        match = rule.matches(monitor)
        if match:
            return False
        doubtful = doubtful or match is None
    return doubtful


def _holds(scope: str, monitor: Monitor, state: str) -> bool:
    if not scope:
        return True
    if scope.startswith(_TRANSITION):
        return _STATES.get(scope.removeprefix(_TRANSITION)) == state
    if scope.startswith("priority:"):
        return scope.removeprefix("priority:").lower().lstrip("p") == str(monitor.priority)
    return matches_scope(scope, monitor) is True


def _rule(fields: Mapping[str, Any]) -> NotificationRule:
    attributes = part(fields, "attributes")
    its_filter = part(attributes, "filter")
    conditional = part(attributes, "conditional_recipients")
    conditions = [
        (str(held.get("scope") or ""), _handles(held.get("recipients")))
        for held in conditional.get("conditions") or ()
        if isinstance(held, dict)
    ]
    always = _handles(attributes.get("recipients"))
    scope = its_filter.get("scope")
    return NotificationRule(
        name=str(attributes.get("name") or "without a name"),
        tags=_texts(its_filter.get("tags")),
        scope=scope if isinstance(scope, str) else "",
        conditions=tuple(([("", always)] if always else []) + conditions),
        fallback=_handles(conditional.get("fallback_recipients")),
    )


def _handles(value: Any) -> tuple[str, ...]:
    """Return recipients with the ``@`` that Datadog leaves out here."""
    return tuple(f"@{recipient.removeprefix('@')}" for recipient in _texts(value))


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(item for item in value if isinstance(item, str)) if isinstance(value, list) else ()
