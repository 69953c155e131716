"""
Two people's changes to one monitor, merged.

A slot is the smallest part of a monitor that is merged by itself: a field, an option, a threshold,
the tags of one key. The level in a query is a slot too, since it stands in the options as well:
one person may raise a threshold in Datadog while another mends the filter in the files.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from monitor_sync.model import Body
from monitor_sync.resources.kind import Slots
from monitor_sync.resources.monitor import values
from monitor_sync.resources.monitor.canonical import canonical
from monitor_sync.resources.monitor.equivalence import EQUIVALENCES, OWNED
from monitor_sync.resources.monitor.payload import READ_ONLY

_LEVEL: Final = "query.level"
_HOLE: Final = "${level}"
_TAGS: Final = "tags."
_OPTIONS: Final = "options."
_THRESHOLDS: Final = "options.thresholds."
_MEANING: Final = ("query", "options.variables")
_MEASURE: Final = (*_MEANING, _LEVEL, _THRESHOLDS, "options.threshold_windows")
_MISSING: Final = (
    "options.notify_no_data",
    "options.no_data_timeframe",
    "options.on_missing_data",
)
_KNOWN: Final = {rule.option for rule in EQUIVALENCES}


def slots(body: Body, *, declared: Body) -> Slots:
    """Return the slots of a body in canonical form; ``declared`` is as in ``canonical``."""
    form = canonical(body, declared=declared)
    options = form.pop("options", {})
    form_slots: dict[str, Any] = {f"{_OPTIONS}{name}": value for name, value in options.items()}
    thresholds = form_slots.pop(_THRESHOLDS[:-1], None)
    if isinstance(thresholds, Mapping):
        form_slots |= {f"{_THRESHOLDS}{name}": value for name, value in thresholds.items()}
    form_slots |= {
        _TAGS + key: tuple(values) for key, values in _by_key(form.pop("tags", ())).items()
    }
    form_slots |= form
    level = _level(body)
    if level is not None:
        start, end, value, _ = level
        form_slots["query"] = form["query"][:start] + _HOLE + form["query"][end:]
        form_slots[_LEVEL] = value
    return form_slots


def merged(live: Body, here: Body, keep: Collection[str]) -> dict[str, Any]:
    """
    Return what the files declare here, with the live values in the slots ``keep``.

    An update replaces all options, so a live value that is to be kept has to be sent.
    """
    body = dict(here)
    options = dict(here.get("options") or {})
    thresholds = dict(options.get("thresholds") or {})
    there: Mapping[str, Any] = live.get("options") or {}
    for slot in sorted(keep):
        if slot.startswith(_THRESHOLDS):
            _take(thresholds, there.get("thresholds") or {}, slot.removeprefix(_THRESHOLDS))
        elif slot.startswith(_OPTIONS):
            _take(options, there, slot.removeprefix(_OPTIONS))
        elif not slot.startswith((_TAGS, "query")):
            _take(body, live, slot)
    if thresholds or "thresholds" in options:
        options["thresholds"] = thresholds
    body["options"] = options
    body["query"] = _query(live, here, keep)
    body["tags"] = _tags(live, here, keep)
    return _without_dead_letters(body, live, here, keep) if keep else body


def _without_dead_letters(
    body: dict[str, Any], live: Body, here: Body, keep: Collection[str]
) -> dict[str, Any]:
    """
    Return the body without options that had no effect on either side and would have one now.

    An example is a time-out for missing data that the files keep while its alert is off, where
    somebody has turned that alert on by hand.
    """
    declared_slots, live_slots, body_slots = (
        slots(version, declared=here) for version in (here, live, body)
    )
    woken = {
        slot.removeprefix(_OPTIONS)
        for slot in body_slots.keys() - keep
        if slot.startswith(_OPTIONS) and slot not in declared_slots and slot not in live_slots
    }
    if woken:
        body["options"] = {
            name: value for name, value in body["options"].items() if name not in woken
        }
    return body


def settled(
    live: Body, here: Body, keep: frozenset[str], contested: Iterable[str]
) -> frozenset[str]:
    """
    Return the slots that can keep their live value, where ``contested`` ones cannot.

    Some slots make sense together only. Where somebody made another query of it than the files now
    declare, the thresholds go with the query; where both changed what missing data means, all of
    that is as declared. A result that Datadog would refuse, such as a warning beyond the critical
    threshold, is as declared too.
    """
    contested = set(contested)
    if contested.intersection(_MEANING):
        keep = frozenset(slot for slot in keep if not slot.startswith(_MEASURE))
    if contested.intersection(_MISSING):
        keep -= set(_MISSING)
    if not _sound(merged(live, here, keep)) and _sound(here):
        keep = frozenset(slot for slot in keep if not slot.startswith(_MEASURE))
    return keep


def unknown(live: Body, *declared: Body) -> frozenset[str]:
    """Return live options that this tool does not know and no file declares."""
    options = live.get("options")
    if not isinstance(options, Mapping):
        return frozenset()
    named = {name for body in declared for name in body.get("options") or ()}
    return frozenset(
        _OPTIONS + name
        for name, value in options.items()
        if value is not None and name not in _KNOWN and name not in named and name not in READ_ONLY
    )


def _take(into: dict[str, Any], source: Mapping[str, Any], name: str) -> None:
    """Copy the value of a name from ``source``; where it has none, remove it."""
    value = source.get(name)
    if value is not None:
        into[name] = value
    elif name in OWNED:
        into[name] = None  # an update keeps a field that it does not name
    else:
        into.pop(name, None)


# tags


def _by_key(tags: Iterable[str]) -> dict[str, list[str]]:
    """Group tags by what stands before the colon."""
    tags_by_key: dict[str, list[str]] = defaultdict(list)
    for tag in tags:
        tags_by_key[tag.partition(":")[0]].append(tag)
    return tags_by_key


def _tags(live: Body, here: Body, keep: Collection[str]) -> tuple[str, ...]:
    keys = {slot.removeprefix(_TAGS) for slot in keep if slot.startswith(_TAGS)}
    ours = (tag for tag in here.get("tags") or () if tag.partition(":")[0] not in keys)
    theirs = (tag for tag in live.get("tags") or () if tag.partition(":")[0] in keys)
    return (*ours, *theirs)


# the level in the query


def _query(live: Body, here: Body, keep: Collection[str]) -> Any:
    frame = live if "query" in keep else here
    source = live if _LEVEL in keep else here
    if frame is source:
        return frame.get("query")
    place, level = _level(frame), _level(source)
    if place is None or level is None:
        return here.get("query")
    text = str(values.query(frame.get("query")))
    return text[: place[0]] + level[3] + text[place[1] :]


def _level(body: Body) -> tuple[int, int, float, str] | None:
    """Return the level of a query: start and end in its one line, the number, and its text."""
    level = _end(body)
    return level[1:] if level else None


def _end(body: Body) -> tuple[str, int, int, float, str] | None:
    """Return the operator of the comparison that ends a query, and its level as in ``_level``."""
    from monitor_sync.language.atoms import Number
    from monitor_sync.language.query import comparison, parse  # 60 ms, where two people met

    query, options = values.query(body.get("query")), body.get("options")
    if not isinstance(query, str):
        return None
    variables = options.get("variables") if isinstance(options, Mapping) else None
    end = comparison(parse(str(body.get("type")), query, variables))
    if end is None or not isinstance(end.threshold, Number):
        return None
    level = end.threshold
    return end.operator.text, level.start, level.end, level.value, level.written


def _sound(body: Body) -> bool:
    """Return whether the thresholds agree with the query, in an order that Datadog takes."""
    end = _end(body)
    levels = values.thresholds((body.get("options") or {}).get("thresholds")) or {}
    if end is None or not all(isinstance(number, float) for number in levels.values()):
        return True
    sign = -1 if end[0].startswith("<") else 1
    level = {name: sign * number for name, number in levels.items()}
    critical = level.setdefault("critical", sign * end[3])
    warning = level.get("warning", critical)
    return bool(
        critical == sign * end[3]
        and ("warning" not in level or warning < critical)
        and level.get("critical_recovery", critical) <= critical
        and level.get("warning_recovery", warning) <= warning
    )
