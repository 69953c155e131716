"""``no-data``: ``notify_no_data`` and ``no_data_timeframe`` become ``on_missing_data``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from monitor_sync.adopt.migrate.estate import (
    Codemod,
    Estate,
    Level,
    Rewrites,
    families,
    without_options,
)
from monitor_sync.language import query
from monitor_sync.model import Monitor
from monitor_sync.project.edits import Edit, RenameKey, Set
from monitor_sync.resources.monitor.equivalence import LOG_LIKE

_OLD: Final = ("notify_no_data", "no_data_timeframe")
_NEW: Final = "on_missing_data"
_HAVE_IT: Final = LOG_LIKE | {
    "query alert", "metric alert", "cost alert", "data-quality alert", "data-jobs alert",
}  # fmt: skip
"""Types that have ``on_missing_data``."""

_TRANSLATED: Final = {True: "show_and_notify_no_data", False: "show_no_data"}


def _rewrite(estate: Estate, _: Sequence[str]) -> Rewrites:
    rewrites = Rewrites()
    levels = [
        level for level in estate.levels if any(name in level.options for name in (*_OLD, _NEW))
    ]
    for family in families(levels):
        _decide(estate, family, rewrites)
    return rewrites


def _decide(estate: Estate, family: Sequence[Level], rewrites: Rewrites) -> None:
    """Translate levels of the same monitors together, or keep what cannot be."""
    old = [level for level in family if any(name in level.options for name in _OLD)]
    monitors = [monitor for level in old for monitor in estate.monitors(level)]
    reason = _reason(family, monitors)
    quiet = [level for level in old if _says_nothing(level)]
    if reason and quiet and len(quiet) < len(old):
        # `notify_no_data: false` does no harm beside what the others become
        _keep(quiet, reason, rewrites)
        for rest in families([level for level in family if level not in quiet]):
            _decide(estate, rest, rewrites)
    elif reason:
        _keep(old, reason, rewrites)
    else:
        value = "default" if monitors and _never_acts(monitors[0]) else ""
        for level in old:
            rewrites.edits[level.file] += _edits(level, value)


def _says_nothing(level: Level) -> bool:
    """Return whether a level says no more than what Datadog fills in: ``notify_no_data: false``."""
    return level.options.get("notify_no_data") is False and "no_data_timeframe" not in level.options


def _keep(levels: Sequence[Level], reason: str, rewrites: Rewrites) -> None:
    for level in levels:
        name = next(name for name in _OLD if name in level.options)
        rewrites.keep(level, ("options", name), reason)


def _reason(family: Sequence[Level], monitors: Sequence[Monitor]) -> str:
    """Return why levels of the same monitors stay as they are; empty where they do not."""
    if not monitors:
        return "no monitor is made of it"
    without = sorted({monitor.type for monitor in monitors if monitor.type not in _HAVE_IT})
    if without:
        return f"a {without[0]} keeps the old options"
    apart = [level for level in family if not any(name in level.options for name in _OLD)]
    if apart:
        return f"`{_NEW}` stands in {apart[0].file}:{apart[0].line('options', _NEW)} too"
    if len({_never_acts(monitor) for monitor in monitors}) > 1:
        return "some of its queries fill in missing values and some do not"
    return ""


def _never_acts(monitor: Monitor) -> bool:
    """
    Return whether data is never missing, or the option has one value only.

    Source: kennel refuses any other value beside ``default_zero`` and on event monitors.
    """
    options = monitor.body["options"]
    parsed = query.parse(monitor.type, monitor.body["query"], options.get("variables"))
    return monitor.type == "event-v2 alert" or bool(query.fills_gaps(parsed))


def _edits(level: Level, value: str) -> Iterator[Edit]:
    """Yield what translates one level; ``value`` stands for both answers where it is given."""
    where = (*level.where, "options")
    notifies = level.options.get("notify_no_data")
    if "notify_no_data" in level.options and _NEW not in level.options:
        yield RenameKey((*where, "notify_no_data"), _NEW)
        if notifies is not None:
            yield Set((*where, _NEW), value or _TRANSLATED[bool(notifies)])
        yield from without_options(level, ["no_data_timeframe"])
    else:
        yield from without_options(level, _OLD)


CODEMOD = Codemod(
    name="no-data",
    summary="`notify_no_data` and `no_data_timeframe` become `on_missing_data`",
    behaviour=(
        "where it was true, Datadog notifies of missing data as soon as the query's window is"
        " empty, no longer after `no_data_timeframe` minutes; where it was false, a monitor"
        " without data shows NO DATA and notifies nobody, instead of keeping its last state."
        " Where the query fills in zeros, nobody is notified of missing data any more. Service"
        " checks and composites keep the old options"
    ),
    rewrite=_rewrite,
    fields=frozenset({f"options.{name}" for name in (*_OLD, _NEW)}),
)
"""Source: Datadog's own templates (integrations-extras pull 3000, integrations-core pull 23615)."""
