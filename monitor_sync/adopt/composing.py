"""The text of the files that an import writes: what is common once, one entry a monitor below."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from monitor_sync.adopt import scalars
from monitor_sync.adopt.declaring import service_of
from monitor_sync.adopt.inherited import below
from monitor_sync.adopt.placed import PlacedMonitor
from monitor_sync.adopt.sharing import Sharing
from monitor_sync.project.layers import Values
from monitor_sync.project.schema import sent_fields

AS_FOUND: Final = "imported as found"
"""The reason beside a rule whose error a live definition came with."""

_SILENT: Final = {"notify": False, "footer": False}
"""Live messages name their own recipients and have no footer; both stay as they live."""

_NOTHING_SHARED: Final = Sharing()


@dataclass(frozen=True, slots=True, kw_only=True)
class FileContext:
    """
    What decides how one file is written, besides its monitors.

    ``above`` are the merged values of the levels above its monitors, ``team`` the owner that these
    name. ``unset`` are keys of tags from above that its monitors do not carry. ``ignored`` are the
    rules whose errors each monitor came with, by name. ``schema`` is where editors find the
    schema, empty where there is none.
    """

    above: Values = field(default_factory=dict)
    unset: Sequence[str] = ()
    ignored: Mapping[str, Sequence[str]] = field(default_factory=dict)
    schema: str = ""

    @property
    def team(self) -> str:
        """The owner that the levels above name; empty where they name none."""
        return str(self.above.get("team") or "")


_WHY_SILENT = "# Imported: messages name their own recipients, so notify and footer are off."
"""Stands at what it explains: `adopt` above goes when it is spent, and this stays true."""


def new_file(
    monitors: Sequence[PlacedMonitor], context: FileContext, sharing: Sharing = _NOTHING_SHARED
) -> str:
    """Return the text of a new file of these monitors; ``sharing`` declares several at once."""
    entries = {monitor.name: entry(monitor, context) for monitor in monitors}
    shared = {monitor.name for monitor in sharing.members.values()}
    needed = _needed([*sharing.said(), *(entries[name] for name in entries if name not in shared)])
    top: dict[str, Any] = {}
    teams = {monitor.team for monitor in monitors}
    if len(teams) == 1 and teams != {context.team}:
        top["team"] = teams.pop()
    else:
        for monitor in monitors:
            if monitor.team != context.team:
                entries[monitor.name] = {"team": monitor.team, **entries[monitor.name]}
    if monitors[0].service:
        top["service"] = monitors[0].service
    tags = {**dict.fromkeys(context.unset), **_common_tags(entries, needed.tags)}
    if tags:
        top["tags"] = tags
    top["defaults"] = {**_SILENT, **_common(entries, needed)}
    for name in shared:
        del entries[name]
    adopted = {part: monitor.id for part, monitor in sharing.members.items()}
    adopted |= {monitor.name: monitor.id for monitor in monitors if monitor.name in entries}
    lines = [*scalars.schema_line(context.schema), "adopt:", *scalars.entries(adopted, 2)]
    for name, value in top.items():
        lines += [_WHY_SILENT] if name == "defaults" else []
        lines += scalars.entry(name, value, 0)
    team = top.get("team", context.team)
    lines += sharing.use_lines(team, tags, top["defaults"])
    below_monitors = [
        *sharing.monitor_lines(team, tags, top["defaults"]),
        *_monitors(entries, monitors),
    ]
    lines += ["monitors:", *below_monitors] if below_monitors else []
    return "\n".join(lines) + "\n"


class _Needed(NamedTuple):
    """What some monitor of a file says for itself: fields, options, keys of tags."""

    fields: frozenset[str]
    options: frozenset[str]
    tags: frozenset[str]


def _needed(said: Sequence[Mapping[str, Any]]) -> _Needed:
    """Return what is worth saying once for a file, which a template does not say already."""
    return _Needed(
        fields=frozenset(name for values in said for name in values),
        options=frozenset(name for values in said for name in values.get("options") or {}),
        tags=frozenset(
            tag.partition(":")[0] for values in said for tag in values.get("tags") or ()
        ),
    )


def _monitors(
    entries: Mapping[str, Mapping[str, Any]], monitors: Sequence[PlacedMonitor]
) -> Iterator[str]:
    notes = {monitor.name: monitor.notes for monitor in monitors}
    for name, values in entries.items():
        yield from (f"  # {note}" for note in notes[name])
        yield f"  {scalars.key(name)}:"
        yield from scalars.entries(values, 4)


def entry(monitor: PlacedMonitor, context: FileContext) -> dict[str, Any]:
    """Return what stands below the name of a monitor, before what is common is taken out."""
    values = below(monitor.declared, context.above)
    rules = context.ignored.get(monitor.name, ())
    if rules:
        values["ignore"] = [{"rule": rule, "reason": AS_FOUND} for rule in rules]
    return values


def _factored() -> tuple[str, ...]:
    """Return the fields that stand once under ``defaults`` where all monitors of a file agree."""
    return ("type", "priority", "raw_options", *sent_fields(), "ignore", "message")


def _common(entries: dict[str, dict[str, Any]], needed: _Needed) -> dict[str, Any]:
    """Take out of all entries what they have alike and somebody needs, and return it."""
    if len(entries) < 2:
        return {}
    common: dict[str, Any] = {
        name: first
        for name in _factored()
        if name in needed.fields and (first := _alike(entries.values(), name)) is not _DIFFER
    }
    for values in entries.values():
        for name in common:
            del values[name]
    options = _common_options(entries, needed.options)
    return {**common, **({"options": options} if options else {})}


_DIFFER: Final = object()


def _alike(entries: Any, name: str) -> Any:
    values = [entry.get(name, _DIFFER) for entry in entries]
    return values[0] if all(value == values[0] for value in values[1:]) else _DIFFER


def _common_options(entries: dict[str, dict[str, Any]], needed: Collection[str]) -> dict[str, Any]:
    several = [dict(values.get("options") or {}) for values in entries.values()]
    common = {
        name: first
        for name in several[0]
        if name in needed and (first := _alike(several, name)) is not _DIFFER
    }
    _take_out(entries, "options", common)
    return common


def _common_tags(entries: dict[str, dict[str, Any]], needed: Collection[str]) -> dict[str, Any]:
    """Take out of all entries the tags that they have alike, and return them as a map."""
    several = [values.get("tags") for values in entries.values()]
    if len(several) < 2 or not all(isinstance(tags, dict) for tags in several):
        return {}
    first = several[0] or {}
    common = {
        key: value
        for key, value in first.items()
        if key in needed and all((tags or {}).get(key, _DIFFER) == value for tags in several[1:])
    }
    _take_out(entries, "tags", common)
    return common


def _take_out(entries: dict[str, dict[str, Any]], field_name: str, common: Collection[str]) -> None:
    """Leave in a field of all entries what is not common, and no field where nothing is left."""
    for values in entries.values():
        written = values.get(field_name) or {}
        left = {name: value for name, value in written.items() if name not in common}
        if left:
            values[field_name] = left
        else:
            values.pop(field_name, None)


def appended(monitors: Sequence[PlacedMonitor], context: FileContext) -> str:
    """Return the lines that declare these monitors at the end of ``monitors:`` of a file."""
    entries = {}
    for monitor in monitors:
        values = {"adopt": monitor.id, **entry(monitor, context)}
        if monitor.team != context.team:
            values = {"team": monitor.team, **values}
        if context.unset:
            values["tags"] = {**dict.fromkeys(context.unset), **(values.get("tags") or {})}
        if context.above.get("service") not in (None, "", service_of(monitor.live)):
            values.setdefault("service", None)
        entries[monitor.name] = {**values, **_SILENT}
    return "".join(line + "\n" for line in _monitors(entries, monitors))


def unit_file(name: str, team: str, tags: Mapping[str, str], schema: str) -> str:
    """Return the text of ``business-unit.yaml`` of a new unit; team and tags may be empty."""
    values = {"name": name, "team": team, "tags": tags}
    given = {field_name: value for field_name, value in values.items() if value}
    return "\n".join([*scalars.schema_line(schema), *scalars.entries(given, 0)]) + "\n"


def team_entries(teams: Mapping[str, str]) -> str:
    """Return the lines that declare teams below ``teams:``, by key, each with its title."""
    return "".join(
        f"  {scalars.key(team)}:\n    name: {scalars.scalar(title)}\n"
        for team, title in teams.items()
    )
