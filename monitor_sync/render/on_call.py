"""Paths from a page to a person: a tree a team for people, JSON for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from monitor_sync import jsontext
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import columns, count, hanging, listed, pad, plain, wrapped

if TYPE_CHECKING:
    from monitor_sync.app.on_call import VerifiedPaths
    from monitor_sync.oncall.path import PagingPath, PathStep, Status

WORDS: Final[dict[Status, str]] = {"ok": "ok", "broken": "broken", "not_checked": "not checked"}
_COLOURS: Final[dict[Status, str]] = {"ok": "green", "broken": "red", "not_checked": "yellow"}
_STATUS: Final = max(map(len, WORDS.values()))
_STEP: Final = len("integration")
_SHIFTS: Final = 5
"""Turns ahead that are shown of one schedule."""
_FOLDED: Final = 3
"""More paths than these that are not checked for one reason are told once."""


def text(verified: VerifiedPaths, style: Style = PLAIN, *, full: bool = False) -> str:
    """Return a tree for each team, broken ones first, and a line that counts."""
    followed = [path for path in verified.paths if is_followed(path)]
    broken = [path for path in verified.paths if path.status == "broken"]
    lines = list(_trees(broken, style, full=full))
    alike = alike_unchecked(path for path in followed if path.status == "not_checked")
    for paths in alike:
        lines += _unchecked(paths, style, full=full)
    reached = [path for path in followed if path.status == "ok"]
    lines += _trees(reached, style, full=True) if full else _reached(reached, style)
    lines += _chat(verified.paths)
    for what in verified.unread:
        lines += [*wrapped(f"Not checked: {plain(what)}.", style.screen, 2), ""]
    return "\n".join([*lines, counting_line(verified)]) + "\n"


def is_followed(path: PagingPath) -> bool:
    """Return whether a path goes on behind its handle: chat and e-mail wake nobody."""
    return len(path.steps) > 1


def alike_unchecked(paths: Iterable[PagingPath]) -> list[list[PagingPath]]:
    """Return paths that are not checked, those with one reason together, the most first."""
    by_reason: dict[tuple[str, ...], list[PagingPath]] = {}
    for path in paths:
        by_reason.setdefault(tuple(reasons(path)), []).append(path)
    return sorted(by_reason.values(), key=len, reverse=True)


def reasons(path: PagingPath) -> list[str]:
    """Return why steps of a path are not checked, each reason once."""
    return list(dict.fromkeys(s.what for s in path.steps if s.status == "not_checked"))


def counting_line(verified: VerifiedPaths) -> str:
    """Return the one line that counts all paths."""
    summary = _summary(verified.paths)
    return (
        f"{count(len(verified.paths), 'path')} at {verified.at:%Y-%m-%d %H:%M} UTC:"
        f" {summary['broken']} broken, {summary['ok']} ok, {summary['not_checked']} not checked."
    )


def moment(when: datetime) -> str:
    """Return a time for people: ``Tue 2026-12-01 02:00 UTC``."""
    return f"{when:%a %Y-%m-%d %H:%M} UTC"


def people(path: PagingPath) -> str:
    """Return who is on call now, and until when."""
    return listed(
        [
            plain(person.name) + (f" until {moment(person.until)}" if person.until else "")
            for person in path.on_call
        ]
    )


# trees


def _trees(paths: Iterable[PagingPath], style: Style, *, full: bool) -> Iterator[str]:
    by_team: dict[str, list[PagingPath]] = {}
    for path in paths:
        by_team.setdefault(path.team, []).append(path)
    for team, of_team in by_team.items():
        yield style(plain(team), bold=True)
        for place, path in enumerate(of_team):
            yield from _tree(path, style, last=place == len(of_team) - 1)
            yield from _ahead(path) if full else ()
        yield ""


def _tree(path: PagingPath, style: Style, *, last: bool) -> Iterator[str]:
    corner, bar = ("└─ ", "   ") if last else ("├─ ", "│  ")
    used = f"{count(path.monitors, 'monitor')}: {', '.join(path.states)}"
    beside = not style.width or columns(f"{corner}{plain(path.handle)}  {used}") <= style.width
    between = "  " if beside else f"\n{bar}"
    yield f"{corner}{plain(path.handle)}{between}{style(used, dim=True)}"
    alike = [list(steps) for _, steps in groupby(path.steps, key=_verdict)]
    for place, steps in enumerate(alike):
        inner, below = ("└─ ", "   ") if place == len(alike) - 1 else ("├─ ", "│  ")
        status = style(pad(WORDS[steps[0].status], _STATUS), _COLOURS[steps[0].status])
        yield f"{bar}{inner}{status}  {_named(path, steps)}".rstrip()
        yield from _said(steps[0], f"{bar}{below}{' ' * (_STATUS + 2)}", style)


def _ahead(path: PagingPath) -> Iterator[str]:
    """Yield who takes over in the next 14 days, as far as a screen has room."""
    for shift in path.ahead[:_SHIFTS]:
        lead = " " * (_STATUS + _STEP + 10)
        yield f"{lead}{moment(shift.start)}  {plain(shift.person.name)}"
    if len(path.ahead) > _SHIFTS:
        yield f"{' ' * (_STATUS + _STEP + 10)}and {len(path.ahead) - _SHIFTS} more"


def _verdict(step: PathStep) -> tuple[str, ...]:
    """Return by what steps are told together: those that nothing is known of for one reason."""
    unknown = step.status == "not_checked"
    return ("", step.what, step.fix) if unknown else (step.step, step.what, step.fix)


def _named(path: PagingPath, steps: Sequence[PathStep]) -> str:
    """Return which steps these are, and what a single one is called in the tool."""
    if len(steps) > 1:
        return ", ".join(step.step for step in steps)
    (step,) = steps
    name = plain(step.name) if step.step != "handle" else ""
    if step.step == "person" and step.status == "ok":
        name = people(path) or name
    return f"{pad(step.step, _STEP)}  {name}"


def _said(step: PathStep, lead: str, style: Style) -> Iterator[str]:
    width = max(40, style.screen - len(lead))
    for line in _marked("", step.what, width) if step.what else ():
        yield f"{lead}{line}"
    for warning in step.warnings:
        for line in _marked("warning: ", warning, width):
            yield f"{lead}{style(line, 'yellow')}"
    for line in _marked("help: ", step.fix, width) if step.fix else ():
        yield f"{lead}{style(line, 'cyan') if step.status == 'broken' else line}"


def _marked(mark: str, words: str, width: int) -> list[str]:
    """Return words behind a mark and below each other; what is to be copied stays in one line."""
    first, *others = hanging(plain(words), width, len(mark))
    return [mark + first, *others]


# what is told in short


def _unchecked(paths: Sequence[PagingPath], style: Style, *, full: bool) -> list[str]:
    if full or len(paths) <= _FOLDED:
        return list(_trees(paths, style, full=full))
    first = next(step for step in paths[0].steps if step.status == "not_checked")
    teams = listed(list(dict.fromkeys(path.team for path in paths)))
    head = style(f"{count(len(paths), 'path')} not checked", "yellow", bold=True)
    width = style.screen
    return [
        f"{head}: {plain('; '.join(reasons(paths[0])))}",
        *(["  " + f"help: {plain(first.fix)}"] if first.fix else []),
        *wrapped(f"  of {plain(teams)}", width, 2),
        "",
    ]


def _reached(paths: Sequence[PagingPath], style: Style) -> Iterator[str]:
    """Yield a line for each path that reaches a person, then what is worth knowing about them."""
    width = max((len(path.team) for path in paths), default=0)
    by_team = Counter(path.team for path in paths)
    for path in paths:
        by = f" by {plain(path.handle)}" if by_team[path.team] > 1 else ""
        line = f"{style('ok', 'green')}  {pad(plain(path.team), width)}  {people(path)}"
        yield f"{line.rstrip()}{by}"
    if paths:
        yield ""
    for word, sentences in (("warning", warnings(paths)), ("note", notes(paths))):
        for what, teams in sentences.items():
            lines = _marked(f"{word}: ", f"{what} ({listed(teams)})", style.screen)
            yield from (style(line, "yellow") if word == "warning" else line for line in lines)
            yield ""


def notes(paths: Iterable[PagingPath]) -> dict[str, list[str]]:
    """Return what is worth knowing about steps that are ok, each with its teams."""
    return _by_sentence(
        (step.what, path.team)
        for path in paths
        for step in path.steps
        if step.what and step.status == "ok"
    )


def warnings(paths: Iterable[PagingPath]) -> dict[str, list[str]]:
    """Return what paths are warned of, each with its teams."""
    return _by_sentence(
        (warning, path.team) for path in paths for step in path.steps for warning in step.warnings
    )


def _by_sentence(sentences: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the teams of each sentence, in order."""
    teams: dict[str, dict[str, None]] = {}
    for sentence, team in sentences:
        teams.setdefault(sentence, {})[team] = None
    return {sentence: list(names) for sentence, names in teams.items()}


