"""Service checks: grouping, count of results, and one way to count."""

from __future__ import annotations

from typing import Final

from monitor_sync.counting import joined
from monitor_sync.language.atoms import StringLiteral
from monitor_sync.language.checks.filters import check_case, check_tag_text
from monitor_sync.language.checks.steps import by_name, has_unknown, require, texts, whole_number
from monitor_sync.language.problems import Findings
from monitor_sync.language.tree import CheckQuery, Step
from monitor_sync.language.tree_queries import words_of

_TERMINALS: Final = ("count_by_status", "pct_by_status")
_KNOWN: Final = ("over", "exclude", "by", "last", *_TERMINALS)
_EXAMPLE: Final = '`"ntp.in_sync".over("*").by("host").last(2).count_by_status()`'


def check_check(tree: CheckQuery, findings: Findings) -> None:
    """
    Check everything about a service check's query that the query alone shows.

    Source: "A grouping must be specified for custom checks" is the server's answer since 2022;
    the rest is in Datadog's API reference.
    """
    steps = by_name(tree.steps, _KNOWN, findings)
    require(steps, ("last",), tree, findings, _EXAMPLE)
    if not tree.check.value.strip():
        findings.refuse("empty-step", tree.check, "the check has no name")
    if "by" not in steps:
        findings.refuse(
            "missing-grouping",
            tree,
            "`.by()` is missing: a check has to be grouped",
            'write `.by("*")` to alert on each by itself',
        )
    for name in ("over", "exclude", "by"):
        if name in steps:
            _check_texts(steps[name], findings)
    if "last" in steps:
        _check_last(steps, findings)
    _check_terminal(tree, findings)


def _check_texts(step: Step, findings: Findings) -> None:
    for text in texts(step, findings):
        _check_text(text, step.name.text, findings)


def _check_text(text: StringLiteral, name: str, findings: Findings) -> None:
    if not text.value.strip():
        findings.refuse("empty-step", text, f"an empty text in `.{name}()`", 'write `"*"` for all')
    elif name == "by" and "," in text.value:
        apart = ",".join(f'"{key.strip()}"' for key in text.value.split(","))
        findings.warn(
            "keys-in-one-text",
            text,
            f"`{text.value}` is read as one key",
            f"quote each key by itself: `.by({apart})`",
        )
    elif name == "by":
        check_case(text, text.value, findings)
    else:
        check_tag_text(text, findings, excludes=name == "over")


def _check_last(steps: dict[str, Step], findings: Findings) -> None:
    step = steps["last"]
    count = whole_number(step.arguments[0]) if len(step.arguments) == 1 else None
    if count is None or not 1 <= count <= 100:
        place = step.arguments[0] if len(step.arguments) == 1 else step
        written = words_of(step.arguments[0]) if len(step.arguments) == 1 else "last"
        findings.refuse(
            "bad-count",
            place,
            f"`{written}` where how many results in a row, from 1 to 100, was expected",
            "write for example `.last(2)`",
        )
    elif count != 1 and "pct_by_status" in steps:
        findings.warn(
            "count-of-percentage",
            step.arguments[0],
            "`.pct_by_status()` looks at the last result only",
            "write `.last(1)`",
        )


def _check_terminal(tree: CheckQuery, findings: Findings) -> None:
    terminals = [step for step in tree.steps if step.name.text in _TERMINALS]
    if not terminals:
        if has_unknown(findings):
            return
        findings.refuse(
            "missing-step",
            tree,
            f"the query ends without {joined([f'`.{name}()`' for name in _TERMINALS])}",
            f"write {_EXAMPLE}",
        )
        return
    if len(terminals) > 1:
        findings.refuse("several-terminals", terminals[1], "a check counts in one way only")
    elif tree.steps[-1] is not terminals[0]:
        name = terminals[0].name.text
        findings.refuse(
            "step-after-terminal", tree.steps[-1], f"`.{name}()` has to be the last step"
        )
    if terminals[0].arguments:
        findings.refuse("too-many-arguments", terminals[0], "this step takes no arguments")
