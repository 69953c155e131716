"""
The variables that Datadog's page on variables names, by monitor type. Data only.

The page changes often: a name that is missing here is a reason to warn, not to refuse.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

TIMES: Final = (
    "first_triggered_at",
    "first_triggered_at_epoch",
    "last_triggered_at",
    "last_triggered_at_epoch",
    "triggered_duration_sec",
)
"""Exist in every monitor."""

NO_NUMBER: Final = ("composite", "synthetics alert")
"""Types that compare no number of their own."""

NUMERIC: Final = ("value", "threshold", "comparator")
"""Exist wherever a number is compared with a threshold."""

BY_THRESHOLD: Final[Mapping[str, str]] = {
    "warn_threshold": "warning",
    "alert_recovery_threshold": "critical_recovery",
    "warn_recovery_threshold": "warning_recovery",
}
"""Variables that show a threshold, and which one has to be set for that."""

BY_TYPE: Final[Mapping[str, tuple[str, ...]]] = {
    "service check": ("check_message", "ok_threshold"),
    "slo alert": ("timeframe", "short_window_burn_rate", "long_window_burn_rate"),
    "data-quality alert": ("observed", "predicted", "upper_bound", "lower_bound"),
}
"""Variables of some types only."""

ALWAYS_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "data-quality alert": ("table", "schema", "warehouse"),
}
"""Keys whose ``.name`` exists whatever the query groups by."""

HOST_FIELDS: Final = (
    "ip",
    "metadata_agent_version",
    "metadata_machine",
    "metadata_platform",
    "metadata_processor",
)
"""Of the host, where the query groups by it; so does every tag of the host."""

ENRICHED: Final[Mapping[str, tuple[str, ...]]] = {
    "service": ("team", "docs", "links", "repos", "contacts", "integrations", "languages", "tier"),
    "kube_namespace": ("cluster_name", "labels", "annotations", "owner", "phase"),
    "kube_deployment": ("cluster_name", "namespace", "labels", "annotations", "owner"),
    "kube_cluster_name": ("labels", "annotations", "owner"),
    "pod_name": ("phase", "cluster_name", "namespace", "labels", "annotations", "owner", "node"),
}
"""
What Datadog knows of a key besides its name, where the query groups by it.

Source: Datadog's page on variables, as far as it is known; there may be more of each.
"""

DEVICE: Final = "network_device"
DEVICE_KEYS: Final = ("device", "device_id", "device_ip", "device_name", "device_hostname")
"""Every field of a network device exists where the query groups by one of these keys."""

TEXTS: Final = frozenset(
    {"comparator", "check_message", "timeframe", "first_triggered_at", "last_triggered_at"}
)
"""Variables that are no numbers, so that ``eval`` cannot compute with them."""


class EventVariables(Struct, frozen=True, kw_only=True):
    """
    Variables taken from a matching event: ``log.message``, ``log.attributes.…``.

    ``types`` are the monitor types that have it. ``fields`` are its reserved attributes; under
    those in ``open_fields`` any name may follow.
    """

    types: tuple[str, ...]
    fields: tuple[str, ...]
    open_fields: tuple[str, ...] = ("attributes", "tags")


_RESERVED: Final = "env service status timestamp trace_id span_id link host message"

SOURCES: Final[Mapping[str, EventVariables]] = {
    "log": EventVariables(
        types=("log alert", "error-tracking alert"),
        fields=tuple(f"{_RESERVED} source".split()),
    ),
    "span": EventVariables(
        types=("trace-analytics alert", "error-tracking alert"),
        fields=tuple(f"{_RESERVED} operation_name resource_name type".split()),
    ),
    "rum": EventVariables(
        types=("rum alert", "error-tracking alert"),
        fields=tuple(_RESERVED.split()),
    ),
    "audit": EventVariables(types=("audit alert",), fields=tuple(_RESERVED.split())),
    "cipipeline": EventVariables(
        types=("ci-pipelines alert",),
        fields=tuple(
            f"{_RESERVED} resource_name ci_level pipeline_fingerprint operation_name"
            " ci_partial_array".split()
        ),
    ),
    "citest": EventVariables(
        types=("ci-tests alert",),
        fields=tuple(f"{_RESERVED} resource_name operation_name".split()),
    ),
    "databasemonitoring": EventVariables(
        types=("database-monitoring alert",), fields=tuple(_RESERVED.split())
    ),
    "event": EventVariables(
        types=("event-v2 alert", "event alert"),
        fields=("id", "title", "text", "message", "link", "source", "status", "timestamp"),
        open_fields=("attributes", "tags", "host"),
    ),
    "issue": EventVariables(types=("error-tracking alert",), fields=("id", "link", "title")),
    "synthetics": EventVariables(types=("synthetics alert",), fields=("link",)),
}
"""By the first segment of the variable."""

UNLISTED: Final = frozenset(
    {"network-performance alert", "network-path alert", "llm-observability alert"}
)
"""Types over events whose variables the page does not list: nothing can be said of theirs."""

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
"""A composite's members in the order of the ids in its query."""
