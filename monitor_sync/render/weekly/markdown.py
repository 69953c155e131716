"""Weekly pages as Markdown, in which words of others are code."""

from __future__ import annotations

from monitor_sync.app.weekly import Weekly
from monitor_sync.render.markdown import code
from monitor_sync.render.weekly.page import Code, Line, WeeklyPage, pages


def markdown(weekly: Weekly) -> str:
    """Return each page, one below the other."""
    return "\n\n".join(map(_page, pages(weekly))) + "\n"


def _page(page: WeeklyPage) -> str:
    lines = [f"## {_line(page.title)}", "", *(f"- {_line(line)}" for line in page.lead)]
    for section in page.sections:
        lines += ["", f"### {section.title}", "", *(f"- {_line(line)}" for line in section.lines)]
    return "\n".join(lines)


def _line(line: Line) -> str:
    return "".join(code(piece.text) if isinstance(piece, Code) else piece for piece in line)
