"""One form for a monitor from the files and for one from Datadog, so that equal means equal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from monitor_sync.model import Body, read_priority
from monitor_sync.resources.monitor import values
from monitor_sync.resources.monitor.equivalence import (
    EQUIVALENCES,
    NEVER_OPTIONS,
    OWNED,
    SERVER_OWNED,
    Equivalence,
    canonical_type,
)

_WHERE_DECLARED: Final[dict[str, Callable[[Any], Any]]] = {
    "restricted_roles": values.as_set,
    "assets": values.assets,
    "draft_status": values.draft_status,
}
"""Fields that are managed only where the files declare them, and their comparable form."""


def canonical(body: Body, *, declared: Body) -> dict[str, Any]:
    """
    Return the comparable form of a monitor: equal forms mean that there is nothing to change.

    A plain nested dict in Datadog's shape, in which absent, null, empty and Datadog's default are
    all absent. ``declared`` is the body that the files declare, for both sides alike: what is not
    managed unless declared is left out where it does not declare it. Never raises, whatever the
    live monitor holds. ``canonical`` of the result is the result.
    """
    kind = canonical_type(body.get("type"))
    form: dict[str, Any] = {
        "name": values.text(body.get("name")),
        "type": kind,
        "query": values.query(body.get("query")),
        "message": values.text(body.get("message")),
        "tags": values.as_set(body.get("tags")),
        "priority": read_priority(body.get("priority")),
    }
    for name in declared:
        if name not in _OWNED and name not in SERVER_OWNED:
            form[name] = _WHERE_DECLARED.get(name, values.plain)(body.get(name))
    form = {name: value for name, value in form.items() if value is not None}
    form["options"] = _options(body.get("options"), kind, declared.get("options"))
    return form


def same(live: Body, wanted: Body) -> bool:
    """
    Return whether two monitors have the same canonical form, ``wanted`` being what the files
    declare.

    Most monitors are, and hold the very same texts; then only the options need the rules.
    """
    if (
        wanted.keys() <= _OWNED
        and all(live.get(name) == wanted.get(name) for name in _TEXTS)
        and list(live.get("tags") or ()) == list(wanted.get("tags") or ())
    ):
        kind = canonical_type(wanted.get("type"))
        there, declared = live.get("options"), wanted.get("options")
        return _as_written(there, kind, declared) or (
            _options(there, kind, declared) == _options(declared, kind, declared)
        )
    return canonical(live, declared=wanted) == canonical(wanted, declared=wanted)


def _as_written(live: Any, kind: Any, declared: Any) -> bool:
    """
    Return whether live options are those declared, to the letter, beside what counts as absent.

    False means nothing: they may be the same in other words.
    """
    if not isinstance(live, Mapping) or not isinstance(declared, Mapping):
        return False
    if any(live.get(name) != value for name, value in declared.items()):
        return False
    added = {name: value for name, value in live.items() if name not in declared}
    return not _normal(added, kind, declared)


_OWNED: Final = frozenset(OWNED)
_TEXTS: Final = ("query", "message", "name", "type", "priority")


def _options(options: Any, kind: Any, declared: Any) -> dict[str, Any]:
    """Return the options that are compared, each in its comparable form."""
    form = _normal(options, kind, declared)
    _, moots = _compiled(kind if isinstance(kind, str) else "")
    for name, moot in moots:
        if name in form and moot(form):
            del form[name]
    return form


def _normal(options: Any, kind: Any, declared: Any) -> dict[str, Any]:
    """Return the options that are not absent, each by itself in its comparable form."""
    if not isinstance(options, Mapping):
        return {}
    rules, _ = _compiled(kind if isinstance(kind, str) else "")
    form = {}
    for name, value in options.items():
        if value is None:
            continue
        normal = rules.get(name)
        if normal is None:
            if name in NEVER_OPTIONS or not isinstance(declared, Mapping) or name not in declared:
                continue
            normal = values.plain
        value = normal(value)
        if value is not None:
            form[name] = value
    return form


_Normals = dict[str, Callable[[Any], Any]]
_Moots = tuple[tuple[str, Callable[[Mapping[str, Any]], bool]], ...]


@cache
def _compiled(kind: str) -> tuple[_Normals, _Moots]:
    """Return the rules for one type, by option: the later and more special entry wins."""
    fitting = [rule for rule in EQUIVALENCES if not rule.types or kind in rule.types]
    normals: _Normals = {rule.option: values.plain for rule in EQUIVALENCES}
    normals.update((rule.option, rule.normal) for rule in fitting)
    moots = tuple((rule.option, rule.moot) for rule in fitting if rule.moot is not None)
    return normals, moots


def filled(option: str, kind: str, options: Mapping[str, Any]) -> Any:
    """
    Return the value that Datadog holds for an option that was not sent beside these others; None is
    no value.
    """
    if option == "new_host_delay" and options.get("new_group_delay") is not None:
        return None
    if option == "notify_no_data" and _has_missing_data_policy(options):
        return None
    return _filled(canonical_type(kind)).get(option)


@cache
def _filled(kind: str) -> dict[str, Any]:
    fitting: list[Equivalence] = [
        rule for rule in EQUIVALENCES if not rule.types or kind in rule.types
    ]
    return {rule.option: rule.filled for rule in fitting if rule.filled is not None}


def _has_missing_data_policy(options: Mapping[str, Any]) -> bool:
    schedule = options.get("scheduling_options")
    return options.get("on_missing_data") is not None or (
        isinstance(schedule, Mapping) and schedule.get("custom_schedule") is not None
    )
