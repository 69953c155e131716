"""
Who reviews which file, as GitHub's CODEOWNERS: teams and units as patterns and owners.

What GitHub makes of the file, from its page *About code owners*: the last pattern that fits a file
decides, and several owners of one pattern stand on one line, of whom one must approve. A team must
be visible and itself have write access. Of gitignore's patterns, ``!``, ``[ ]`` and an
escaped ``#`` do not work; a file over 3 MB is not read at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from monitor_sync.model import Project, Team
from monitor_sync.render.text import listed

BEGIN: Final = "# >>> monitor-sync codeowners"
END: Final = "# <<< monitor-sync codeowners"
LARGEST: Final = 3_000_000
"""Bytes that GitHub still reads."""

_HEAD: Final = """\
# Written by `monitor-sync codeowners` from teams.yaml and the owners of the business units, so that
# those who are paged for a file are those who approve it. What you write between these two marks
# is lost; what you write above them stays. The last pattern that fits a file decides, which is why
# this part stands last, and in it: what all units share, each unit, the files that also hold
# monitors of other teams. One of the owners of a line must approve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owners:
    """
    Who reviews what.

    ``owner`` is the team that answers for what all units share, empty where none is named, and
    ``shared`` its team on GitHub, which reviews that; nobody does where it is empty. ``units`` and
    ``files`` map a path below the folder of the monitors to owners, ``@organisation/team``;
    ``files`` has those whose monitors do not all belong to the unit's team. ``unknown`` are teams
    that own something and have no GitHub team.
    """

    owner: str = ""
    shared: str = ""
    units: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[str, ...]]
    unknown: tuple[str, ...] = ()


def owners(project: Project) -> Owners:
    """Return the reviewers of every file of a project that was read without errors."""
    by_file: dict[str, set[str]] = {}
    for monitor in project.monitors.values():
        unit, name, _ = monitor.key.split("/", 2)
        by_file.setdefault(f"{unit}/{name}.yaml", set()).add(monitor.team)
    mixed = {
        file: _unit_first(teams, project.unit_owners.get(file.partition("/")[0], ""))
        for file, teams in sorted(by_file.items())
        if teams != {project.unit_owners.get(file.partition("/")[0])}
    }
    every = {*project.unit_owners.values(), *(team for teams in mixed.values() for team in teams)}
    if project.owner:
        every.add(project.owner)
    units = {
        f"{unit}/": _githubs((team,), project.teams)
        for unit, team in sorted(project.unit_owners.items())
    }
    files = {file: _githubs(teams, project.teams) for file, teams in mixed.items()}
    return Owners(
        owner=project.owner,
        shared=project.teams[project.owner].github if project.owner else "",
        units={path: owned for path, owned in units.items() if owned},
        files={path: owned for path, owned in files.items() if owned},
        unknown=tuple(sorted(team for team in every if not project.teams[team].github)),
    )


def _unit_first(teams: Iterable[str], unit_owner: str) -> tuple[str, ...]:
    return tuple(sorted(teams, key=lambda team: (team != unit_owner, team)))


def _githubs(names: Iterable[str], teams: Mapping[str, Team]) -> tuple[str, ...]:
    owned = (teams[team].github for team in names)
    return tuple(dict.fromkeys(team for team in owned if team))


def text(owners: Owners, folder: str, itself: str) -> str:
    """
    Return our part of the file, its marks included.

    ``folder`` is where the monitors are and ``itself`` the CODEOWNERS file, both from the root of
    the repository; an empty ``folder`` is that root.
    """
    top = f"/{folder}/" if folder else "/"
    everything = top if folder else "*"
    shared = [(everything, (owners.shared,)), (f"/{itself}", (owners.shared,))]
    lines = [BEGIN, _HEAD]
    if owners.unknown:
        lines += [
            "#",
            f"# No `github` in teams.yaml: {listed(owners.unknown, len(owners.unknown))}.",
        ]
    if owners.shared:
        lines += ["", "# What all business units share, and this file", *_rows(shared)]
    elif owners.owner:
        lacking = f"{owners.owner}, its `owner` in project.yaml, has no `github` in teams.yaml"
        lines += ["", f"# Nobody reviews what all units share: {lacking}."]
    else:
        lines += ["", "# What all units share has no owner: name one as `owner` in project.yaml."]
    for title, part in (("Business units", owners.units), ("Other teams' monitors", owners.files)):
        if part:
            rows = [(top + path, names) for path, names in part.items()]
            lines += ["", f"# {title}", *_rows(rows)]
    return "\n".join([*lines, END]) + "\n"


def _rows(rows: Iterable[tuple[str, tuple[str, ...]]]) -> Iterator[str]:
    patterns = [(_pattern(path), names) for path, names in rows]
    width = max(len(pattern) for pattern, _ in patterns)
    for pattern, names in patterns:
        yield f"{pattern:<{width}}  {' '.join(names)}"


def _pattern(path: str) -> str:
    """Return a path as a pattern, in which a blank or ``#`` matches any text."""
    return re.sub(r"[^A-Za-z0-9._/@+*-]+", "*", path)


def merged(old: str, part: str) -> str:
    """
    Return the whole file: what people wrote in ``old``, then our part.

    Raises:
        ValueError: ``old`` has one of our marks without the other; the text says which.
    """
    lines = old.splitlines()
    begins = [place for place, line in enumerate(lines) if line.rstrip() == BEGIN]
    ends = [place for place, line in enumerate(lines) if line.rstrip() == END]
    if len(begins) != len(ends) or len(begins) > 1 or begins > ends:
        raise ValueError(f"`{BEGIN}` and `{END}` do not stand there once each, in this order")
    if begins:
        del lines[begins[0] : ends[0] + 1]
    theirs = "\n".join(lines).strip("\n")
    return f"{theirs}\n\n{part}" if theirs else part
