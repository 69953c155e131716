"""``emulate``: a local Datadog over HTTP, for trying things out and for other people's tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from monitor_sync.app.extras import lacking as lacking_package
from monitor_sync.cli import console, emulated_history, options
from monitor_sync.counting import count
from monitor_sync.errors import UsageError, system_reason

if TYPE_CHECKING:
    from monitor_sync.app.on_call_emulator import WantedHistory
    from monitor_sync.emulator.core import Emulator

_HOST = "127.0.0.1"  # the emulator takes any key, so it is nobody else's to reach

_TOOLS = (
    "ZENDUTY_URL={url}/__zenduty ZENDUTY_API_KEY=any",
    "PAGERDUTY_URL={url}/__pagerduty PAGERDUTY_TOKEN=any",
    "OPSGENIE_URL={url}/__opsgenie OPSGENIE_API_KEY=any",
)

_BROKEN = """\
With --on-call, --broken WHAT[=TEAM] breaks the way from a page to a person, for one team of
teams.yaml or for all:

\b
webhook-missing       Datadog has no webhook (or service, or team) of that name
webhook-elsewhere     the webhook (or the routing rules) leads to another service
integration-disabled  the integration is disabled
level-0               the integration creates incidents for nothing
service-maintenance   the service is in maintenance
service-disabled      the service is disabled
policy-empty          the escalation policy has no rules
first-step-slow       the first step waits 30 minutes
schedule-empty        nobody is in the schedule
schedule-gap          nobody is on call next Tuesday, 02:00 to 06:00 UTC
low-urgency           On-Call: all pages go to a last rule with low urgency
support-hours         On-Call: the policy is on hold outside of working hours
reroute-circle        On-Call: the rules hand each page on in a circle
rule-unmatched        On-Call: a rule matches no monitor (a warning)
maintenance-now       Zenduty: the service is in a planned maintenance window
maintenance-planned   Zenduty: maintenance is planned in two days (a warning)
people-differ         Opsgenie calls other people than the team's other tool
key-revoked           403, as for a key that was revoked
throttled             429
error                 500
html                  a web page in place of JSON
"""

_FAULTS = """\
A fault is KIND[,route=GLOB][,skip=N][,times=N|always][,seconds=S][,count=N]. It strikes
requests whose "METHOD path" fits the glob (all, unless said), after the first N (none), so many
TIMES (once), e.g. --fault "throttled,route=POST /api/v1/monitor,times=3".

\b
latency            SECONDS (1) pass before the request is handled
throttled          429 with the rate-limit headers; SECONDS (1) until reset
throttled-bare     429 without them
throttled-page     429 as HTML
error-before       500, nothing written
error-after        500, but written
bad-gateway        502 as HTML
edge-timeout       512 as HTML
maintenance        503 as HTML
unauthorized       401
forbidden          403, as when a permission is missing
dropped-before     the connection ends, nothing written
dropped-after      the connection ends, but written
stalled-before     no answer for SECONDS (for ever), nothing written
stalled-after      no answer for SECONDS (for ever), but written
lagging            listings are SECONDS (10) old; reads are not
truncated          listings leave out all beyond COUNT
repeated           listings hold the first COUNT (1) twice
referenced         can_delete 409, delete 400
duplicates-limit   429 "Can not create duplicate monitors"

