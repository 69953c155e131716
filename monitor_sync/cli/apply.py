"""``apply``: make Datadog what the files, or a plan file, say, after somebody has agreed."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import click

from monitor_sync.cli import comparing, console, options
from monitor_sync.cli.progress import progress
from monitor_sync.errors import AppliedInPart, Refused, RemoteError, UsageError
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from types import FrameType

    from monitor_sync.cli.tasks import Task
    from monitor_sync.model import Limit, Limited
    from monitor_sync.sync.apply import Outcome, Terms
    from monitor_sync.sync.plan import Plan

_SETTLE: Final = 900.0
"""Seconds in which what another run made is not deleted unless somebody has seen the plan."""


@click.command("apply")
@click.argument("planfile", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--expect", default="", metavar="FINGERPRINT", help="Refuse any plan but the one reviewed."
)
@click.option("--resume", is_flag=True, help="Do the rest of an apply that was cut short.")
@options.limits
@click.option(
    "--force-delete",
    multiple=True,
    metavar="KEY",
    help="Delete this monitor although others refer to it; may be given several times.",
)
@options.base
@options.deadline
@options.notify_only
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=8,
    show_default=True,
    help="How many changes are under way at once.",
)
@options.output("text", "json", "markdown")
def command(
    planfile: Path | None,
    yes: bool,
    expect: str,
    resume: bool,
    overrides: dict[Limited, Limit],
    force_delete: Sequence[str],
    base: str,
    deadline: float | None,
    notify_only: str,
    workers: int,
    form: str,
    output: Path | None,
) -> None:
    """
    Show the plan, ask, and carry it out.

    PLANFILE is what `plan --out` wrote: it is applied as it was reviewed, and a monitor that has
    changed since is left alone. Without it the plan is made anew. Creates come first, then changes,
    deletes last and only where all else of their business unit succeeded. One failure stops what
    depends on it and nothing else; a second run finishes the work.
    """
    from monitor_sync.cli import tasks

    _askable(yes)
    if (planfile or resume) and (expect or notify_only or base):
        given = "expect" if expect else "notify-only" if notify_only else "base"
        raise UsageError(
            f"--{given} goes with a plan that is made now",
            hint="leave it out, or leave out the plan file and --resume",
        )
    door = comparing.Door(workers=workers, deadline=deadline)
    if planfile or resume:
        task = tasks.kept(door, planfile, resume=resume)
    else:
        task = tasks.fresh(door, notify_only, base)
    with _terminated_as_interrupted(), task as found:
        aloud = form == "text" and output is None
        _show(found, aloud=aloud)
        if not found.plan.changes:
            _nothing_to_do(found, form, output)
            return
        _expected(found.plan, expect)
        _forcible(found.plan, force_delete)
        if not found.resumed:
            _within_limits(found, overrides, reviewed=found.kept or bool(expect))
        asked = not yes and _agreed()
        terms = _terms(found, workers, force_delete, asked=asked, reviewed=bool(expect))
        outcomes = _carried_out(found, terms)
        _report(outcomes, found.plan, form, output)
        _conclude(outcomes, found.plan)


def _askable(yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="look at `monitor-sync plan`, then run `monitor-sync apply --yes`",
        )


def _show(task: Task, *, aloud: bool) -> None:
    """The plan: on standard output where that is for people, else beside it."""
    from monitor_sync.render import plan as shown

    if aloud:
        console.answer(shown.text(task.plan, console.out()))
    else:
        console.say(shown.text(task.plan, console.err()).rstrip("\n"))
    if task.resumed:
        done = len(task.past.settled)
        console.say(f"Resuming: {count(done, 'write')} of it {'is' if done == 1 else 'are'} done.")


def _expected(plan: Plan, fingerprint: str) -> None:
    if fingerprint and plan.fingerprint != fingerprint.lower():
        raise Refused(
            f"this plan is {plan.fingerprint}, and {fingerprint} was reviewed: nothing was written",
            hint=f"review the plan above, then `monitor-sync apply --expect {plan.fingerprint}`",
        )


def _forcible(plan: Plan, keys: Sequence[str]) -> None:
    """Refuse to force what is not deleted: a mistyped key would be found out too late."""
    going = {each.key for each in plan.changes if each.action in ("delete", "replace")}
    for key in keys:
        if key not in going:
            close = console.closest(key, going)
            raise UsageError(
                f"--force-delete {key}: the plan deletes no such monitor",
                hint=f"did you mean {close}?" if close else "the plan above says what it deletes",
            )


def _within_limits(task: Task, overrides: dict[Limited, Limit], *, reviewed: bool) -> None:
    """Refuse a plan that does too much at once, each reason with the option that lets it."""
    from monitor_sync.sync.limits import breaches

    found = breaches(task.plan, task.limits, reviewed=reviewed, overrides=overrides)
    errors = [Refused(each.message, hint=each.hint) for each in found]
    for error in errors[:-1]:
        console.complain(error)
    if errors:
        raise errors[-1]


def _agreed() -> bool:
    """Ask on the terminal; anything but yes means no. Raises Refused."""
    sys.stderr.write("\nApply these changes? [y/N] ")
    sys.stderr.flush()
    said = sys.stdin.readline()
    if not said.endswith("\n"):
        console.say("")  # Ctrl-D leaves the question's line open
    if said.strip().lower() not in {"y", "yes"}:
        raise Refused("declined: nothing was written")
    return True


def _terms(
    task: Task, workers: int, forced: Sequence[str], *, asked: bool, reviewed: bool
) -> Terms:
    """How the plan is carried out; time has passed since it was made where somebody was asked."""
    from monitor_sync.sync.apply import Patience, Terms

    ahead = task.client.clock_ahead or 0.0  # ages are told by Datadog's clock
    return Terms(
        workers=workers,
        saved=task.kept or asked,
        forced=frozenset(forced),
        settle=0.0 if task.seen or asked or reviewed else _SETTLE + ahead,
        patience=Patience(sleep=task.client.sleep).scaled(task.client.settings.backoff * 2),
    )


def _carried_out(task: Task, terms: Terms) -> tuple[Outcome, ...]:
    """All writes, under a journal. A second interruption leaves at once."""
    from monitor_sync.sync.apply import Stopped, carry_out

    total = len(task.plan.changes)
    with task.journal() as log, progress(f"applying {count(total, 'change')}", total) as step:
        try:
            outcomes = carry_out(
                task.plan,
                task.client,
                terms=terms,
                log=log,
                past=task.past,
                resume=task.resumed,
                on_progress=lambda outcome: step(outcome.status == "done"),
                on_interrupt=lambda: _stopping(task),
            )
        except Stopped as stopped:
            _leave(stopped.outcomes, task.plan)
        _undisturbed()
    return outcomes


def _undisturbed() -> None:
    """
    Ignore Ctrl-C and SIGTERM from here on: all that is left is to say what was done, and to end.

    One that comes this late was meant for the writes, and would have it said that none was made.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _stopping(task: Task) -> None:
    console.say("\nInterrupted: finishing what is on its way. Once more stops at once.")
    task.client.stop()


