"""``release``: monitors leave the files, and stay in Datadog without our tags."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from monitor_sync.adopt.releasing import depart, orphaned_tests
from monitor_sync.app import files, rewriting
from monitor_sync.app.failures import NotProven
from monitor_sync.app.rewriting import ByHand, Rewritten
from monitor_sync.app.selection import suggest
from monitor_sync.counting import count
from monitor_sync.errors import UsageError
from monitor_sync.project.edits import Edit, without
from monitor_sync.project.files import find_tests
from monitor_sync.project.parsed import parse
from monitor_sync.selectors import with_stems

if TYPE_CHECKING:
    from monitor_sync.model import Monitor
    from monitor_sync.project.load import Loaded

REASON: Final = "leaves this project"
"""What stands under ``released:`` where nobody says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOptions:
    """``reason`` is written beside each key. With ``dry_run`` nothing is written."""

    reason: str = REASON
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """
    Which monitors leave, the files that say so, and what a person may want to know.

    ``tests`` counts the unit tests that leave with them: those of no other monitor.
    """

    keys: tuple[str, ...]
    files: tuple[Rewritten, ...]
    tests: int = 0
    notes: tuple[str, ...] = ()
    dry_run: bool = False


def release(root: Path, keys: Sequence[str], options: ReleaseOptions | None = None) -> Release:
    """
    Move monitors out of the files and under ``released:``.

    A key stands for a monitor, or for all items of one. The files are written only if reading
    them back gives the same monitors without these. Raises UsageError, WrongFiles, NotProven.
    """
    options = options or ReleaseOptions()
    loaded = files.read_whole(root, consequence="so nothing is released")
    named = {key: _meant(loaded, key) for key in dict.fromkeys(keys)}
    departure = depart(loaded.provenance, named, options.reason)
    if departure.bound:
        key, reason = next(iter(departure.bound.items()))
        raise UsageError(f"{key} cannot be released alone: {reason}", hint=_alone(loaded, key))
    leaving = {key for keys in named.values() for key in keys}
    tests, emptied = _tests(root, loaded, leaving)
    rewritten, by_hand = rewriting.rewrite(root, {**departure.edits, **tests})
    _prove(root, loaded, leaving, rewritten, by_hand)
    if not options.dry_run:
        rewriting.write(rewritten)
    return Release(
        keys=tuple(sorted(leaving)),
        files=tuple(rewritten),
        tests=sum(map(len, tests.values())),
        notes=(*_notes(loaded, leaving), *emptied),
        dry_run=options.dry_run,
    )


def _meant(loaded: Loaded, key: str) -> list[str]:
    """Return the keys of the monitors that a key means. Raises UsageError where it is none."""
    monitors = loaded.project.monitors
    meant = [key] if key in monitors else [own for own in monitors if key in with_stems(own)]
    if meant:
        return meant
    if key in loaded.project.released:
        raise UsageError(f"{key} is released already", hint="`monitor-sync apply` lets it go")
    raise UsageError(f"no monitor has the key {key!r}", hint=suggest(loaded.project, key))


def _alone(loaded: Loaded, key: str) -> str:
    stem = list(with_stems(key))[-1]
    family = [own for own in loaded.project.monitors if stem in with_stems(own)]
    if len(family) > 1:
        return f"`monitor-sync release {stem}` releases all {len(family)} of {stem}"
    return "write the monitors of the template out in the file first"


def _tests(
    root: Path, loaded: Loaded, leaving: AbstractSet[str]
) -> tuple[dict[str, list[Edit]], list[str]]:
    """Return what takes the tests of leaving monitors out, by file, and what a person deletes."""
    edits: dict[str, list[Edit]] = {}
    emptied = []
    for file in find_tests(root):
        start = f"{file.unit}/{file.name}/"
        own = [key for key in loaded.project.monitors if key.startswith(start)]
        if leaving.isdisjoint(own):
            continue
        written = parse(file)[0].written
        tests = written.get("tests") if isinstance(written, dict) else None
        if not isinstance(tests, list):
            continue  # `validate` says what is wrong with the file
        orphans = orphaned_tests(tests, start, own, leaving)
        if orphans and len(orphans) == len(tests):
            emptied.append(f"delete {file.shown}: all its tests are of what leaves")
        elif orphans:
            edits[f"{file.unit}/{file.path.name}"] = without(("tests",), orphans[::-1], len(tests))
    return edits, emptied


def _prove(
    root: Path,
    loaded: Loaded,
    leaving: Collection[str],
    rewritten: Sequence[Rewritten],
    by_hand: Sequence[ByHand],
) -> None:
    """Raise NotProven unless the files as they would be declare the same without these."""
    if by_hand:
        first = by_hand[0]
        raise NotProven(
            f"{first.shown}:{first.line}: {first.what}: {first.reason}",
            rewritten,
            hint="take it out by hand, and write its key and a reason under `released:`",
        )
    with rewriting.reloaded(root, rewritten) as after:
        errors = after.errors
        if errors:
            raise NotProven(
                f"without {_named(leaving)} the files would have {count(len(errors), 'error')}",
                rewritten,
                hint="mend what refers to it first, or release that as well",
                diagnostics=errors,
            )
        kept = {key: own for key, own in loaded.project.monitors.items() if key not in leaving}
        if _plain(after.project.monitors) != _plain(kept):
            raise NotProven(
                "other monitors would change too",
                rewritten,
                hint="take it out by hand, and write its key and a reason under `released:`",
            )


def _named(keys: Collection[str]) -> str:
    return next(iter(keys)) if len(keys) == 1 else count(len(keys), "monitor")


def _plain(monitors: Mapping[str, Monitor]) -> dict[str, Monitor]:
    """Return monitors without the places where the files declare them."""
    return {key: replace(monitor, path="", line=0) for key, monitor in monitors.items()}


def _notes(loaded: Loaded, leaving: Collection[str]) -> list[str]:
    renamed = [key for key in leaving if loaded.project.monitors[key].moved_from]
    return [
        f"{key} says `moved_from`: apply that before this is applied, or the old key stays"
        for key in sorted(renamed)
    ]
