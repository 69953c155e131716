"""Searches over events of any source, and processes: the steps behind them."""

from __future__ import annotations

from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Name, StringLiteral, Window
from monitor_sync.language.checks.filters import check_tag_text
from monitor_sync.language.checks.search_words import check_words, leaves
from monitor_sync.language.checks.steps import by_name, check_quotes, require, texts
from monitor_sync.language.checks.windows import check_current, quoted_window
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.syntax.windows import read_length
from monitor_sync.language.tree import (
    Condition,
    Field,
    SearchQuery,
    Step,
    Word,
)

SOURCES_OF: Final = {
    "log alert": ("logs",),
    "event-v2 alert": ("events",),
    "rum alert": ("rum",),
    "trace-analytics alert": ("trace-analytics",),
    "audit alert": ("audits",),
    "ci-pipelines alert": ("ci-pipelines",),
    "ci-tests alert": ("ci-tests",),
    "database-monitoring alert": ("database-monitoring",),
    "network-performance alert": ("network-performance",),
    "network-path alert": ("network-path",),
    "llm-observability alert": ("llm-observability",),
    "error-tracking alert": (
        "error-tracking",
        "error-tracking-rum",
        "error-tracking-traces",
        "error-tracking-logs",
    ),
    "process alert": ("processes",),
}
"""What the search of each type is over. Source: Datadog's API reference."""

_MEASURES: Final = (
    "cardinality", "avg", "min", "max", "sum", "median", "pc75", "pc90", "pc95", "pc98", "pc99",
)  # fmt: skip
_STEPS: Final = ("index", "rollup", "by", "last", "current")
_TRACKING: Final = ("source", "new", "impact")
_ISSUES: Final = ("new", "impact")
"""Also behind the older `error-tracking-traces` and its like: a monitor in use has it."""
_EXAMPLE: Final = '`.rollup("count").last("5m")`'
_LONGEST: Final = 48 * 3600
_FACETS: Final = {"database-monitoring alert": 5}


def check_search(monitor_type: str, tree: SearchQuery, findings: Findings) -> None:
    """Check everything about a search that the query alone shows."""
    sources = SOURCES_OF[monitor_type]
    source = tree.source.text
    if source not in sources:
        findings.refuse(
            "wrong-source",
            tree.source,
            f"`{source}` where {joined(sources)} was expected for the type `{monitor_type}`",
            _written(monitor_type, source),
        )
    if monitor_type == "process alert":
        _check_processes(tree, findings)
        return
    check_quotes(tree.search, findings)
    tracking = source == "error-tracking"
    of_issues = _TRACKING if tracking else _ISSUES if "error-tracking-" in source else ()
    steps = by_name(tree.steps, (*_STEPS, *of_issues), findings)
    wanted = () if tracking else ("rollup",)
    require(steps, wanted, tree, findings, _EXAMPLE)
    _check_time(steps, tree, findings)
    if "rollup" in steps:
        _check_rollup(steps["rollup"], findings)
    if "index" in steps:
        _check_index(monitor_type, steps["index"], findings)
    if "by" in steps:
        _check_facets(monitor_type, steps["by"], findings)
    if tracking:
        _check_tracking(steps, tree, findings)
    if tree.condition is not None:
        check_condition(monitor_type, tree.condition, findings)
    if isinstance(tree.comparison.threshold, Name):
        findings.refuse(
            "dynamic-threshold",
            tree.comparison.threshold,
            "`threshold` where a number was expected",
        )


def _check_time(steps: dict[str, Step], tree: SearchQuery, findings: Findings) -> None:
    if "current" not in steps:
        require(steps, ("last",), tree, findings, _EXAMPLE)
    elif "last" in steps:
        findings.refuse(
            "several-windows", steps["current"], "`.last()` and `.current()` exclude each other"
        )
    for name, step in steps.items():
        if name in ("last", "current"):
            check_time(step, findings, longest=_LONGEST)
            check_month(step, findings)


