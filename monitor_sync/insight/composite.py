"""Composites: other monitors' states joined by ``&&``, ``||`` and ``!`` (11.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from monitor_sync.insight.values import SEVERITY, Status, Unsupported
from monitor_sync.language.tree import (
    Condition,
    Enclosed,
    Junction,
    MonitorId,
    MonitorReference,
    Negation,
)


def state(condition: Condition, members: Mapping[str, Status]) -> Status:
    """
    Return what members make, before the composite's own option about missing data.

    ``members`` are states by id or key. ``&&`` of alert-worthy states is the least severe of
    them, and OK where one is not; ``||`` is the most severe. Raises Unsupported.
    """
    match condition:
        case MonitorId():
            return _member(str(condition.id), members)
        case MonitorReference():
            return _member(condition.key, members)
        case Enclosed():
            return state(condition.condition, members)
        case Negation():
            operand = state(condition.operand, members)
            if operand is Status.NO_DATA:
                return Status.NO_DATA
            return Status.ALERT if operand is Status.OK else Status.OK
        case Junction():
            states = [state(operand, members) for operand in condition.operands]
            pick = min if condition.operator == "AND" else max
            return pick(states, key=SEVERITY.__getitem__)
        case _:
            raise Unsupported("this composite")


def _member(name: str, members: Mapping[str, Status]) -> Status:
    if name not in members:
        raise Unsupported(f"the member {name}, whose state is not given")
    return members[name]


def outcome(
    condition: Condition, members: Mapping[str, Status], *, notify_no_data: bool
) -> Status | None:
    """Return a composite's state; None where it keeps the last known one."""
    result = state(condition, members)
    return None if result is Status.NO_DATA and not notify_no_data else result


def common_groups(groups: Iterable[Sequence[str]]) -> tuple[str, ...]:
    """Return the groups that all members have, in the first one's order; keys do not matter."""
    first, *others = [list(of_member) for of_member in groups]
    return tuple(group for group in first if all(group in other for other in others))
