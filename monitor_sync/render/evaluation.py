"""How an evaluation came about, as text for a person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from monitor_sync.app.evaluate import Explained
from monitor_sync.insight.explained import Explanation
from monitor_sync.insight.values import Line
from monitor_sync.render.style import Style
from monitor_sync.render.text import plain, shorten, table

COLOURS: Final = {"ALERT": "red", "WARN": "yellow", "NO DATA": "magenta", "OK": "green"}
"""The colour of each state."""

_MOST_BUCKETS: Final = 12


def text(explained: Explained, number: int, style: Style) -> str:
    """
    Return one block for each instant: window, legs, number, rule; then what is not known.

    ``number`` is that of the line, from 1, by which a wrong one is found.
    """
    lines: list[str] = []
    if explained.error:
        lines = [f"{style('error:', 'red', bold=True)} line {number}: {plain(explained.error)}"]
    elif explained.unsupported or not explained.blocks:
        lines = [style(plain(explained.query), bold=True)]
        known = style(explained.state or "unknown", COLOURS.get(explained.state, ""), bold=True)
        name = f"{style('unsupported:', 'yellow', bold=True)} {plain(explained.unsupported)}"
        lines.append(f"  {name if explained.unsupported else known}")
    for block in explained.blocks:
        lines += [*_lines(block, style), ""]
    if explained.uncertain:
        points = ", ".join(explained.uncertain)
        lines.append(f"{style('uncertain:', 'yellow', bold=True)} {points}")
    return "\n".join(lines).rstrip("\n") + "\n\n"


def _lines(explanation: Explanation, style: Style) -> Iterator[str]:
    evaluation = explanation.evaluation
    yield style(plain(explanation.query), bold=True)
    yield f"  at      {plain(explanation.at)}"
    yield f"  window  {_instant(evaluation.start)} to {_instant(evaluation.end)}"
    if evaluation.interval:
        yield f"  buckets of {evaluation.interval} s, named by their start"
    rows = [(leg.leg, leg.group, _buckets(leg.line)) for leg in explanation.legs]
    for row in table([tuple(map(plain, row)) for row in rows]):
        yield f"    {shorten(row, style.width - 4 if style.width else 0)}"
    if explanation.path:
        yield f"  then    {explanation.path}"
    groups = [
        (plain(verdict.group), _value(verdict.value, verdict.outcome))
        for verdict in explanation.verdicts
    ]
    for row, verdict in zip(table(groups), explanation.verdicts, strict=True):
        state = verdict.state or "unknown"
        yield f"  {row}  {style(state, COLOURS.get(state, ''), bold=True)}  {verdict.rule}"


def _instant(time: float) -> str:
    return datetime.fromtimestamp(int(time), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _value(value: float | None, outcome: str) -> str:
    return outcome if value is None else f"{value:g}"


def _buckets(line: Line) -> str:
    """Return the buckets as ``10:00:30 5``; of many the first ones and how many there are."""
    if not line[0]:
        return "no point"
    shown = [
        f"{datetime.fromtimestamp(time, UTC):%H:%M:%S} {value:g}"
        for time, value in zip(line[0][:_MOST_BUCKETS], line[1], strict=False)
    ]
    rest = len(line[0]) - len(shown)
    return ", ".join(shown) + (f" and {rest} more" if rest else "")
