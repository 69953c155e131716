"""``unmanaged``: the live monitors that no file declares, and what Datadog says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor_sync.adopt import placing as tags
from monitor_sync.adopt import selecting
from monitor_sync.adopt.marks import mark_of
from monitor_sync.app import files, listing
from monitor_sync.errors import RemoteError
from monitor_sync.http.reading import part
from monitor_sync.model import UNOWNED, LiveResource

if TYPE_CHECKING:
    from monitor_sync.app.target import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmanagedMonitor:
    """
    A live monitor that no file declares.

    ``team`` is what its tags say, ``creator`` an address, both empty where nothing says it.
    ``created`` and ``modified`` are as Datadog prints them. ``mark`` is the tool that manages it.
    ``quality_issues`` are Datadog's own words for what is wrong with it, None where not asked.
    """

    id: int
    name: str
    type: str
    team: str
    creator: str
    created: str
    modified: str
    draft: bool
    mark: str
    quality_issues: tuple[str, ...] | None


def unmanaged(root: Path, target: Target) -> tuple[UnmanagedMonitor, ...]:
    """
    Return the live monitors without a declaration, those that need care first.

    Raises WrongFiles where the files have errors, RemoteError where Datadog does not answer its
    listing. What its search does not answer is left open.
    """
    loaded = files.read_whole(root)
    client = target.connect()
    live = listing.list_live(client)
    shares = tags.statistics(monitor.body for monitor in live)
    written = loaded.shared.data.get("import") if loaded.shared else None
    placing = tags.suggest(shares, len(live)) if written is None else tags.read_placing(written)
    try:
        results = {result.get("id"): result for result in client.monitors.search("")}
    except RemoteError:
        results = {}
    monitors = [
        _described(monitor, placing, results.get(monitor.id))
        for monitor in selecting.unmanaged(live, loaded.project)
    ]
    return tuple(
        sorted(monitors, key=lambda monitor: (-len(monitor.quality_issues or ()), monitor.id))
    )


def _described(
    live: LiveResource, placing: tags.Placing, result: Mapping[str, Any] | None
) -> UnmanagedMonitor:
    team = tags.place(live.body, placing).team
    issues = (result or {}).get("quality_issues")
    creator = part(result, "creator")
    return UnmanagedMonitor(
        id=int(live.id),
        name=live.name,
        type=str(live.body.get("type") or ""),
        team="" if team == UNOWNED else team,
        creator=str(creator.get("handle") or creator.get("email") or ""),
        created=_time(live.created),
        modified=live.modified,
        draft=live.body.get("draft_status") == "draft",
        mark=mark_of(live.body)[0],
        quality_issues=tuple(_texts(issues)) if result is not None else None,
    )


def _texts(issues: Any) -> Iterator[str]:
    if isinstance(issues, list):
        yield from (issue for issue in issues if isinstance(issue, str))


def _time(milliseconds: int) -> str:
    if not milliseconds:
        return ""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).isoformat(timespec="seconds")
