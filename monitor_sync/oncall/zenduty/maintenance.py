"""
When services of Zenduty are in maintenance: ``GET /api/account/teams/{team}/maintenance/``.

The unit in which a window repeats is not published, so only its first occurrence is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from msgspec.structs import replace

from monitor_sync.http.reading import Fields, identifier, moment, objects, text, whole
from monitor_sync.incidents import Incident, TimeSpan
from monitor_sync.oncall.coverage import period
from monitor_sync.oncall.path import Gap, LookAhead
from monitor_sync.oncall.reader import NotRead, Reader

MAINTENANCE: Final = "/api/account/teams/{team}/maintenance/"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """The windows of each service, by its id; ``problem`` says why some could not be read."""

    windows: dict[str, list[TimeSpan]] = field(default_factory=dict)
    problem: str = ""

    def marked(self, incident: Incident) -> Incident:
        """Return the incident, marked where its service was in maintenance when it was made."""
        at = incident.created
        inside = any(w.start <= at < w.end for w in self.windows.get(incident.service_id, ()))
        return replace(incident, maintenance=True) if inside else incident


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMaintenance:
    """What windows mean for a service: why it makes no incident ``now``, and what comes."""

    now: str = ""
    warnings: tuple[str, ...] = ()


def planned(listed: Iterable[Fields], service: str, window: LookAhead) -> PlannedMaintenance:
    """Return which of a team's maintenance windows a service is in now or in the next 14 days."""
    now = ""
    warnings = []
    for fields in listed:
        start, end = moment(fields.get("start_time")), moment(fields.get("end_time"))
        services = {identifier(held.get("service")) for held in objects(fields.get("services"))}
        if start is None or end is None or service not in services:
            continue
        when = period(Gap(start=start, end=end))
        if start <= window.now < end:
            now = f"is in a planned maintenance {when}"
        elif window.now < start < window.end:
            warnings.append(f"planned maintenance {when}: no incident is made then")
        elif _repeats(fields, window):
            warnings.append(
                f"a maintenance window that began {when} repeats: in which unit is not published"
            )
    return PlannedMaintenance(now=now, warnings=tuple(warnings))


def _repeats(fields: Fields, window: LookAhead) -> bool:
    until = moment(fields.get("repeat_until"))
    return bool(whole(fields.get("repeat_interval"))) and (until is None or until > window.now)


def read(reader: Reader, teams: tuple[str, ...]) -> Maintenance:
    """Return the windows of these teams: one request each."""
    windows: dict[str, list[TimeSpan]] = {}
    problem = ""
    for team in teams:
        listed = reader.listing(MAINTENANCE, "maintenance windows", team=team)
        if isinstance(listed, NotRead):
            if not listed.absent:
                problem = f"maintenance windows were not read: {listed.reason}"
            continue
        for fields in listed:
            start, end = moment(fields.get("start_time")), moment(fields.get("end_time"))
            if start is None or end is None:
                continue
            span = TimeSpan(start.timestamp(), end.timestamp())
            for service in objects(fields.get("services")):
                name = identifier(service.get("service")) or text(service.get("unique_id"))
                windows.setdefault(name, []).append(span)
    return Maintenance(windows, problem)
