"""The options of ``emulate`` that ask for a history, as one value."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from monitor_sync.cli.options import writable
from monitor_sync.errors import UsageError

if TYPE_CHECKING:
    from monitor_sync.app.on_call_emulator import WantedHistory

_MOST_WEEKS = 65  # Datadog keeps events for 15 months
_WEEKS = re.compile(r"([1-9]|[1-5]\d|6[0-5])w?")

VARIANTS = """\
With --history, --variant NAME chooses what Zenduty does where its documentation leaves it open:

\b
oldest-first    it lists its oldest incidents first (else the newest)
ack-on-resolve  it fills the acknowledgement of what was resolved without one
last-ack        it tells the last acknowledgement instead of the first
"""

_OPTIONS = (
    click.option(
        "--history",
        metavar="WEEKS",
        help="With --on-call: make up so many weeks of alerts and incidents, such as 26w.",
    ),
    click.option(
        "--history-seed",
        "seed",
        type=int,
        default=1,
        show_default=True,
        help="Another number makes up another history.",
    ),
    click.option(
        "--history-until",
        "until",
        metavar="TIME",
        help="When the history ends, such as 2026-11-30T00:00:00Z; now unless said.",
    ),
    click.option(
        "--truth",
        type=click.Path(path_type=Path, dir_okay=False),
        callback=writable,
        help="Write what truly happened in the history to this file, as JSON lines.",
    ),
    click.option(
        "--variant",
        "variants",
        metavar="NAME",
        multiple=True,
        help="What Zenduty does where its documentation leaves it open; see below. Repeatable.",
    ),
)


def options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options, and their meaning as ``history``, None where none is wanted."""

    @functools.wraps(command)
    def with_history(
        *,
        history: str | None,
        seed: int,
        until: str | None,
        truth: Path | None,
        variants: tuple[str, ...],
        **others: Any,
    ) -> None:
        command(history=_wanted(history, seed, until, truth, variants), **others)

    return functools.reduce(lambda done, option: option(done), reversed(_OPTIONS), with_history)


def _wanted(
    weeks: str | None,
    seed: int,
    until: str | None,
    truth: Path | None,
    variants: tuple[str, ...],
) -> WantedHistory | None:
    """Return the history that the options ask for. Raises UsageError where they are wrong."""
    from monitor_sync.app.on_call_emulator import WantedHistory

    if weeks is None:
        if until or truth or variants:
            raise UsageError(
                "--history-until, --truth and --variant need a history",
                hint="add `--history 26w`",
            )
        return None
    match = _WEEKS.fullmatch(weeks)
    if match is None:
        raise UsageError(
            f"'{weeks}' is no length of a history, expected 1 to {_MOST_WEEKS} weeks",
            hint="e.g. `--history 26w`",
        )
    return WantedHistory(
        weeks=int(match[1]),
        seed=seed,
        until=None if until is None else _instant(until),
        truth=truth,
        variants=variants,
    )


def _instant(written: str) -> float:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise UsageError(
            f"'{written}' is no time", hint="e.g. `--history-until 2026-11-30T00:00:00Z`"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
