"""What an apply carries out: a plan made now, one from a file, or the rest of an earlier run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from monitor_sync.app import files, journal, organisation, planning
from monitor_sync.app.planning import PlanOptions
from monitor_sync.counting import listed
from monitor_sync.errors import Refused, UsageError
from monitor_sync.store.state import locked

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.datadog.client import Client
    from monitor_sync.diagnostics import Diagnostic
    from monitor_sync.model import Limits, Project
    from monitor_sync.store.state import State
    from monitor_sync.sync.journal import Journal, Past
    from monitor_sync.sync.loosening import Loosening
    from monitor_sync.sync.plan import Plan

OrganisationCheck = Literal["known", "same", "none live now", "none live then"]
"""
Whether the organisation is that of the plan. ``known``: the plan is of this very run. ``same``: it
was compared. Else no monitor is live now, or none was when the plan was made, that would tell.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """
    A plan that is about to be carried out, while the lock of its state is held.

    ``text`` is its plan file, empty where none was written yet. ``kept`` is True for a plan that
    was made some time ago, ``named`` where somebody named its file, and ``resumed`` where a part
    of it is done. ``past`` is what the last apply knew. ``loosened`` is what is weaker of the rules
    than when something was last applied here, where no base tells what a change loosens.
    """

    root: Path
    plan: Plan
    limits: Limits
    client: Client
    state: State
    past: Past
    warnings: tuple[Diagnostic, ...] = ()
    text: str = ""
    kept: bool = False
    named: bool = False
    resumed: bool = False
    organisation: OrganisationCheck = "known"
    loosened: tuple[Loosening, ...] = ()

    @property
    def organisation_unknown(self) -> bool:
        """True where nobody can tell whose state this is: it is kept for the whole host."""
        return not self.state.of_organisation

    def journal(self) -> Journal:
        """Return the journal of this run: a new one, or that of the run that is resumed."""
        if self.resumed:
            return journal.resume(self.state)
        text = self.text or planning.plan_file(self.plan, self.root)
        return journal.begin(self.state, self.plan, self.past, text)


@contextlib.contextmanager
def from_files(root: Path, target: Target, options: PlanOptions) -> Iterator[Prepared]:
    """
    Give a plan of the files as they are now. Raises WrongFiles, RemoteError, Refused, UsageError.

    Nobody else on this machine applies from before the listing to the end.
    """
    loaded = files.read_whole(root, options.notify_only)
    client = target.connect()
    with locked(organisation.estate(target, client, loaded.project.name)) as state:
        past = journal.past(state)
        planned = planning.compare(root, lambda: client, options, loaded=loaded)
        if planned.plan.org_id:
            state.also_called(str(planned.plan.org_id))
        yield Prepared(
            root=root,
            plan=planned.plan,
            limits=planned.project.limits,
            client=client,
            state=state,
            past=past,
            warnings=planned.warnings,
            loosened=_loosened(state, planned.plan),
        )


def _loosened(state: State, plan: Plan) -> tuple[Loosening, ...]:
    """Return what is weaker than when something was last applied, for a plan without a base."""
    from monitor_sync.app.base import usual_severities
    from monitor_sync.sync.loosening import loosenings, withdrawn
    from monitor_sync.sync.plan_file import rules_in

    if plan.base is not None:
        return ()
    last = rules_in(state.last_plan())
    deleted = {change.key for change in plan.changes if change.action == "delete"}
    return (*loosenings(last, plan.rules, usual_severities), *withdrawn(last, plan.rules, deleted))