def check_time(
    step: Step, findings: Findings, *, longest: int, quoted: bool = True
) -> Window | None:
    """
    Check the window of ``.last("5m")`` or ``.current("1h")``, at most ``longest`` seconds.

    Return it; None where it cannot be read, which is reported.
    """
    if len(step.arguments) != 1:
        findings.refuse(
            "wrong-number-of-arguments", step, f"`.{step.name.text}()` takes one window"
        )
        return None
    if quoted:
        given = texts(step, findings, single_quotes=False)
        if not given:
            return None
    window = quoted_window(step.arguments[0], findings, "m h d w mo", "5m")
    if window is None:
        return None
    if step.name.text == "current":
        check_current(window, findings)
    elif window.seconds > longest:
        findings.refuse(
            "window-too-long",
            window,
            f"`{window.written}` is longer than {longest // 3600} hours, the longest there is",
        )
    return window


def check_month(step: Step, findings: Findings) -> None:
    """Report the cumulative month, which only metric monitors are known to have."""
    given = step.arguments[0] if len(step.arguments) == 1 else None
    if (
        step.name.text == "current"
        and isinstance(given, StringLiteral)
        and given.value.endswith("mo")
    ):
        findings.warn(
            "current-month",
            given,
            f"`{given.value}` is known of metric monitors only",
            'write `.current("1d")` or `.last("2d")`',
        )


def _check_rollup(step: Step, findings: Findings) -> None:
    """Check the rollup. Source: the schema's enumeration; the reference lists only some."""
    given = texts(step, findings, single_quotes=False)
    if not given or len(given) != len(step.arguments):
        return
    method = given[0].value
    if method not in ("count", *_MEASURES):
        known = ("count", *_MEASURES)
        findings.refuse(
            "unknown-rollup",
            given[0],
            f"`{method}` where {joined(known)} was expected",
            did_you_mean(method, known),
        )
    elif method != "count" and len(given) < 2:
        what = "a facet" if method == "cardinality" else "a measure"
        findings.refuse(
            "rollup-of-nothing",
            step,
            f"`{method}` needs {what}",
            f'write for example `.rollup("{method}", "@duration")`',
        )
    if len(given) > 2:
        findings.refuse(
            "wrong-number-of-arguments", given[2], "`.rollup()` takes a method and a measure"
        )


def _check_index(monitor_type: str, step: Step, findings: Findings) -> None:
    for text in texts(step, findings, single_quotes=False):
        if monitor_type == "network-path alert" and text.value not in (
            "netpath-path",
            "netpath-hop",
        ):
            findings.refuse(
                "unknown-index",
                text,
                f"`{text.value}` where netpath-path or netpath-hop was expected",
            )


def facets_of(step: Step) -> list[str]:
    """Return the keys of ``.by("a,b")`` or ``.by("a","b")``."""
    keys = []
    for argument in step.arguments:
        written = (
            argument.value if isinstance(argument, StringLiteral) else getattr(argument, "text", "")
        )
        keys += [key.strip() for key in written.split(",")]
    return [key for key in keys if key]


def _check_facets(monitor_type: str, step: Step, findings: Findings) -> None:
    given = texts(step, findings, single_quotes=False)
    facets = facets_of(step)
    for text in given:
        if not all(key.strip() for key in text.value.split(",")):
            findings.refuse("empty-group", text, f"{text.written} where facets were expected")
    most = _FACETS.get(monitor_type, 4)
    if len(facets) > most:
        findings.refuse(
            "too-many-facets",
            step,
            f"{len(facets)} facets to group by, at most {most} were expected",
        )


