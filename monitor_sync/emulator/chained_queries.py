"""What Datadog refuses in queries of the form `source("…").step("…") > 5`, and in composites.

These are the searches (logs, events, RUM, …), formulas, service checks, processes and SLO alerts.
Generous like `metric_queries`: recorded or documented refusals only. The words come from Datadog's
API description of CreateMonitor.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from monitor_sync.emulator.answers import Json
from monitor_sync.emulator.metric_queries import INVALID_QUERY
from monitor_sync.emulator.queries import METRIC_TYPES, QueryEnd, comparison, is_balanced
from monitor_sync.emulator.spelling import is_misspelt

# Recorded for log alerts; reported for event alerts in single quotes and for `log(…)`.
_INVALID_OPERATOR = f"{INVALID_QUERY}: invalid operator specified: "

# Recorded for what a search cannot hold: a facet without a value, by the reports of users.
_INVALID_SEARCH = "Invalid query: Check for invalid tags or facets in your query."

_SOURCES = {
    "log alert": {"logs"},
    "event-v2 alert": {"events"},
    "rum alert": {"rum"},
    "trace-analytics alert": {"trace-analytics"},
    "audit alert": {"audits"},
    "ci-pipelines alert": {"ci-pipelines"},
    "ci-tests alert": {"ci-tests"},
    "database-monitoring alert": {"database-monitoring"},
    "network-performance alert": {"network-performance"},
    "network-path alert": {"network-path"},
    "llm-observability alert": {"llm-observability"},
    "error-tracking alert": {
        "error-tracking", "error-tracking-rum", "error-tracking-traces", "error-tracking-logs",
    },
}  # fmt: skip
_FORMULA_ONLY = {"cost alert", "data-quality alert", "data-jobs alert"}
_STEPS = {
    "index", "rollup", "by", "last", "current", "source", "new", "impact", "over", "change",
    "anomaly", "forecast",
}  # fmt: skip
_ROLLUPS = {
    "count", "cardinality", "avg", "min", "max", "sum", "median", "pc75", "pc90", "pc95", "pc98",
    "pc99",
}  # fmt: skip
# Sources of events, with the type of monitor that each is for.
_EVENTS = {
    "rum": "rum alert", "ci_pipelines": "ci-pipelines alert", "ci_tests": "ci-tests alert",
    "audit": "audit alert", "events": "event-v2 alert", "logs": "log alert",
    "spans": "trace-analytics alert", "database_queries": "database-monitoring alert",
    "network": "network-performance alert", "network_path": "network-path alert",
    "llm_observability": "llm-observability alert",
}  # fmt: skip
_MOST_CI_VARIABLES = 2  # monitors/types/ci
_UNITS = {"s": 1 / 60, "m": 1, "h": 60, "d": 1440, "w": 10080, "mo": 43800}
_LONGEST_SEARCH = 2880  # minutes; `1d` and `2d` are recorded too
_MOST_FACETS = 5  # four, and five for databases: monitors/types/log, database_monitoring
_LONGEST_BURN = 2880  # minutes of a long window: 1 to 48 hours
_LONGEST_SLO = {"7d", "30d", "90d"}

_HEAD = re.compile(r"\s*(?P<name>[a-z][a-z_-]*)\(\s*(?P<quote>[\"'])", re.IGNORECASE)
_CHECK_HEAD = re.compile(r"\s*(\"[^\"]+\"|'[^']+')")
_END = re.compile(r"\s*\Z")
_STEP = re.compile(r"\s*\.\s*([a-z_]+)\s*\(")
_ARGUMENT = re.compile(
    r"\s*((?:[a-z_]+\s*=\s*)?(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|[^,()\"']*))\s*"
)
# `formula(…) > threshold`, with `thresholds.critical_query`: CreateMonitor, dynamic thresholds.
_DYNAMIC = re.compile(r"(?:>=|<=|>|<)\s*threshold\s*\Z")
_PHRASE = re.compile(r"\\?\"[^\"]*\"")
_NO_VALUE = re.compile(
    r"(?<![\w:.\\/-])@?[A-Za-z][\w.-]*:"
    r"(?=\s*\Z|\s*\)|\s+(?:AND|OR)\b|\s+-?@?[A-Za-z][\w.-]*:\S)"
)
_COMPOSITE_TOKEN = re.compile(r"\s*(\d+|&&|\|\||!|\(|\))")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A query taken apart: `steps` in order, each with its arguments as written."""

    source: str
    quoted: str  # as written, with its quotes
    steps: tuple[tuple[str, tuple[str, ...]], ...]

    def step(self, name: str) -> tuple[str, ...] | None:
        """Return the arguments of the first step of this name, None where there is none."""
        return next((arguments for step, arguments in self.steps if step == name), None)


