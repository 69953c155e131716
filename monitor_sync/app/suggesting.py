"""``import --suggest``: what monitors that are declared one by one have in common."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.sharing import Sharing, by_path, template_text
from monitor_sync.adopt.templates.find import Finder
from monitor_sync.adopt.templates.suggestion import FoundItems, FoundUse, Suggestion
from monitor_sync.app import files, rewriting, scratch
from monitor_sync.project import load

if TYPE_CHECKING:
    from monitor_sync.model import Monitor, Project
    from monitor_sync.project.parsed import ParsedFile

_ATTEMPTS: Final = 5
"""Suggestions made at most; each leaves out the monitors that the one before gets wrong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """
    What could be said once.

    ``suggestion`` was expanded, and makes the same monitors under new keys. ``texts`` are the new
    templates, and what would stand in each file in place of the monitors ``replaced``, by path.
    ``lines`` is how many lines these have now.
    """

    monitors: int
    suggestion: Suggestion = field(default_factory=Suggestion)
    texts: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lines: int = 0


def _lines(sharing: Sharing, team: str) -> str:
    items = list(sharing.monitor_lines(team, {}, {}))
    lines = [*sharing.use_lines(team, {}, {}), *(["monitors:", *items] if items else [])]
    return "".join(line + "\n" for line in lines)


def suggest(root: Path) -> Suggested:
    """
    Return what monitors that are written out have in common, as files could say it.

    Raises WrongFiles where the files have errors, and UsageError where there are none.
    """
    loaded = files.read_whole(root, consequence="so nothing is suggested")
    parsed_files = rewriting.parsed_files(root)
    of_monitors = [file for file in parsed_files if file.file.kind == "monitors"]
    placed = list(_written_out(of_monitors, loaded.project))
    suggestion = _proven(root, parsed_files, placed, loaded.project)
    owners = loaded.project.unit_owners
    teams = {
        _path(file): str(file.value("team") or owners.get(file.file.unit) or "")
        for file in of_monitors
    }
    texts = {template.file: template_text(template, "") for template in suggestion.templates}
    sharing = by_path(suggestion)
    lengths = {key: length for file in of_monitors for key, length in _lengths(file)}
    return Suggested(
        monitors=len(loaded.project.monitors),
        suggestion=suggestion,
        texts=texts | {path: _lines(its, teams[path]) for path, its in sorted(sharing.items())},
        replaced={
            path: [member.name for member in its.members.values()] for path, its in sharing.items()
        },
        lines=sum(lengths[key] for key in suggestion.keys),
    )


def _path(file: ParsedFile) -> str:
    return f"{file.file.unit}/{file.file.name}.yaml"


def _written_out(of_monitors: Sequence[ParsedFile], project: Project) -> Iterator[PlacedMonitor]:
    """Yield the monitors that stand for themselves alone, with what they say in their files."""
    numbers = count(1)
    for file in of_monitors:
        adopted = file.value("adopt") or {}
        for name, raw in (file.value("monitors") or {}).items():
            monitor = project.monitors.get(f"{file.file.unit}/{file.file.name}/{name}")
            if not raw or "for_each" in raw or monitor is None:
                continue
            if name in adopted or "adopt" in raw or "moved_from" in raw:
                continue  # another change of its identity is under way
            yield PlacedMonitor(
                unit=file.file.unit,
                file=file.file.name,
                name=str(name),
                team=monitor.team,
                service=str(file.value("service") or ""),
                id=next(numbers),
                declared={field: value for field, value in raw.items() if field != "team"},
                live=monitor.body,
            )


def _lengths(file: ParsedFile) -> Iterator[tuple[str, int]]:
    """Yield the key of each monitor with the number of lines that it takes in its file."""
    lines = file.document.lines
    names = list(file.value("monitors") or {})
    starts = [lines.get(("monitors", name), 0) for name in names]
    whole = file.document.text.count("\n") + 1
    after = [line for where, line in lines.items() if len(where) == 1]
    for name, start in zip(names, starts, strict=True):
        ends = [line for line in [*starts, *after, whole] if line > start]
        yield f"{file.file.unit}/{file.file.name}/{name}", min(ends, default=start + 1) - start


