"""What a query names by number becomes a hole: its critical level, members of a composite, SLOs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from monitor_sync.language import query as language
from monitor_sync.language.atoms import Number
from monitor_sync.language.query_facts import Parsed
from monitor_sync.project.interpolation import plain

_ID: Final = re.compile(r"(?<![\w.])[0-9]+(?![\w.])")
_SLO: Final = re.compile(r'(?<=["\'])[0-9a-f]{32}(?=["\'])')


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What can be named: the keys of monitors by id, the names of SLOs by id."""

    keys: Mapping[int, str] = field(default_factory=dict)
    slos: Mapping[str, str] = field(default_factory=dict)


def with_holes(declared: Mapping[str, Any], names: Names) -> tuple[dict[str, Any], tuple[str, ...]]:
    """
    Return a declaration whose query has holes for what is known by name, and notes on the rest.

    A threshold that the query prints in another way stays as it is in both places.
    """
    query = str(declared.get("query") or "")
    kind = str(declared.get("type") or "query alert")
    notes: list[str] = []
    if "${" in query:
        return dict(declared), ()
    if kind == "composite":
        query = _ID.sub(lambda number: _member(number[0], names, notes), query)
    elif kind == "slo alert":
        query = _SLO.sub(lambda number: _slo(number[0], names, notes), query)
        # the level stands behind the SLO, whose name may be longer than its id
        query = _level(kind, str(declared["query"]), query, declared)
    else:
        query = _level(kind, query, query, declared)
    return {**declared, "query": query}, tuple(notes)


def slo_ids(query: str) -> list[str]:
    """Return the ids of the SLOs that the query of an SLO alert watches."""
    return _SLO.findall(query)


def _member(number: str, names: Names, notes: list[str]) -> str:
    key = names.keys.get(int(number))
    if key is None:
        notes.append(f"its member {number} is not declared here, so it stands by its id")
        return number
    return f"${{id:{key}}}"


def _slo(number: str, names: Names, notes: list[str]) -> str:
    name = names.slos.get(number)
    if name is None:
        notes.append(f"its SLO {number} has no name under `slos` in project.yaml")
        return number
    return f"${{slo:{name}}}"


def printed_critical(parsed: Parsed, thresholds: Mapping[str, Any] | None) -> Number | None:
    """Return the number that a query compares with, where the critical level prints the same."""
    critical = (thresholds or {}).get("critical")
    comparison = language.comparison(parsed)
    if critical is None or comparison is None:
        return None
    threshold = comparison.threshold
    if not isinstance(threshold, Number) or threshold.written != plain(critical):
        return None
    return threshold


def _level(kind: str, live: str, text: str, declared: Mapping[str, Any]) -> str:
    """Return ``text`` with ``${critical}`` in place of the number that ends the ``live`` query."""
    threshold = printed_critical(language.parse(kind, live), declared.get("thresholds"))
    if threshold is None:
        return text
    behind = len(live) - threshold.end
    start, end = len(text) - behind - len(threshold.written), len(text) - behind
    return f"{text[:start]}${{critical}}{text[end:]}"
