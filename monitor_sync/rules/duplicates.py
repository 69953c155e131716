"""Monitors that are told twice: the same question, or the whole monitor."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final

from monitor_sync.diagnostics import Severity
from monitor_sync.language.query_shape import outline
from monitor_sync.rules.context import Subject
from monitor_sync.rules.registry import Finding, whole_rule

_COPIED: Final = ("type", "query", "message", "name")


@whole_rule("hygiene/exact-copy", Severity.ERROR)
def exact_copy(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, Finding]]:
    """
    Two monitors are the same in name, type, query, message and options.

    Why: Datadog refuses the second: "Duplicate of an existing monitor_id". Tags make no
    difference.

    Example: a monitor pasted into a second file and not changed, with `footer: false`

    Use instead: one of them, or a name of its own for each

    Source: recorded answers of Datadog to its own copying tool.
    """
    first: dict[Hashable, Subject] = {}
    for subject in subjects:
        earlier = first.setdefault(_texts(subject), subject)
        if earlier is not subject and _copied(earlier, subject):
            yield (
                subject,
                Finding(
                    message=f"all but its tags is the same as in `{earlier.monitor.key}`",
                    hint="remove one of them, or give each a name of its own",
                ),
            )


def _copied(one: Subject, other: Subject) -> bool:
    return _texts(one) == _texts(other) and _options(one) == _options(other)


def _texts(subject: Subject) -> Hashable:
    return tuple(map(subject.monitor.body.get, _COPIED))


def _options(subject: Subject) -> dict[str, Any]:
    return {name: value for name, value in subject.options.items() if value is not None}


@whole_rule("hygiene/same-query", Severity.WARNING)
def same_query(subjects: Iterable[Subject]) -> Iterator[tuple[Subject, Finding]]:
    """
    Two monitors ask Datadog the same: query, filter, window and threshold.

    Why: they alert together. One incident pages twice, or two teams each think that the other
    looks at it. Blanks, quotes and notation make no difference.

    Example: a monitor of the platform and one of the team, both
    `avg(last_5m):avg:system.disk.in_use{host:db-1} > 0.9`

    Use instead: one monitor with `also_notify:` for whoever else should hear of it

    Source: our own practice; Datadog accepts it where name or message differ.
    """
    alike: dict[Hashable, Subject] = {}
    seen: dict[Hashable, list[Subject]] = {}
    for subject in subjects:
        if subject.type == "synthetics alert":  # all of them have the same query
            continue
        seen.setdefault((outline(subject.monitor.query), _variables(subject)), []).append(subject)
    for group in seen.values():
        if len(group) == 1:
            continue
        for subject in group:
            earlier = alike.setdefault(_question(subject), subject)
            if earlier is not subject and not _copied(earlier, subject):
                yield (
                    subject,
                    Finding(
                        message=f"asks the same as `{earlier.monitor.key}`",
                        field=("query",),
                        hint="keep one of them and let it notify both, with `also_notify:`",
                    ),
                )


def _question(subject: Subject) -> Hashable:
    kind = "query alert" if subject.type == "metric alert" else subject.type
    tree = subject.parsed.tree
    what: Hashable = subject.monitor.query if tree is None else tree
    return (kind, what, _variables(subject))


def _variables(subject: Subject) -> str:
    variables = subject.options.get("variables")
    return json.dumps(variables, sort_keys=True) if variables else ""
