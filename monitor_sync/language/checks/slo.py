"""Error budgets and burn rates: windows, thresholds and the SLO's id."""

from __future__ import annotations

import re
from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import Number, Window
from monitor_sync.language.checks.steps import by_name, require, texts
from monitor_sync.language.checks.windows import quoted_window
from monitor_sync.language.problems import Findings
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.language.tree import SloQuery, Step
from monitor_sync.language.tree_queries import words_of

_ID: Final = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_SPANS: Final = ("7d", "30d", "90d")
_STEPS: Final = {
    "error_budget": ("over",),
    "burn_rate": ("over", "long_window", "short_window"),
}
_EXAMPLES: Final = {
    "error_budget": '`error_budget("…").over("30d") > 75`',
    "burn_rate": '`burn_rate("…").over("30d").long_window("1h").short_window("5m") > 14.4`',
}


def check_slo(tree: SloQuery, findings: Findings) -> None:
    """
    Check everything about an SLO's query that the query alone shows.

    Source: Datadog's API reference and its pages on SLO alerts. How high a burn rate may be
    depends on the SLO's target, which is not in the query.
    """
    measure = tree.measure.text
    if measure not in _STEPS:
        findings.refuse(
            "unknown-function",
            tree.measure,
            f"`{measure}` where {joined(_STEPS)} was expected",
            did_you_mean(measure, _STEPS),
        )
        return
    slo = words_of(tree.slo)
    if _ID.fullmatch(slo) is None:
        findings.refuse(
            "bad-slo-id",
            tree.slo,
            f"`{slo}` where an id of 32 hex digits was expected",
            "write `${slo:NAME}`, and the id of NAME under `slos` in project.yaml",
        )
    steps = by_name(tree.steps, _STEPS[measure], findings)
    require(steps, _STEPS[measure], tree, findings, _EXAMPLES[measure])
    if "over" in steps:
        _check_over(steps["over"], findings)
    if "long_window" in steps and "short_window" in steps:
        _check_windows(steps, findings)
    _check_comparison(tree, findings)


def _check_over(step: Step, findings: Findings) -> None:
    for text in texts(step, findings):
        if text.value not in _SPANS:
            findings.refuse(
                "bad-window", text, f"`{text.value}` where {joined(_SPANS)} was expected"
            )


def _check_windows(steps: dict[str, Step], findings: Findings) -> None:
    windows: dict[str, Window] = {}
    for name in ("long_window", "short_window"):
        step = steps[name]
        if len(step.arguments) != 1:
            findings.refuse("wrong-number-of-arguments", step, f"`.{name}()` takes one window")
        elif texts(step, findings):
            window = quoted_window(step.arguments[0], findings, "m h d", "1h")
            if window is not None:
                windows[name] = window
    if len(windows) < 2:
        return
    long, short = windows["long_window"], windows["short_window"]
    if not 3600 <= long.seconds <= 48 * 3600:
        findings.refuse(
            "bad-window",
            long,
            f"`{long.written}` where a long window of 1 to 48 hours was expected",
        )
    if short.seconds >= long.seconds:
        findings.refuse(
            "short-window-too-long",
            short,
            f"short window `{short.written}` is not shorter than the long one, `{long.written}`",
            f"a twelfth of it is recommended: {long.seconds // 12 // 60}m",
        )
    elif short.seconds * 12 != long.seconds:
        findings.warn(
            "short-window-unusual",
            short,
            f"short window `{short.written}` is not a twelfth of the long one, `{long.written}`",
            f"Datadog recommends {long.seconds // 12 // 60}m",
        )


def _check_comparison(tree: SloQuery, findings: Findings) -> None:
    operator, level = tree.comparison.operator, tree.comparison.threshold
    if operator.text not in (">", ">="):
        findings.refuse(
            "wrong-comparator", operator, f"`{operator.text}` where > or >= was expected"
        )
    if not isinstance(level, Number):
        findings.refuse("dynamic-threshold", level, "`threshold` where a number was expected")
    elif tree.measure.text == "burn_rate" and level.value <= 0:
        findings.refuse(
            "bad-burn-rate", level, f"{level.written} where a burn rate above 0 was expected"
        )
    elif tree.measure.text == "error_budget" and not 0 < level.value <= 100:
        findings.warn(
            "bad-error-budget",
            level,
            f"{level.written} where the percentage of the budget that is used up was expected",
        )
