"""When a monitor is evaluated: custom schedules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.time_zones import known_zone
from monitor_sync.rules.monitor_types import EVENTS, METRIC, MISSING_DATA, article, scheduling_part
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import quoted, shown
from monitor_sync.rules.views import QueryView

_SCHEDULING: Final = ("options", "scheduling_options")
_WINDOW: Final = (*_SCHEDULING, "evaluation_window")
_CUSTOM: Final = (*_SCHEDULING, "custom_schedule")
_RECURRENCES: Final = (*_CUSTOM, "recurrences")
_FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_FORBIDDEN: Final = frozenset({"DTSTART", "DTEND", "DURATION"})
_EVALUATED: Final = METRIC | EVENTS


@rule("options/recurrence-count", Severity.ERROR)
def recurrence_count(view: QueryView) -> Iterable[Finding]:
    """
    A custom schedule has no recurrence, or several.

    Why: Datadog takes exactly one.

    Example: `custom_schedule: {recurrences: []}`.

    Use instead: one recurrence, such as
    `recurrences: [{rrule: "FREQ=DAILY;INTERVAL=1", timezone: UTC}]`.

    Source: Datadog's guide to custom schedules.
    """
    schedule = view.options.get("scheduling_options")
    given = schedule.get("custom_schedule") if isinstance(schedule, dict) else None
    if not isinstance(given, dict):  # an empty one is sent as it is
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


def _recurrences(view: QueryView) -> Iterator[tuple[int, Mapping[str, Any]]]:
    given = scheduling_part(view.options, "custom_schedule")
    recurrences = given.get("recurrences") if given is not None else None
    for index, recurrence in enumerate(recurrences if isinstance(recurrences, list) else ()):
        if isinstance(recurrence, dict):
            yield index, recurrence


@rule("options/bad-recurrence", Severity.ERROR)
def bad_recurrence(view: QueryView) -> Iterable[Finding]:
    """
    The recurrence of a custom schedule is not one that Datadog takes.

    Why: it needs an `rrule`, daily or slower, and a `timezone`. Where it starts is `start`,
    beside the rule and not inside it.

    Example: `{rrule: "FREQ=HOURLY;INTERVAL=1", timezone: UTC}`.

    Use instead: `{rrule: "FREQ=DAILY;INTERVAL=1", start: "2026-01-05T08:30:00", timezone: UTC}`.

    Source: Datadog's guide to custom schedules; recorded: one without `start` is accepted.
    """
    if "scheduling_options" not in view.options:
        return ()
    return [
        problem
        for index, recurrence in _recurrences(view)
        for problem in _recurrence_problems(recurrence, (*_RECURRENCES, index))
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
            message=f"{quoted(inside, 'and')} stands inside the rule",
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
            message=f"`FREQ={frequency}` is too often or unknown, {quoted(_FREQUENCIES)} "
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
def unknown_time_zone(view: QueryView) -> Iterable[Finding]:
    """
    The time zone of a schedule is not in the tz database.

    Why: Datadog takes names such as `Europe/Paris`. One that it does not know is refused, or read
    as UTC, and the monitor looks at other hours than meant.

    Example: `evaluation_window: {day_starts: "04:00", timezone: Paris}`.

    Use instead: `timezone: Europe/Paris`.

    Source: Datadog's guide to custom schedules; the answer to an unknown one is not recorded.
    """
    if "scheduling_options" not in view.options:
        return ()
    zones: list[tuple[tuple[str | int, ...], Any]] = []
    window = scheduling_part(view.options, "evaluation_window")
    if window is not None and window.get("timezone") is not None:
        zones.append(((*_WINDOW, "timezone"), window["timezone"]))
    for index, recurrence in _recurrences(view):
        if recurrence.get("timezone"):
            zones.append(((*_RECURRENCES, index, "timezone"), recurrence["timezone"]))
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
def schedule_without_missing_data(view: QueryView) -> Iterable[Finding]:
    """
    A custom schedule comes without `on_missing_data`.

    Why: Datadog has asked for it since the spring of 2026: a monitor that is evaluated once a day
    must say what a day without data means.

    Example: `scheduling_options: {custom_schedule: …}` alone.

    Use instead: `on_missing_data: default` beside it, or what the monitor really wants.

    Source: measured: recordings up to 2026-02-09 were accepted without it, all since 2026-04 have
    it, and Datadog's datadog-sync-cli says that it is required now.
    """
    if "scheduling_options" not in view.options or view.type not in MISSING_DATA:
        return ()
    if scheduling_part(view.options, "custom_schedule") is None:
        return ()
    if view.options.get("on_missing_data") is not None:
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
def schedule_with_full_window(view: QueryView) -> Iterable[Finding]:
    """
    A custom schedule stands beside `require_full_window: true`.

    Why: Datadog wants false there: a window seen once a day is not filled point by point.

    Example: `options: {require_full_window: true, scheduling_options: {custom_schedule: …}}`.

    Use instead: `require_full_window: false`.

    Source: Datadog's description of the option, and the documentation of its Terraform provider.
    """
    if view.options.get("require_full_window") is not True:
        return ()
    if scheduling_part(view.options, "custom_schedule") is None:
        return ()
    return [
        Finding(
            message="`require_full_window` is true, but a custom schedule needs false",
            field=("options", "require_full_window"),
            hint="write `require_full_window: false`",
        )
    ]


@rule("options/schedule-unsupported", Severity.WARNING)
def schedule_unsupported(view: QueryView) -> Iterable[Finding]:
    """
    A custom schedule is given on a type that it does not act on.

    Why: metric, log and event monitors can be evaluated at chosen times; the others run always.

    Example: a `service check` with `scheduling_options: {custom_schedule: …}`.

    Use instead: a downtime for the hours that do not count.

    Source: Datadog's guide to custom schedules.
    """
    if "scheduling_options" not in view.options or view.type in _EVALUATED:
        return ()
    if scheduling_part(view.options, "custom_schedule") is None:
        return ()
    return [
        Finding(
            message=f"`custom_schedule` does nothing on {article(view.type)}",
            field=_CUSTOM,
            hint="remove it; a downtime keeps a monitor silent at chosen times",
        )
    ]
