"""``doctor``: would plan and apply work from here? Reads only."""

from __future__ import annotations

from pathlib import Path

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.errors import RemoteError, UsageError


@click.command("doctor")
@click.option(
    "--for",
    "purpose",
    type=click.Choice(["plan", "apply"]),
    default="apply",
    show_default=True,
    help="Which command must work; plan needs no permission to write.",
)
@options.output("text", "json")
def command(purpose: str, form: str, output: Path | None) -> None:
    """
    Check versions, connection, keys, identity, permissions and clock. Reads only, needs no files.

    A check that would need a write is reported as not checked. Exit code 1 if Datadog fails or
    refuses, 2 if the environment is wrong.
    """
    from monitor_sync.render import checks as shown

    checks = app.doctor(console.target(), writing=purpose == "apply")
    style = console.answer_style(output)
    console.answer(shown.json(checks) if form == "json" else shown.text(checks, style), output)
    failed = [check for check in checks if check.state == "failed"]
    if failed:
        message = f"{', '.join(check.name for check in failed)} failed"
        ours = any(check.side == "ours" for check in failed)
        raise (UsageError if ours else RemoteError)(message, hint="each line above says what to do")
