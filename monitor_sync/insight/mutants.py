"""A monitor with one thing changed: what its tests must notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from monitor_sync.audience.audience import of_body
from monitor_sync.language import query as queries
from monitor_sync.language.atoms import Node, Number, Window
from monitor_sync.language.query import Parsed
from monitor_sync.language.tree import CheckQuery, CompositeQuery
from monitor_sync.model import Body

_FLIPPED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">=", "==": "!=", "!=": "=="}
_POLICIES: Final = ("default", "show_no_data", "show_and_notify_no_data", "resolve")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change to a monitor: ``what`` says it to a person, ``body`` is the monitor with it."""

    what: str
    body: Body


def mutants(body: Body) -> Iterator[Mutant]:
    """
    Yield a monitor with its comparator, threshold, window, policy or recipients changed.

    Thresholds and windows are halved and doubled; a threshold of 0 becomes -1 and 1.
    """
    options = body.get("options") or {}
    query = queries.parse(str(body["type"]), str(body["query"]), options.get("variables"))
    yield from _comparators(body, query)
    yield from _thresholds(body, query)
    yield from _windows(body, query)
    if not isinstance(query.tree, CompositeQuery):
        yield from _policies(body)
    yield from _recipients(body)


def _rewritten(body: Body, query: Parsed, node: Node, text: str) -> dict[str, Any]:
    written = query.text
    return {**body, "query": f"{written[: node.start]}{text}{written[node.end :]}"}


def _comparators(body: Body, query: Parsed) -> Iterator[Mutant]:
    comparison = queries.comparison(query)
    if comparison is not None:
        operator = comparison.operator
        other = _FLIPPED[operator.text]
        yield Mutant(
            what=f"`{operator.text}` becomes `{other}`",
            body=_rewritten(body, query, operator, other),
        )


def _thresholds(body: Body, query: Parsed) -> Iterator[Mutant]:
    """Change each level by itself; the critical one in the query too."""
    levels = (body.get("options") or {}).get("thresholds") or {}
    comparison = queries.comparison(query)
    critical = comparison.threshold if comparison else None
    for name, level in levels.items():
        if not isinstance(level, int | float) or isinstance(level, bool):
            continue
        for other in (level / 2, level * 2) if level else (-1, 1):
            changed: Body = _with_options(body, {"thresholds": {**levels, name: other}})
            if name == "critical" and isinstance(critical, Number):
                changed = _rewritten(changed, query, critical, f"{other:g}")
            elif name == "critical" and not isinstance(query.tree, CheckQuery):
                continue
            yield Mutant(what=f"{name} {level:g} becomes {other:g}", body=changed)


def _windows(body: Body, query: Parsed) -> Iterator[Mutant]:
    window = queries.window(query)
    if window is None or window.form != "last" or not window.count:
        return
    minutes = window.seconds // 60
    for length in (minutes // 2, minutes * 2):
        if not length:
            continue
        other = f"{length}m"
        text = f"last_{other}" if window.written.startswith("last_") else other
        changed = _rewritten(body, query, window, text)
        again = queries.parse(query.type, str(changed["query"]), _variables(body))
        if again.tree is not None and not again.refused:
            yield Mutant(what=f"the window of {_shown(window)} becomes {other}", body=changed)


def _shown(window: Window) -> str:
    return f"{window.count}{window.unit}"


def _variables(body: Body) -> Any:
    return (body.get("options") or {}).get("variables")


def _policies(body: Body) -> Iterator[Mutant]:
    options: Mapping[str, Any] = body.get("options") or {}
    policy = options.get("on_missing_data")
    if policy is None:
        other = options.get("notify_no_data") is not True
        changed = _with_options(body, {"notify_no_data": other})
        yield Mutant(what=f"notify_no_data becomes {str(other).lower()}", body=changed)
        return
    for name in _POLICIES:
        if name != policy:
            changed = _with_options(body, {"on_missing_data": name})
            yield Mutant(what=f"on_missing_data {policy} becomes {name}", body=changed)


def _recipients(body: Body) -> Iterator[Mutant]:
    for handle in of_body(body).handles:
        message = str(body.get("message", "")).replace(handle, "")
        yield Mutant(what=f"{handle} is told nothing", body={**body, "message": message})


def _with_options(body: Body, changed: Mapping[str, Any]) -> dict[str, Any]:
    return {**body, "options": {**(body.get("options") or {}), **changed}}
