"""What a monitor does where the window holds no data at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from monitor_sync.language.query import functions
from monitor_sync.rules.monitor_types import METRIC
from monitor_sync.rules.views import QueryView


def notifies_no_data(options: Mapping[str, Any]) -> bool:
    """Return whether missing data notifies somebody."""
    policy = options.get("on_missing_data")
    if policy is None:
        return options.get("notify_no_data") is True
    return bool(policy == "show_and_notify_no_data")


def is_silent_when_empty(view: QueryView) -> bool:
    """
    Return whether a count notifies nobody when there is no data at all.

    Under ``default`` an empty window counts as 0 and is compared. A query with ``default_zero`` may
    keep its last state: Datadog's page on configuring monitors says that it counts as 0, the one on
    interpolation that ``default_zero`` does nothing on an empty window. A metric monitor without
    the option has the older ``notify_no_data: false``, which skips the evaluation; a monitor over
    events has ``default``.
    Source: Datadog's guide on on_missing_data.
    """
    if notifies_no_data(view.options):
        return False
    policy = view.options.get("on_missing_data")
    if policy == "default" or (policy is None and view.type not in METRIC):
        return "default_zero" in functions(view.query)
    return True


def how_to_notify(view: QueryView) -> str:
    """Return what to write so that missing data notifies; ``default_zero`` does not allow it."""
    hint = "write `on_missing_data: show_and_notify_no_data` under `options`"
    if "default_zero" in functions(view.query):
        return f"take `default_zero(…)` out of the query, and {hint}"
    return hint
