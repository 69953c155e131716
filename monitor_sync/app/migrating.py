"""``migrate``: files rewritten by codemods, each proven to change nothing but what it says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.adopt.migrate import ignores
from monitor_sync.adopt.migrate.codemods import CODEMODS
from monitor_sync.adopt.migrate.estate import Codemod, Estate, Kept, estate
from monitor_sync.adopt.migrate.handle import published
from monitor_sync.app import files, rewriting, scratch
from monitor_sync.app.failures import NotProven
from monitor_sync.app.rewriting import ByHand, Rewritten
from monitor_sync.audience.audience import of_body
from monitor_sync.audience.change import between, same_but_for
from monitor_sync.counting import count, listed
from monitor_sync.diagnostics import Severity
from monitor_sync.errors import UsageError
from monitor_sync.language.suggest import did_you_mean

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.model import Monitor
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.spent import Spent

_ABSENT: Final = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodemodRun:
    """
    One codemod that was run: the files and monitors that it changes, and what it keeps.

    ``notes`` are sentences about what it did.
    """

    codemod: Codemod
    files: int = 0
    monitors: int = 0
    kept: tuple[Kept, ...] = ()
    by_hand: tuple[ByHand, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What codemods made of the files. Nothing is written where it was a ``dry_run``."""

    steps: tuple[CodemodRun, ...]
    files: tuple[Rewritten, ...]
    dry_run: bool = False


@dataclass(slots=True)
class _CodemodRuns:
    """The codemods that have run in a copy of the project so far."""

    root: Path
    copy: Path
    spent: Sequence[Spent] = ()
    steps: list[CodemodRun] = field(default_factory=list)

    def rewritten(self) -> list[Rewritten]:
        """Return the files that differ from those of the project by now."""
        return rewriting.differing(self.root, self.copy)


def requests(words: Sequence[str]) -> list[tuple[Codemod, tuple[str, ...]]]:
    """
    Return the codemods that a command line names, each with what it is told.

    Raises UsageError for a name that is none, and where an argument is missing or cannot be meant.
    """
    rest = list(words)
    requested = []
    while rest:
        name = rest.pop(0)
        codemod = CODEMODS.get(name)
        if codemod is None:
            hint = did_you_mean(name, CODEMODS, "`monitor-sync migrate` lists them")
            raise UsageError(f"there is no codemod {name!r}", hint=hint)
        arguments = tuple(rest[: len(codemod.parameters)])
        del rest[: len(arguments)]
        if len(arguments) < len(codemod.parameters):
            usage = " ".join((name, *codemod.parameters))
            raise UsageError(
                f"{name} takes {count(len(codemod.parameters), 'argument')}",
                hint=f"write `monitor-sync migrate {usage}`",
            )
        requested.append((codemod, codemod.understood(arguments)))
    return requested


def migrate(
    root: Path,
    words: Sequence[str],
    *,
    dry_run: bool = False,
    target: Callable[[], Target] | None = None,
) -> Migration:
    """
    Rewrite the files of a project by the codemods that the words name, in their order.

    They run in a copy. What each makes is read back: no error that was not there, the same
    monitors, no field changed but those that the codemod says, nobody notified differently. The
    files are written then, all or none. ``target`` gives the Datadog of a codemod that asks one.
    Raises UsageError, WrongFiles, NotProven, RemoteError.
    """
    requested = requests(words)
    files.read_whole(root, consequence="so nothing is rewritten")
    with rewriting.copied(root) as copy:
        run = _CodemodRuns(root, copy, _spent(root, requested, target))
        for codemod, arguments in requested:
            run.steps.append(_step(run, codemod, arguments))
        rewritten = run.rewritten()
    if not dry_run:
        rewriting.write(rewritten)
    return Migration(steps=tuple(run.steps), files=tuple(rewritten), dry_run=dry_run)


def _spent(
    root: Path,
    requested: Sequence[tuple[Codemod, tuple[str, ...]]],
    target: Callable[[], Target] | None,
) -> Sequence[Spent]:
    """Return what a plan says is spent, where a codemod asks for it."""
    if target is None or not any(codemod.online for codemod, _ in requested):
        return ()
    from monitor_sync.app.planning import plan

    return plan(root, target()).plan.spent


