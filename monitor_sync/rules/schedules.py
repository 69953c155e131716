"""When a monitor is evaluated: cumulative windows and custom schedules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language import query
from monitor_sync.language.time_zones import known_zone
from monitor_sync.language.tree import Window
from monitor_sync.rules.kinds import EVENTS, METRIC, MISSING_DATA, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.subject import Subject
from monitor_sync.rules.values import listed, shown

_SCHEDULING: Final = ("options", "scheduling_options")
_WINDOW: Final = (*_SCHEDULING, "evaluation_window")
_CUSTOM: Final = (*_SCHEDULING, "custom_schedule")
_RECURRENCES: Final = (*_CUSTOM, "recurrences")
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_FORBIDDEN: Final = frozenset({"DTSTART", "DTEND", "DURATION"})
_EVALUATED: Final = METRIC | EVENTS


def _part(subject: Subject, name: str) -> Mapping[str, Any] | None:
    """``evaluation_window`` or ``custom_schedule``, None where it is absent or no mapping."""
    given = subject.options.get("scheduling_options")
    part = given.get(name) if isinstance(given, dict) else None
    return part if isinstance(part, dict) and part else None


def _cumulative(subject: Subject) -> Window | None:
    """The ``current_1d`` of a query or its ``.current("1d")``, None where it has none."""
    window = query.window(subject.parsed)
    return window if window is not None and window.form == "current" else None


@rule("options/cumulative-without-window", Severity.ERROR)
def cumulative_without_window(subject: Subject) -> Iterable[Finding]:
    """
    The query has a `current_…` window, but `evaluation_window` does not say when it starts.

    Why: a cumulative window counts from the start of an hour, a day or a month, and the option says
    at which minute, time and day that is. Datadog refuses one without the other.

    Example: `avg(current_1h):avg:system.load.5{*} > 0.5` without `scheduling_options`.

    Use instead: `scheduling_options: {evaluation_window: {hour_starts: 0}}`.

    Source: reported: Datadog answers 400 "Monitors with an evaluation_window scheduling_option must
    have a current query period and vice versa." (terraform-provider-datadog issue 2353).
    """
    if "current" not in subject.monitor.query or subject.type not in _EVALUATED:
        return ()
    window = _cumulative(subject)
    if window is None or _part(subject, "evaluation_window") is not None:
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
def window_without_cumulative(subject: Subject) -> Iterable[Finding]:
    """
    `evaluation_window` is given, but the query has no `current_…` window.

    Why: it says when a cumulative window starts. Datadog refuses one without the other.

    Example: `avg(last_1h):…` with `scheduling_options: {evaluation_window: {hour_starts: 0}}`.

    Use instead: `avg(current_1h):…`, or no `evaluation_window`.

    Source: reported: Datadog answers 400 "Monitors with an evaluation_window scheduling_option must
    have a current query period and vice versa." (terraform-provider-datadog issue 2353).
    """
    if "scheduling_options" not in subject.options:
        return ()
    if _part(subject, "evaluation_window") is None or subject.parsed.tree is None:
        return ()
    if _cumulative(subject) is not None:
        return ()
    return [
        Finding(
            message="`evaluation_window` goes with a `current_…` window, and the query has none",
            field=_WINDOW,
            hint="write `current_1h`, `current_1d` or `current_1mo` in the query, or remove it",
        )
    ]


@rule("options/bad-evaluation-window", Severity.ERROR)
def bad_evaluation_window(subject: Subject) -> Iterable[Finding]:
    """
    `evaluation_window` says something that Datadog does not take.

    Why: it is either `hour_starts`, a minute from 0 to 59, or `day_starts`, a time such as
    `"04:00"`, for a month together with `month_starts: 1`. The time zone may stand beside both.

    Example: `evaluation_window: {hour_starts: 0, day_starts: "04:00"}`.

    Use instead: `evaluation_window: {day_starts: "04:00", timezone: Europe/Paris}`.

    Source: Datadog's description of the scheduling options.
    """
    if "scheduling_options" not in subject.options:
        return ()
    given = _part(subject, "evaluation_window")
    return list(_window_problems(given)) if given is not None else ()


def _window_problems(given: Mapping[str, Any]) -> Iterator[Finding]:
    minute, time, day = (given.get(f"{each}_starts") for each in ("hour", "day", "month"))
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
    if day is not None and day != 1:
        yield Finding(
            message=f"`month_starts` is {shown(day)}, only 1 is possible",
            field=(*_WINDOW, "month_starts"),
            hint="write 1",
        )


def _is_time(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 5 or value[2] != ":":
        return False
    hour, minute = value[:2], value[3:]
    numbers = hour.isdecimal() and minute.isdecimal() and value.isascii()
    return numbers and int(hour) < 24 and int(minute) < 60


@rule("options/evaluation-window-unlike-query", Severity.WARNING)
def evaluation_window_unlike_query(subject: Subject) -> Iterable[Finding]:
    """
    `evaluation_window` gives another start than the window of the query needs.

    Why: an hour starts at a minute, a day at a time, a month at a time of its first day. Without
    the one that fits Datadog takes a start that nobody chose.

    Example: `avg(current_1d):…` with `evaluation_window: {hour_starts: 0}`.

    Use instead: `evaluation_window: {day_starts: "00:00", timezone: Europe/Paris}`.

    Source: Datadog's page on cumulative windows; whether Datadog refuses it is not recorded.
    """
    if "scheduling_options" not in subject.options:
        return ()
    given, window = _part(subject, "evaluation_window"), _cumulative(subject)
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


@rule("options/recurrence-count", Severity.ERROR)
def recurrence_count(subject: Subject) -> Iterable[Finding]:
    """
    A custom schedule has no recurrence, or several.

    Why: Datadog takes exactly one.

    Example: `custom_schedule: {recurrences: []}`.

    Use instead: one recurrence, such as
    `recurrences: [{rrule: "FREQ=DAILY;INTERVAL=1", timezone: UTC}]`.

    Source: Datadog's guide to custom schedules.
    """
    if "scheduling_options" not in subject.options:
        return ()
    given = _part(subject, "custom_schedule")
    if given is None:
        return ()
    recurrences = given.get("recurrences")
    count = len(recurrences) if isinstance(recurrences, list) else 0
    if count == 1:
        return ()
    return [
        Finding(
            message=f"the custom schedule has {count or 'no'} recurrences, one was expected",
            field=_RECURRENCES,
            hint="keep one" if count else "add `recurrences: [{rrule: …, timezone: …}]`",
        )
    ]


def _recurrences(subject: Subject) -> Iterator[tuple[int, Mapping[str, Any]]]:
    given = _part(subject, "custom_schedule")
    recurrences = given.get("recurrences") if given is not None else None
    for index, each in enumerate(recurrences if isinstance(recurrences, list) else ()):
        if isinstance(each, dict):
            yield index, each


@rule("options/bad-recurrence", Severity.ERROR)
def bad_recurrence(subject: Subject) -> Iterable[Finding]:
    """
    The recurrence of a custom schedule is not one that Datadog takes.

    Why: it needs an `rrule`, daily or slower, and a `timezone`. Where it starts is `start`,
    beside the rule and not inside it.

    Example: `{rrule: "FREQ=HOURLY;INTERVAL=1", timezone: UTC}`.

    Use instead: `{rrule: "FREQ=DAILY;INTERVAL=1", start: "2026-01-05T08:30:00", timezone: UTC}`.

    Source: Datadog's guide to custom schedules; recorded: one without `start` is accepted.
    """
    if "scheduling_options" not in subject.options:
        return ()
    return [
        problem
        for index, each in _recurrences(subject)
        for problem in _recurrence_problems(each, (*_RECURRENCES, index))
    ]


def _recurrence_problems(
    given: Mapping[str, Any], where: tuple[str | int, ...]
) -> Iterator[Finding]:
    for name in ("rrule", "timezone"):
        if not given.get(name):
            example = '"FREQ=DAILY;INTERVAL=1"' if name == "rrule" else "UTC"
            yield Finding(
                message=f"the recurrence has no `{name}`",
                field=where,
                hint=f"add `{name}: {example}`",
            )
    if given.get("rrule"):
        yield from _rrule_problems(given["rrule"], (*where, "rrule"))
    start = given.get("start")
    if start is not None and not _is_moment(start):
        yield Finding(
            message=f"`start` is {shown(start)}, a time such as `2026-01-05T08:30:00` was expected",
            field=(*where, "start"),
            hint='write for example `"2026-01-05T08:30:00"`, without a zone: that is `timezone`',
        )


def _rrule_problems(rrule: Any, where: tuple[str | int, ...]) -> Iterator[Finding]:
    text = rrule.removeprefix("RRULE:") if isinstance(rrule, str) else ""
    parts = {}
    for part in text.split(";"):
        name, _, value = part.partition("=")
        parts[name.partition(":")[0].strip().upper()] = value.strip()
    inside = [name for name in parts if name in _FORBIDDEN]
    if inside:
        hint = "write the start beside the rule: `start:`" if "DTSTART" in inside else "remove it"
        yield Finding(
            message=f"{listed(inside, 'and')} stands inside the rule",
            field=where,
            hint=hint,
        )
    frequency = parts.get("FREQ")
    if frequency is None:
        yield Finding(
            message=f"{shown(rrule)} is no recurrence rule",
            field=where,
            hint='write for example `"FREQ=DAILY;INTERVAL=1"`',
        )
    elif frequency.upper() not in _FREQUENCIES:
        yield Finding(
            message=f"`FREQ={frequency}` is too often or unknown, {listed(_FREQUENCIES)} "
            "was expected",
            field=where,
            hint="write `FREQ=DAILY`; the window of the query covers the hours",
        )


def _is_moment(value: Any) -> bool:
    if not isinstance(value, str) or len(value) != 19 or value[10] != "T":
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


@rule("options/unknown-time-zone", Severity.WARNING)
def unknown_time_zone(subject: Subject) -> Iterable[Finding]:
    """
    The time zone of a schedule is not in the tz database.

    Why: Datadog takes names such as `Europe/Paris`. One that it does not know is refused, or read
    as UTC, and the monitor looks at other hours than meant.

    Example: `evaluation_window: {day_starts: "04:00", timezone: Paris}`.

    Use instead: `timezone: Europe/Paris`.

    Source: Datadog's guide to custom schedules; the answer to an unknown one is not recorded.
    """
    if "scheduling_options" not in subject.options:
        return ()
    zones: list[tuple[tuple[str | int, ...], Any]] = []
    window = _part(subject, "evaluation_window")
    if window is not None and window.get("timezone") is not None:
        zones.append(((*_WINDOW, "timezone"), window["timezone"]))
    for index, each in _recurrences(subject):
        if each.get("timezone"):
            zones.append(((*_RECURRENCES, index, "timezone"), each["timezone"]))
    return [
        Finding(
            message=f"{shown(zone)} is no time zone of the tz database",
            field=where,
            hint="write for example `Europe/Paris` or `UTC`",
        )
        for where, zone in zones
        if not isinstance(zone, str) or not known_zone(zone)
    ]


@rule("options/schedule-without-missing-data", Severity.ERROR)
def schedule_without_missing_data(subject: Subject) -> Iterable[Finding]:
    """
    A custom schedule comes without `on_missing_data`.

    Why: Datadog has asked for it since the spring of 2026: a monitor that is evaluated once a day
    must say what a day without data means.

    Example: `scheduling_options: {custom_schedule: …}` alone.

    Use instead: `on_missing_data: default` beside it, or what the monitor really wants.

    Source: measured: recordings up to 2026-02-09 were accepted without it, all since 2026-04 have
    it, and Datadog's datadog-sync-cli says that it is required now.
    """
    if "scheduling_options" not in subject.options or subject.type not in MISSING_DATA:
        return ()
    if _part(subject, "custom_schedule") is None:
        return ()
    if subject.options.get("on_missing_data") is not None:
        return ()
    return [
        Finding(
            message="`custom_schedule` stands without `on_missing_data`, which Datadog asks for "
            "since 2026",
            field=_CUSTOM,
            hint="add `on_missing_data: default`",
        )
    ]


@rule("options/schedule-with-full-window", Severity.ERROR)
def schedule_with_full_window(subject: Subject) -> Iterable[Finding]:
    """
    A custom schedule stands beside `require_full_window: true`.

    Why: Datadog wants false there: a window seen once a day is not filled point by point.

    Example: `options: {require_full_window: true, scheduling_options: {custom_schedule: …}}`.

    Use instead: `require_full_window: false`.

    Source: Datadog's description of the option, and the documentation of its Terraform provider.
    """
    if subject.options.get("require_full_window") is not True:
        return ()
    if _part(subject, "custom_schedule") is None:
        return ()
    return [
        Finding(
            message="`require_full_window` is true, but a custom schedule needs false",
            field=("options", "require_full_window"),
            hint="write `require_full_window: false`",
        )
    ]


@rule("options/schedule-unsupported", Severity.WARNING)
def schedule_unsupported(subject: Subject) -> Iterable[Finding]:
    """
    A custom schedule is given on a type that it does not act on.

    Why: metric, log and event monitors can be evaluated at chosen times; the others run always.

    Example: a `service check` with `scheduling_options: {custom_schedule: …}`.

    Use instead: a downtime for the hours that do not count.

    Source: Datadog's guide to custom schedules.
    """
    if "scheduling_options" not in subject.options or subject.type in _EVALUATED:
        return ()
    if _part(subject, "custom_schedule") is None:
        return ()
    return [
        Finding(
            message=f"`custom_schedule` does nothing on {article(subject.type)}",
            field=_CUSTOM,
            hint="remove it; a downtime keeps a monitor silent at chosen times",
        )
    ]