def _chat(paths: Iterable[PagingPath]) -> list[str]:
    others = [p for p in paths if not is_followed(p) and p.status == "not_checked"]
    if not others:
        return []
    tools = listed(sorted({path.tool for path in others}))
    handles = count(len(others), "handle that wakes nobody", "handles that wake nobody")
    return [f"Not followed: {handles} ({tools}).", ""]


# JSON


def as_json(verified: VerifiedPaths) -> str:
    """Return the paths as the contract of ``on-call verify`` has them."""
    paths = jsontext.array(map(_entry, verified.paths), indent="  ")
    summary = json.dumps(_summary(verified.paths))
    return f'{{\n  "paths": {paths},\n  "summary": {summary}\n}}\n'


def _summary(paths: Sequence[PagingPath]) -> dict[str, int]:
    statuses = [path.status for path in paths]
    return {status: statuses.count(status) for status in ("ok", "broken", "not_checked")}


def _entry(path: PagingPath) -> dict[str, Any]:
    return {
        "team": path.team,
        "handle": path.handle,
        "tool": path.tool,
        "states": list(path.states),
        "monitors": path.monitors,
        "status": path.status,
        "steps": [
            {
                "step": step.step,
                "name": step.name,
                "status": step.status,
                "what": step.full_text,
                "fix": step.fix,
            }
            for step in path.steps
        ],
        "on_call": [
            {"name": person.name, "until": _stamp(person.until)} for person in path.on_call
        ],
        "gaps": [{"from": _stamp(gap.start), "to": _stamp(gap.end)} for gap in path.gaps],
    }


def _stamp(when: datetime | None) -> str | None:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}" if when else None
