"""Weekly pages as Markdown, in which words of others are code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from monitor_sync.app.weekly import Weekly
from monitor_sync.insight.response.sla import ResponseRow, in_order
from monitor_sync.render.markdown import code, table
from monitor_sync.render.quantities import duration, percent
from monitor_sync.render.response.values import LATE
from monitor_sync.render.text import wrapped
from monitor_sync.render.weekly.page import Code, Line, WeeklyPage, pages

_HEAD: Final = ("team", "late", "incidents", "open", "MTTA", "in time", "MTTR", "in time")


def markdown(weekly: Weekly, width: int = 0) -> str:
    """Return each page, one below the other, wrapped to ``width`` columns (0: not at all)."""
    rows = _rows(weekly)
    overview = [_overview(weekly.week, rows, width)] if len(rows) > 1 else []
    return "\n\n".join([*overview, *(_page(page, width) for page in pages(weekly))]) + "\n"


def _rows(weekly: Weekly) -> tuple[ResponseRow, ...]:
    """Return the week of each team in one row, those first that were late most often."""
    if weekly.review is not None:
        return weekly.review.report.rows
    teams = {own.team.name: own.report.whole for own in weekly.teams}
    return in_order(replace(whole, by={"team": name}) for name, whole in teams.items())


def _overview(week: str, rows: Iterable[ResponseRow], width: int) -> str:
    """Return all teams in one table."""
    cells = []
    for row in rows:
        counts = map(str, (row.late, row.incidents, row.open))
        times = (row.mtta, row.mttr)
        judged = (
            cell for own in times for cell in (duration(own.mean), percent(own.within_target))
        )
        cells.append((code(row.name), *counts, *judged))
    lines = table(_HEAD, cells, right=range(1, len(_HEAD)))
    head = f"## Teams in week {week}, most late first"
    return "\n".join([head, "", *lines, "", *_items([(f"{LATE.capitalize()}.",)], width)])


def _page(page: WeeklyPage, width: int) -> str:
    lines = [f"## {_line(page.title)}", "", *_items(page.lead, width)]
    for section in page.sections:
        lines += ["", f"### {section.title}", "", *_items(section.lines, width)]
    return "\n".join(lines)


def _items(lines: Iterable[Line], width: int) -> Iterator[str]:
    """Yield items of a list; a wrapped line of an item is indented, so that it stays Markdown."""
    for line in lines:
        yield from wrapped(f"- {_line(line)}", width, 2)


def _line(line: Line) -> str:
    return "".join(code(piece.text) if isinstance(piece, Code) else piece for piece in line)
