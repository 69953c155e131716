"""``drift``: what somebody changed in Datadog, that no revision of the files explains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync.cli import comparing, console, options
from monitor_sync.cli.plan import keep, narrowed, rendered
from monitor_sync.errors import LiveDiffers

if TYPE_CHECKING:
    from monitor_sync.datadog.client import Client
    from monitor_sync.sync.plan import Plan

_ASKED: Final = 50
"""Monitors of which the audit trail is asked who changed them; it is slow, and has a limit."""


@click.command("drift")
@options.selectors
@click.option("--full", is_flag=True, help="Fold nothing: every monitor.")
@click.option("--fail-on-changes", is_flag=True, help="Exit 4 if there is drift.")
@click.option(
    "--out",
    "planfile",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep it in a file for `comment --drift`.",
)
@options.deadline
@options.output("text", "json", "markdown")
def command(
    selectors: Sequence[str],
    full: bool,
    fail_on_changes: bool,
    planfile: Path | None,
    deadline: float | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show what was changed in Datadog and by whom. Changes nothing.

    Compares Datadog with the files as they were committed. What was merged and is not applied yet
    is no drift, and what the policy of a business unit would put back is. The name and the time
    are those of the last edit, from Datadog's audit trail where it may be read.
    """
    found = comparing.compare(base="HEAD", door=comparing.Door(deadline=deadline), reports=True)
    if found.plan.changes or found.plan.refused:
        console.say("The files differ from HEAD; what they change themselves is not looked at.")
    plan = narrowed(_drift(found.plan), found.project, selectors)
    plan = _signed(plan, found.client)
    if planfile is not None:
        keep(plan, planfile)
    console.answer(rendered(plan, form, output, full=full), output)
    if fail_on_changes and plan.base and plan.base.apart:
        raise LiveDiffers(
            "live monitors were changed in Datadog",
            hint="take it into the files, or `monitor-sync apply` puts it back",
        )


def _drift(plan: Plan) -> Plan:
    """The same comparison with nothing but drift."""
    base = plan.base and replace(plan.base, apart=plan.base.of("drift"), refused=())
    return replace(plan, changes=(), refused=(), base=base)


def _signed(plan: Plan, client: Client) -> Plan:
    """The same plan, with who changed the first monitors last."""
    if plan.base is None:
        return plan
    asked = list(dict.fromkeys(each.id for each in plan.base.apart if each.id))[:_ASKED]
    editors = {number: client.last_editor(number) for number in asked}
    apart = (replace(each, editor=editors.get(each.id or 0, "")) for each in plan.base.apart)
    return replace(plan, base=replace(plan.base, apart=tuple(apart)))
