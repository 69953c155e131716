"""Filters that can never fit, always fit, or never meet a stored tag."""

from __future__ import annotations

from monitor_sync.language.problems import Findings
from monitor_sync.language.tree import Condition, Junction, Negation, Tag, TagList
from monitor_sync.language.tree_queries import tags_in


def check_filter(condition: Condition, findings: Findings) -> None:
    """
    One filter of a series.

    That monitors have no dashboard variables is in Datadog's pages. The rest is our inference,
    as the server stores such filters: tags are stored in lower case, and one thing rarely
    carries two values of one key.
    """
    for tag in tags_in(condition):
        if "$" in (tag.key[:1], tag.value[:1]):
            _dashboard_variable(tag, findings)
        elif tag.value != tag.value.lower():
            findings.warn(
                "upper-case-value",
                tag,
                f"`{tag.value}` never fits: tags are stored in lower case",
                f"write `{tag.value.lower()}`",
            )
    if isinstance(condition, TagList):
        _contradicting(condition.items, findings)
    elif isinstance(condition, Junction) and condition.operator == "AND":
        _contradicting(condition.operands, findings)
    elif isinstance(condition, Junction):
        _always_true(condition, findings)


def _dashboard_variable(tag: Tag, findings: Findings) -> None:
    written = tag.value if tag.value.startswith("$") else tag.key
    findings.refuse(
        "dashboard-variable",
        tag,
        f"`{written}` is a variable of dashboards, which monitors do not have",
        "write the value itself",
    )


def _contradicting(conditions: tuple[Condition, ...], findings: Findings) -> None:
    wanted: dict[str, Tag] = {}
    for tag in conditions:
        if not isinstance(tag, Tag) or tag.negated or not tag.key or "*" in tag.value:
            continue
        first = wanted.setdefault(tag.key, tag)
        if first.value != tag.value:
            findings.warn(
                "contradicting-tags",
                tag,
                f"`{tag.key}` is to be both `{first.value}` and `{tag.value}`: "
                "nothing fits unless it carries both tags",
                f"write `{tag.key} IN ({first.value},{tag.value})` for either",
            )


def _always_true(junction: Junction, findings: Findings) -> None:
    """``NOT a:x OR NOT a:y`` leaves nothing out; so does a plain repetition, by mistake."""
    negated = [operand for operand in junction.operands if isinstance(operand, Negation)]
    if len(negated) < 2 or len(negated) != len(junction.operands):
        return
    tags = [negation.operand for negation in negated if isinstance(negation.operand, Tag)]
    if len(tags) == len(negated) and len({tag.key for tag in tags}) == 1:
        same = len({tag.value for tag in tags}) == 1
        findings.warn(
            "always-true-filter",
            junction,
            "the same condition stands twice"
            if same
            else "every value fits one of these negations: nothing is left out",
            "" if same else "join negations by AND",
        )