While it runs, GET /__emulator/faults lists the faults and how often each struck, PUT sets others
(a JSON array), DELETE ends them. GET /__emulator/limits shows the most requests in a period and
how many were refused, GET /__emulator/requests counts requests by route.
"""


@click.command("emulate", epilog=f"{_FAULTS}\n{_BROKEN}\n{emulated_history.VARIANTS}")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8520,
    show_default=True,
    help="The port to listen on; 0 takes a free one.",
)
@click.option(
    "--data",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Start with the monitors of this JSON array.",
)
@click.option(
    "--state",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep everything in this SQLite file; without it, nothing is kept.",
)
@click.option(
    "--fault",
    "faults",
    metavar="SPEC",
    multiple=True,
    help="Let something go wrong; the kinds are listed below. Repeatable.",
)
@click.option("--limits", "enforce", is_flag=True, help="Answer 429 beyond the recorded limits.")
@click.option(
    "--limit",
    "limits",
    metavar="NAME=N/S",
    multiple=True,
    help="Allow N requests in S seconds, and answer 429 beyond. Repeatable.",
)
@click.option(
    "--without",
    "lacking",
    metavar="PERMISSION",
    multiple=True,
    help="A permission the keys do not have, e.g. monitors_write. Repeatable.",
)
@click.option(
    "--metrics",
    type=click.IntRange(0),
    metavar="SEED",
    help="Make up a history for the metrics of its monitors; another number makes up another.",
)
@click.option(
    "--on-call",
    "on_call",
    is_flag=True,
    help="Serve Zenduty, PagerDuty, Opsgenie and Datadog On-Call for the teams of teams.yaml.",
)
@click.option(
    "--broken",
    metavar="WHAT[=TEAM]",
    multiple=True,
    help="With --on-call: let a page reach nobody; the ways are listed below. Repeatable.",
)
@emulated_history.options
@options.root
def command(
    root: Path,
    port: int,
    data: Path | None,
    state: Path | None,
    faults: tuple[str, ...],
    enforce: bool,
    limits: tuple[str, ...],
    lacking: tuple[str, ...],
    metrics: int | None,
    on_call: bool,
    broken: tuple[str, ...],
    history: WantedHistory | None,
) -> None:
    """
    Run a local Datadog over HTTP, for trials and tests.

    Monitors, downtimes, search, errors and limits are as in recordings of Datadog.

    Prints its address on standard output once it answers. Point any client at it with
    DD_HOST=http://127.0.0.1:PORT and any DD_API_KEY and DD_APP_KEY. Ctrl-C ends it. If the
    application key is an e-mail address, the audit trail names that person.
    """
    try:
        from monitor_sync.emulator.server import serve
    except ImportError as error:
        raise lacking_package(error) from None
    emulator = _emulator(
        state, faults=faults, enforce_limits=enforce, limits=limits, lacking=lacking
    )
    if data is not None:
        _seed(emulator, data)
    if metrics is not None:
        emulator.generate_metrics(metrics)
    if not on_call and (broken or history is not None):
        raise _without_on_call(broken)
    if on_call:
        _seed_on_call(emulator, root, broken, history)

    def ready(url: str) -> None:
        console.answer(url + "\n")
        made_up = history is not None
        held = emulator.monitor_count
        for line in ways_on(url, held, metrics=metrics, on_call=on_call, history=made_up):
            console.say(line)

    try:
        serve(emulator, _HOST, port, on_ready=ready)
    except OSError as error:
        raise _occupied(port, error) from None


def ways_on(
    url: str, monitors: int, *, metrics: int | None, on_call: bool, history: bool
) -> Iterator[str]:
    """Yield what is there and how it is used, and what to change in the options for `backtest`."""
    yield f"Holding {count(monitors, 'monitor')}. To use it, in another terminal:"
    yield f"  export DD_HOST={url} DD_API_KEY=any DD_APP_KEY=any"
    for line in _TOOLS if on_call else ():
        yield f"  export {line.format(url=url)}"
    if metrics is None:
        yield "No metric has a history: to try `monitor-sync backtest`, add --metrics 1."
    elif history:
        yield "To try `monitor-sync backtest`, leave out --history: its alerts fit no points."


def _without_on_call(broken: tuple[str, ...]) -> UsageError:
    what = (
        "--broken breaks on-call tools, and there are none"
        if broken
        else "--history is of those who are paged, and there are none"
    )
    return UsageError(what, hint="add --on-call")


def _occupied(port: int, error: OSError) -> UsageError:
    return UsageError(
        f"cannot listen on {_HOST}:{port}: {system_reason(error)}."
        f" A DD_HOST=http://{_HOST}:{port} that is still set leads to whatever else answers there",
        hint="`monitor-sync emulate --port 0` takes a free port and prints its address",
    )


def _emulator(
    state: Path | None,
    *,
    faults: tuple[str, ...],
    enforce_limits: bool,
    limits: tuple[str, ...],
    lacking: tuple[str, ...],
) -> Emulator:
    import sqlite3

    from monitor_sync.emulator.core import Emulator
    from monitor_sync.emulator.fault_specs import BadFault
    from monitor_sync.emulator.limits import BadLimit, read
    from monitor_sync.emulator.permissions import BadPermission

    try:
        return Emulator(
            state=state,
            faults=faults,
            enforce_limits=enforce_limits,
            limits=[read(limit) for limit in limits],
            lacking=lacking,
        )
    except (BadFault, BadLimit, BadPermission) as error:
        raise UsageError(str(error), hint=error.hint) from None
    except sqlite3.Error as error:
        raise UsageError(f"cannot keep state in {state}: {error}") from None


def _seed_on_call(
    emulator: Emulator, root: Path, broken: tuple[str, ...], history: WantedHistory | None
) -> None:
    from monitor_sync.app import on_call_emulator
    from monitor_sync.emulator.on_call.broken import BadWay

    try:
        on_call_emulator.seed(emulator, root, broken, history)
    except BadWay as error:
        raise UsageError(str(error), hint=error.hint) from None


def _seed(emulator: Emulator, data: Path) -> None:
    from monitor_sync.emulator.seeding import monitors_in

    try:
        emulator.seed(monitors_in(data.read_bytes()))
    except OSError as error:
        raise UsageError(f"cannot read {data}: {system_reason(error)}") from None
    except ValueError as error:
        raise UsageError(f"{data} is no JSON array of monitors: {error}") from None