def _step(run: _CodemodRuns, codemod: Codemod, arguments: Sequence[str]) -> CodemodRun:
    before = rewriting.read_copy(run.copy, run.root)
    parsed = rewriting.parsed_files(run.copy, tests=True)
    first = estate(run.copy, parsed, before, run.spent)
    rewrites = codemod.rewrite(first, arguments)
    known = _unused_ignores(first)
    edits = {name: steps for name, steps in rewrites.edits.items() if steps}
    number, by_hand = rewriting.rewrite_copy(run.copy, edits)
    after = rewriting.read_copy(run.copy, run.root)
    changed = _prove(run, codemod, arguments, before, after)
    second = estate(run.copy, rewriting.parsed_files(run.copy, tests=True), after)
    later = codemod.afterwards(second, arguments)
    more, refused = rewriting.rewrite_copy(run.copy, later.edits)
    by_hand += refused
    not_edited = {entry.shown for entry in by_hand}
    left = [entry for entry in later.kept if entry.file not in not_edited]
    stale = _unused_ignores(second) - known
    further = ignores.edits(second.levels, stale)
    rewriting.rewrite_copy(run.copy, further)
    below = [replace(entry, shown=_shown(run, entry.shown)) for entry in by_hand]
    kept = [replace(entry, file=_shown(run, entry.file)) for entry in (*rewrites.kept, *left)]
    return CodemodRun(
        codemod=codemod,
        files=number + more + len(further.keys() - edits.keys()),
        monitors=len(changed),
        kept=tuple(sorted(kept, key=lambda kept: (kept.file, kept.line))),
        by_hand=tuple(below),
        notes=(
            *rewrites.notes,
            *_taken_along(stale),
            *(_new_errors(before, after) if changed else ()),
        ),
    )


def _new_errors(before: Loaded, after: Loaded) -> Iterator[str]:
    """Yield a sentence about what rules call an error now, and did not before."""
    errors = _errors(after, after.project.monitors)
    if errors:
        errors -= _errors(before, {key for _, key in errors})
    if errors:
        rules = listed(sorted({rule for rule, _ in errors}))
        yield f"brings {count(len(errors), 'error')} of {rules}: `monitor-sync validate` shows them"


def _errors(loaded: Loaded, keys: Collection[str]) -> set[tuple[str, str]]:
    findings = files.check(loaded, keys, least=Severity.ERROR) if keys else ()
    return {(entry.rule, entry.key) for entry in findings if entry.severity is Severity.ERROR}


def _unused_ignores(project: Estate) -> set[ignores.IgnoreEntry]:
    """Return the entries of `ignore` that silence nothing, as far as can be known offline."""
    monitors = project.loaded.project.monitors
    keys = [key for key, monitor in monitors.items() if monitor.ignored]
    findings = files.check(project.loaded, keys) if keys else ()
    return ignores.unused(project, findings)


def _taken_along(stale: Collection[ignores.IgnoreEntry]) -> Iterator[str]:
    if stale:
        rules = listed(sorted({entry.rule for entry in stale}))
        yield f"took along `ignore` that silences nothing any more: {len(stale)} of {rules}"


def _shown(run: _CodemodRuns, name: str) -> str:
    """Return how messages name a file that is named by its path in the copy, or below it."""
    return scratch.shown(str(run.copy / name), run.copy, run.root)


def _prove(
    run: _CodemodRuns, codemod: Codemod, arguments: Sequence[str], before: Loaded, after: Loaded
) -> list[str]:
    """Return the monitors that a codemod changes. Raises NotProven where it does more than said."""
    known = {
        (diagnostic.rule, diagnostic.key, diagnostic.message) for diagnostic in before.diagnostics
    }
    errors = [
        diagnostic
        for diagnostic in after.errors
        if (diagnostic.rule, diagnostic.key, diagnostic.message) not in known
    ]
    if errors:
        raise NotProven(
            f"{codemod.name} would bring {count(len(errors), 'error')}, so nothing is written",
            run.rewritten(),
            diagnostics=errors,
        )
    old, new = before.project.monitors, after.project.monitors
    if old.keys() != new.keys():
        raise NotProven(f"{codemod.name} would add or remove monitors", run.rewritten())
    changed = [key for key in old if old[key].body != new[key].body]
    for key in changed:
        _prove_fields(run, codemod, old[key], new[key])
        _prove_audience(run, codemod, arguments, old[key], new[key])
    return changed


def _prove_fields(run: _CodemodRuns, codemod: Codemod, old: Monitor, new: Monitor) -> None:
    # what routing adds to a message follows from the options
    bodies = [
        {**monitor.body, "message": monitor.body["message"][: monitor.text_end]}
        for monitor in (old, new)
    ]
    further = sorted(set(_differing(*bodies)) - codemod.fields)
    further = [name for name in further if name.split(".")[0] not in codemod.fields]
    if further:
        raise NotProven(
            f"{codemod.name} would change {further[0]} of {old.key} too, so nothing is written",
            run.rewritten(),
        )


def _prove_audience(
    run: _CodemodRuns, codemod: Codemod, arguments: Sequence[str], old: Monitor, new: Monitor
) -> None:
    before, after = of_body(published(old.body)), of_body(published(new.body))
    if codemod.replaces_a_handle:
        proven = same_but_for(before, after, arguments[0], arguments[1])
    else:
        proven = "message" not in codemod.fields or bool(codemod.parameters)
        proven = proven or not between(before, after)
    if not proven:
        raise NotProven(
            f"{codemod.name} would notify others of {old.key}, so nothing is written",
            run.rewritten(),
        )


def _differing(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fields in which two bodies differ, those of the options one by one."""
    for name in {**old, **new}:
        before, after = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if before == after:
            continue
        if name == "options" and isinstance(before, dict) and isinstance(after, dict):
            yield from (f"options.{inner}" for inner in _differing(before, after))
        else:
            yield name