def problem(kind: str, query: str, options: Json) -> str:
    """Return Datadog's answer to a query of one of these types that it refuses, else ""."""
    if kind == "composite":
        return "" if _is_composite(query) else INVALID_QUERY
    if kind == "service check":
        return _service_check(query)
    end = comparison(query)
    dynamic = _DYNAMIC.search(query)
    unreadable = _INVALID_OPERATOR if kind in _SOURCES else INVALID_QUERY
    if (end is None and dynamic is None) or (end is not None and end.bare_fraction):
        return unreadable
    chain = read(query[: end.start if end else dynamic.start() if dynamic else None])
    if chain is None:
        return unreadable
    if any(is_misspelt(step, _STEPS | _EXTRA_STEPS.get(kind, set())) for step, _ in chain.steps):
        return INVALID_QUERY
    if chain.source == "formula":
        return _formula(kind, chain, options)
    if kind in _SOURCES and chain.source not in _SOURCES[kind]:
        return _INVALID_OPERATOR
    checker = _CHECKS.get(kind, _search)
    return checker(chain, end) if end is not None else INVALID_QUERY


def read(query: str) -> Chain | None:
    """Return a query without its comparison taken apart, None where it is not of this form.

    A search may hold quotes that nobody escaped, as Datadog's own exports do. It ends where a
    quote, a bracket, and then a step or the end of the query follow.
    """
    head = _HEAD.match(query)
    if head is None:
        return None
    quote = head["quote"]
    for close in re.finditer(rf"{quote}\s*\)", query[head.end() :]):
        if close.start() and query[head.end() + close.start() - 1] == "\\":
            continue
        steps = _steps(query, head.end() + close.end())
        if steps is not None:
            text = query[head.end() : head.end() + close.start()]
            return Chain(source=head["name"], quoted=f"{quote}{text}{quote}", steps=steps)
    return None


def _steps(query: str, start: int) -> tuple[tuple[str, tuple[str, ...]], ...] | None:
    steps = []
    while not _END.match(query, start):
        step = _STEP.match(query, start)
        if step is None:
            return None
        arguments, start = _arguments(query, step.end())
        if arguments is None:
            return None
        steps.append((step[1], arguments))
    return tuple(steps)


def _arguments(query: str, start: int) -> tuple[tuple[str, ...] | None, int]:
    arguments: list[str] = []
    while True:
        argument = _ARGUMENT.match(query, start)
        if argument is None or argument.end() >= len(query):
            return None, start
        start = argument.end()
        arguments.append(argument[1].strip())
        if query[start] == ")":
            return (() if arguments == [""] else tuple(arguments)), start + 1
        if query[start] != ",":
            return None, start
        start += 1


def bare(arguments: tuple[str, ...] | None) -> list[str]:
    """Return the arguments without their quotes; one quoted list is taken apart."""
    return [
        part.strip()
        for argument in arguments or ()
        for part in argument.strip("\"'").split(",")
        if part.strip()
    ]


