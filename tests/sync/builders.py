"""Projects, monitors and live monitors for tests, built from the few words that matter there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from monitor_sync.model import LiveResource, Monitor, Project, Released
from monitor_sync.resources.monitor import live as reading

QUERY = "avg(last_5m):sum:payments.errors{env:production} > 5"


def body(key: str = "payments/router/errors", **changed: Any) -> dict[str, Any]:
    """A monitor's body as the loader makes it, our tags included; options may be given singly."""
    made: dict[str, Any] = {
        "name": "[Payments] Router errors",
        "type": "query alert",
        "query": QUERY,
        "message": "Payments fail.\n\n{{#is_alert}}@slack-payments{{/is_alert}}",
        "tags": [
            "env:production",
            "team:payments-core",
            "business_unit:payments",
            "monitor_sync_project:acme",
            f"monitor_sync_key:{key}",
        ],
        "priority": 2,
        "options": {"thresholds": {"critical": 5}},
    }
    return made | changed


def monitor(key: str = "payments/router/errors", **changed: Any) -> Monitor:
    """A declared monitor. Names of Monitor's own fields go there, all others into its body."""
    own = {
        name: changed.pop(name)
        for name in ("moved_from", "adopt", "references", "path", "line", "ignored")
        if name in changed
    }
    made = body(key, **changed)
    return Monitor(
        key=key,
        body=made,
        business_unit=key.partition("/")[0],
        team="payments-core",
        path=own.pop("path", "monitors/payments/router.yaml"),
        line=own.pop("line", 3),
        **own,
    )


def composite(key: str, query: str, *references: str, **changed: Any) -> Monitor:
    """A declared composite whose query names these keys."""
    return monitor(key, type="composite", query=query, options={}, references=references, **changed)


def project(*monitors: Monitor, name: str = "acme") -> Project:
    """A project of these monitors."""
    return Project(name=name, monitors={monitor.key: monitor for monitor in monitors})


def released(key: str, *moved_from: str, reason: str = "another project has it") -> Released:
    """A monitor that leaves the project."""
    return Released(
        key=key,
        reason=reason,
        business_unit=key.partition("/")[0],
        moved_from=moved_from,
        path="monitors/payments/router.yaml",
        line=2,
    )


def releasing(*entries: Released, monitors: Iterable[Monitor] = ()) -> Project:
    """A project that these monitors leave."""
    return replace(project(*monitors), released={entry.key: entry for entry in entries})


def answer(declared: Monitor | dict[str, Any], id: int = 1, **changed: Any) -> dict[str, Any]:  # noqa: A002 - Datadog's word
    """A live monitor's JSON that holds what is declared, as far as a unit test needs."""
    wanted = dict(declared.body if isinstance(declared, Monitor) else declared)
    wanted["options"] = {
        "notify_audit": False,
        "include_tags": True,
        "new_host_delay": 300,
        "notify_no_data": False,
        "silenced": {},
        **wanted["options"],
    }
    return {
        **wanted,
        "id": id,
        "created_at": 1_700_000_000_000 + id,
        "modified": "2026-10-01T00:00:00+00:00",
        "overall_state": "OK",
        **changed,
    }


def live(*raw: dict[str, Any]) -> list[LiveResource]:
    """The live monitors of a listing."""
    return reading.read(raw)


def actions(changes: Iterable[Any]) -> list[tuple[str, str]]:
    """Action and key of each change, in order."""
    return [(change.action, change.key) for change in changes]
