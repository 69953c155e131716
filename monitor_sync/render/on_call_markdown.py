"""Paths from a page to a person as Markdown: for an issue without names, unless they are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from monitor_sync.render.markdown import code, codes, prose, table, whole
from monitor_sync.render.on_call import (
    alike_unchecked,
    counting_line,
    is_followed,
    notes,
    people,
    reasons,
    warnings,
)
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.app.on_call import VerifiedPaths
    from monitor_sync.oncall.path import PagingPath, PathStep


def title(verified: VerifiedPaths) -> str:
    """Return the title of the issue about paths that are broken."""
    return count(verified.broken, "page reaches nobody", "pages reach nobody")


_UNNAMED = {
    "person": "nobody is on call now, at no level",
    "schedule": "somebody is missing in the next 14 days",
}
"""What is told of a broken step without names and times."""


def markdown(verified: VerifiedPaths, *, names: bool = True) -> str:
    """
    Return what is broken, what was not checked and who is on call.

    Without ``names``, no person, no schedule and no time of a gap is in it.
    """
    pieces = [counting_line(verified)]
    broken = [path for path in verified.paths if path.status == "broken"]
    pieces += [_broken(path, names=names) for path in broken]
    followed = [path for path in verified.paths if is_followed(path)]
    unchecked = [path for path in followed if path.status == "not_checked"]
    pieces += _unchecked(unchecked)
    pieces += [f"Not checked: {prose(what)}." for what in verified.unread]
    if names:
        sentences = {**warnings(followed), **notes(p for p in followed if p.status == "ok")}
        pieces += _worth_knowing(sentences)
        pieces += _on_call([path for path in followed if path.on_call])
    return whole(pieces)


def _broken(path: PagingPath, *, names: bool) -> str:
    lines = [
        f"**{code(path.team)}**: {code(path.handle)}"
        f" ({count(path.monitors, 'monitor')}: {', '.join(path.states)})"
    ]
    for step in path.steps:
        if step.status == "broken":
            lines += _said(step, names=names)
    return "\n".join(lines)


def _said(step: PathStep, *, names: bool) -> Iterator[str]:
    what = step.what if names else _UNNAMED.get(step.step, step.what)
    name = f" {code(step.name)}" if names and step.name else ""
    yield f"- {step.step}{name} is broken: {prose(what)}"
    if step.fix:
        yield f"  - to do: {prose(step.fix)}"


def _unchecked(paths: Iterable[PagingPath]) -> list[str]:
    alike = alike_unchecked(paths)
    if not alike:
        return []
    lines = [
        f"- {count(len(group), 'path')} of {codes(dict.fromkeys(p.team for p in group))}:"
        f" {prose('; '.join(reasons(group[0])))}"
        for group in alike
    ]
    return ["**Not checked**\n" + "\n".join(lines)]


def _worth_knowing(by_what: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [f"- {prose(what)} ({codes(teams)})" for what, teams in by_what.items()]
    return ["**Worth knowing**\n" + "\n".join(lines)] if lines else []


def _on_call(paths: Iterable[PagingPath]) -> list[str]:
    rows = [(code(path.team), code(path.handle), code(people(path))) for path in paths]
    return ["\n".join(table(("team", "handle", "on call now"), rows))] if rows else []
