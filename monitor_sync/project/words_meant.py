"""
Words that people expect in place of ours and Datadog's, with what says it here.

Letters alone would lead elsewhere: ``show_ok`` looks like ``show_no_data`` and means the opposite.
"""

from __future__ import annotations

from typing import Final

_MUTE: Final = "mute it in Datadog: files say nothing of mutes"
_IN_QUERY: Final = "it is a part of `query:`"
_CRITICAL: Final = "write `critical:`"
_RECOVERY: Final = "write `critical_recovery:` or `warning_recovery:`"

KEYS: Final = {
    "monitor": {
        "title": "write `name:`",
        **dict.fromkeys(("description", "text", "msg", "body"), "write `message:`"),
        "severity": "write `priority:`, a number from 1 to 5",
        **dict.fromkeys(
            ("handles", "recipients", "notifications", "channel", "contacts"),
            "write `also_notify: {alert: […]}`",
        ),
        "no_data": "write `options: {on_missing_data: …}`",
        "renotify": "write `options: {renotify_interval: …}`, in minutes",
        **dict.fromkeys(("mute", "muted", "silenced"), _MUTE),
        "enabled": "take the monitor out, or mute it in Datadog",
        # what Terraform's provider and kennel have beside the fields of Datadog
        "force_delete": "remove it: `apply --force-delete KEY` deletes what others refer to",
        "validate": "remove it: `validate --online` asks Datadog about what is new or changed",
        "effective_tags": "remove it: `show KEY` shows all tags that are sent",
        "kennel_id": "remove it: the name above the monitor is its key",
        "draft": "write `draft_status: draft`",
        "owner": "write `team:`, a team of teams.yaml",
        "labels": "write `tags:`",
        **dict.fromkeys(("env", "environment"), "write `tags: {env: …}`"),
        **dict.fromkeys(
            ("metric", "operator", "comparator", "window", "evaluation_window", "aggregation"),
            _IN_QUERY,
        ),
        **dict.fromkeys(("template", "use"), "templates are used under `use:`, beside `monitors:`"),
    },
    "options": {
        "no_data": "write `on_missing_data:`",
        "renotify": "write `renotify_interval:`, in minutes",
        **dict.fromkeys(("mute", "muted"), _MUTE),
    },
    "thresholds": {
        **dict.fromkeys(("alert", "crit", "error", "value"), _CRITICAL),
        **dict.fromkeys(("recovery", "recover", "resolve"), _RECOVERY),
        "alert_recovery": "write `critical_recovery:`",
        "warn_recovery": "write `warning_recovery:`",
    },
}
"""Keys of other tools, by the part of a monitor in which they stand."""

VALUES: Final = {
    "show_ok": "resolve",
    "ok": "resolve",
    "resolved": "resolve",
    "show_last_known": "default",
    "last_known": "default",
    "keep_last_state": "default",
    "keep": "default",
    "zero": "default",
    "alert": "show_and_notify_no_data",
    "no_data": "show_no_data",
    "critical": "alert",
    "warn": "warning",
    "warning": "warn",
    "no data": "no_data",
    "nodata": "no_data",
    "recovered": "ok",
    "notify": "show_and_notify_no_data",
    "notify_no_data": "show_and_notify_no_data",
}
"""Source: Datadog's page on monitors' missing data, and the API's create reference."""
