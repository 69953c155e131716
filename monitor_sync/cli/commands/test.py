"""``test``: unit tests of alert conditions. Offline, without a key."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import click

from monitor_sync.cli import console, options
from monitor_sync.errors import FilesInvalid, UsageError

_BUDGET: Final = 100
"""Requests for one stretch of history: two days of many series take far fewer."""


@click.command("test")
@options.selectors
@click.option(
    "--run",
    "name",
    default="*",
    metavar="GLOB",
    help="Run only the tests whose name fits this glob.",
)
@click.option(
    "--mutate",
    is_flag=True,
    help="Change comparator, thresholds, window, missing-data policy and recipients one at a time,"
    " and list what no test notices.",
)
@click.option(
    "--coverage", is_flag=True, help="List the monitors of priority 1 and 2 that have no test."
)
@click.option("--from", "start", metavar="TIME", help="With `record`: where the stretch begins.")
@click.option("--to", "end", metavar="TIME", help="With `record`: where the stretch ends.")
@click.option("--name", "title", default="", help="With `record`: what the test is called.")
@options.output("text", "json", "junit")
@options.root
@click.pass_context
def command(
    context: click.Context,
    root: Path,
    selectors: Sequence[str],
    name: str,
    mutate: bool,
    coverage: bool,
    start: str | None,
    end: str | None,
    title: str,
    form: str,
    output: Path | None,
) -> None:
    """
    Run the unit tests of monitors: what would they do on given points? Offline, without a key.

    Tests stand in NAME.tests.yaml beside NAME.yaml. A failed test is shown with a picture. A test
    is uncertain if its answer depends on something that Datadog does not document. Either is exit
    3. A SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows what is run.

    `test record KEY --from TIME --to TIME` asks Datadog for that stretch of the monitor's history
    (timeseries_query), and adds it to NAME.tests.yaml as a test, thinned to what matters. It is
    written only if it passes.
    """
    if start is not None or end is not None or title:
        _record(root, selectors, start, end, title)
        return
    from monitor_sync.app import unit_tests
    from monitor_sync.render import unit_tests as shown

    if form != "text" and (mutate or coverage):
        raise UsageError(
            "--mutate and --coverage answer as text", hint="leave --format out, or the other option"
        )
    if mutate:
        monitors = unit_tests.mutate(root, selectors, name)
        console.answer(shown.mutated(monitors, console.answer_style(output)), output)
        return
    if coverage:
        tests = unit_tests.cover(root, selectors)
        console.answer(shown.coverage(tests, console.answer_style(output)), output)
        return
    tests = unit_tests.run_tests(root, selectors, name)
    if form == "text":
        console.answer(shown.text(tests, console.answer_style(output)), output)
    else:
        console.answer(shown.json(tests) if form == "json" else shown.junit(tests), output)
    if not tests.passed:
        context.exit(FilesInvalid.exit_code)


def _record(
    root: Path, words: Sequence[str], start: str | None, end: str | None, title: str
) -> None:
    if len(words) != 2 or words[0] != "record" or start is None or end is None:
        raise UsageError(
            "--from and --to are for recording one monitor",
            hint="`monitor-sync test record KEY --from 2026-11-02T10:00Z --to 2026-11-02T12:00Z`",
        )
    from monitor_sync.app.recording import record
    from monitor_sync.counting import count
    from monitor_sync.incidents import TimeSpan

    span = TimeSpan(_time("--from", start), _time("--to", end))
    made = record(root, console.target(), words[1], span, name=title, budget=_BUDGET)
    console.answer(made.text)
    console.say(f"Added to {made.path}: it passes, with {count(made.alerts, 'alert')}.")


def _time(option: str, written: str) -> float:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise UsageError(
            f"{option} is no time: {written!r}", hint="write it as 2026-11-02T10:00Z"
        ) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() // 60 * 60
