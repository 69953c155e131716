"""Weekly pages as one page of HTML that loads nothing: for a mail, or a browser."""

from __future__ import annotations

import html as entities
from typing import Final

from monitor_sync.app.weekly import Weekly
from monitor_sync.render.text import plain
from monitor_sync.render.weekly.page import Code, Line, WeeklyPage, pages

_STYLE: Final = (
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "code{font-size:.9em;overflow-wrap:anywhere}h1{font-size:1.4rem}h2{font-size:1.1rem}"
    "section+section{border-top:1px solid;margin-top:2.5rem}"
)
_PAGE: Final = (
    '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>Week {week}</title>\n<style>{style}</style>\n<main>\n{body}\n</main>\n</html>\n"
)


def html(weekly: Weekly) -> str:
    """Return each page as a section."""
    body = "\n".join(map(_section, pages(weekly)))
    return _PAGE.format(week=_words(weekly.week), style=_STYLE, body=body)


def _section(page: WeeklyPage) -> str:
    lines = ["<section>", f"<h1>{_line(page.title)}</h1>"]
    lines += [f"<p>{_line(line)}</p>" for line in page.lead]
    for section in page.sections:
        items = "".join(f"<li>{_line(line)}</li>" for line in section.lines)
        lines.append(f"<h2>{_words(section.title)}</h2>\n<ul>{items}</ul>")
    return "\n".join([*lines, "</section>"])


def _line(line: Line) -> str:
    """Return a line, with each share in one piece where it wraps."""
    return "".join(
        f"<code>{_words(piece.text)}</code>"
        if isinstance(piece, Code)
        else _words(piece).replace(" %", "&nbsp;%")
        for piece in line
    )


def _words(text: str) -> str:
    return entities.escape(plain(text))