def _search(chain: Chain, _: QueryEnd) -> str:
    if _single_quoted(chain):
        return _INVALID_OPERATOR
    if _lacks_value(chain.quoted[1:-1]):
        return _INVALID_SEARCH
    if _unquoted(chain):
        return INVALID_QUERY
    window = chain.step("last")
    is_error_tracking = chain.source == "error-tracking"
    rollup = chain.step("rollup")
    if (window is None and chain.step("current") is None) or (
        rollup is None and not is_error_tracking
    ):
        return INVALID_QUERY
    if rollup is not None and not _is_rollup(bare(rollup)):
        return INVALID_QUERY
    if window is not None and not 0 < _window(window) <= _LONGEST_SEARCH:
        return INVALID_QUERY
    if len(bare(chain.step("by"))) > _MOST_FACETS:
        return INVALID_QUERY
    if chain.source == "network-path" and set(bare(chain.step("index"))) - {
        "netpath-path", "netpath-hop",
    }:  # fmt: skip
        return INVALID_QUERY
    return _error_tracking(chain) if is_error_tracking else ""


def _single_quoted(chain: Chain) -> bool:
    """Return True if the search or a step is in single quotes, which searches refuse."""
    arguments = (argument for _, arguments in chain.steps for argument in arguments)
    return any(argument.startswith("'") for argument in (chain.quoted, *arguments))


def _unquoted(chain: Chain) -> bool:
    """Return True if a group, a window or a method is a bare word: the API text quotes them all."""
    arguments = (chain.step(name) or () for name in ("by", "last", "rollup"))
    return any(argument[:1] not in {'"', ""} for several in arguments for argument in several)


def _lacks_value(search: str) -> bool:
    """Return True for `env:` with nothing behind it. A search whose quotes do not pair is taken."""
    bare_text = _PHRASE.sub('"', search)
    return bare_text.count('"') == len(_PHRASE.findall(search)) and bool(
        _NO_VALUE.search(bare_text)
    )


def _is_rollup(arguments: list[str]) -> bool:
    return (
        bool(arguments)
        and arguments[0] in _ROLLUPS
        and (arguments[0] == "count" or len(arguments) > 1)
    )


def _window(arguments: tuple[str, ...]) -> float:
    """Return the minutes of `("15m")`, 0 for what is no window."""
    text = arguments[0].strip("\"'") if len(arguments) == 1 else ""
    window = re.fullmatch(r"(\d+)(mo|[smhdw])", text)
    return int(window[1]) * _UNITS[window[2]] if window else 0


def _error_tracking(chain: Chain) -> str:
    """Check for one source, `new()` or `impact()`, and groups by issue (types/error_tracking)."""
    kinds = [step for step, _ in chain.steps if step in {"new", "impact"}]
    issues = {"issue.id", "@issue.id"}.intersection(bare(chain.step("by")))
    sources = chain.step("source")
    right = len(kinds) == 1 and issues and (sources is None or len(sources) == 1)
    return "" if right else INVALID_QUERY


def _process(chain: Chain, _: QueryEnd) -> str:
    window, rollup = chain.step("last"), bare(chain.step("rollup"))
    right = chain.source == "processes" and rollup == ["count"] and window and _window(window)
    return "" if right else INVALID_QUERY


def _slo(chain: Chain, end: QueryEnd) -> str:
    """Check `error_budget` or `burn_rate`: over 7, 30 or 90 days, with `>` or `>=`."""
    over = bare(chain.step("over"))
    if len(over) != 1 or over[0] not in _LONGEST_SLO or end.comparator not in {">", ">="}:
        return INVALID_QUERY
    if chain.source == "error_budget":
        return ""
    long, short = (_window(chain.step(f"{name}_window") or ()) for name in ("long", "short"))
    windows = 0 < short < long <= _LONGEST_BURN
    return "" if chain.source == "burn_rate" and windows and end.number > 0 else INVALID_QUERY


