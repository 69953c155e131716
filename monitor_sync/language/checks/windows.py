"""Which windows go with which query, and how long they may be."""

from __future__ import annotations

from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, Node, Number, StringLiteral, Window
from monitor_sync.language.problems import Findings
from monitor_sync.language.syntax.windows import advice, read_length
from monitor_sync.language.tree import ChangeShift, TimeAggregation

_HOUR: Final = 3600
_MONTH: Final = 730 * _HOUR
_AGO: Final = ("5m", "10m", "15m", "30m", "1h", "2h", "4h", "1d")
_CURRENT: Final = ("1h", "1d", "1mo")


def check_evaluation(evaluation: TimeAggregation, findings: Findings) -> None:
    """
    Check the window of a metric query, and how far back a change looks.

    Source: Datadog's page on metric monitors has one minute to one month; its API reference
    stops at a week in minutes and hours, but exported monitors look at ten and fourteen days.
    """
    window = evaluation.window
    if window.form == "last":
        _check_last(window, findings)
    elif window.form == "current":
        check_current(window, findings)
    if evaluation.change is not None:
        _check_change(evaluation, evaluation.change, findings)


def _check_last(window: Window, findings: Findings) -> None:
    if window.count == 0:
        findings.refuse(
            "window-too-short",
            window,
            f"`{window.written}` is no time at all",
            "the shortest window is `last_1m`",
        )
    elif window.seconds > _MONTH:
        findings.refuse(
            "window-too-long",
            window,
            f"`{window.written}` is longer than a month",
            "the longest window is `last_1mo`",
        )


def check_current(window: Window, findings: Findings) -> None:
    """Check a cumulative window: one hour, one day or one month."""
    prefix = "current_" if window.form else ""
    if f"{window.count}{window.unit}" not in _CURRENT:
        findings.refuse(
            "bad-window",
            window,
            f"`{window.written}` where {joined([prefix + unit for unit in _CURRENT])} was expected",
        )


def _check_change(evaluation: TimeAggregation, change: ChangeShift, findings: Findings) -> None:
    window = evaluation.window
    if window.form != "last":
        findings.refuse(
            "change-window",
            window,
            f"`{window.written}` where a `last_` window was expected: "
            f"{change.kind.text}() compares with the past",
        )
    shift = change.shift
    if shift.form == "ago" and f"{shift.count}{shift.unit}" not in _AGO:
        times = ", ".join(_AGO)
        findings.refuse(
            "change-window",
            shift,
            f"`{shift.written}` where one of {times} was expected",
            f"write `last_{shift.count}{shift.unit}`",
        )
    elif shift.form in ("current", "next"):
        findings.refuse(
            "change-window", shift, f"`{shift.written}` where a `last_` window was expected"
        )
    elif shift.form == "last" and shift.count == 0:
        _check_last(shift, findings)
    for part in (window, shift):
        if part.form == "last" and part.seconds > 48 * _HOUR:
            findings.warn(
                "change-window-unconfirmed",
                part,
                f"`{part.written}` is above 48 hours, where Datadog's API reference stops",
            )


def quoted_window(argument: Node, findings: Findings, units: str, example: str) -> Window | None:
    """
    Return the window that a step of a chain is given; None for another, which is reported.

    ``units`` are the letters that may stand behind the number.
    """
    if isinstance(argument, StringLiteral):
        written, start, end = argument.value, argument.start + 1, argument.end - 1
    elif isinstance(argument, Name | Number):
        written = argument.text if isinstance(argument, Name) else argument.written
        start, end = argument.start, argument.end
    else:
        return None
    window = read_length(written, start, end)
    if window is None or window.form or window.unit not in units.split():
        hint = advice(written.removeprefix("last_"), "", tuple(units.split()))
        message = f"`{written}` where a window such as `{example}` was expected"
        findings.refuse("bad-window", argument, message, hint)
        return None
    if window.count == 0:
        findings.refuse("window-too-short", argument, f"`{written}` is no time at all")
        return None
    return window
