"""
Weekly pages as messages of Slack: blocks, and the text that a notification shows.

Slack reads ``<!channel>``, ``<@U…>`` and links where a text has ``<``; it asks for ``&``, ``<`` and
``>`` to be written as entities (its page on formatting text). ``verbatim`` keeps it from making
links and mentions of its own. A message has at most 50 blocks of 3,000 characters.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from monitor_sync import jsontext
from monitor_sync.app.weekly import Weekly
from monitor_sync.render.text import plain, shorten
from monitor_sync.render.weekly.page import Code, Line, WeeklyPage, pages

_LONGEST: Final = 2_900
_HEADER: Final = 140
_BLOCKS: Final = 48
_BREAKS: Final = str.maketrans("\n\r\t", "   ")


def slack(weekly: Weekly) -> str:
    """Return the messages as JSON, one or a list of them, as a webhook takes each."""
    every = messages(weekly)
    return jsontext.document(every[0] if len(every) == 1 else every)


def messages(weekly: Weekly) -> list[dict[str, Any]]:
    """Return the body for a webhook of each page."""
    return [message(page) for page in pages(weekly)]


def message(page: WeeklyPage) -> dict[str, Any]:
    """Return one page as the body of a webhook."""
    title = shorten(_words(page.title), _HEADER)
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}},
        _text(_line(line) for line in page.lead),
    ]
    for section in page.sections:
        bullets = (f"• {_line(line)}" for line in section.lines)
        blocks.append(_text([f"*{section.title}*", *bullets]))
    return {"text": escaped(title), "blocks": blocks[:_BLOCKS]}


def _text(lines: Iterable[str]) -> dict[str, Any]:
    kept: list[str] = []
    room = _LONGEST
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    text = {"type": "mrkdwn", "text": "\n".join(kept), "verbatim": True}
    return {"type": "section", "text": text}


def _line(line: Line) -> str:
    return "".join(
        _code(piece.text) if isinstance(piece, Code) else escaped(piece) for piece in line
    )


def _code(text: str) -> str:
    """Return words of others as code, in which nothing is bold, a mention or a link."""
    words = plain(text).translate(_BREAKS).replace("`", "'").strip()
    return f"`{escaped(words)}`" if words else ""


def _words(line: Line) -> str:
    """Return a line as plain text, in which Slack reads nothing."""
    pieces = (piece.text if isinstance(piece, Code) else piece for piece in line)
    return plain("".join(pieces)).translate(_BREAKS)


def escaped(text: str) -> str:
    """Return a text with the three characters that Slack reads written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
