"""How soon incidents are acknowledged and resolved: the charts of a page, and their tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from monitor_sync.incidents import Measure
from monitor_sync.insight.response import sla
from monitor_sync.insight.response.report import ResponseReport, above_target, targets_of
from monitor_sync.insight.response.shared import SharedService, shared_services
from monitor_sync.insight.response.sla import ResponseDimension, ResponseRow, TimesSummary
from monitor_sync.insight.response.times import Response
from monitor_sync.insight.response.weeks import monday_of, week_name, weeks_up_to
from monitor_sync.model import Team
from monitor_sync.render.quantities import duration
from monitor_sync.render.response.json import rounded
from monitor_sync.render.response.values import promised
from monitor_sync.render.text import count

MEASURES: Final[dict[Measure, tuple[str, str]]] = {
    "acknowledge": ("MTTA", "Time to acknowledge"),
    "resolve": ("MTTR", "Time to resolve"),
}

_NOTHING: Final = TimesSummary()


@dataclass(frozen=True, slots=True, kw_only=True)
class WeeklyChart:
    """
    The weekly times of one measure: ``title``, its ``target`` in seconds, and a row a week.

    ``target`` is the strictest by which anything was judged, None where nothing is promised;
    ``single`` says that it is the only one, so that a mean may be held against it.
    """

    title: str
    short: str
    target: int | None
    single: bool
    weeks: tuple[dict[str, Any], ...]

    @property
    def data(self) -> dict[str, Any]:
        """What the chart is drawn from; the table has the same numbers."""
        word = "target" if self.single else "strictest target"
        return {
            "target": self.target,
            "promised": f"{word} {duration(self.target)}",
            "single": self.single,
            "weeks": self.weeks,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureCard:
    """
    The mean of one measure against what was promised.

    ``verdict`` is ``good`` or ``bad``, empty where there is no mean or not the one target.
    """

    short: str
    times: TimesSummary
    promised: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WentHow:
    """
    How it went for all, a team or a unit.

    ``cards`` are of the days of ``report sla``, ``whole`` is their row. ``charts`` and what is
    ``open`` now are of the weeks since ``since``. ``shared`` are the services of a team whose
    incidents of these days are in none of it.
    """

    whole: ResponseRow
    cards: tuple[MeasureCard, ...]
    charts: tuple[WeeklyChart, ...]
    open: tuple[Response, ...]
    since: date
    shared: tuple[SharedService, ...] = ()

    @property
    def waiting(self) -> int:
        """How many of the open ones nobody has acknowledged."""
        return sum(response.waits for response in self.open)


def went(
    report: ResponseReport,
    recent: Sequence[Response],
    dimension: ResponseDimension | None = None,
    value: str = "",
    team: Team | None = None,
) -> WentHow:
    """Return how it went for all incidents, or for those of one unit, or of one ``team``."""
    counted, drawn = _of(report.counted, dimension, value), _of(recent, dimension, value)
    weeks = weeks_up_to(week_name(report.question.end), sla.TREND_WEEKS + 1)
    by_week = {row.by["week"]: row for row in sla.rows(drawn, ("week",))}
    whole = sla.row(counted)
    return WentHow(
        whole=whole,
        cards=cards(whole, counted),
        charts=tuple(_chart(measure, weeks, by_week, drawn) for measure in MEASURES),
        open=tuple(response for response in drawn if response.is_open),
        since=monday_of(weeks[0]),
        shared=shared_services(report, team) if team is not None else (),
    )


def cards(row: ResponseRow, counted: Sequence[Response]) -> tuple[MeasureCard, ...]:
    """Return the two means of a row against what was promised for its incidents."""
    targets = targets_of(counted)
    return tuple(_card(measure, row, targets[measure]) for measure in MEASURES)


def _card(measure: Measure, whole: ResponseRow, targets: Sequence[int]) -> MeasureCard:
    times = whole.times(measure)
    above = above_target(times.mean, targets)
    return MeasureCard(
        short=MEASURES[measure][0],
        times=times,
        promised=promised(targets) if targets else "",
        verdict="" if above is None else "bad" if above else "good",
    )


def _of(
    counted: Sequence[Response], dimension: ResponseDimension | None, value: str
) -> Sequence[Response]:
    if dimension == "team":
        return of_team(counted, value)
    if dimension == "unit":
        return [response for response in counted if response.placed.unit == value]
    return counted


def of_team(counted: Iterable[Response], team: str) -> list[Response]:
    """Return the incidents of one team."""
    return [response for response in counted if response.placed.team == team]


def _chart(
    measure: Measure,
    weeks: Sequence[str],
    by_week: dict[str, ResponseRow],
    counted: Sequence[Response],
) -> WeeklyChart:
    short, title = MEASURES[measure]
    targets = targets_of(counted)[measure]
    return WeeklyChart(
        title=title,
        short=short,
        target=min(targets, default=None),
        single=len(targets) == 1,
        weeks=tuple(_week(week, by_week.get(week), measure) for week in weeks),
    )


def _week(week: str, row: ResponseRow | None, measure: Measure) -> dict[str, Any]:
    times = row.times(measure) if row else _NOTHING
    return {
        "week": week,
        "start": monday_of(week).isoformat(),
        "incidents": row.incidents if row else 0,
        "mean": rounded(times.mean),
        "median": rounded(times.median),
        "p90": rounded(times.p90),
        "within_target": times.within_target,
        "said": f"{week}: median {duration(times.median)}, 90 % within {duration(times.p90)},"
        f" {count(row.incidents if row else 0, 'incident')}",
    }


def sparkline(values: Sequence[float | None], label: str) -> dict[str, Any]:
    """
    Return what a sparkline is drawn from: runs of points, in a box of 120 by 24.

    A week without a value breaks the line; of one value alone there is a point.
    """
    known = [value for value in values if value is not None]
    highest = max(known, default=0.0) or 1.0
    step = 120 / max(1, len(values) - 1)
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((round(place * step, 1), round(22 - 20 * value / highest, 1)))
    return {"label": label, "runs": [run for run in runs if run]}


def trend(report: ResponseReport, team: str) -> dict[str, Any] | None:
    """Return the sparkline of a team's weekly times to acknowledge, None where there are none."""
    of_team = report.trends.get((team,))
    if of_team is None or all(mean is None for mean in of_team.mtta):
        return None
    return sparkline(of_team.mtta, f"time to acknowledge in {len(of_team.weeks)} weeks")


def heat(pages: Iterable[tuple[int, int]]) -> dict[str, Any]:
    """Return pages by weekday (0 is Monday) and hour, a cell each, for the chart and its table."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    numbers = [[0] * 24 for _ in days]
    for weekday, hour in pages:
        numbers[weekday][hour] += 1
    cells = [
        {"day": day, "hour": hour, "pages": number}
        for day, row in zip(days, numbers, strict=True)
        for hour, number in enumerate(row)
    ]
    return {"days": days, "cells": cells, "rows": list(zip(days, numbers, strict=True))}
