"""Which fields differ between two canonical forms, under Datadog's own dotted names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

_FIRST: Final = ("name", "type", "query", "message", "tags", "priority")


class FieldChange(Struct, frozen=True, kw_only=True):
    """
    One field that is to change.

    ``field`` is dotted as in Datadog (``query``, ``options.thresholds.critical``). ``old`` is the
    live value, ``new`` the wanted one; None means absent. Values are JSON; a set is a sorted list.
    """

    field: str
    old: Any
    new: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[FieldChange, ...]:
    """Return the fields in which two canonical forms differ, texts first and options by name."""
    if old == new:
        return ()
    rest = sorted((old.keys() | new.keys()).difference(_FIRST))
    changes: list[FieldChange] = []
    for name in (*_FIRST, *rest):
        before, after = old.get(name), new.get(name)
        if before != after:
            changes += _walk(name, before, after, depth=0)
    return tuple(changes)


def _walk(field: str, old: Any, new: Any, *, depth: int) -> Iterator[FieldChange]:
    """
    Yield one change for each leaf. Options and their values are leaves of their own; deepdiff
    compares what is deeper.

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
    """Yield differences inside two nested values by path: ``options.variables[0].name``."""
    # 150 ms to import, and only a nested option that differs needs it
    from deepdiff import DeepDiff
    from deepdiff.helper import notpresent

    differing = DeepDiff(
        old,
        new,
        view="tree",
        ignore_numeric_type_changes=True,
        threshold_to_diff_deeper=0,  # name the leaf, also where few parts are the same
    )
    leaves = {
        field + _dotted(level.path(output_format="list")): (level.t1, level.t2)
        for levels in differing.values()
        for level in levels
    }
    for path, sides in sorted(leaves.items(), key=lambda leaf: leaf[0]):
        before, after = (None if side is notpresent else side for side in sides)
        yield FieldChange(field=path, old=before, new=after)


def _dotted(path: list[Any]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _nested(value: Any) -> bool:
    """Return whether a single part of a value can have changed: a map or a list of maps."""
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list) and any(isinstance(item, Mapping) for item in value)


def _is_map_or_none(value: Any) -> bool:
    return value is None or isinstance(value, Mapping)


def _json(value: Any) -> Any:
    """Return a canonical value as JSON has it: a set, kept as a sorted tuple, becomes a list."""
    return list(value) if isinstance(value, tuple) else value
