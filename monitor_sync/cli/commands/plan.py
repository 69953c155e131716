"""``plan``: what would apply do? Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.counting import count
from monitor_sync.errors import LiveDiffers, Refused

if TYPE_CHECKING:
    from monitor_sync.sync.plan import Plan


@click.command("plan")
@options.selectors
@options.comparison(
    full="Fold nothing: show every monitor with every field.",
    fails="Exit 4 if anything would change.",
    kept="Keep the plan in this file, for `monitor-sync apply FILE`.",
)
@options.base
@options.deadline
@options.notify_only
@options.output("text", "json", "markdown")
@options.root
def command(
    root: Path,
    selectors: Sequence[str],
    full: bool,
    fail_on_changes: bool,
    planfile: Path | None,
    base: str,
    deadline: float | None,
    notify_only: str,
    form: str,
    output: Path | None,
) -> None:
    """
    Show what apply would do. Changes nothing.

    Reads the files, lists the live monitors once and compares. A SELECTOR (a key, a glob over
    keys, team:NAME, tag:KEY:VALUE) narrows what is shown, never what is compared. Each
    change begins with a sign: - delete, ! delete and make anew, < release, ~ change, > take over,
    + create. A plan that refuses a change is shown, and exits 5.
    """
    planned = app.plan(
        root,
        console.target(deadline=deadline),
        app.PlanOptions(selectors=selectors, base=base, notify_only=notify_only),
    )
    console.warn_of_files(planned.warnings)
    plan = planned.plan
    if planfile is not None:
        console.answer(planned.file(), planfile, as_it_is=True)
    console.answer(rendered(plan, form, output, full=full), output)
    if plan.refused:
        refused = count(len(plan.refused), "change")
        raise Refused(f"the plan refuses {refused}", hint="it says why, and what to do")
    if fail_on_changes and plan.changes:
        hint = "`monitor-sync apply` makes them the same"
        raise LiveDiffers("live monitors differ from the files", hint=hint)


def rendered(plan: Plan, form: str, output: Path | None, *, full: bool = False) -> str:
    """Return the plan in one of its formats; each is imported when it is asked for."""
    if form == "json":
        from monitor_sync.sync import plan_json

        return plan_json.text(plan)
    if form == "markdown":
        from monitor_sync.render import plan_markdown

        return plan_markdown.text(plan)
    from monitor_sync.render import plan as plan_text

    return plan_text.text(plan, console.answer_style(output), full=full)