def _leave(outcomes: Sequence[Outcome], plan: Plan) -> NoReturn:
    """Say what was done and end the process, threads and all; the journal has every step."""
    from monitor_sync.render import outcomes as shown

    console.answer("\n" + shown.text(outcomes, plan.fingerprint, console.out()))
    console.complain(
        AppliedInPart(
            "stopped at once, with writes on their way",
            hint="`monitor-sync apply --resume` finds out what became of them and does the rest",
        )
    )
    os._exit(AppliedInPart.exit_code)


@contextlib.contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    """A build server ends a job with SIGTERM: what is on its way is finished then, too."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _report(outcomes: Sequence[Outcome], plan: Plan, form: str, output: Path | None) -> None:
    if form == "json":
        from monitor_sync.render import outcomes_json

        console.answer(outcomes_json.text(outcomes, plan.fingerprint), output)
    elif form == "markdown":
        from monitor_sync.render import outcomes_markdown

        console.answer(outcomes_markdown.text(outcomes, plan.fingerprint), output)
    else:
        from monitor_sync.render import outcomes as shown

        style = console.answer_style(output)
        console.answer("\n" + shown.text(outcomes, plan.fingerprint, style), output)


def _nothing_to_do(task: Task, form: str, output: Path | None) -> None:
    """Say so; fail where the files ask for something that is refused and nothing else."""
    plan = task.plan
    if form != "text":
        _report((), plan, form, output)
    if not task.past.ended:
        console.say("`monitor-sync apply --resume` looks for what the earlier one may have left.")
    if plan.refused:
        raise Refused(
            f"{count(len(plan.refused), 'change')} refused, nothing was written",
            hint="the plan above says why",
        )


def _conclude(outcomes: Sequence[Outcome], plan: Plan) -> None:
    """Fail where something was not done: in part where something was, or was left alone."""
    statuses = [each.status for each in outcomes]
    done = statuses.count("done")
    undone = len(outcomes) - done + len(plan.refused)
    if not undone:
        return
    what = (
        f"{count(undone, 'change')} of {done + undone} {'was' if undone == 1 else 'were'} not made"
    )
    if "conflict" in statuses:
        raise AppliedInPart(what, hint="`monitor-sync plan` shows what is there now")
    if "held back" in statuses and not done and "failed" not in statuses:
        raise Refused(f"{what}, nothing was written", hint="what is held back above says why")
    failed = "failed" in statuses
    mend = "mend what failed and " if failed else ""
    hint = f"{mend}run `monitor-sync apply` again: it does what is left"
    if done:
        raise AppliedInPart(what, hint=hint)
    if failed or not all(each.status == "not attempted" and not each.error for each in outcomes):
        raise RemoteError(what, hint=hint)
    raise KeyboardInterrupt  # nothing failed and nothing was done: it never began
