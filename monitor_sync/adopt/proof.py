"""The proof of an import: what is read back of it differs from what lives in tags alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from monitor_sync.adopt.declaring import OURS
from monitor_sync.adopt.drafting import Doubts, Draft
from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.model import LiveResource, Monitor, Project
from monitor_sync.sync.plan import make_plan

if TYPE_CHECKING:
    from monitor_sync.adopt.placed import PlacedMonitor
    from monitor_sync.sync.change import Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """
    What reading a draft back has shown.

    ``wrong`` says of a monitor, by id, why it is not what lives. ``errors`` are the rules that
    call it an error as it lives. ``unreadable`` are the paths of files with errors of their own.
    """

    wrong: Mapping[int, str] = field(default_factory=dict)
    errors: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    unreadable: frozenset[str] = frozenset()

    @property
    def holds(self) -> bool:
        """True if nothing speaks against writing the draft."""
        return not (self.wrong or self.errors or self.unreadable)


def prove(
    draft: Draft,
    project: Project,
    diagnostics: Iterable[Diagnostic],
    live: Sequence[LiveResource],
    *,
    caused: Iterable[Diagnostic] = (),
) -> Proof:
    """
    Compare a draft that was read back as ``project`` with all live monitors.

    ``diagnostics`` are what reading and the rules say of it; their paths are below the project's
    folder, as those of the draft are. ``caused`` are errors that the draft causes at neighbours:
    monitors that were declared before.
    """
    errors = [diagnostic for diagnostic in diagnostics if diagnostic.severity is Severity.ERROR]
    plan = make_plan(project, live, site="")
    changes = {change.key: change for change in plan.changes}
    why = {refusal.key: refusal.message for refusal in reversed(plan.refused)}
    why |= {error.key: error.message for error in reversed(errors) if error.key}
    by_key: dict[str, list[str]] = {}
    for error in errors:
        by_key.setdefault(error.key, []).append(error.rule)
    wrong, of_rules = {}, {}
    for monitor in draft.placed:
        key = monitor.key
        problem = _difference(monitor, changes.get(key)) if key in project.monitors else _UNREADABLE
        if key in project.released:
            wrong[monitor.id] = f"{key} is under `released:`; without that line it is imported"
        elif problem:
            wrong[monitor.id] = f"{problem}: {why[key]}" if key in why else problem
        elif key in by_key:
            of_rules[monitor.id] = tuple(dict.fromkeys(by_key[key]))
    wrong |= _causes(draft, project, caused)
    unreadable = {error.span.path for error in errors if not error.key}
    for path in unreadable & draft.makes.keys():
        wrong |= {id_: _UNREADABLE for id_ in draft.makes[path] if id_ not in wrong}
    return Proof(wrong=wrong, errors=of_rules, unreadable=frozenset(unreadable))


def neighbours(draft: Draft, project: Project) -> list[str]:
    """Return the keys declared before with a query of the draft: what copies may make an error."""
    placed = {monitor.key for monitor in draft.placed}
    queries = {_question(project.monitors[key]) for key in placed & project.monitors.keys()}
    return [
        key
        for key, monitor in project.monitors.items()
        if key not in placed and _question(monitor) in queries
    ]


def _causes(draft: Draft, project: Project, caused: Iterable[Diagnostic]) -> dict[int, str]:
    """Return the monitors, by id, without which neighbours would have no error, each with why."""
    why: dict[int, str] = {}
    for error in caused:
        neighbour = project.monitors[error.key]
        alike = [
            (placed.id, monitor)
            for placed in draft.placed
            if (monitor := project.monitors.get(placed.key))
            and _question(monitor) == _question(neighbour)
        ]
        copies = [entry for entry in alike if _texts(entry[1]) == _texts(neighbour)]
        words = f"with it {error.key}, which asks the same, has the error {error.rule}"
        why |= {id_: words for id_, _ in copies or alike}
    return why


def _question(monitor: Monitor) -> tuple[str, str]:
    return monitor.type, monitor.query


def _texts(monitor: Monitor) -> tuple[object, object]:
    return monitor.body.get("name"), monitor.body.get("message")


_UNREADABLE = "its declaration cannot be read back"


def _difference(monitor: PlacedMonitor, change: Change | None) -> str:
    """Return the fields of a monitor that would change, other than by added tags."""
    if change is None or change.action != "adopt" or change.id != monitor.id:
        return "it would not be taken over"
    others = [field.field for field in change.fields if field.field != "tags"]
    if others:
        return f"it reads back with another {', '.join(others)}"
    for field_ in change.fields:
        lost = set(field_.old or ()) - set(field_.new or ())
        lost = {tag for tag in lost if tag.partition(":")[0] not in OURS}
        if lost:
            return f"it would lose the tags {', '.join(sorted(lost))}"
    return ""


def after(doubts: Doubts, proof: Proof, appended: Mapping[str, str]) -> Doubts:
    """
    Return what the next draft must heed.

    A monitor that is wrong is written without holes, and left out if it was; one with errors of
    rules ignores them, and is treated as wrong if it did. ``appended`` are the ``unit/file`` of
    files of people by path: to one that cannot be read any more nothing is appended.
    """
    literal, out, ignored = set(doubts.literal), dict(doubts.out), dict(doubts.ignored)
    closed = {appended[path] for path in proof.unreadable if path in appended}
    if closed:
        return replace(doubts, closed=doubts.closed | closed)
    for id_, why in proof.wrong.items():
        if id_ in literal:
            out[id_] = why
        literal.add(id_)
    for id_, rules in proof.errors.items():
        known = ignored.get(id_, ())
        if not set(rules) <= set(known):
            ignored[id_] = tuple(sorted({*known, *rules}))
            continue
        if id_ in literal:
            out[id_] = f"an error cannot be ignored: {', '.join(rules)}"
        literal.add(id_)
        ignored[id_] = tuple(rule for rule in known if rule not in rules)
    return Doubts(literal=frozenset(literal), out=out, ignored=ignored, closed=doubts.closed)