def _check_tracking(steps: dict[str, Step], tree: SearchQuery, findings: Findings) -> None:
    """Check error tracking. Source: Datadog's page on error tracking monitors."""
    if ("new" in steps) == ("impact" in steps):
        findings.refuse(
            "missing-step",
            tree,
            "exactly one of `.new()` and `.impact()` was expected",
            "write `.new()` for new issues, `.impact()` for issues that many meet",
        )
    for name in ("new", "impact"):
        if name in steps and steps[name].arguments:
            findings.refuse("too-many-arguments", steps[name], f"`.{name}()` takes no arguments")
    if "source" in steps:
        given = texts(steps["source"], findings, single_quotes=False)
        if len(given) > 1:
            findings.refuse(
                "several-sources", steps["source"], "`.source()` takes exactly one source"
            )
        known = ("all", "browser", "mobile", "backend")
        for text in given:
            if text.value not in known:
                findings.refuse(
                    "unknown-source",
                    text,
                    f"`{text.value}` where {joined(known)} was expected",
                    did_you_mean(text.value, known),
                )
    keys = facets_of(steps["by"]) if "by" in steps else []
    if "issue.id" not in keys and "@issue.id" not in keys:
        findings.refuse(
            "missing-grouping",
            steps.get("by", tree),
            "issues have to be grouped by `@issue.id`",
            'write `.by("@issue.id")`',
        )


def _written(monitor_type: str, source: str) -> str:
    """Return the hint for another type's source: the right source, or the right type."""
    hint = f"write `{SOURCES_OF[monitor_type][0]}(`"
    meant = [type_ for type_, sources in SOURCES_OF.items() if source in sources]
    return f"{hint}, or `type: {meant[0]}`" if meant else hint


def _check_processes(tree: SearchQuery, findings: Findings) -> None:
    """Check processes. Source: Datadog's API reference and its page on process monitors."""
    steps = by_name(tree.steps, ("over", "by", "rollup", "last"), findings)
    require(steps, ("rollup", "last"), tree, findings, _EXAMPLE)
    for name in ("over", "by"):
        for text in texts(steps[name], findings) if name in steps else ():
            if name == "over":
                check_tag_text(text, findings)
    if "rollup" in steps:
        given = texts(steps["rollup"], findings)
        if [argument.value for argument in given] != ["count"] and given:
            findings.refuse(
                "unknown-rollup", steps["rollup"], "processes can only be counted",
                'write `.rollup("count")`',
            )  # fmt: skip
    if "last" in steps:
        step = steps["last"]
        if len(step.arguments) != 1:
            findings.refuse("wrong-number-of-arguments", step, "`.last()` takes one window")
        elif texts(step, findings):
            quoted_window(step.arguments[0], findings, "s m h d", "5m")


def check_condition(monitor_type: str, condition: Condition, findings: Findings) -> None:
    """Report words of a search that look like something else."""
    of_events = monitor_type == "event-v2 alert"
    check_words(condition, findings, lists=not of_events)
    if of_events:
        for leaf in leaves(condition):
            if isinstance(leaf, Field):
                _first_generation(leaf, findings)


def _first_generation(field: Field, findings: Findings) -> None:
    """
    Report the old event search. Source: the migration note in Datadog's API reference.

    `tags:` was of it too, but is in use: Datadog's page on deployments asks for
    `tags:deployment_analysis`.
    """
    value = field.value
    if isinstance(value, Word) and "," in value.text:
        findings.warn(
            "first-event-search",
            value,
            f"`{value.text}` is one value today: the comma was the old event search",
            f"write `{field.key.text}:({' OR '.join(value.text.split(','))})`",
        )
    elif field.key.text == "sources" or (
        field.key.text == "priority" and isinstance(value, Word) and value.text == "all"
    ):
        findings.warn(
            "first-event-search", field.key,
            f"`{field.key.text}:` is of the old event search",
            "write `source:` instead" if field.key.text == "sources" else "",
        )  # fmt: skip


def window_of(steps: tuple[Step, ...]) -> Window | None:
    """Return the window that a chain evaluates over; None where it has no valid one."""
    for step in steps:
        if step.name.text not in ("last", "current") or len(step.arguments) != 1:
            continue
        given = step.arguments[0]
        if isinstance(given, StringLiteral):
            window = read_length(given.value, given.start + 1, given.end - 1)
        elif isinstance(given, Name):
            window = read_length(given.text, given.start, given.end)
        else:
            return None
        if window is None or window.form:
            return None
        form, written = step.name.text, window.written
        return Window(window.start, window.end, form, window.count, window.unit, written)
    return None
