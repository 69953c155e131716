"""``drift``: what somebody changed in Datadog, that no revision of the files explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from monitor_sync.app import past
from monitor_sync.app.planning import Planned, PlanOptions, compare
from monitor_sync.app.selection import select_changes
from monitor_sync.counting import listed
from monitor_sync.errors import UsageError
from monitor_sync.git import commits

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.github.runner import ActionsRunner
    from monitor_sync.sync.plan import Plan

_MOST_EDITORS: Final = 50
"""The most monitors whose editor is looked up: the audit trail is slow, and has a rate limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftOptions:
    """
    ``selectors`` narrow what is shown, never what is compared.

    ``applied`` is the last revision that is known to be applied: what it declares and is not live
    was deleted. Empty where nobody knows; in a ``job`` GitHub is asked what was recorded as applied
    in its ``environment``.
    """

    selectors: Sequence[str] = ()
    applied: str = ""
    job: ActionsRunner | None = None
    environment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """
    What was changed in Datadog, as a plan without changes whose ``base`` has it.

    ``files_differ`` is True where the files differ from the last commit: what they change
    themselves is not compared.
    """

    planned: Planned
    files_differ: bool = False

    @property
    def found(self) -> bool:
        """True if anything was changed in Datadog."""
        base = self.planned.plan.base
        return bool(base and base.apart)


def drift(root: Path, target: Target, options: DriftOptions | None = None) -> Drift:
    """
    Compare what is live with the files as they were committed, and look up who changed it.

    Raises as ``plan`` does.
    """
    options = options or DriftOptions()
    _check_committed(root)
    applied = _applied(root.resolve(), options)
    planned = compare(root, target.connect, PlanOptions(base="HEAD", reports=True))
    files_differ = bool(planned.plan.changes or planned.plan.refused)
    explained = past.with_deletions(planned.plan, planned.trail, root, applied=applied)
    plan = select_changes(_only_drift(explained), planned.project, options.selectors)
    plan = _with_editors(plan, planned.client)
    if planned.muted:
        words = f"muted in Datadog, which monitor-sync never changes: {listed(planned.muted, 6)}"
        plan = replace(plan, besides=(*plan.besides, words))
    return Drift(planned=replace(planned, plan=plan), files_differ=files_differ)


def _applied(folder: Path, options: DriftOptions) -> str:
    """Return the last commit that is known to be applied, empty where none of this history is."""
    if options.applied:
        return commits.commit(folder, options.applied)
    if options.job is None:
        return ""
    from monitor_sync.app.pull_request import connect

    recorded = connect(options.job).applied(options.environment)
    return recorded if recorded and commits.contains(folder, recorded) else ""


def _check_committed(root: Path) -> None:
    """Raise UsageError where no commit of the files is there to compare with."""
    folder = root.resolve()
    if not folder.is_dir() or commits.checked_out(folder):
        return
    lacking = "has no commit yet" if commits.repository(folder) else "is in no git repository"
    raise UsageError(
        f"drift compares Datadog with committed files, and {str(root)!r} {lacking}",
        hint="commit the files, or see `monitor-sync plan` for all that differs",
    )


def _only_drift(plan: Plan) -> Plan:
    """Return the same comparison with nothing but drift."""
    base = plan.base and replace(plan.base, apart=plan.base.of("drift"), refused=())
    return replace(plan, changes=(), refused=(), base=base)


def _with_editors(plan: Plan, client: Client) -> Plan:
    """Return the same plan, with who changed the first monitors last."""
    if plan.base is None:
        return plan
    ids = dict.fromkeys(apart.id for apart in plan.base.apart if isinstance(apart.id, int))
    editors = {number: client.monitors.last_editor(number) for number in list(ids)[:_MOST_EDITORS]}
    signed = (
        replace(apart, editor=editors.get(apart.id, "") if isinstance(apart.id, int) else "")
        for apart in plan.base.apart
    )
    return replace(plan, base=replace(plan.base, apart=tuple(signed)))