# the proof


def _proven(
    root: Path, parsed_files: Sequence[ParsedFile], placed: list[PlacedMonitor], project: Project
) -> Suggestion:
    """Return the first suggestion that makes the same monitors; an empty one where none does."""
    finder = Finder()
    templates = {file.file.name for file in parsed_files if file.file.kind == "template"}
    keys = set(project.monitors)
    for _ in range(_ATTEMPTS):
        suggestion = finder.find(
            placed,
            project.business_units,
            taken_templates=templates,
            taken_keys=keys - {monitor.key for monitor in placed},
        )
        suggestion = _with_former_names(suggestion)
        wrong = _wrong(root, parsed_files, suggestion, project)
        if not wrong:
            return suggestion
        placed = [monitor for monitor in placed if monitor.key not in wrong]
    return Suggestion(left=tuple(placed))


def _with_former_names(suggestion: Suggestion) -> Suggestion:
    """Return a suggestion whose items say which monitor each was: its id is kept by that."""
    with_items = [use for use in suggestion.uses if use.template.item]
    used = {use.template.name for use in with_items}
    return replace(
        suggestion,
        templates=tuple(template for template in suggestion.templates if template.name in used),
        uses=tuple(map(_use_with_names, with_items)),
        repeated=tuple(map(_items_with_names, suggestion.repeated)),
    )


def _use_with_names(use: FoundUse) -> FoundUse:
    items: dict[str, dict[str, Any]] = {item: dict(ch) for item, ch in use.items.items()}
    for item, changes in items.items():
        for name in use.template.monitors:
            member = use.members.get(f"{item}.{name}")
            if member is not None:
                changes[name] = {**(changes.get(name) or {}), "moved_from": member.name}
    return replace(use, items=items)


def _items_with_names(repeated: FoundItems) -> FoundItems:
    items = {
        item: {**changes, "moved_from": repeated.members[f"{repeated.name}.{item}"].name}
        for item, changes in repeated.items.items()
    }
    return replace(repeated, items=items)


def _wrong(
    root: Path, parsed_files: Sequence[ParsedFile], suggestion: Suggestion, project: Project
) -> set[str]:
    """Return the keys of the monitors that a suggestion would not make as they are."""
    if not suggestion.uses and not suggestion.repeated:
        return set()
    new_keys = suggestion.keys
    contents = _applied(root, parsed_files, suggestion)
    with scratch.written(root.resolve().name, contents) as folder:
        loaded = load.load(folder)
    return {
        key
        for key in new_keys
        if not _same(project.monitors[key], loaded.project.monitors.get(new_keys[key]))
    }


def _same(before: Monitor, now: Monitor | None) -> bool:
    """Return whether two monitors are sent alike but for their key, and the new knows the old."""
    if now is None or before.key not in now.moved_from:
        return False
    old = json.dumps(before.body, sort_keys=True).replace(before.key, now.key)
    return old == json.dumps(now.body, sort_keys=True)


def _applied(
    root: Path, parsed_files: Sequence[ParsedFile], suggestion: Suggestion
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of the project as the suggestion would have it, by their path below it."""
    sharing = by_path(suggestion)
    for file in parsed_files:
        path = file.file.path.relative_to(root).as_posix()
        text = file.document.text
        if path in sharing:
            text = json.dumps(_contents(file, sharing[path]))
        yield path, text.encode("utf-8")
    for template in suggestion.templates:
        yield template.file, json.dumps(template.written()).encode("utf-8")


def _contents(file: ParsedFile, sharing: Sharing) -> dict[str, Any]:
    """Return what a file would hold: without the monitors that its templates and items make."""
    gone = {member.name for member in sharing.members.values()}
    contents = dict(file.written)
    monitors = {n: raw for n, raw in (contents.get("monitors") or {}).items() if n not in gone}
    for repeated in sharing.repeated:
        monitors[repeated.name] = {"team": repeated.team, **repeated.written({}, {})}
    uses = [use.written("", {}, {}) for use in sharing.uses]
    return contents | {"monitors": monitors, "use": [*(contents.get("use") or []), *uses]}
