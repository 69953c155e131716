"""The page that comes first: are we within target, who is worst off, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from monitor_sync.app.site import SiteFacts
from monitor_sync.counting import count
from monitor_sync.insight.response.rca import GRACE
from monitor_sync.insight.response.recurrence import Repeater
from monitor_sync.insight.response.report import ResponseReport
from monitor_sync.insight.response.times import Response
from monitor_sync.render.noise import proposed, tally
from monitor_sync.render.response.text import teams_within
from monitor_sync.render.response.values import CONDITIONS, came_back, number, problem
from monitor_sync.render.site import response
from monitor_sync.render.site.places import PlacePage

_MOST: Final = 10
_PROPOSALS: Final = 3

Step = tuple[str, str, str]
"""What to do, where, and the page that says more; the last two may be empty."""


def values(
    facts: SiteFacts, teams: Sequence[PlacePage], units: Sequence[PlacePage]
) -> dict[str, Any]:
    """Return what the template of the overview is filled in with."""
    report = facts.responded
    return {
        "teams": teams,
        "units": units,
        "tally": tally(facts.noise),
        "how": response.went(report, facts.recent) if report else None,
        "again": came_back(report.recurrence) if report else "",
        "first": list(_first(facts, teams)),
        "worst": list(_worst(report, teams)) if report else [],
        "kept": _kept(report) if report else "",
        "repeaters": list(_repeaters(facts, report)) if report else [],
        "heat": _heat(facts),
    }


def _first(facts: SiteFacts, teams: Sequence[PlacePage]) -> Iterator[Step]:
    """Yield what to do first: pages that reach nobody, the worst team, RCAs, noise."""
    broken = [path for path in facts.paths.paths if path.status == "broken"] if facts.paths else []
    pages = {page.name: page for page in teams}
    if broken:
        paths = count(len(broken), "page reaches", "pages reach")
        where = ", ".join(dict.fromkeys(path.team for path in broken))
        yield f"{paths} nobody: mend the path to a person", where, _file(pages, broken[0].team)
    if facts.responded:
        yield from _waiting(facts.recent)
        yield from _of_response(facts.responded, pages)
    rows = [row for row in facts.noise.noise.monitors if row.key in facts.noise.proposals]
    for row in rows[:_PROPOSALS]:
        where = f"{row.monitor.path}:{row.monitor.line}"
        yield f"{row.key}: {proposed(facts.noise, row)}", where, ""


def _waiting(recent: Sequence[Response]) -> Iterator[Step]:
    """Yield what nobody is on, the longest waiting first."""
    waiting = [response for response in recent if response.waits]
    if waiting:
        incidents = count(len(waiting), "open incident waits", "open incidents wait")
        named = ", ".join(map(number, waiting[:_MOST]))
        yield f"{incidents} for somebody to acknowledge", named, ""


def _file(pages: Mapping[str, PlacePage], team: str) -> str:
    return pages[team].file if team in pages else ""


def _of_response(report: ResponseReport, pages: Mapping[str, PlacePage]) -> Iterator[Step]:
    for row in report.rows[:1]:
        if row.late:
            team = row.by["team"]
            title = pages[team].title if team in pages else team
            late = f"{title} was late in {row.late} of {count(row.incidents, 'incident')}"
            file = _file(pages, team)
            yield f"{late}: look at why", "", file and f"{file}#response"
    rca = report.rca
    if rca.missing:
        incidents = ", ".join(f"#{late.incident.number}" for late in rca.missing[:_MOST])
        missing = f"{len(rca.missing)} of {count(rca.asked, 'urgent incident')}"
        yield f"{missing} without an RCA after {GRACE.days} days", incidents, ""
    if rca.overdue:
        yield f"{count(len(rca.overdue), 'action')} of RCAs overdue", rca.overdue[0].rca.path, ""
    for still in rca.recurring[:1]:
        times = count(still.times, "time")
        yield f"A problem came back {times} after its RCA was held", still.rca.path, ""


def _worst(report: ResponseReport, teams: Sequence[PlacePage]) -> Iterator[dict[str, Any]]:
    """Yield each team's row, its page, and on which side of the target its means are."""
    pages = {page.name: page for page in teams}
    for row in report.rows:
        team = row.by["team"]
        page = pages.get(team)
        yield {
            "row": row,
            "title": page.title if page else team,
            "file": page.file if page else "",
            "cards": response.cards(row, response.of_team(report.counted, team)),
            "line": response.trend(report, team),
        }


def _kept(report: ResponseReport) -> str:
    """Return how many teams keep their targets on the mean, empty where there are none."""
    sentences = (
        f"{name}: {teams_within(report, measure)}."
        for measure, name in CONDITIONS.items()
        if report.targets[measure]
    )
    return " ".join(sentences)


def _repeaters(facts: SiteFacts, report: ResponseReport) -> Iterator[tuple[Repeater, str, str]]:
    """Yield what came back: by our monitor, else by its title where incidents may be named."""
    for repeater in report.recurrence.repeaters[:_MOST]:
        monitor = facts.project.monitors.get(repeater.monitor)
        title = (
            problem(repeater)
            if monitor or facts.names
            else "an incident that no monitor of ours saw"
        )
        where = f"{monitor.path}:{monitor.line}" if monitor else ""
        yield repeater, title, where


def _heat(facts: SiteFacts) -> dict[str, Any] | None:
    """Return when it pages, None where that is not known."""
    rows = facts.noise.noise.monitors
    if all(row.fires is None for row in rows):
        return None
    zone = ZoneInfo(facts.noise.time_zone)
    moments = (
        datetime.fromtimestamp(page.start, zone)
        for problem in facts.noise.noise.problems
        for page in problem.pages
    )
    return response.heat((moment.weekday(), moment.hour) for moment in moments)
