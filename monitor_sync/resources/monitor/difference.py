"""Which fields of two monitors differ, told so that people see what will change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor_sync.model import Body
from monitor_sync.resources.difference import FieldChange, differences
from monitor_sync.resources.monitor.canonical import canonical, filled, same


def field_changes(live: Body, wanted: Body) -> tuple[FieldChange, ...]:
    """Return the changes that turn one body into the other; none if they mean the same."""
    if same(live, wanted):
        return ()
    before = canonical(live, declared=wanted)
    after = canonical(wanted, declared=wanted)
    changes = explained(differences(before, after), live, wanted)
    return tuple(change for change in changes if not _implied(change, live))


def explained(changes: tuple[FieldChange, ...], old: Body, new: Body) -> tuple[FieldChange, ...]:
    """
    Return the same changes with absent options spelled out where one side or the server spells
    them.

    ``false -> true`` says more than ``false -> (absent)`` where Datadog's default is true. An
    option that is written alike on both sides, and only has no effect on one, is no change.
    """
    spelled = (
        FieldChange(
            field=change.field,
            old=_spelled(change.field, change.old, old),
            new=_spelled(change.field, change.new, new),
        )
        for change in changes
    )
    return tuple(change for change in spelled if change.old != change.new)


def _implied(change: FieldChange, live: Body) -> bool:
    """
    Return whether a live threshold that no file declares says no more than the query does.

    Some answers fill in a critical threshold from the query where none was sent (an error text
    quoted in public threads says so; the recordings since 2020 show none filled in). It would
    come back after every update, so it is no difference.
    """
    if change.field != "options.thresholds.critical" or change.new is not None:
        return False
    from monitor_sync.language.atoms import Number
    from monitor_sync.language.query import comparison, parse  # 60 ms, for a rare question

    variables = (live.get("options") or {}).get("variables")
    end = comparison(parse(str(live.get("type")), str(live.get("query")), variables))
    return (
        end is not None and isinstance(end.threshold, Number) and end.threshold.value == change.old
    )


def _spelled(field: str, value: Any, body: Body) -> Any:
    """Return an absent option as its own body writes it, or as Datadog fills it in."""
    section, _, option = field.partition(".")
    options = body.get("options")
    if value is not None or section != "options" or not isinstance(options, Mapping):
        return value
    written = options.get(option)
    if isinstance(written, (bool, int, float)) or (isinstance(written, str) and written.strip()):
        return written
    return filled(option, str(body.get("type")), options)
