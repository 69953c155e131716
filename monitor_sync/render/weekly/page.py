"""What a weekly page says, before it becomes Markdown, Slack's blocks or HTML."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypeAlias

from monitor_sync.app.weekly import Weekly
from monitor_sync.counting import listed
from monitor_sync.incidents import Measure
from monitor_sync.insight.response.placement import SHARED, DetectedBy
from monitor_sync.insight.response.rca import RcaFindings
from monitor_sync.insight.response.recurrence import Repeater
from monitor_sync.insight.response.report import USUAL_WEEKS, ResponseReport
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.titles import short_title
from monitor_sync.insight.response.weekly import TeamWeek, WeekReview, days_of
from monitor_sync.model import Project
from monitor_sync.render.quantities import duration
from monitor_sync.render.response.json import runbook
from monitor_sync.render.response.text import tally, verdict
from monitor_sync.render.response.values import (
    CONDITIONS,
    LATE,
    came_back,
    change,
    number,
    problem,
    sparkline,
)
from monitor_sync.render.text import count, shorten

_MOST: Final = 8
"""Lines of a section; the rest is counted: a page is read, a list is not."""

_WORST: Final = 5
"""Teams that were late most often."""

_LONGEST: Final = 90


class Code(NamedTuple):
    """Text from files, from Datadog or from people, which no format may take for its own words."""

    text: str


Line: TypeAlias = tuple[str | Code, ...]
"""One line: our words, and the words of others."""


class PageSection(NamedTuple):
    """A heading and its lines."""

    title: str
    lines: tuple[Line, ...]


class WeeklyPage(NamedTuple):
    """One page: who it is for, the verdict, and what there is to know and to do."""

    title: Line
    lead: tuple[Line, ...]
    sections: tuple[PageSection, ...]


def pages(weekly: Weekly) -> Iterator[WeeklyPage]:
    """Yield the page of each team, or the one of the review."""
    if weekly.review is not None:
        yield _review_page(weekly, weekly.review)
    for own in weekly.teams:
        yield team_page(weekly, own)


def team_page(weekly: Weekly, own: TeamWeek) -> WeeklyPage:
    """Return the page that a team reads on Monday."""
    report = own.report
    sections = (
        PageSection("Still open", tuple(_kept(map(_open, report.still_open)))),
        PageSection("Came back", tuple(_kept(_repeaters(report, weekly.project, whose=False)))),
        PageSection("To do", tuple(_todo(own.rca))),
        PageSection("On call this week", (_on_call(own),)),
        *_notes(weekly),
    )
    return WeeklyPage(
        title=(Code(own.team.title), f": on-call in week {weekly.week}, {_days(weekly.week)}"),
        lead=(*_incomplete(weekly), *_lead(report, teams=False), *_shared(own)),
        sections=tuple(section for section in sections if section.lines),
    )


def _shared(own: TeamWeek) -> Iterator[Line]:
    """Yield the incidents of services that are not this team's alone: no figure has them."""
    for service in own.shared:
        incidents, others = count(service.incidents, "incident"), listed(service.others)
        yield (f"Not counted here: {incidents} of ", Code(service.name), ", which also pages ",
               Code(others), "; the review has them as ", Code(SHARED), ".",
               _late(service.late))  # fmt: skip


def _late(number: int | None) -> str:
    if number is None:
        return ""
    return f" By the targets of this team {number} {'was' if number == 1 else 'were'} late."


def _review_page(weekly: Weekly, review: WeekReview) -> WeeklyPage:
    """Return the agenda of the weekly meeting: each section is a point of it."""
    report, lacking = review.report, review.rca
    missing = (_missing(response) for response in lacking.missing)
    sections = (
        PageSection("Worst against target", tuple(_worst(report))),
        PageSection("Still open", tuple(_kept(map(_open, report.still_open)))),
        PageSection("Incidents without an RCA", tuple(_kept(missing, _by_team(lacking)))),
        PageSection("Overdue actions", tuple(_kept(_overdue(lacking)))),
        PageSection("RCA held, still recurring", tuple(_kept(_recurring(lacking)))),
        PageSection("Repeaters", tuple(_kept(_repeaters(report, weekly.project)))),
        PageSection("No monitor of ours told of these", tuple(_unseen(review.unseen))),
        *_notes(weekly),
    )
    return WeeklyPage(
        title=(f"Review of week {weekly.week}, {_days(weekly.week)}",),
        lead=(*_incomplete(weekly), *_lead(report)),
        sections=tuple(section for section in sections if section.lines),
    )


def _days(week: str) -> str:
    first, last = days_of(week)
    return f"{first} to {last}"


def _incomplete(weekly: Weekly) -> Iterator[Line]:
    if not weekly.complete:
        yield ("Incomplete: the notes at the end say what is missing.",)


def _lead(report: ResponseReport, *, teams: bool = True) -> Iterator[Line]:
    """Yield whether we are within target, and how it went on from the weeks before."""
    trend = report.trends.get(())
    for measure in CONDITIONS:
        yield (verdict(report, measure, teams=teams), *_trend(report, measure))
    if trend is not None:
        before = trend.incidents[-2]
        yield (f"{tally(report)} The week before: {count(before, 'incident')}.",)
    else:
        yield (tally(report),)