def _formula(kind: str, chain: Chain, options: Json) -> str:
    if kind not in _SOURCES and kind not in _FORMULA_ONLY and kind not in METRIC_TYPES:
        return INVALID_QUERY
    if kind in _SOURCES and _single_quoted(chain):
        return _INVALID_OPERATOR
    variables = [
        variable for variable in options.get("variables") or () if isinstance(variable, dict)
    ]
    for variable in variables:
        source = variable.get("data_source")
        if source in _EVENTS and _EVENTS[source] != kind and kind in _EVENTS.values():
            own = next(name for name, type_ in _EVENTS.items() if type_ == kind)
            return f"Value of parameter 'data_source' for '{kind}' must be '{own}' not '{source}'"
        if source == "cloud_cost" and not variable.get("aggregator"):
            return "'aggregator' is a required property"
    if not _are_variables(kind, variables):
        return "The value provided for parameter 'variables' is invalid"
    names = {str(variable.get("name")) for variable in variables}
    text = chain.quoted[1:-1].strip()
    if not text or text[-1] in "+-*/" or not is_balanced(text) or set(_names(text)) - names:
        return INVALID_QUERY
    window, current = chain.step("last"), chain.step("current")
    if current is None and (window is None or chain.step("forecast") is not None):
        return INVALID_QUERY
    longest = _LONGEST_SEARCH if kind in _SOURCES else float("inf")
    return INVALID_QUERY if window is not None and not 0 < _window(window) <= longest else ""


def _are_variables(kind: str, variables: list[Json]) -> bool:
    """Return True for what the API description asks of the variables that it knows."""
    if kind.startswith("ci-") and len(variables) > _MOST_CI_VARIABLES:
        return False
    for variable in variables:
        source, compute = variable.get("data_source"), variable.get("compute")
        if source in _EVENTS and not compute:
            return False
        if source in _EVENTS and isinstance(compute, dict):
            if compute.get("aggregation") not in _ROLLUPS:
                return False
        elif source == "data_quality_metrics" and not (
            variable.get("measure") and variable.get("filter")
        ):
            return False
    return True


def _names(formula: str) -> Iterator[str]:
    """Yield the variables that a formula names: words that are neither called nor arguments."""
    plain = re.sub(r"'[^']*'|\"[^\"]*\"|\\\"[^\"]*\\\"", "", formula)
    for word in re.finditer(r"(?<![\w.,])(?<!, )[A-Za-z_]\w*(?![\w.]*\s*\()", plain):
        yield word[0]


def _service_check(query: str) -> str:
    """Check `"name".over("…").last(2).count_by_status()`; a missing `.by(` is refused later."""
    head = _CHECK_HEAD.match(query)
    steps = _steps(query, head.end()) if head else None
    if steps is None:
        return INVALID_QUERY
    chain = Chain(source="", quoted="", steps=steps)
    names = [name for name, _ in steps]
    ends = [name for name in names if name in {"count_by_status", "pct_by_status"}]
    last = chain.step("last") or ("",)
    tags = [*(chain.step("over") or ()), *(chain.step("exclude") or ())]
    right = (
        len(ends) == 1
        and names[-1] == ends[0]
        and chain.step("over") != ()
        and all(tag.startswith(("'", '"')) for tag in tags)
        and last[0].strip("\"'").isdigit()
        and not any(is_misspelt(name, _CHECK_STEPS) for name in names)
    )
    return "" if right else INVALID_QUERY


def _is_composite(query: str) -> bool:
    """Return True for ids joined by `&&`, `||` and `!`, of at most ten monitors."""
    position, depth, members = 0, 0, set()
    wants_operand = True
    query = query.rstrip()
    while position < len(query):
        token = _COMPOSITE_TOKEN.match(query, position)
        if token is None:
            return False
        position, sign = token.end(), token[1]
        if wants_operand != (sign.isdigit() or sign in {"!", "("}):
            return False
        depth += (sign == "(") - (sign == ")")
        wants_operand = sign in {"&&", "||", "!", "("}
        if sign.isdigit():
            members.add(sign)
        if depth < 0:
            return False
    return bool(members) and not wants_operand and depth == 0 and len(members) <= 10


_CHECK_STEPS = {"over", "exclude", "by", "last", "count_by_status", "pct_by_status"}
_EXTRA_STEPS = {"slo alert": {"long_window", "short_window"}}
_CHECKS: Mapping[str, Callable[[Chain, QueryEnd], str]] = {
    "process alert": _process,
    "slo alert": _slo,
    **dict.fromkeys(_FORMULA_ONLY, lambda _, __: INVALID_QUERY),
}
