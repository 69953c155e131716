"""``drift --adopt``: what somebody changed in Datadog is written into the files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync.adopt.drift_edits import LiveValues
from monitor_sync.adopt.migrate.estate import usual_order
from monitor_sync.app import files, listing, rewriting, scratch
from monitor_sync.app.drifted import DriftOptions, drift
from monitor_sync.app.failures import NotProven
from monitor_sync.app.rewriting import Rewritten
from monitor_sync.audience.change import compare
from monitor_sync.counting import count
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.model import Body, LiveResource, Project
    from monitor_sync.project.edits import Edit
    from monitor_sync.project.loaded import Loaded
    from monitor_sync.resources.difference import FieldChange
    from monitor_sync.sync.drift import Apart
    from monitor_sync.sync.plan import Plan


_ROUNDS: Final = 4
"""How often values are taken at most, as one that is taken can make another differ."""


_GONE: Final = "it is not in Datadog; take it out of its file, or the next apply makes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedMonitor:
    """One monitor: the fields taken into the files, and those left, with the reason."""

    key: str
    fields: tuple[str, ...]
    left: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdoptedDrift:
    """What was taken, and the files that say so. ``dry_run``: nothing was written."""

    monitors: tuple[AdoptedMonitor, ...]
    files: tuple[Rewritten, ...]
    dry_run: bool = False


def adopt_drift(
    root: Path, target: Target, options: DriftOptions, *, dry_run: bool = False
) -> AdoptedDrift:
    """
    Write the live values of drifted monitors into the files.

    The files are written only if reading them back gives monitors of which these fields differ no
    more, and if no other monitor changes. Raises as ``drift`` does, UsageError, NotProven.
    """
    if not options.selectors:
        raise UsageError(
            "which monitors? `--adopt` takes none without a key",
            hint="`monitor-sync drift` lists them; then `monitor-sync drift --adopt KEY`",
        )
    drifted = drift(root, target, options)
    base = drifted.planned.plan.base
    fields = {
        apart.key: {field.field for field in apart.fields}
        for apart in (base.apart if base else ())
        if apart.fields
    }
    client = drifted.planned.client
    with rewriting.copied(root) as copy:
        trial = _Trial(root, copy, listing.list_live(client), client.site)
        monitors = trial.taken(fields)
        rewritten = rewriting.differing(root, copy)
        trial.prove(files.read_whole(root).project, monitors, rewritten)
    if not dry_run:
        rewriting.write(rewritten)
    gone = tuple(
        AdoptedMonitor(key=apart.key, fields=(), left={"monitor": _left(apart)})
        for apart in (base.apart if base else ())
        if not apart.fields
    )
    monitors = (*monitors, *gone)
    return AdoptedDrift(monitors=monitors, files=tuple(rewritten), dry_run=dry_run)


def _left(apart: Apart) -> str:
    """Return why nothing of a monitor that is not live as ours can be taken."""
    if not apart.untagged:
        return _GONE
    return f"its tags are off in Datadog: write `adopt: {apart.untagged[0]}` in its file, and apply"


@dataclass(frozen=True, slots=True)
class _Trial:
    """A copy of the project into which live values are taken, and what lives."""

    root: Path
    copy: Path
    live: Sequence[LiveResource]
    site: str

    def taken(self, fields: Mapping[str, Collection[str]]) -> tuple[AdoptedMonitor, ...]:
        """
        Take the live values of these fields by key; return what was taken of each monitor.

        A value taken can make another differ: an interval of reminders lets routing add a line
        to the message. So this is done until nothing more is to be taken.
        """
        done: dict[str, dict[str, None]] = {key: {} for key in fields}
        left: dict[str, dict[str, str]] = {key: {} for key in fields}
        for _ in range(_ROUNDS):
            loaded = rewriting.read_copy(self.copy, self.root)
            changes = self._changes(loaded.project, fields)
            edits = self._edits(loaded, changes, done, left)
            if not edits:
                break
            _, by_hand = rewriting.rewrite_copy(self.copy, edits)
            if by_hand:
                file = scratch.shown(by_hand[0].shown, self.copy, self.root)
                raise NotProven(
                    f"{file}:{by_hand[0].line}: {by_hand[0].what}: {by_hand[0].reason}",
                    rewriting.differing(self.root, self.copy),
                    hint="write the live value in by hand; `monitor-sync drift` shows it",
                )
        return tuple(
            AdoptedMonitor(key=key, fields=tuple(done[key]), left=left[key]) for key in fields
        )

    def _changes(
        self, project: Project, fields: Mapping[str, Collection[str]]
    ) -> dict[str, list[FieldChange]]:
        """Return what still differs of these fields, and of messages that routing wrote anew."""
        plan = _planned(project, self)
        return {
            change.key: [
                field
                for field in change.fields
                if field.field in fields[change.key] or field.field == "message"
            ]
            for change in plan.changes
            if change.key in fields
        }

    def _edits(
        self,
        loaded: Loaded,
        changes: Mapping[str, Sequence[FieldChange]],
        done: Mapping[str, dict[str, None]],
        left: Mapping[str, dict[str, str]],
    ) -> dict[str, list[Edit]]:
        values = LiveValues(loaded, usual_order())
        bodies = self._bodies(loaded.project)
        edits: dict[str, list[Edit]] = {}
        for key, differing in changes.items():
            taken = values.take(key, differing, bodies[key])
            done[key].update(dict.fromkeys(taken.fields))
            left[key].update(taken.left)
            for path, steps in taken.edits.items():
                below = Path(path).relative_to(self.copy).as_posix()
                edits.setdefault(below, []).extend(steps)
        return edits

    def prove(
        self, before: Project, monitors: Sequence[AdoptedMonitor], rewritten: Sequence[Rewritten]
    ) -> None:
        """Raise NotProven unless the files say what lives of these monitors, and of no other."""
        after = rewriting.read_copy(self.copy, self.root)
        errors = after.errors
        if errors:
            number = count(len(errors), "error")
            raise NotProven(f"the files would have {number}", rewritten, diagnostics=errors)
        taken = {monitor.key: set(monitor.fields) - monitor.left.keys() for monitor in monitors}
        was, now = _fields(_planned(before, self)), _fields(_planned(after.project, self))
        for key in {**was, **now}:
            same = was.get(key) == now.get(key)
            fields = now.get(key, {}).keys()
            if same if key not in taken else not fields & taken[key] and fields <= was[key].keys():
                continue
            if key in taken and fields == {"message"} and self._same_audience(after.project, key):
                continue
            what = ", ".join(sorted(filter(None, fields))) or "the plan"
            raise NotProven(
                f"{key}: {what} would differ afterwards, so nothing is written",
                rewritten,
                hint="name the other monitors without it, or write its values in by hand",
            )

    def _same_audience(self, after: Project, key: str) -> bool:
        """
        Return whether a message that still differs notifies the same people.

        A warning threshold that somebody removed leaves a line in the live message which nothing
        reaches any more; no file can say such a line, and the next apply takes it out.
        """
        return not compare(self._bodies(after)[key], after.monitors[key].body)

    def _bodies(self, project: Project) -> dict[str, Body]:
        """Return what lives by declared key, as a plan finds it: a clone has the same key."""
        from monitor_sync.sync.identity import match

        return {key: live.body for key, live in match(project, self.live).ours.items()}


def _planned(project: Project, trial: _Trial) -> Plan:
    from monitor_sync.sync.plan import make_plan

    return make_plan(project, trial.live, site=trial.site)


def _fields(plan: Plan) -> dict[str, dict[str, object]]:
    """Return what a plan would change, by key and field."""
    return {
        change.key: {field.field: (change.action, field.new) for field in change.fields}
        or {"": (change.action, None)}
        for change in plan.changes
    }
