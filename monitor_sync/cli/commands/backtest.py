"""``backtest``: what changed monitors would have done on real history."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from monitor_sync import app
from monitor_sync.cli import console, options
from monitor_sync.cli.progress import progress
from monitor_sync.counting import count
from monitor_sync.errors import LiveDiffers

if TYPE_CHECKING:
    from monitor_sync.app.backtesting import Backtests

_BUDGET: Final = 600


@click.command("backtest")
@options.selectors
@options.base
@click.option(
    "--days",
    type=click.IntRange(1, 30),
    help="Days of history to look at. Default: policy.backtest.days, else 7.",
)
@click.option(
    "--budget",
    type=click.IntRange(0),
    default=_BUDGET,
    show_default=True,
    metavar="N",
    help="Most requests for history to send; what an earlier run fetched costs none.",
)
@click.option(
    "--fail-on-fires",
    type=click.IntRange(0),
    metavar="N",
    help="Exit with 4 if a monitor would have gone into alert more than N times in these days.",
)
@click.option(
    "--suggest",
    is_flag=True,
    help="Also try other thresholds and longer windows; show the quieter ones that keep each alert"
    " of ten minutes.",
)
@click.option(
    "--svg",
    "picture",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=options.writable,
    help="Also write the strips as a picture to this file.",
)
@options.output("text", "json", "markdown")
@options.root
def command(
    root: Path,
    selectors: Sequence[str],
    base: str,
    days: int | None,
    budget: int,
    fail_on_fires: int | None,
    suggest: bool,
    picture: Path | None,
    form: str,
    output: Path | None,
) -> None:
    """
    Show what changed monitors would have done on real history, beside the live ones.

    Replays the monitors that a plan would change over points that Datadog has. A SELECTOR (a key,
    a glob over keys, team:NAME, tag:KEY:VALUE) names others; with --base it narrows what changed.
    The live definition is replayed over the same points and held against the alerts that there
    really were. Where they disagree, or where something else may make the numbers wrong, that is
    said before the numbers.

    Reads only: timeseries_query for the points, events_read for the real alerts. Exit 4 if a
    monitor would go into alert more often than policy.backtest.max_fires_per_week in project.yaml.
    """
    from monitor_sync.app.backtesting import BacktestOptions

    options = BacktestOptions(
        selectors=selectors, base=base, days=days or 0, budget=budget, suggest=suggest
    )
    backtests = app.backtest(root, console.target(), options, progress=progress)
    if picture is not None:
        from monitor_sync.render.backtest.svg import svg

        console.answer(svg(backtests), picture)
    console.answer(_rendered(backtests, form, output), output)
    loud = {b.monitor.key for b in backtests.too_loud()}
    if fail_on_fires is not None:
        loud |= {b.monitor.key for b in backtests.too_loud(fail_on_fires)}
    if loud:
        raise LiveDiffers(
            f"{count(len(loud), 'monitor')} would alert more often than is allowed",
            hint="make the threshold or the window less sensitive (--suggest tries some), or"
            " allow more in policy.backtest.max_fires_per_week",
        )


def _rendered(backtests: Backtests, form: str, output: Path | None) -> str:
    if form == "json":
        from monitor_sync.render.backtest.json import json

        return json(backtests)
    if form == "markdown":
        from monitor_sync.render.backtest.markdown import markdown

        return markdown(backtests)
    from monitor_sync.render.backtest.text import text

    return text(backtests, console.answer_style(output))
