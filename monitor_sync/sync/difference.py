"""Which fields differ between two canonical forms, under Datadog's own dotted names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.model import Body
from monitor_sync.sync.canonical import canonical, filled, same

_FIRST: Final = ("name", "type", "query", "message", "tags", "priority")


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """
    One field that is to change.

    ``field`` is dotted as in Datadog (``query``, ``options.thresholds.critical``). ``old`` is the
    live value, ``new`` the wanted one; None means absent. Values are JSON; a set is a sorted list.
    """

    field: str
    old: Any
    new: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """The fields in which two canonical forms differ, texts first and options by name."""
    if old == new:
        return ()
    rest = sorted((old.keys() | new.keys()).difference(_FIRST))
    found: list[FieldChange] = []
    for name in (*_FIRST, *rest):
        before, after = old.get(name), new.get(name)
        if before != after:
            found += _walk(name, before, after, depth=0)
    return tuple(found)


def explained(changes: tuple[FieldChange, ...], old: Body, new: Body) -> tuple[FieldChange, ...]:
    """
    The same changes with absent options spelled out where one side or the server spells them.

    ``false -> true`` says more than ``false -> (absent)`` where Datadog's default is true. An
    option that is written alike on both sides, and only has no effect on one, is no change.
    """
    spelled = (
        FieldChange(
            field=each.field,
            old=_spelled(each.field, each.old, old),
            new=_spelled(each.field, each.new, new),
        )
        for each in changes
    )
    return tuple(each for each in spelled if each.old != each.new)


def field_changes(live: Body, wanted: Body) -> tuple[FieldChange, ...]:
    """What would have to change for one body to become the other; nothing where they mean one."""
    if same(live, wanted):
        return ()
    before = canonical(live, declared=wanted)
    after = canonical(wanted, declared=wanted)
    changes = explained(differences(before, after), live, wanted)
    return tuple(each for each in changes if not _implied(each, live))


def _implied(change: FieldChange, live: Body) -> bool:
    """
    Whether a live threshold that no file declares says no more than the query does.

    Some answers fill in a critical threshold from the query where none was sent (an error text
    quoted in public threads says so; the recordings since 2020 show none filled in). It would
    come back after every update, so it is no difference.
    """
    if change.field != "options.thresholds.critical" or change.new is not None:
        return False
    from monitor_sync.language.query import comparison, parse  # 60 ms, for a rare question
    from monitor_sync.language.tree import Number

    variables = (live.get("options") or {}).get("variables")
    end = comparison(parse(str(live.get("type")), str(live.get("query")), variables))
    return (
        end is not None and isinstance(end.threshold, Number) and end.threshold.value == change.old
    )


def _walk(field: str, old: Any, new: Any, *, depth: int) -> Iterator[FieldChange]:
    """
    One change a leaf. Options and what is in them are leaves of their own; deeper is for deepdiff.

    Something that is on one side only is one leaf, but options and thresholds are always told
    one by one.
    """
    spread = field in ("options", "options.thresholds")
    if spread and _is_map_or_none(old) and _is_map_or_none(new):
        before, after = old or {}, new or {}
        for name in sorted(before.keys() | after.keys()):
            if before.get(name) != after.get(name):
                yield from _walk(
                    f"{field}.{name}", before.get(name), after.get(name), depth=depth + 1
                )
    elif depth > 0 and _nested(old) and _nested(new):
        yield from _deep(field, old, new)
    else:
        yield FieldChange(field=field, old=_json(old), new=_json(new))


def _deep(field: str, old: Any, new: Any) -> Iterator[FieldChange]:
    """Differences inside two nested values, by path: ``options.variables[0].search.query``."""
    # 150 ms to import, and only a nested option that differs needs it
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    found = DeepDiff(
        old,
        new,
        view="tree",
        ignore_numeric_type_changes=True,
        threshold_to_diff_deeper=0,  # name the leaf, also where few parts are the same
    )
    leaves = {
        field + _dotted(level.path(output_format="list")): (level.t1, level.t2)
        for levels in found.values()
        for level in levels
    }
    for path, sides in sorted(leaves.items(), key=lambda leaf: leaf[0]):
        before, after = (None if side is notpresent else side for side in sides)
        yield FieldChange(field=path, old=before, new=after)


def _dotted(path: list[Any]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _nested(value: Any) -> bool:
    """A map or a list of maps: something in which a single part can have changed."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and any(isinstance(each, Mapping) for each in value)


def _is_map_or_none(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _json(value: Any) -> Any:
    """Sets are kept as sorted tuples; everybody else wants a list."""
    return list(value) if isinstance(value, tuple) else value


def _spelled(field: str, value: Any, body: Body) -> Any:
    """What an absent option is in its own body: as written there, or as Datadog fills it in."""
    section, _, option = field.partition(".")
    options = body.get("options")
    if value is not None or section != "options" or not isinstance(options, Mapping):
        return value
    written = options.get(option)
    if isinstance(written, (bool, int, float)) or (isinstance(written, str) and written.strip()):
        return written
    return filled(option, str(body.get("type")), options)
