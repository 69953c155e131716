"""``plan``: what would an apply do? Changes nothing."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct
from msgspec.structs import replace

from monitor_sync.app import files, listing, past
from monitor_sync.app.selection import select_changes
from monitor_sync.errors import RemoteError, UsageError

if TYPE_CHECKING:
    from monitor_sync.app.base import BaseRevision
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.diagnostics import Diagnostic
    from monitor_sync.model import LiveResource, Project
    from monitor_sync.project.load import Loaded
    from monitor_sync.sync.loosening import Loosening
    from monitor_sync.sync.plan import Plan


_WEAKENED: Final = (
    "the rules of the base are asked: what this change weakens counts from the next change on"
)


class PlanOptions(Struct, frozen=True, kw_only=True):
    """
    What a plan is made of.

    ``selectors`` narrow what the plan shows, never what is compared. ``base`` is a revision: the
    plan is then of what changed in the files since. ``notify_only`` is a handle that replaces
    every recipient. Empty where not given. With ``reports`` drift is only told.
    """

    selectors: Sequence[str] = ()
    base: str = ""
    notify_only: str = ""
    reports: bool = False


class Planned(Struct, frozen=True, kw_only=True):
    """
    A plan that was made of the files in ``root``, and what it was made with.

    ``warnings`` are what the rules say of the monitors that it would write. ``muted`` are the keys
    of our monitors that somebody silenced in Datadog, ``trail`` what was deleted there, ``live``
    everything that was listed.
    """

    root: Path
    project: Project
    client: Client
    trail: past.Trail
    plan: Plan
    warnings: tuple[Diagnostic, ...] = ()
    muted: tuple[str, ...] = ()
    live: Sequence[LiveResource] = ()

    def file(self) -> str:
        """Return the text of the plan file. Raises UsageError where a part cannot stand alone."""
        written = {change.key for change in self.plan.changes}
        for change in self.plan.changes:
            for target in change.kind.unresolved(change.body or {}):
                if target.key not in written:
                    raise UsageError(
                        f"{change.key} refers to {target.key}, which is neither live nor selected",
                        hint=f"select {target.key} as well",
                    )
        return plan_file(self.plan, self.root)


def plan_file(plan: Plan, root: Path) -> str:
    """Return the text of a plan file, which names the commit of the files."""
    from monitor_sync.git import commits
    from monitor_sync.sync import plan_json

    return plan_json.file(plan, commit=commits.checked_out(root))


def plan(root: Path, target: Target, options: PlanOptions | None = None) -> Planned:
    """
    Compare the files in ``root`` with what is live, and return what would change.

    Raises WrongFiles where the files have errors, before anything that Datadog may have said, and
    where a rule has an error about a monitor that would be written; RemoteError, UsageError.
    """
    options = options or PlanOptions()
    planned = compare(root, target.connect, options)
    planned = replace(planned, plan=past.with_deletions(planned.plan, planned.trail, root))
    return replace(planned, plan=select_changes(planned.plan, planned.project, options.selectors))


def compare(
    root: Path,
    connect: Callable[[], Client],
    options: PlanOptions,
    *,
    loaded: Loaded | None = None,
) -> Planned:
    """
    Read, list and compare, as ``plan`` does, without narrowing by selectors.

    ``loaded`` are the files, where somebody has read them already.
    """
    began = int(time.time() * 1000)
    notify_only = options.notify_only
    base = _base(root, options)
    with files.uncollected(), listing.Listing(connect) as live:
        loaded = loaded or files.read_whole(root, notify_only)
        project = loaded.project
        loosened: tuple[Loosening, ...] = ()
        if base and not base.reports:
            project, loosened = base.judged(project)
        client, monitors = live.result()
        trail = past.Trail(client)
        lost = past.lost_adoptions(project, monitors, trail)
        project = past.without(project, lost.deleted)
        base = replace(base, deleted=lost.deleted) if base and lost.deleted else base
        plan = _plan(project, client, monitors, base)
        if base and base.reports and lost.unknown:
            plan = replace(plan, unchecked=(*plan.unchecked, lost.words))
        if base and not base.reports:
            loosened += base.withdrawn(loaded.project, plan)
        written = _written(plan)
        as_authors_wrote = files.read(root) if written and notify_only else loaded
        judged = _judged(as_authors_wrote, project) if loosened else as_authors_wrote
        warnings = files.check_written(judged, written, *([_WEAKENED] if loosened else []))
        if not options.reports:
            plan, of_policies = _held_against_policies(judged, client, plan)
            warnings += of_policies
        return Planned(
            root=root,
            project=project,
            client=client,
            trail=trail,
            plan=replace(plan, made=began, loosened=loosened),
            muted=tuple(sorted(live.key for live in monitors if _is_muted(live, project))),
            warnings=warnings,
            live=monitors,
        )


def _written(plan: Plan) -> set[str]:
    """Return the keys of the monitors that the plan writes: at these the rules look."""
    from monitor_sync.sync.change import LEAVING

    return {change.key for change in plan.changes if change.action not in LEAVING}


def _held_against_policies(
    loaded: Loaded, client: Client, plan: Plan
) -> tuple[Plan, tuple[Diagnostic, ...]]:
    """
    Return the plan, and warnings of Datadog's tag policies about what it writes.

    Where Datadog does not answer, that is not checked. Raises WrongFiles before any write.
    """
    from monitor_sync.app import tag_policies

    keys = _written(plan)
    tags = {
        change.key: change.body["tags"]
        for change in plan.changes
        if change.key in keys and change.body and "tags" in change.body
    }
    try:
        diagnostics = tag_policies.refused(loaded, client, tags)
    except RemoteError as error:
        unchecked = f"the tag policies of the organisation: {error}"
        return replace(plan, unchecked=(*plan.unchecked, unchecked)), ()
    files.refuse_errors(diagnostics, "so nothing is planned", tag_policies.HINT)
    return plan, diagnostics


def _base(root: Path, options: PlanOptions) -> BaseRevision | None:
    """Return the files at the base revision, None where the plan has none."""
    if not options.base:
        return None
    from monitor_sync.app.base import BaseRevision

    return BaseRevision.find(root, options.base, options.notify_only, reports=options.reports)


def _is_muted(live: LiveResource, project: Project) -> bool:
    """Return whether somebody silenced a monitor of this project."""
    return live.muted and live.key != "" and live.project == project.name


def _judged(loaded: Loaded, project: Project) -> Loaded:
    """Return the files as read, judged by the policy and without the suppressions of a project."""
    monitors = {
        key: replace(monitor, ignored=project.monitors[key].ignored)
        if key in project.monitors and project.monitors[key].ignored != monitor.ignored
        else monitor
        for key, monitor in loaded.project.monitors.items()
    }
    return replace(
        loaded, project=replace(loaded.project, policy=project.policy, monitors=monitors)
    )


def _plan(
    project: Project, client: Client, monitors: Sequence[LiveResource], base: BaseRevision | None
) -> Plan:
    from monitor_sync.sync.plan import make_plan

    monitors = listing.with_assets(project, client, monitors)
    plan = make_plan(project, monitors, site=client.site)
    plan = base.split(plan, project, monitors) if base else plan
    return _with_matchers(client, _with_referrers(client, plan))


def _with_matchers(client: Client, plan: Plan) -> Plan:
    """Return the same plan, with what begins to match by the tags that its adoptions add."""
    if all(change.action != "adopt" for change in plan.changes):
        return plan
    from monitor_sync.sync.tag_matchers import beginning, of_downtimes, of_rules

    endpoints = client.notified_by_tags
    besides, unchecked = list(plan.besides), list(plan.unchecked)
    for what, fetch, read in (
        ("notification rules", endpoints.notification_rules, of_rules),
        ("downtimes", endpoints.downtimes, of_downtimes),
    ):
        try:
            besides += beginning(plan.changes, read(fetch()))
        except RemoteError as error:
            unchecked.append(f"{what} that the added tags may begin to match: {error}")
    return replace(plan, besides=tuple(besides), unchecked=tuple(unchecked))


def _with_referrers(client: Client, plan: Plan) -> Plan:
    """Return the same plan, with what Datadog says refers to the monitors that would go away."""
    going = plan.going
    if not going:
        return plan
    try:
        return plan.blocked(client.monitors.can_delete(going))
    except RemoteError as error:
        return replace(plan, unchecked=(*plan.unchecked, f"what refers to deleted ones: {error}"))
