"""``merged``: apply what was merged since the last time, each merge as its plan was reviewed."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.commands.plan import rendered
from monitor_sync.errors import MonitorSyncError, UsageError
from monitor_sync.github import AUTHOR

if TYPE_CHECKING:
    from monitor_sync.app import Conversation, Planned
    from monitor_sync.model import Limit, Limited

_FORCE: Final = "--force-delete"
_ALLOWED: Final = ("--max-deletes", "--max-changes", "--max-labels", "--max-unpaged", _FORCE)
"""Options of apply that somebody may let through by hand: those that a refusal names."""


@click.command("merged")
@options.github
@click.option(
    "--environment",
    default="production",
    show_default=True,
    help="Environment of the recorded deployments.",
)
@click.option(
    "--fingerprint",
    default="",
    envvar="MONITOR_SYNC_FINGERPRINT",
    help="Apply all that is not applied yet, if its plan has this fingerprint.",
)
@click.option(
    "--only",
    default="",
    envvar="MONITOR_SYNC_ONLY",
    metavar="SELECTORS",
    help="With --fingerprint: apply only these monitors. Records nothing.",
)
@click.option(
    "--allow",
    default="",
    envvar="MONITOR_SYNC_ALLOW",
    metavar="OPTIONS",
    help="With --fingerprint: what a refusal named, such as '--max-deletes 12'.",
)
@click.option(
    "--keep", type=click.Path(path_type=Path), help="The folder for reports and for a new plan."
)
@click.option("--author", default=AUTHOR, show_default=True, help="Login that the token writes as.")
@options.root
def command(
    root: Path,
    environment: str,
    fingerprint: str,
    only: str,
    allow: str,
    keep: Path | None,
    author: str,
) -> None:
    """
    Apply what was merged since the last run, each merge as its plan was reviewed.

    Takes each pull request merged since then, oldest first, reads the fingerprint of its plan from
    our comment on it, and does what `apply --base … --expect …` does. The first merge whose plan is
    not the reviewed one stops the run with exit 5; its page shows the new plan. Each applied merge
    is recorded as a deployment.
    """
    from monitor_sync.cli.conversation import terminated_as_interrupted
    from monitor_sync.github import runner
    from monitor_sync.render import comment

    if (only or allow) and not fingerprint:
        given = "--only" if only else "--allow"
        raise UsageError(f"{given} needs --fingerprint", hint="the refused run's page has it")
    limits, forced = _allowed(allow)
    wanted = app.MergedOptions(
        environment=environment,
        author=author,
        keep=keep,
        fingerprint=fingerprint,
        only=shlex.split(only),
        limits=limits,
        forced=forced,
    )
    job = runner.from_environment(os.environ)
    with terminated_as_interrupted():
        app.merged(root, console.target(), job, wanted, comment, _Log())


def _allowed(text: str) -> tuple[dict[Limited, Limit], list[str]]:
    """Return the limits and the keys that ``--allow`` names. Raises UsageError."""
    from monitor_sync.model import Limit

    limits: dict[Limited, Limit] = {}
    forced = []
    words = shlex.split(text)
    for word, value in zip(words[::2], [*words[1::2], ""], strict=False):
        if word not in _ALLOWED:
            raise UsageError(
                f"--allow {word!r}: it is none of those that can be let through",
                hint=f"{', '.join(_ALLOWED)}, each with its value",
            )
        if word == _FORCE and value:
            forced.append(value)
            continue
        try:
            limits[cast("Limited", word.removeprefix("--max-"))] = Limit.read(value)
        except ValueError as error:
            raise UsageError(f"--allow {word}: {error}", hint=f"write {word} 12") from None
    return limits, forced


class _Log:
    """This job's log, in which each step is seen as its command alone would show it."""

    def say(self, text: str) -> None:
        """Print one line."""
        console.say(text)

    def warn(self, text: str, hint: str) -> None:
        """Print a warning."""
        console.warn(text, hint)

    def complain(self, error: MonitorSyncError) -> None:
        """Print an error."""
        console.complain(error)

    def planned(self, planned: Planned) -> None:
        """Print a plan."""
        console.warn_of_files(planned.warnings)
        console.answer(rendered(planned.plan, "text", None))

    def conversation(self) -> Conversation:
        """
        Return the conversation of the next apply; signals interrupt again from here on.

        After the writes of the apply before they were ignored, so that what it did was recorded.
        """
        from monitor_sync.cli.conversation import conversation, interruptible

        interruptible()
        return conversation(aloud=False, asks=False)