@contextlib.contextmanager
def from_plan_file(
    root: Path, target: Target, path: Path | None, *, resume: bool
) -> Iterator[Prepared]:
    """
    Give a plan from a file, or without ``path`` that of the last apply; to ``resume``, its rest.

    Raises Refused where it is not for this project and site, or may not be applied as it is.
    """
    from monitor_sync.sync import plan_file
    from monitor_sync.sync.loosening import stricter_limits

    project = files.read(root).project
    client = target.connect()
    with locked(organisation.estate(target, client, project.name)) as state:
        text = _text(path) if path else state.last_plan()
        past = journal.past(state)
        if resume:
            _check_resumable(text, past, plan_file.digest_of(text))
        plan = plan_file.read(text, path.name if path else "the last plan")
        checked = _check_target(plan, project.name, client)
        _check_moved(plan, project)
        if not resume:
            _check_adoptions(plan, project)
        if not resume and plan.base is None:  # a base may have other rules, no weaker ones
            _check_rules(plan, project)
        if checked == "same":
            state.also_called(str(plan.org_id))
        if not resume and not past.ended and past.digest == plan_file.digest_of(text):
            raise Refused(
                "an earlier apply of this plan was cut short",
                hint=f"`monitor-sync apply {path or ''} --resume` does the rest".replace("  ", " "),
            )
        yield Prepared(
            root=root,
            plan=plan,
            limits=stricter_limits(project.limits, plan.rules.as_limits()),
            client=client,
            state=state,
            past=past,
            text=text,
            kept=True,
            named=path is not None,
            resumed=resume,
            organisation=checked,
            loosened=() if resume else _loosened(state, plan),
        )


def _check_moved(plan: Plan, project: Project) -> None:
    """Raise Refused if the plan takes over a project that the files do not name."""
    if not set(plan.moved_from) <= {*project.moved_from}:
        raise Refused(
            f"the plan takes over the project {', '.join(plan.moved_from)}, and project.yaml"
            " does not say so: nothing was written",
            hint="plan again",
        )


def _check_adoptions(plan: Plan, project: Project) -> None:
    """Raise Refused if the plan takes over a monitor that the files do not name with ``adopt``."""
    named = {(key, monitor.adopt) for key, monitor in project.monitors.items()}
    for change in plan.changes:
        if change.action == "adopt" and (change.key, change.id) not in named:
            raise Refused(
                f"the plan takes over #{change.id} as {change.key}, and the files do not say so:"
                " nothing was written",
                hint="plan again",
            )


def _check_rules(plan: Plan, project: Project) -> None:
    """
    Raise Refused if the plan was judged by weaker rules than those of the files.

    They were made stricter since, or somebody sealed the plan file again: then the next apply
    would compare with what never was.
    """
    from monitor_sync.app.base import usual_severities
    from monitor_sync.sync.loosening import loosenings
    from monitor_sync.sync.review_rules import rules_of

    own, theirs = rules_of(project), plan.rules
    # another project or site is refused before; what the plan calls a pager besides is no weaker
    own = replace(
        own,
        project=theirs.project or own.project,
        site=theirs.site,
        pagers=tuple(dict.fromkeys((*own.pagers, *theirs.pagers))),
    )
    weaker = [rule.what for rule in loosenings(own, theirs, usual_severities)]
    if weaker:
        raise Refused(
            f"the plan was judged by weaker rules than these files have ({listed(weaker)}):"
            " nothing was written",
            hint="plan again",
        )


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")  # the seal is over every byte, also of line ends
    except (OSError, UnicodeDecodeError) as error:
        reason = (getattr(error, "strerror", "") or "it is not text").lower()
        raise UsageError(
            f"cannot read {path}: {reason}", hint="`monitor-sync plan --out FILE` makes a plan file"
        ) from None


def _check_resumable(text: str, past: Past, digest: str) -> None:
    """Raise Refused where there is no apply to resume, or the last one was of another plan."""
    if not text or not past.digest:
        raise Refused(
            "there is nothing to resume: no apply of this project was begun here",
            hint="`monitor-sync apply` makes a plan and carries it out",
        )
    if past.digest != digest:
        raise Refused(
            f"the last apply here was of another plan, {past.fingerprint}",
            hint="`monitor-sync apply --resume` does the rest of that one; without --resume"
            " this one is begun",
        )


def _check_target(plan: Plan, project: str, client: Client) -> OrganisationCheck:
    """Raise Refused for a plan for another project, site or organisation."""
    compared: list[tuple[str, str | int, str | int, str]] = [
        ("project", plan.project, project, "name the right plan file and --root folder"),
        ("site", plan.site, client.site, "name the right plan file and DD_SITE"),
    ]
    number = client.monitors.organisation() if plan.org_id else 0
    if number:
        hint = "use keys of the organisation that the plan was made for"
        compared.append(("organisation", plan.org_id, number, hint))
    for what, planned, actual, hint in compared:
        if planned != actual:
            raise Refused(
                f"the plan is for the {what} {planned}, and this is {actual}: nothing was written",
                hint=hint,
            )
    if number:
        return "same"
    return "none live now" if plan.org_id else "none live then"
