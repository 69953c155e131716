"""When a cumulative monitor starts anew: `current_1d` and the evaluation window."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.atoms import Window
from monitor_sync.rules.monitor_types import EVENTS, METRIC, scheduling_part
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import shown
from monitor_sync.rules.views import QueryView

_SCHEDULING: Final = ("options", "scheduling_options")
_WINDOW: Final = (*_SCHEDULING, "evaluation_window")
_EVALUATED: Final = METRIC | EVENTS


def _cumulative(view: QueryView) -> Window | None:
    """Return the ``current_1d`` or ``.current("1d")`` of a query; None if it has none."""
    window = query.window(view.query)
    return window if window is not None and window.form == "current" else None


@rule("options/cumulative-without-window", Severity.ERROR)
def cumulative_without_window(view: QueryView) -> Iterable[Finding]:
    """
    The query has a `current_…` window, but `evaluation_window` does not say when it starts.

    Why: a cumulative window counts from the start of an hour, a day or a month, and the option says
    at which minute, time and day that is. Datadog refuses one without the other.

    Example: `avg(current_1h):avg:system.load.5{*} > 0.5` without `scheduling_options`.

    Use instead: `scheduling_options: {evaluation_window: {hour_starts: 0}}`.

    Source: reported: Datadog answers 400 "Monitors with an evaluation_window scheduling_option must
    have a current query period and vice versa." (terraform-provider-datadog issue 2353).
    """
    if "current" not in view.query_text or view.type not in _EVALUATED:
        return ()
    window = _cumulative(view)
    if window is None or scheduling_part(view.options, "evaluation_window") is not None:
        return ()
    starts = _STARTS.get(window.unit, _STARTS["d"])
    return [
        Finding(
            message=f"`{window.written}` counts from a start that `evaluation_window` does not "
            "give",
            field=("query",),
            start=window.start,
            end=window.end,
            hint=f"add `scheduling_options: {{evaluation_window: {{{starts}}}}}`",
        )
    ]


_STARTS: Final = {
    "h": "hour_starts: 0",
    "d": 'day_starts: "00:00", timezone: UTC',
    "mo": 'day_starts: "00:00", month_starts: 1, timezone: UTC',
}


@rule("options/window-without-cumulative", Severity.ERROR)
def window_without_cumulative(view: QueryView) -> Iterable[Finding]:
    """
    `evaluation_window` is given, but the query has no `current_…` window.

    Why: it says when a cumulative window starts. Datadog refuses one without the other.

    Example: `avg(last_1h):…` with `scheduling_options: {evaluation_window: {hour_starts: 0}}`.

    Use instead: `avg(current_1h):…`, or no `evaluation_window`.

    Source: reported: Datadog answers 400 "Monitors with an evaluation_window scheduling_option must
    have a current query period and vice versa." (terraform-provider-datadog issue 2353).
    """
    if "scheduling_options" not in view.options:
        return ()
    if scheduling_part(view.options, "evaluation_window") is None or view.query.tree is None:
        return ()
    if _cumulative(view) is not None:
        return ()
    return [
        Finding(
            message="`evaluation_window` goes with a `current_…` window, and the query has none",
            field=_WINDOW,
            hint="write `current_1h`, `current_1d` or `current_1mo` in the query, or remove it",
        )
    ]


@rule("options/bad-evaluation-window", Severity.ERROR)
def bad_evaluation_window(view: QueryView) -> Iterable[Finding]:
    """
    `evaluation_window` has a value that Datadog does not accept.

    Why: it is either `hour_starts`, a minute from 0 to 59, or `day_starts`, a time such as
    `"04:00"`, for a month together with `month_starts`, a day from 1 to 31. The time zone may
    stand beside both.

    Example: `evaluation_window: {hour_starts: 0, day_starts: "04:00"}`.

    Use instead: `evaluation_window: {day_starts: "04:00", timezone: Europe/Paris}`.

    Source: Datadog's description of the scheduling options.
    """
    if "scheduling_options" not in view.options:
        return ()
    given = scheduling_part(view.options, "evaluation_window")
    return list(_window_problems(given)) if given is not None else ()


def _window_problems(given: Mapping[str, Any]) -> Iterator[Finding]:
    minute, time, day = (given.get(f"{unit}_starts") for unit in ("hour", "day", "month"))
    if minute is not None and (time is not None or day is not None):
        other = "day_starts" if time is not None else "month_starts"
        yield Finding(
            message=f"`hour_starts` stands beside `{other}`, alone was expected",
            field=(*_WINDOW, "hour_starts"),
            hint="keep `hour_starts` for `current_1h`, the others for longer windows",
        )
    elif day is not None and time is None:
        yield Finding(
            message="`month_starts` stands without `day_starts`",
            field=(*_WINDOW, "month_starts"),
            hint='add `day_starts: "00:00"`',
        )
    if minute is not None and (type(minute) is not int or not 0 <= minute <= 59):
        yield Finding(
            message=f"`hour_starts` is {shown(minute)}, a minute from 0 to 59 was expected",
            field=(*_WINDOW, "hour_starts"),
            hint="write for example 0",
        )
    if time is not None and not _is_time(time):
        yield Finding(
            message=f"`day_starts` is {shown(time)}, a time such as `04:00` was expected",
            field=(*_WINDOW, "day_starts"),
            hint='write for example `"04:00"`, with the quotes',
        )
    if day is not None and (type(day) is not int or not 1 <= day <= 31):
        yield Finding(
            message=f"`month_starts` is {shown(day)}, a day of the month from 1 to 31 was expected",
            field=(*_WINDOW, "month_starts"),
            hint="write for example 1",
        )


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return False
    hour, minute = value[:2], value[3:]
    numbers = hour.isdecimal() and minute.isdecimal() and value.isascii()
    return numbers and int(hour) < 24 and int(minute) < 60


@rule("options/evaluation-window-unlike-query", Severity.WARNING)
def evaluation_window_unlike_query(view: QueryView) -> Iterable[Finding]:
    """
    `evaluation_window` does not give the start that the window of the query needs.

    Why: an hour starts at a minute, a day at a time, a month at a time of its first day. Without
    the one that fits Datadog takes a start that nobody chose.

    Example: `avg(current_1d):…` with `evaluation_window: {hour_starts: 0}`.

    Use instead: `evaluation_window: {day_starts: "00:00", timezone: Europe/Paris}`.

    Source: Datadog's page on cumulative windows; whether Datadog refuses it is not recorded.
    """
    if "scheduling_options" not in view.options:
        return ()
    given, window = scheduling_part(view.options, "evaluation_window"), _cumulative(view)
    if given is None or window is None:
        return ()
    wanted = {"h": "hour_starts", "d": "day_starts", "mo": "month_starts"}.get(window.unit)
    if wanted is None or given.get(wanted) is not None:
        return ()
    return [
        Finding(
            message=f"`{window.written}` in the query starts by `{wanted}`, "
            "which `evaluation_window` does not have",
            field=_WINDOW,
            hint=f"write `evaluation_window: {{{_STARTS[window.unit]}}}`",
        )
    ]
