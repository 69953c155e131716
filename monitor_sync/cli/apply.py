"""``apply``: make Datadog what the files say, after somebody has agreed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from monitor_sync.cli import comparing, console, options
from monitor_sync.cli.progress import progress
from monitor_sync.errors import AppliedInPart, Refused, RemoteError, UsageError
from monitor_sync.render.text import count

if TYPE_CHECKING:
    from monitor_sync.sync.apply import Outcome
    from monitor_sync.sync.plan import Plan


@click.command("apply")
@click.option("--yes", is_flag=True, help="Do not ask.")
@options.notify_only
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=8,
    show_default=True,
    help="How many changes are under way at once.",
)
@options.color
def command(yes: bool, notify_only: str, workers: int) -> None:
    """
    Show the plan, ask, and carry it out.

    Creates come first, then changes, deletes last and only where all before them succeeded. One
    failure stops what depends on it and nothing else; a second run finishes the work.
    """
    from monitor_sync.render import outcomes as shown
    from monitor_sync.render import plan as plan_text
    from monitor_sync.sync.apply import carry_out

    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="look at `monitor-sync plan`, then run `monitor-sync apply --yes`",
        )
    found = comparing.compare(notify_only, workers=workers)
    plan = found.plan
    console.answer(plan_text.text(plan, console.out()))
    if not plan.changes:
        _refuse(plan)
        return
    if not yes and not _agreed():
        raise Refused("declined: nothing was written")
    with progress(f"applying {count(len(plan.changes), 'change')}", len(plan.changes)) as step:
        outcomes = carry_out(
            plan,
            found.client,
            workers=workers,
            on_progress=lambda outcome: step(outcome.status == "done"),
        )
    console.answer("\n" + shown.text(outcomes, plan.fingerprint, console.out()))
    _conclude(outcomes, plan)


def _agreed() -> bool:
    """Ask on the terminal; anything but yes means no."""
    sys.stderr.write("\nApply these changes? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _refuse(plan: Plan) -> None:
    """Fail where the files ask for something that is refused, and nothing else is to be done."""
    if plan.refused:
        raise Refused(
            f"{count(len(plan.refused), 'change')} refused, nothing was written",
            hint="the plan above says why",
        )


def _conclude(outcomes: Sequence[Outcome], plan: Plan) -> None:
    """Fail where something was not done: in part where something was."""
    done = sum(each.status == "done" for each in outcomes)
    undone = len(outcomes) - done + len(plan.refused)
    if not undone:
        return
    what = (
        f"{count(undone, 'change')} of {done + undone} {'was' if undone == 1 else 'were'} not made"
    )
    failed = any(each.status == "failed" for each in outcomes)
    mend = "mend what failed and " if failed else ""
    hint = f"{mend}run `monitor-sync apply` again: it does what is left"
    if done:
        raise AppliedInPart(what, hint=hint)
    if failed:
        raise RemoteError(what, hint=hint)
    raise KeyboardInterrupt  # nothing failed and nothing was done: it never began
