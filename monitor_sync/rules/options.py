"""Options that do nothing where they stand, and fields of the monitor itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from uuid import UUID

from monitor_sync.diagnostics import Severity
from monitor_sync.language.tree import FormulaQuery
from monitor_sync.rules.monitor_types import CI, EVENTS, SYNTHETICS, article
from monitor_sync.rules.registry import Finding, rule
from monitor_sync.rules.values import quoted, shown
from monitor_sync.rules.views import MonitorView, QueryView

ACTS_ON: Final[Mapping[str, frozenset[str]]] = {
    "enable_logs_sample": frozenset({"log alert"}),
    "enable_samples": CI,
    "groupby_simple_monitor": frozenset({"log alert", "event-v2 alert"}),
    "min_failure_duration": frozenset({SYNTHETICS}),
    "min_location_failed": frozenset({SYNTHETICS}),
    "restriction_query": EVENTS,
}
"""Option to the types that it acts on. Datadog stores it on all."""

_NAMES: Final = frozenset(ACTS_ON)
_OF_AN_ASSET: Final = ("name", "url", "category")


@rule("options/no-effect", Severity.WARNING)
def no_effect(view: QueryView) -> Iterable[Finding]:
    """
    An option is given on a type that it does not act on.

    Why: Datadog stores it and does nothing with it; what its author wanted does not happen.

    Example: a `query alert` with `options: {enable_logs_sample: true}`.

    Use instead: nothing. `enable_logs_sample` is for log alerts, `enable_samples` for CI,
    `groupby_simple_monitor` for logs and events, `min_failure_duration` and
    `min_location_failed` for Synthetics.

    Source: Datadog's description of the options of monitors; recorded: they are stored elsewhere
    too.
    """
    options = view.options
    if _NAMES.isdisjoint(options):
        return ()
    return [
        Finding(
            message=f"`{name}` does nothing on {article(view.type)}; it is for "
            f"{quoted(sorted(types), 'and')}",
            field=("options", name),
            hint=f"remove `{name}`",
        )
        for name, types in ACTS_ON.items()
        if options.get(name) and view.type not in types
    ]


@rule("options/unused-variables", Severity.WARNING)
def unused_variables(view: QueryView) -> Iterable[Finding]:
    """
    `variables` is given, but the query is no `formula(…)`.

    Why: variables are the queries that a formula names. Without a formula nobody reads them.

    Example: `logs("status:error").index("*").rollup("count").last("5m") > 2` with `variables`.

    Use instead: `formula("a / b").last("5m") > 2`, or no `variables`.

    Source: our inference from Datadog's description of the option.
    """
    if not view.options.get("variables"):
        return ()
    tree = view.query.tree
    if tree is None or isinstance(tree, FormulaQuery):
        return ()
    return [
        Finding(
            message="`variables` does nothing: the query is no `formula(…)`",
            field=("options", "variables"),
            hint='write the query as `formula("…")`, or remove `variables`',
        )
    ]


@rule("options/bad-role", Severity.ERROR)
def bad_role(view: MonitorView) -> Iterable[Finding]:
    """
    An entry of `restricted_roles` is not a UUID.

    Why: Datadog knows roles by their UUID there, not by their name.

    Example: `restricted_roles: [admins]`.

    Use instead: `restricted_roles: ["94172442-be03-11e9-a77a-3b7612558ac1"]`.

    Source: reported: Datadog answers 400 "The monitor's restricted roles is expected to be an array
    of UUID strings." (terraform-provider-datadog issue 1539).
    """
    roles = view.monitor.body.get("restricted_roles")
    if not isinstance(roles, list):
        return ()
    return [
        Finding(
            message=f"{shown(role)} is no role, a UUID was expected",
            field=("restricted_roles", index),
            hint="look the role up in Datadog and write its id",
        )
        for index, role in enumerate(roles)
        if isinstance(role, str) and not _is_uuid(role)
    ]


def _is_uuid(value: str) -> bool:
    if len(value) != 36:
        return False
    try:
        UUID(value)
    except ValueError:
        return False
    return True


@rule("options/bad-asset", Severity.ERROR)
def bad_asset(view: MonitorView) -> Iterable[Finding]:
    """
    An entry of `assets` lacks its name, its address or its category.

    Why: Datadog asks for the three, and knows one category: `runbook`.

    Example: `assets: [{url: /notebook/1}]`.

    Use instead: `assets: [{name: Quotes, url: /notebook/1, category: runbook}]`.

    Source: Datadog's description of a monitor's assets.
    """
    assets = view.monitor.body.get("assets")
    if not isinstance(assets, list):
        return ()
    findings = []
    for index, asset in enumerate(assets):
        if not isinstance(asset, dict):
            continue
        where = ("assets", index)
        missing = [name for name in _OF_AN_ASSET if not asset.get(name)]
        if missing:
            message = f"the asset has no {quoted(missing, 'and')}"
            hint = f"add {quoted(missing, 'and')}; the category is `runbook`"
            findings.append(Finding(message=message, field=where, hint=hint))
        elif asset["category"] != "runbook":
            message = f"{shown(asset['category'])} is no category of an asset"
            here = (*where, "category")
            findings.append(Finding(message=message, field=here, hint="write `runbook`"))
    return findings
