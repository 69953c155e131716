"""What the emulator reads from a query: does it group, its scope, its comparison, its ids.

This is not a parser of Datadog's query language, and must not share one with the rest of the
package. It reads only what the recorded answers depend on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor_sync.emulator.answers import Json

METRIC_TYPES = frozenset({"metric alert", "query alert"})

# The first six are seen in recordings; the others are taken to behave alike (api.md, appendix A).
LOG_LIKE_TYPES = frozenset(
    {
        "log alert", "rum alert", "ci-pipelines alert", "ci-tests alert", "error-tracking alert",
        "llm-observability alert", "audit alert", "event-v2 alert", "database-monitoring alert",
        "network-performance alert", "network-path alert", "trace-analytics alert",
    }
)  # fmt: skip

_GROUPS_BY_BRACES = re.compile(r"by\s*\{\s*[^}*]+\}")
_COMPARISON = re.compile(
    r"(?P<comparator>>=|<=|==|!=|>|<)\s*(?P<number>[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*\Z"
)
_SCOPES = re.compile(r"(?<!by )\{([^{}]*)\}")
_OVER = re.compile(r"\.over\(([^)]*)\)")
_METRIC = re.compile(r"(?:^|[^\w.])(?:avg|sum|min|max|count|p\d+):([A-Za-z][\w.]*)(?=\{)")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"' + r"|'(?:\\.|[^'\\])*'")
_PAIRS = {")": "(", "}": "{", "]": "["}

_LONGEST_ID = 18  # digits


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryEnd:
    """The end of a query: `> 5`.

    `start` is where it begins; `bare_fraction` is True for `> .5`, which is documented as wrong.
    """

    comparator: str
    number: float
    start: int
    bare_fraction: bool


def comparison(query: str) -> QueryEnd | None:
    """Return the comparator and number a query ends in, None where there are none."""
    end = _COMPARISON.search(query)
    if end is None or query[: end.start()].rstrip().endswith((">", "<", "=", "!")):
        return None
    number = end["number"]
    return QueryEnd(
        comparator=end["comparator"],
        number=float(number),
        start=end.start(),
        bare_fraction=number.lstrip("+-").startswith("."),
    )


def groups(query: str, kind: str, options: Json) -> bool:
    """Return True if the monitor alerts for each group apart: the `multi` of an answer.

    Measured on recorded creates: `by {…}`, `.by(…)` or a variable with a non-empty `group_by`;
    never for a composite, and not through data-quality or `aggregate_*` variables.
    """
    if kind == "composite":
        return False
    if ".by(" in query:
        return True
    if kind == "service check":
        return False
    if "by" in query and _GROUPS_BY_BRACES.search(query):
        return True
    variables = options.get("variables") if isinstance(options, dict) else None
    return kind != "data-quality alert" and any(
        variable.get("group_by")
        and not str(variable.get("data_source", "")).startswith("aggregate_")
        for variable in variables or ()
        if isinstance(variable, dict)
    )


def composite_members(query: str) -> list[int]:
    """Return the monitor ids a composite query names, in the order of writing, each once."""
    ids = (int(digits) for digits in re.findall(r"\d+", query) if len(digits) <= _LONGEST_ID)
    return list(dict.fromkeys(ids))


def scope_tags(query: str) -> list[str]:
    """Return the tags a query is about: what stands in its `{…}` (not after `by`) or `.over(…)`."""
    tags = [tag.strip() for block in _SCOPES.findall(query) for tag in block.split(",")]
    for block in _OVER.findall(query):
        tags += [tag.strip().strip("\"'\\") for tag in block.split(",")]
    return list(dict.fromkeys(tag for tag in tags if tag))


def metric_names(query: str) -> list[str]:
    """Return the metrics a metric query reads, each once."""
    return list(dict.fromkeys(_METRIC.findall(query)))


def is_balanced(query: str) -> bool:
    """Return True if every bracket outside quotes is closed by its own kind."""
    open_brackets: list[str] = []
    for character in _QUOTED.sub("", query):
        if character in "({[":
            open_brackets.append(character)
        elif character in _PAIRS and (
            not open_brackets or open_brackets.pop() != _PAIRS[character]
        ):
            return False
    return not open_brackets
