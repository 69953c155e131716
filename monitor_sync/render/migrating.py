"""What codemods made of the files: the patch, what changes in behaviour, what was kept and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from monitor_sync import jsontext
from monitor_sync.render import patch
from monitor_sync.render.style import PLAIN, Style
from monitor_sync.render.text import count, plain, wrapped

if TYPE_CHECKING:
    from monitor_sync.adopt.migrate.estate import Codemod
    from monitor_sync.app.migrating import CodemodRun, Migration

_LISTED: Final = 5
"""Places of what is kept for one reason that are named, before the others are counted."""


def codemods(known: Mapping[str, Codemod], style: Style = PLAIN) -> str:
    """Return every codemod with what it does and what changes in behaviour."""
    blocks = []
    for name, codemod in known.items():
        title = " ".join((style(name, bold=True), *codemod.parameters))
        lines = [
            *wrapped(codemod.summary, style.screen - 2, 0),
            *wrapped(f"In Datadog: {codemod.behaviour}.", style.screen - 2, 0),
        ]
        blocks.append("\n".join((title, *(f"  {line}" for line in lines))))
    return "\n".join(blocks) + "\n\n`monitor-sync migrate NAME --dry-run` shows the patch.\n"


def text(migration: Migration, style: Style = PLAIN) -> str:
    """Return the patch, then for each codemod what it did, and what it kept."""
    parts = [patch.text(migration.files, style)] if migration.files else []
    parts += ["\n".join(_step(step, style)) + "\n" for step in migration.steps]
    ending = patch.told(
        migration.files,
        dry_run=migration.dry_run,
        nothing="Nothing to rewrite.",
        then="`monitor-sync plan` shows what Datadog gets.",
    )
    return "\n".join([*parts, ending])


def as_json(migration: Migration) -> str:
    """Return each codemod with what it changed and kept, the patch of each file, and the rest."""
    steps = [
        {
            "codemod": step.codemod.name,
            "behaviour": step.codemod.behaviour,
            "files": step.files,
            "monitors": step.monitors,
            "kept": [
                {"file": place, "line": line, "what": what, "reason": reason, "handles": names}
                for place, line, what, reason, names in _kept(step)
            ],
            "notes": list(step.notes),
        }
        for step in migration.steps
    ]
    value = {
        "codemods": steps,
        "files": patch.as_json(migration.files),
        "written": not migration.dry_run,
    }
    return jsontext.document(value)


def _step(step: CodemodRun, style: Style) -> Iterator[str]:
    name = style(step.codemod.name, bold=True)
    if step.files:
        effect = f"{count(step.monitors, 'monitor')}" if step.monitors else "no monitor"
        yield f"{name}: changes {count(step.files, 'file')} and {effect}"
        yield from (f"  {line}" for line in wrapped(step.codemod.behaviour, style.screen - 2, 0))
        yield from (
            f"  {line}" for note in step.notes for line in wrapped(note, style.screen - 2, 2)
        )
    else:
        yield f"{name}: nothing to rewrite"
    places: dict[str, list[str]] = {}
    for place, line, what, reason, names in _kept(step):
        subject = "handles of a message" if names else what
        where = " ".join((f"{place}:{line}", *names))
        places.setdefault(f"{subject}: {reason}", []).append(where)
    for why, kept in places.items():
        yield from wrapped(f"  left as it is: {plain(why)}", style.screen, 4)
        yield from (f"    {plain(place)}" for place in kept[:_LISTED])
        if len(kept) > _LISTED:
            yield f"    and {len(kept) - _LISTED} more; `--format json` has all"


def _kept(step: CodemodRun) -> list[tuple[str, int, str, str, Sequence[str]]]:
    """Return what a codemod left as it is: by its own choice, or since an edit was refused."""
    return [
        *((kept.file, kept.line, kept.what, kept.reason, kept.handles) for kept in step.kept),
        *((kept.shown, kept.line, kept.what, kept.reason, ()) for kept in step.by_hand),
    ]
