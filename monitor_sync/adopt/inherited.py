"""A declaration below levels that say something: what it need not repeat, and what it unsets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from monitor_sync.adopt.placing import by_key
from monitor_sync.project.layers import Values, merge_tags
from monitor_sync.resources.monitor.canonical import canonical

_OF_PLACE: Final = frozenset({"team", "service", "tags", "notify", "footer"})
"""What is not taken from above field by field: tags add up, the rest is written by itself."""


def below(declared: Mapping[str, Any], above: Values) -> dict[str, Any]:
    """
    Return a declaration that means the same below the merged values of weaker levels.

    What these say alike is left out, and what they say besides is unset with null.
    """
    own = {name: value for name, value in declared.items() if name not in ("thresholds", "options")}
    options = dict(declared.get("options") or {})
    if "thresholds" in declared:
        options["thresholds"] = declared["thresholds"]
    weaker = {name: value for name, value in above.items() if name not in _OF_PLACE}
    if isinstance(weaker.get("options"), Mapping):
        weaker["options"] = _with_effect(weaker["options"], options, declared.get("type"))
    weaker.setdefault("options", {})
    difference = _difference({**own, "options": options}, weaker)
    levels = (difference.get("options") or {}).pop("thresholds", _NOTHING)
    if not difference.get("options", True):
        del difference["options"]
    if levels is not _NOTHING:
        difference["thresholds"] = levels
    return {name: difference[name] for name in _in_order(declared, difference)}


_NOTHING: Final = object()


def _with_effect(above: Mapping[str, Any], own: Mapping[str, Any], kind: Any) -> dict[str, Any]:
    """Return the options from above but those that say what Datadog does anyway."""
    together = {**above, **own}
    body = {"type": kind or "query alert", "options": together}
    effective = canonical(body, declared=body)["options"]
    return {name: value for name, value in above.items() if name in own or name in effective}


def _in_order(declared: Mapping[str, Any], difference: Mapping[str, Any]) -> list[str]:
    written = [name for name in declared if name in difference]
    return [*written, *(name for name in difference if name not in declared)]


def _difference(wanted: Mapping[str, Any], weaker: Mapping[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, value in wanted.items():
        other = weaker.get(name)
        if isinstance(value, Mapping) and isinstance(other, Mapping):
            inner = _difference(value, other)
            if inner:
                result[name] = inner
        elif value != other or type(value) is not type(other):
            result[name] = value
    result.update({name: None for name in weaker if name not in wanted})
    return result


def unset_tags(live_tags: Iterable[Iterable[str]], above: Iterable[str]) -> list[str]:
    """Return the keys of tags from above that some of the monitors of a file do not live with."""
    given = by_key({"tags": list(above)})
    carried = [by_key({"tags": list(tags)}) for tags in live_tags]
    return [
        key
        for key, values in given.items()
        if any(set(tags.get(key, ())) != set(values) for tags in carried)
    ]


def tags_above(above: Values, unset: Iterable[str]) -> list[str]:
    """Return the tags that come from above once these keys are unset."""
    return merge_tags(list(above.get("tags") or ()), dict.fromkeys(unset))
