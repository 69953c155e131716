"""What somebody wants to know before a first shift: a friendly page, as text or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from monitor_sync.counting import joined
from monitor_sync.oncall.tool import title_of
from monitor_sync.render.markdown import code
from monitor_sync.render.on_call import moment
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, plain, shorten, wrapped

if TYPE_CHECKING:
    from monitor_sync.app.briefing import Brief, OnCallPeople
    from monitor_sync.model import Monitor

_RUNBOOKS: Final = 10
_MONITORS: Final = 10
_ADDRESS: Final = re.compile(r"https?://[^\s<>@|`\x00-\x1f]+")

Quoted = Callable[[str], str]
"""How a word from the files or from a tool is shown."""

Section = tuple[str, list[str]]
"""A title, and its lines; one that begins with ``- `` is a point of a list."""


def text(brief: Brief, style: Style = PLAIN) -> str:
    """Return the page for a terminal."""
    width = style.screen
    lines = [style(f"On call for {plain(brief.team.title)}", bold=True)]
    for title, said in _sections(brief, plain):
        lines += ["", style(title, bold=True)]
        for line in said:
            shown = line.replace("- ", "  - ", 1) if line.startswith("- ") else f"  {line}"
            lines += wrapped(shown, width, 4 if line.startswith("- ") else 2)
    return "\n".join(lines) + "\n"


def markdown(brief: Brief) -> str:
    """Return the page as Markdown, to be sent to somebody or kept in a wiki."""
    lines = [f"# On call for {code(brief.team.title)}"]
    for title, said in _sections(brief, _marked):
        lines += ["", f"## {title}", ""]
        for number, line in enumerate(said):
            starts_list = line.startswith("- ") and number and not said[number - 1].startswith("- ")
            lines += ["", line] if starts_list else [line]
    return "\n".join(lines) + "\n"


def _marked(word: str) -> str:
    """Return a word for Markdown: an address as a link, all else as code, which names nobody."""
    return f"<{word}>" if _ADDRESS.fullmatch(word) else code(word)


def _sections(brief: Brief, quoted: Quoted) -> Iterator[Section]:
    yield "You are not alone", [*_people(brief.people, quoted)]
    yield "What can wake you", [*_paging(brief, quoted)]
    yield "When it rings", [*_ringing(brief, quoted)]
    yield "Read before you start", [*_reading(brief, quoted)]
    yield (
        "It is fine to call somebody",
        [
            "Call the next person if you have no idea after 15 minutes, if it hurts customers more"
            " than you can carry, or if you are simply not sure. Nobody expects you to know"
            " everything; they expect you to say what you see.",
        ],
    )


def _people(people: OnCallPeople, quoted: Quoted) -> Iterator[str]:
    if people.unknown:
        yield f"Not checked: who is before and behind you ({quoted(people.unknown)})."
        yield "Ask for it at the handover, and write both names down."
        return
    for person in people.now:
        until = f", until {moment(person.until)}" if person.until else ""
        yield f"- On call now: {quoted(person.name)}{until}"
    if people.next is not None:
        yield f"- Next turn: {quoted(people.next.person.name)}, from {moment(people.next.start)}"
    if people.then:
        yield f"- Called if the first does not answer: {joined(map(quoted, people.then[:4]))}"
    else:
        yield "- Called if the first does not answer: nobody. Ask for a second level."


def _paging(brief: Brief, quoted: Quoted) -> Iterator[str]:
    paging = brief.paging
    if not paging:
        yield "No monitor reaches a pager of this team."
        return
    urgent = [monitor for monitor in paging if monitor.priority == 1]
    ranked = f"{len(urgent) or 'none'} with priority 1. {_how_often(brief, quoted)}"
    if all(monitor.team == brief.team.name for monitor in paging):
        yield f"{len(paging)} of {count(brief.owned, 'monitor')} can wake you, {ranked}"
    else:
        whose = "some of them of other teams"
        yield f"{count(len(paging), 'monitor')} can wake you, {whose}, {ranked}"
    yield from (f"- {_monitor(monitor, brief, quoted)}" for monitor in _first(brief))
    if len(paging) > _MONITORS:
        team = plain(brief.team.name)
        yield f"`monitor-sync list team:{team}` shows all that the team owns."


def _how_often(brief: Brief, quoted: Quoted) -> str:
    """Return a sentence about how often they do."""
    paged = brief.paged
    if paged is None:
        return f"How often they do is not known ({quoted(brief.paged_unknown)})."
    weeks = paged.days // 7
    if not paged.pages:
        return f"Nobody was paged in the last {count(weeks, 'week')}."
    nights = f", {paged.nights} of them at night" if paged.nights else ", none of them at night"
    rate = f": about {paged.pages / weeks:.0f} a week" if paged.pages >= weeks else ""
    times = count(paged.pages, "time")
    return f"In the last {count(weeks, 'week')} the team was paged {times}{nights}{rate}."


def _first(brief: Brief) -> list[Monitor]:
    """Return the monitors to name: those that paged most lately, then the most urgent."""
    pages = brief.paged.by_monitor if brief.paged else {}
    return sorted(brief.paging, key=lambda monitor: -pages.get(monitor.key, 0))[:_MONITORS]


def _monitor(monitor: Monitor, brief: Brief, quoted: Quoted) -> str:
    priority = f"P{monitor.priority}" if monitor.priority else "no priority"
    pages = brief.paged.by_monitor.get(monitor.key, 0) if brief.paged else 0
    often = f" ({count(pages, 'page')})" if pages else ""
    return f"{priority}  {quoted(shorten(monitor.name, 66 - len(often)))}{often}"


def _ringing(brief: Brief, quoted: Quoted) -> Iterator[str]:
    target, tool = brief.acknowledge, brief.team.tool
    within = f" within {_duration(target)}" if target is not None else ""
    where = f" in {quoted(title_of(tool))}" if tool else ""
    yield (
        f'- Acknowledge it{within}{where}. That says "I am looking", and stops it from calling'
        " the next person."
    )
    yield "- Open the runbook in the message: first what it means for customers, then what to do."
    chat = brief.team.handles.get("chat", "")
    if chat:
        yield f"- Write one line into {quoted(chat.lstrip('@'))}: what you see. Then go on."
    yield "- Make it better first; find out why afterwards. Rolling back is always a good guess."
    yield "- See that it recovers. A page that was useless is a threshold to mend, by day."


def _duration(target: timedelta) -> str:
    """Return a target for people, in the largest unit that divides it: ``5 min``, ``90 s``."""
    seconds = int(target.total_seconds())
    for length, unit in ((86400, "days"), (3600, "h"), (60, "min")):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def _reading(brief: Brief, quoted: Quoted) -> Iterator[str]:
    sop = brief.sop_file or brief.team.sop
    if sop:
        yield f"The SOP, which says what you do as on-call: {quoted(sop)}"
    else:
        yield "There is no SOP yet. Ask what is done here, and write it down: `sop:` in teams.yaml."
    shown = brief.runbooks[:_RUNBOOKS]
    if shown:
        pages = len(brief.runbooks)
        some = f", {len(shown)} of {pages}" if len(shown) < pages else ""
        yield f"The runbooks that most of the team's monitors lead to{some}:"
        yield from (f"- {quoted(page)} ({count(number, 'monitor')})" for page, number in shown)
