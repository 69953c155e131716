"""``apply``: make Datadog what the files, or a plan file, say, after somebody has agreed."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.app import Applied
    from monitor_sync.model import Limit, Limited


_WORKERS: Final = 12
"""``WORKERS`` of the model, which ``--help`` does without."""


@click.command("apply")
@click.argument("planfile", required=False, type=click.Path(path_type=Path, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option(
    "--expect", default="", metavar="FINGERPRINT", help="Refuse any plan but the one reviewed."
)
@click.option("--resume", is_flag=True, help="Finish an apply that was cut short.")
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
    default=_WORKERS,
    show_default=True,
    help="How many changes are under way at once.",
)
@options.output("text", "json", "markdown")
@options.root
def command(
    root: Path,
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
    from monitor_sync.cli.conversation import conversation, terminated_as_interrupted

    if not yes and not sys.stdin.isatty():
        raise UsageError(
            "apply asks before it writes, and there is no terminal to ask on",
            hint="look at `monitor-sync plan`, then run `monitor-sync apply --yes`",
        )
    wanted = app.ApplyOptions(
        plan_file=planfile,
        resume=resume,
        base=base,
        notify_only=notify_only,
        expect=expect,
        limits=overrides,
        forced=force_delete,
    )
    target = replace(console.target(deadline=deadline), workers=workers)
    talk = conversation(aloud=form == "text" and output is None, asks=not yes)
    with terminated_as_interrupted():
        applied = app.apply(root, target, wanted, talk)
        _report_or_say(applied, form, output)
        applied.raise_if_incomplete()


def _report_or_say(applied: Applied, form: str, output: Path | None) -> None:
    """Print what became of each change; where that cannot be written, say it before raising."""
    try:
        _report(applied, form, output)
    except UsageError:
        # what was done is said all the same, and the exit code follows from it first
        console.say(rendered(applied, "text").strip("\n"))
        applied.raise_if_incomplete()
        raise


def _report(applied: Applied, form: str, output: Path | None) -> None:
    """Print what became of each change; where there was none, only for programs."""
    if applied.plan.changes or form != "text":
        console.answer(rendered(applied, form, output), output)
    if not applied.plan.changes and applied.cut_short:
        console.say("`monitor-sync apply --resume` looks for what the earlier one may have left.")


def rendered(applied: Applied, form: str, output: Path | None = None) -> str:
    """Return the outcomes in one of their formats; each is imported when it is asked for."""
    outcomes, fingerprint = applied.outcomes, applied.plan.fingerprint
    if form == "json":
        from monitor_sync.render import outcomes_json

        return outcomes_json.text(outcomes, fingerprint)
    if form == "markdown":
        from monitor_sync.render import outcomes_markdown

        return outcomes_markdown.text(outcomes, fingerprint)
    from monitor_sync.render import outcomes as outcomes_text

    return "\n" + outcomes_text.text(outcomes, fingerprint, console.answer_style(output))
