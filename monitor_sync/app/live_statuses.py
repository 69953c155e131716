"""What Datadog says of our live monitors as they are now: a listing and its search."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.app import listing
from monitor_sync.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.insight.response.noise import LiveStatus
    from monitor_sync.model import LiveResource, Project

LISTED: Final = "live monitors"
SEARCHED: Final = "state, mutes and quality issues"
"""The name of these statuses among what was not checked."""

_WITHOUT_END: Final = 9_223_372_036_854_775_807
"""
How Datadog's search for monitors tells a mute without an end (recorded). A number so large is read
as the next float, which is larger by one.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStatuses:
    """The live monitors of a project, by key; ``not_checked`` says what is not known and why."""

    by_key: Mapping[str, LiveStatus] = field(default_factory=dict)
    not_checked: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> dict[int, str]:
        """The keys by Datadog's id."""
        return {status.id: key for key, status in self.by_key.items()}


def read(project: Project, target: Target, *, offline: bool = False) -> LiveStatuses:
    """
    Ask Datadog for the monitors of a project, a page for a thousand, a search for a hundred.

    ``offline`` asks nobody, so that nothing is known.
    """
    if offline:
        return LiveStatuses(not_checked=dict.fromkeys((LISTED, SEARCHED), "--offline"))
    try:
        client = target.connect()
    except UsageError as error:
        return LiveStatuses(not_checked=dict.fromkeys((LISTED, SEARCHED), str(error)))
    with closing(client):
        return _read(project, client)


def _read(project: Project, client: Client) -> LiveStatuses:
    from monitor_sync.sync.identity import match

    try:
        ours = match(project, listing.list_live(client)).ours
    except RemoteError as error:
        return LiveStatuses(not_checked=dict.fromkeys((LISTED, SEARCHED), error.problem))
    results: dict[Any, Mapping[str, Any]] = {}
    not_checked: dict[str, str] = {}
    try:
        results = {result.get("id"): result for result in client.monitors.search("")}
    except RemoteError as error:
        not_checked[SEARCHED] = error.problem
    statuses = {key: _status(live, results.get(live.id)) for key, live in ours.items()}
    return LiveStatuses(by_key=statuses, not_checked=not_checked)


def _status(live: LiveResource, result: Mapping[str, Any] | None) -> LiveStatus:
    from monitor_sync.insight.response.noise import LiveStatus

    created = live.created / 1000
    if result is None:
        return LiveStatus(id=int(live.id), created=created)
    state, issues = result.get("status"), result.get("quality_issues")
    until = result.get("muted_until_ts")
    return LiveStatus(
        id=int(live.id),
        created=created,
        state=state if isinstance(state, str) else "",
        state_since=_moment(result.get("overall_state_modified")),
        last_triggered=_moment(result.get("last_triggered_ts")),
        muted=until is not None,
        muted_forever=isinstance(until, int | float) and until >= _WITHOUT_END,
        quality_issues=tuple(issue for issue in issues if isinstance(issue, str))
        if isinstance(issues, list)
        else (),
    )


def _moment(value: Any) -> float | None:
    """Return a time in UNIX seconds; Datadog tells 0 or null of what has never happened."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        return None
    return float(value)
