"""``apply``: make Datadog what the files, or a plan file, say."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from monitor_sync.app import prepare
from monitor_sync.app.conversation import Conversation
from monitor_sync.app.failures import LimitsExceeded, OtherPlan
from monitor_sync.app.planning import PlanOptions
from monitor_sync.app.prepare import Prepared
from monitor_sync.counting import count, listed
from monitor_sync.errors import AppliedInPart, Refused, RemoteError, UsageError
from monitor_sync.language.suggest import did_you_mean

if TYPE_CHECKING:
    from monitor_sync.app.target import Target
    from monitor_sync.model import Limit, Limited
    from monitor_sync.sync.apply import Outcome, Terms
    from monitor_sync.sync.plan import Plan

__all__ = ["Applied", "ApplyOptions", "Prepared", "apply"]

_SETTLE: Final = 900.0
"""Seconds in which what another run made is not deleted unless somebody has seen the plan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOptions:
    """
    What is applied, and what it may do.

    ``plan_file`` is applied as it was reviewed; with ``resume`` the rest of it, or without a file
    of the last apply. Else a plan is made now, of what changed since the revision ``base`` (empty:
    of all), with ``notify_only`` in place of every recipient. ``expect`` is the fingerprint that
    was reviewed: any other plan is refused. ``limits`` stand in for those of the files, ``forced``
    are keys that are deleted although other monitors refer to them.
    """

    plan_file: Path | None = None
    resume: bool = False
    base: str = ""
    notify_only: str = ""
    expect: str = ""
    limits: Mapping[Limited, Limit] = field(default_factory=dict)
    forced: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """
    What became of a plan, in its order; nothing where it had no changes.

    ``cut_short`` is True where an earlier apply did not come to its end.
    """

    plan: Plan
    outcomes: tuple[Outcome, ...] = ()
    cut_short: bool = False

    def raise_if_incomplete(self) -> None:
        """
        Raise an error where something was not done.

        AppliedInPart where something else was done, Refused where a safety rule held all of it
        back, RemoteError where all of it failed, KeyboardInterrupt where a person stopped it
        before anything was sent.
        """
        refused = len(self.plan.refused)
        if not self.plan.changes and refused:
            raise Refused(
                f"{count(refused, 'change')} refused, nothing was written",
                hint="the plan above says why",
            )
        if self.plan.changes:
            _raise_for(self.outcomes, refused)


def apply(
    root: Path,
    target: Target,
    options: ApplyOptions | None = None,
    conversation: Conversation | None = None,
) -> Applied:
    """
    Make a plan, or take one from a file, and carry it out.

    The lock is held from before the listing to the end, while a person is asked too. Raises
    WrongFiles, UsageError, RemoteError and Refused (LimitsExceeded, declined, another plan than was
    reviewed) with nothing written; Stopped, with what was done, after a second interruption. What
    failed later is in the result: ``raise_if_incomplete``.
    """
    options, conversation = options or ApplyOptions(), conversation or Conversation()
    with _prepared(root, target, options) as prepared:
        plan = prepared.plan
        conversation.show(prepared)
        outcomes: tuple[Outcome, ...] = ()
        if plan.changes:
            _check_reviewed(plan, options.expect)
            _check_forced(plan, options.forced)
            if not prepared.resumed:
                _check_limits(prepared, options)
            confirmed = conversation.confirm is not None
            if conversation.confirm is not None and not conversation.confirm(prepared):
                raise Refused("declined: nothing was written")
            terms = _terms(prepared, target.workers, options, confirmed=confirmed)
            outcomes = _carry_out(prepared, terms, conversation)
        return Applied(plan=plan, outcomes=outcomes, cut_short=not prepared.past.ended)


def _prepared(
    root: Path, target: Target, options: ApplyOptions
) -> AbstractContextManager[Prepared]:
    if not options.plan_file and not options.resume:
        made = PlanOptions(base=options.base, notify_only=options.notify_only)
        return prepare.from_files(root, target, made)
    if options.expect or options.notify_only or options.base:
        given = "expect" if options.expect else "notify-only" if options.notify_only else "base"
        raise UsageError(
            f"--{given} needs a plan that is made now",
            hint="leave it out, or leave out the plan file and --resume",
        )
    return prepare.from_plan_file(root, target, options.plan_file, resume=options.resume)


def _check_reviewed(plan: Plan, fingerprint: str) -> None:
    if fingerprint and plan.fingerprint != fingerprint.lower():
        raise OtherPlan(
            f"this plan is {plan.fingerprint}, and {fingerprint} was reviewed: nothing was written",
            hint=f"review the plan above, then `monitor-sync apply --expect {plan.fingerprint}`",
        )


