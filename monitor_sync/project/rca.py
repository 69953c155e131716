"""
The register of RCAs: pages of Markdown in ``<unit>/rca/``, each with front matter in YAML.

Only the front matter is read. No monitor is made of these files, and a mistake in one keeps nothing
from being planned.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from monitor_sync import regular_file
from monitor_sync.diagnostics import Diagnostic, Severity, Span
from monitor_sync.incidents import Rca, RcaAction
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import Project
from monitor_sync.project.document import Document
from monitor_sync.project.files import ProjectFile
from monitor_sync.project.parsed import ParsedFile, parse_content
from monitor_sync.project.yaml_reader import DataPath

FOLDER: Final = "rca"
"""The folder of a business unit that has its RCAs."""

_FRONT: Final = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(---[ \t]*\r?\n.*?)^---[ \t]*(?:\r?\n|\Z)", re.DOTALL | re.MULTILINE
)
_LONGEST: Final = 1_000_000
"""Bytes of a page; beyond them it is no page for people."""

_README: Final = "readme.md"


def read_register(root: Path, project: Project) -> tuple[tuple[Rca, ...], list[Diagnostic]]:
    """
    Return the RCAs below a project's folder, and what is wrong with pages and front matter.

    An RCA whose front matter has the wrong shape is not among them. One that names a team or a
    monitor that there is none of is, with a warning: both come and go, and an RCA stays.
    """
    register: list[Rca] = []
    diagnostics: list[Diagnostic] = []
    for path in _pages(root):
        parsed, wrong = _parsed(path)
        diagnostics += wrong
        if wrong or not isinstance(parsed.written, Mapping):
            continue
        wrong = list(_wrong_days(parsed))
        diagnostics += [*wrong, *_unknown_names(parsed, project)]
        if not wrong:
            register.append(_entry(parsed))
    return tuple(register), diagnostics


def _pages(root: Path) -> Iterator[Path]:
    """Yield the pages in a stable order: no README, nothing hidden, nothing from outside."""
    real = Path(os.path.realpath(root))
    for path in sorted(root.glob(f"*/{FOLDER}/*.md")):
        passed = path.name.startswith(".") or path.name.casefold() == _README
        if not passed and Path(os.path.realpath(path)).is_relative_to(real):
            yield path


def _parsed(path: Path) -> tuple[ParsedFile, list[Diagnostic]]:
    """Return the front matter of a page; its lines are those of the page."""
    file = ProjectFile(
        kind="rca", shown=path.as_posix(), path=path, unit=path.parent.parent.name, name=path.stem
    )
    nothing = ParsedFile(file=file, document=Document(file.shown, "", None, {}))
    try:
        content = regular_file.content(path, _LONGEST)
    except OSError as error:
        return nothing, [_of_page(file, f"cannot be read: {error.strerror}", "file/unreadable")]
    front = _FRONT.match(content)
    if front is None:
        return nothing, [_of_page(file, "the page has no front matter", "schema/missing-key")]
    return parse_content(file, front[1])


def _of_page(file: ProjectFile, message: str, rule: str) -> Diagnostic:
    hint = "begin it with `---`, then incident, team, cause and actions, a line each, then `---`"
    return Diagnostic(
        rule=rule,
        severity=Severity.ERROR,
        message=message,
        hint=hint if rule == "schema/missing-key" else "",
        span=Span(file.shown, 1),
    )


def _wrong_days(parsed: ParsedFile) -> Iterator[Diagnostic]:
    """Yield the days that have the right form and do not exist."""
    written = parsed.written
    days: list[tuple[DataPath, Any]] = [(("held",), written.get("held"))]
    for index, action in enumerate(written.get("actions") or ()):
        days += [(("actions", index, name), action.get(name)) for name in ("due", "done")]
    for where, text in days:
        if isinstance(text, str) and _day(text) is None:
            yield parsed.document.diagnostic(
                "schema/not-a-day",
                f"there is no day {text}",
                parsed.document.span(where),
                hint="a day is written as 2026-10-05",
            )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _entry(parsed: ParsedFile) -> Rca:
    """Return an RCA of the right shape."""
    written = parsed.written
    incidents = written["incident"]
    return Rca(
        incidents=tuple(map(str, incidents if isinstance(incidents, list) else [incidents])),
        team=written["team"],
        cause=written["cause"],
        path=parsed.file.shown,
        unit=parsed.file.unit,
        monitors=tuple(written.get("monitors") or ()),
        actions=tuple(
            RcaAction(
                what=action["what"],
                team=action.get("team", written["team"]),
                due=date.fromisoformat(action["due"]),
                done=bool(action.get("done")),
            )
            for action in written.get("actions") or ()
        ),
        held=date.fromisoformat(written["held"]) if written.get("held") else None,
    )


def _unknown_names(parsed: ParsedFile, project: Project) -> Iterator[Diagnostic]:
    """Yield warnings of teams and monitors that there are none of: they may have been renamed."""
    written = parsed.written
    teams: list[tuple[DataPath, Any]] = [(("team",), written["team"])]
    for index, action in enumerate(written.get("actions") or ()):
        teams.append((("actions", index, "team"), action.get("team")))
    for where, name in teams:
        if name is not None and name not in project.teams:
            yield _unknown(parsed.document, where, "team", name, project.teams)
    for index, key in enumerate(written.get("monitors") or ()):
        if key not in project.monitors:
            yield _unknown(parsed.document, ("monitors", index), "monitor", key, project.monitors)


def _unknown(
    document: Document, where: DataPath, what: str, name: str, known: Iterable[str]
) -> Diagnostic:
    return document.diagnostic(
        "references/rca-of-no-such",
        f"there is no {what} `{name}`",
        document.span(where),
        hint=did_you_mean(name, known),
        severity=Severity.WARNING,
    )