def _trend(report: ResponseReport, measure: Measure) -> Line:
    trend = report.trends.get(())
    if trend is None or report.whole.times(measure).mean is None:
        return ()
    growth = trend.change(measure)
    against = f" {change(growth)} against the week before;" if growth is not None else ""
    return (f"{against} 12 weeks: {sparkline(trend.means(measure))}",)


def _kept(lines: Iterator[Line], *first: Line) -> Iterator[Line]:
    """Yield the first lines, and how many more there are."""
    yield from (line for line in first if line)
    everything = list(lines)
    yield from everything[:_MOST]
    if len(everything) > _MOST:
        yield (f"and {len(everything) - _MOST} more",)


def _open(response: Response) -> Line:
    state = "nobody has acknowledged it" if response.waits else "acknowledged"
    return (*_named(response), f", for {duration(response.age)}, {state}")


def _named(response: Response) -> Line:
    title = shorten(short_title(response.incident.title), _LONGEST)
    return (Code(number(response)), " ", Code(title))


def _missing(response: Response) -> Line:
    return (*_named(response), f", P{response.placed.priority}")


_DETECTED: Final[Mapping[DetectedBy | None, str]] = {
    "person": "made by a person",
    "other": "from another source",
    None: "of unknown origin",
}
"""Who told of an incident of which no monitor of ours did."""


def _unseen(responses: Sequence[Response]) -> Iterator[Line]:
    """Yield how many of the incidents came from where, and which they are."""
    numbers = Counter(response.placed.detected_by for response in responses)
    parts = [f"{numbers[who]} {words}" for who, words in _DETECTED.items() if numbers[who]]
    counted: Line = (f"{count(len(responses), 'incident')}: {listed(parts)}",) if parts else ()
    yield from _kept(map(_detected, responses), counted)


def _detected(response: Response) -> Line:
    who = response.placed.detected_by
    return (*_named(response), f", {_DETECTED[who]}" if who else "")


def _repeaters(report: ResponseReport, project: Project, *, whose: bool = True) -> Iterator[Line]:
    again = report.recurrence
    if not again.repeaters:
        return
    yield (came_back(again),)
    for repeater in again.repeaters:
        yield _repeater(repeater, project, whose=whose)


def _repeater(repeater: Repeater, project: Project, *, whose: bool) -> Line:
    page = runbook(repeater.monitor, project)
    read: Line = (", no runbook",) if repeater.monitor and not page else ()
    if page:
        read = (", runbook ", Code(page))
    times = f"{count(repeater.occurrences, 'time')} ({repeater.before} the week before): "
    name = Code(shorten(problem(repeater), _LONGEST))
    owner: Line = (" of ", Code(repeater.team)) if whose else ()
    return (times, name, *owner, *read)


def _todo(lacking: RcaFindings) -> Iterator[Line]:
    """Yield what the team has to do, the promised first."""
    yield from _kept(_overdue(lacking))
    yield from _kept(_recurring(lacking))
    if lacking.missing:
        first = lacking.missing[0]
        missing = f", the oldest of {len(lacking.missing)} in {USUAL_WEEKS} weeks"
        more = missing if len(lacking.missing) > 1 else ""
        yield ("hold an RCA of ", *_named(first), more)


def _overdue(lacking: RcaFindings) -> Iterator[Line]:
    for late in lacking.overdue:
        what, team = Code(shorten(late.action.what, _LONGEST)), Code(late.action.team)
        yield (what, " of ", team, f", {count(late.days, 'day')} overdue, ", Code(late.rca.path))


def _recurring(lacking: RcaFindings) -> Iterator[Line]:
    for still in lacking.recurring:
        todo = f", {count(still.open_actions, 'action')} not done" if still.open_actions else ""
        cause = Code(shorten(still.rca.cause, _LONGEST))
        times = f" {count(still.times, 'time')} since its RCA{todo}: "
        yield (Code(still.rca.path), times, cause)


def _by_team(lacking: RcaFindings) -> Line:
    teams = Counter(response.placed.team for response in lacking.missing)
    missing_of = f"{len(lacking.missing)} of {lacking.asked}"
    pieces: list[str | Code] = [f"{missing_of} with P1 or P2 in {USUAL_WEEKS} weeks: "]
    for place, (team, missing) in enumerate(teams.most_common(_MOST)):
        pieces += [", " if place else "", Code(team), f" {missing}"]
    return tuple(pieces) if lacking.missing else ()


def _worst(report: ResponseReport) -> Iterator[Line]:
    """Yield the teams that were late most often, by what."""
    worst = [row for row in report.rows[:_WORST] if row.late]
    for row in worst:
        parts = [
            f"{times.late} of {times.judged} {what} (mean {duration(times.mean)})"
            for what, times in (("to acknowledge", row.mtta), ("to resolve", row.mttr))
            if times.late
        ]
        yield (Code(row.name), f": {row.late} of {row.incidents} late, {', '.join(parts)}")
    if worst:
        yield (f"{LATE.capitalize()}.",)


def _on_call(own: TeamWeek) -> Line:
    if own.on_call is None:
        return ("see ", Code(f"monitor-sync on-call brief {own.team.name}"))
    if not own.on_call:
        return ("nobody is known to be on call",)
    pieces: list[str | Code] = []
    for name in own.on_call:
        pieces += [", " if pieces else "", Code(name)]
    return tuple(pieces)


def _notes(weekly: Weekly) -> Iterator[PageSection]:
    if weekly.notes:
        yield PageSection("Notes", tuple((Code(note),) for note in weekly.notes))
