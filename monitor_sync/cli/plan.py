"""``plan``: what would apply do? Changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync import selectors as selecting
from monitor_sync.cli import comparing, console, files, options
from monitor_sync.cli.revision import commit_of
from monitor_sync.errors import LiveDiffers, UsageError

if TYPE_CHECKING:
    from monitor_sync.model import Project
    from monitor_sync.sync.plan import Plan


@click.command("plan")
@options.selectors
@click.option("--full", is_flag=True, help="Fold nothing: every monitor with every field.")
@click.option("--fail-on-changes", is_flag=True, help="Exit 4 if anything would change.")
@click.option(
    "--out",
    "planfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the plan in this file, for `monitor-sync apply FILE`.",
)
@options.base
@options.deadline
@options.notify_only
@options.output("text", "json", "markdown")
def command(
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
    keys, team:NAME, tag:KEY:VALUE) narrows what is shown, never what is compared. In the answer,
    - is a delete, ! a monitor made anew, ~ a change, > a take-over and + a new monitor.
    """
    found = comparing.compare(notify_only, base, door=comparing.Door(deadline=deadline))
    plan = narrowed(found.plan, found.project, selectors)
    if planfile is not None:
        keep(plan, planfile)
    console.answer(rendered(plan, form, output, full=full), output)
    if fail_on_changes and (plan.changes or plan.refused):
        hint = "`monitor-sync apply` makes them the same" if plan.changes else "the plan says why"
        raise LiveDiffers("live monitors differ from the files", hint=hint)


def keep(plan: Plan, path: Path) -> None:
    """Write the plan file. Raises UsageError where a part of a plan could not stand alone."""
    from monitor_sync.render import plan_json
    from monitor_sync.resources.monitor.references import keys_in

    made = {each.key for each in plan.changes}
    for change in plan.changes:
        for key in keys_in((change.body or {}).get("query")):
            if key not in made:
                raise UsageError(
                    f"{change.key} refers to {key}, which is neither live nor selected",
                    hint=f"select {key} as well",
                )
    console.answer(plan_json.file(plan, commit=commit_of(console.root())), path)


def narrowed(plan: Plan, project: Project, texts: Sequence[str]) -> Plan:
    """The part of a plan that the selectors mean; a delete is known by its live key and tags."""
    if not texts:
        return plan
    from monitor_sync.sync.plan import select

    live = [(each.key, each.live.body.get("tags") or ()) for each in plan.changes if each.live]
    live += [(each.key, each.tags) for each in plan.left_alone if each.key]
    live += [(each.key, each.tags) for each in plan.base.apart] if plan.base else []
    files.chosen(project, texts, live)
    return select(plan, tuple(selecting.parse(text) for text in texts), project=project)


def rendered(plan: Plan, form: str, output: Path | None, *, full: bool) -> str:
    """The plan in one of its formats; each is imported when it is asked for."""
    if form == "json":
        from monitor_sync.render import plan_json

        return plan_json.text(plan)
    if form == "markdown":
        from monitor_sync.render import plan_markdown

        return plan_markdown.text(plan)
    from monitor_sync.render import plan as plan_text

    return plan_text.text(plan, console.answer_style(output), full=full)
