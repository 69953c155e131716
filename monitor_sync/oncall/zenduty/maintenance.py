"""
When services of Zenduty are in maintenance: ``GET /api/account/teams/{team}/maintenance/``.

The unit in which a window repeats is not published, so only its first occurrence is known.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from monitor_sync.counting import count
from monitor_sync.http.reading import Fields, identifier, moment, objects, text, whole
from monitor_sync.incidents import TimeSpan
from monitor_sync.oncall.coverage import period
from monitor_sync.oncall.path import Gap, LookAhead
from monitor_sync.oncall.reader import NotRead, Reader

MAINTENANCE: Final = "/api/account/teams/{team}/maintenance/"


@dataclass(frozen=True, slots=True)
class Maintenance:
    """
    The windows, each with the id of its service; ``problem`` says why some could not be read.

    ``repeating`` are the times over which a window repeats: of these the first one alone is known.
    """

    windows: tuple[tuple[str, TimeSpan], ...] = ()
    problem: str = ""
    repeating: tuple[TimeSpan, ...] = ()

    def doubt(self, span: TimeSpan) -> str:
        """Return what is not known of maintenance in a span, as a sentence; empty for nothing."""
        repeating = sum(r.start < span.end and span.start < r.end for r in self.repeating)
        if self.problem or not repeating:
            return self.problem
        windows = f"{count(repeating, 'window')} that {'repeats' if repeating == 1 else 'repeat'}"
        return (
            f"how often maintenance repeats is not published: of {windows}, incidents of the first"
            " time alone are left out"
        )


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
    listed: list[Fields] = []
    problem = ""
    for team in teams:
        answer = reader.listing(MAINTENANCE, "maintenance windows", team=team)
        if not isinstance(answer, NotRead):
            listed += answer
        elif not answer.absent:
            problem = f"maintenance windows were not read: {answer.reason}"
    windows = []
    repeating = []
    for fields, span in _spans(listed):
        for service in objects(fields.get("services")):
            name = identifier(service.get("service")) or text(service.get("unique_id"))
            windows.append((name, span))
        if whole(fields.get("repeat_interval")):
            until = moment(fields.get("repeat_until"))
            repeating.append(TimeSpan(span.end, until.timestamp() if until else math.inf))
    return Maintenance(tuple(windows), problem, tuple(repeating))


def _spans(listed: Iterable[Fields]) -> Iterator[tuple[Fields, TimeSpan]]:
    """Yield the windows that say when they are, with that."""
    for fields in listed:
        start, end = moment(fields.get("start_time")), moment(fields.get("end_time"))
        if start is not None and end is not None:
            yield fields, TimeSpan(start.timestamp(), end.timestamp())