def _check_forced(plan: Plan, keys: Collection[str]) -> None:
    """Refuse to force what is not deleted: a mistyped key would be found out too late."""
    going = {change.key for change in plan.changes if change.action in ("delete", "replace")}
    for key in keys:
        if key not in going:
            raise UsageError(
                f"--force-delete {key}: the plan deletes no such monitor",
                hint=did_you_mean(key, going, "the plan above says what it deletes", form="{}"),
            )


def _check_limits(prepared: Prepared, options: ApplyOptions) -> None:
    """Raise LimitsExceeded for a plan that does too much at once, of what lives now."""
    from monitor_sync.sync.limits import breaches
    from monitor_sync.sync.preflight import recounted

    plan = prepared.plan
    if prepared.kept:  # what a file says of the live monitors is not believed
        plan = recounted(plan, {"monitor": prepared.client.monitors})
    refusals = [
        Refused(breach.message, hint=breach.hint)
        for breach in breaches(
            plan,
            prepared.limits,
            reviewed=prepared.kept or bool(options.expect),
            overrides=options.limits,
        )
    ]
    if (
        refusals
        and options.notify_only
        and any(change.action == "adopt" for change in plan.changes)
    ):
        refusals.append(
            Refused(
                "--notify-only takes the recipients of monitors that live and are taken over here",
                hint="`monitor-sync apply` without it takes them over and changes tags alone",
            )
        )
    if refusals:
        raise LimitsExceeded(refusals)


def _terms(prepared: Prepared, workers: int, options: ApplyOptions, *, confirmed: bool) -> Terms:
    """Return how the plan is carried out. Where somebody ``confirmed``, time has passed since."""
    from monitor_sync.sync.apply import Patience, Terms

    client = prepared.client
    ahead = client.clock_ahead or 0.0  # ages are told by Datadog's clock
    seen = prepared.named or confirmed or bool(options.expect)
    return Terms(
        workers=workers,
        saved=prepared.kept or confirmed,
        forced=frozenset(options.forced),
        settle=0.0 if seen else _SETTLE + ahead,
        patience=Patience(sleep=client.sleep).scaled(client.settings.backoff * 2),
    )


def _carry_out(prepared: Prepared, terms: Terms, conversation: Conversation) -> tuple[Outcome, ...]:
    """Make all writes, under a journal. Raises Stopped after a second interruption."""
    from monitor_sync.sync.apply import Stopped, carry_out

    def on_interrupt() -> None:
        conversation.interrupted()
        prepared.client.stop()

    total = len(prepared.plan.changes)
    progress = conversation.progress(f"applying {count(total, 'change')}", total)
    with prepared.journal() as log, progress as step:
        try:
            outcomes = carry_out(
                prepared.plan,
                {"monitor": prepared.client.monitors},
                terms=terms,
                log=log,
                past=prepared.past,
                resume=prepared.resumed,
                on_progress=lambda outcome: step(outcome.status == "done"),
                on_interrupt=on_interrupt,
                on_send=conversation.sending,
            )
        except Stopped as stopped:
            conversation.stopped(stopped, prepared)
            raise
        conversation.written()
    return outcomes


def _raise_for(outcomes: Sequence[Outcome], refused: int) -> None:
    """Raise the error for what was not done; ``refused`` changes were not even tried."""
    doubtful = [outcome.change.key for outcome in outcomes if outcome.in_doubt]
    if doubtful:
        raise AppliedInPart(
            f"another run may have made {listed(doubtful)} too: Datadog did not show",
            hint="`monitor-sync apply --resume` looks again; --format json marks each",
        )
    statuses = [outcome.status for outcome in outcomes]
    done = statuses.count("done")
    undone = len(outcomes) - done + refused
    if not undone:
        return
    message = (
        f"{count(undone, 'change')} of {done + undone} {'was' if undone == 1 else 'were'} not made"
    )
    if "conflict" in statuses:
        raise AppliedInPart(message, hint="`monitor-sync plan` shows what is there now")
    if "held back" in statuses and not done and "failed" not in statuses:
        raise Refused(f"{message}, nothing was written", hint="what is held back above says why")
    failed = "failed" in statuses
    amiss = [word for word, is_so in (("failed", failed), ("was refused", refused)) if is_so]
    mend = f"mend what {' and what '.join(amiss)} and " if amiss else ""
    hint = f"{mend}run `monitor-sync apply` again: it does what is left"
    if done:
        raise AppliedInPart(message, hint=hint)
    if failed or not all(
        outcome.status == "not attempted" and not outcome.error for outcome in outcomes
    ):
        raise RemoteError(message, hint=hint)
    raise KeyboardInterrupt  # nothing failed and nothing was done: it never began
