"""``report ownership``: who owns which monitors, and what they lack."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from monitor_sync.app import files
from monitor_sync.app.selection import select_monitors
from monitor_sync.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.insight.ownership import Ownership

TEAMS: Final = "Datadog Teams"
LOGS: Final = "error logs"
"""What Datadog is asked about, as it is named where it could not be."""

_T = TypeVar("_T")


def report_ownership(root: Path, target: Target, selectors: Sequence[str] = ()) -> Ownership:
    """
    Return who owns the selected monitors of the files in ``root``.

    Datadog is asked for its teams and its error logs where the environment has keys; what it does
    not say is not checked. Raises WrongFiles where the files or their tests have errors, UsageError
    for a selector that selects nothing.
    """
    from monitor_sync.app import unit_tests  # the evaluator's words
    from monitor_sync.insight import ownership

    with files.uncollected():
        unknown = "so owners are not known"
        loaded = files.read_whole(root, consequence=unknown)
        monitors = select_monitors(loaded.project, selectors)
        tests = unit_tests.declared_tests(root, loaded.project, consequence=unknown)
    tested = {declared.test.key for declared in tests}
    owned = ownership.ownership(loaded.project, monitors, tested)
    try:
        client = target.connect()
    except UsageError as error:
        return replace(owned, not_checked=dict.fromkeys((TEAMS, LOGS), str(error)))
    among = {row.name for row in owned.rows["team"]} if selectors else None
    services = {row.name for row in owned.rows["service"]}
    unanswered: dict[str, str] = {}
    with closing(client):
        live = _asked(TEAMS, unanswered, lambda: _names(client.teams.all()))
        logs = _asked(LOGS, unanswered, lambda: _logs(client))
    if live is not None:
        differences = ownership.team_differences(loaded.project.teams, live, among)
        owned = replace(owned, teams=differences)
    if logs is not None:
        traced = ownership.traced_logs(*logs)
        owned = replace(owned, traced=tuple(row for row in traced if row.service in services))
    return replace(owned, not_checked=unanswered)


def _asked(what: str, unanswered: dict[str, str], ask: Callable[[], _T]) -> _T | None:
    """Return what Datadog answers, None where it does not; ``unanswered`` then says why."""
    try:
        return ask()
    except RemoteError as error:
        unanswered[what] = error.problem
        return None


def _logs(client: Client) -> tuple[dict[str, int], dict[str, int]]:
    """Count the error logs of each service, all of them and the traced ones: two requests."""
    return client.logs.errors_by_service(), client.logs.errors_by_service(traced=True)


def _names(teams: Sequence[Any]) -> dict[str, str]:
    """Return the names of Datadog's teams by handle; what has another shape is passed over."""
    attributes = (team.get("attributes") for team in teams if isinstance(team, Mapping))
    return {
        team["handle"]: str(team.get("name") or "")
        for team in attributes
        if isinstance(team, Mapping) and isinstance(team.get("handle"), str)
    }
