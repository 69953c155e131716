"""``test``: unit tests of alert conditions. Offline, without a key."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from monitor_sync.cli import console, options
from monitor_sync.errors import FilesInvalid, UsageError


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
    form: str,
    output: Path | None,
) -> None:
    """
    Run the unit tests of monitors: what would they do on given points? Offline, without a key.

    Tests stand in NAME.tests.yaml beside NAME.yaml. A failed test is shown with a picture. A test
    is uncertain if its answer depends on something that Datadog does not document. Either is exit
    3. A SELECTOR (a key, a glob over keys, team:NAME, tag:KEY:VALUE) narrows what is run.
    """
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
