"""What a composite says of other monitors, and an SLO alert of its SLO."""

from __future__ import annotations

from collections.abc import Iterator

from monitor_sync.diagnostics import Severity
from monitor_sync.language.tree import (
    CompositeQuery,
    Condition,
    MonitorId,
    MonitorReference,
)
from monitor_sync.language.tree_queries import members_in
from monitor_sync.rules.problems import tells
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.views import MonitorView, ProjectView


def _condition(view: MonitorView) -> Condition | None:
    if view.monitor.type != "composite":
        return None
    tree = view.of_query.query.tree
    return tree.condition if isinstance(tree, CompositeQuery) else None


@rule("references/composite-of-composite", Severity.ERROR)
def composite_of_composite(view: MonitorView) -> Iterator[Finding]:
    """
    A composite has another composite as a member.

    Why: Datadog takes every type of monitor as a member, Synthetics ones too, but no composites.

    Example: `${id:motor/flow/all-down} && ${id:motor/flow/queue}` where `all-down` is a
    composite

    Use instead: the members of that composite, in parentheses

    Source: Datadog's documentation on composite monitors.
    """
    condition = _condition(view)
    if condition is None:
        return
    monitors = view.project.monitors
    for member in members_in(condition):
        if not isinstance(member, MonitorReference):
            continue
        monitor = monitors.get(member.key)
        if monitor is not None and monitor.type == "composite":
            yield Finding(
                message=f"`{member.key}` is a composite itself",
                field=("query",),
                start=member.start,
                end=member.end,
                hint=f"write its members: `({monitor.query})`",
            )


@rule("references/itself", Severity.ERROR)
def itself(view: MonitorView) -> Iterator[Finding]:
    """
    A composite names the id of the monitor that it adopts, which is its own.

    Why: Datadog refuses a composite that depends on itself.

    Example: `adopt: 1234567` with the query `1234567 && 7654321`

    Use instead: the other members

    Source: inferred: a composite may have no composites as members.
    """
    adopted = view.monitor.adopt
    condition = _condition(view) if adopted is not None else None
    if condition is None:
        return
    for member in members_in(condition):
        if isinstance(member, MonitorId) and member.id == adopted:
            yield Finding(
                message=f"{member.id} is the monitor itself: it adopts this id",
                field=("query",),
                start=member.start,
                end=member.end,
                hint="take it out of the query",
            )


@tells("references/always-the-same", Severity.WARNING, "constant-composite")
def always_the_same() -> None:
    """
    A composite is true or false whatever its members do.

    Why: Datadog stores it. A contradiction never alerts; a tautology alerts from the first minute
    and never recovers.

    Example: `1234 && !1234`.

    Use instead: `1234 && !5678`.

    Source: follows from the operators; Datadog accepts it.
    """


@rule("references/no-shared-group", Severity.WARNING)
def no_shared_group(project: ProjectView) -> Iterator[tuple[MonitorView, Finding]]:
    """
    A composite joins monitors that group by different keys.

    Why: Datadog matches the groups of its members by the keys that they share. Without a shared
    key every group of the one meets every group of the other, and the composite alerts as one.

    Example: a monitor `by {host}` and one `by {queue}`

    Use instead: members that group by the same key, or that do not group

    Source: Datadog's documentation on composite monitors.
    """
    by_key = {view.monitor.key: view for view in project.monitors}
    for view in by_key.values():
        if view.monitor.type != "composite" or len(view.monitor.references) < 2:
            continue
        grouped = [
            (key, by_key[key].keys)
            for key in view.monitor.references
            if key in by_key and by_key[key].keys and by_key[key].keys != ("*",)
        ]
        if len(grouped) < 2 or set.intersection(*(set(keys) for _, keys in grouped)):
            continue
        keys_by_member = ", ".join(f"`{key}` by {', '.join(keys)}" for key, keys in grouped)
        yield (
            view,
            Finding(
                message=f"its members share no group key: {keys_by_member}",
                field=("query",),
                hint="let them group by one key in common",
            ),
        )


@tells("references/too-many-members", Severity.ERROR, "too-many-members")
def too_many_members() -> None:
    """
    A composite has more than ten different members.

    Why: Datadog takes ten.

    Example: `1 && 2 && 3 && 4 && 5 && 6 && 7 && 8 && 9 && 10 && 11`.

    Use instead: one monitor over all of them, grouped, or fewer members.

    Source: Datadog's documentation on composite monitors.
    """


@tells("references/bad-slo-id", Severity.ERROR, "bad-slo-id")
def bad_slo_id() -> None:
    """
    An SLO alert names something that cannot be the id of an SLO.

    Why: an id has 32 hexadecimal digits. A name works only as a hole, from `slos` of
    project.yaml.

    Example: `error_budget("quote-api").over("30d") > 80`.

    Use instead: `error_budget("${slo:quote-api}").over("30d") > 80`.

    Source: Datadog's API reference; all recorded ids look like that.
    """
