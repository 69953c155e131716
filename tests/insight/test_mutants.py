"""A monitor with one thing changed."""

from __future__ import annotations

from typing import Any

from monitor_sync.insight.mutants import mutants
from monitor_sync.language import query

BODY: dict[str, Any] = {
    "type": "query alert",
    "query": "avg(last_5m):avg:a.x{*} > 4",
    "message": "{{#is_alert}}@slack-a @slack-b{{/is_alert}}",
    "options": {"thresholds": {"critical": 4, "warning": 0}, "on_missing_data": "default"},
}


def test_one_thing_is_changed_at_a_time() -> None:
    made = {mutant.what: mutant.body for mutant in mutants(BODY)}
    assert [*made] == [
        "`>` becomes `<`",
        "critical 4 becomes 2",
        "critical 4 becomes 8",
        "warning 0 becomes -1",
        "warning 0 becomes 1",
        "the window of 5m becomes 2m",
        "the window of 5m becomes 10m",
        "on_missing_data default becomes show_no_data",
        "on_missing_data default becomes show_and_notify_no_data",
        "on_missing_data default becomes resolve",
        "@slack-a is told nothing",
        "@slack-b is told nothing",
    ]
    assert made["critical 4 becomes 8"]["query"] == "avg(last_5m):avg:a.x{*} > 8"
    assert made["critical 4 becomes 8"]["options"]["thresholds"] == {"critical": 8, "warning": 0}
    assert made["the window of 5m becomes 10m"]["query"] == "avg(last_10m):avg:a.x{*} > 4"
    assert "@slack-a" not in made["@slack-a is told nothing"]["message"]


def test_each_changed_query_can_be_read() -> None:
    for text in (
        "sum(last_1h):100 * sum:a{*}.as_count() / sum:b{*}.as_count() >= 12.5",
        "pct_change(avg(last_10m),last_1h):avg:a{*} < -30",
    ):
        for mutant in mutants({**BODY, "query": text}):
            parsed = query.parse("query alert", str(mutant.body["query"]))
            assert parsed.tree is not None, mutant.what


def test_the_older_option_is_turned_over() -> None:
    body = {**BODY, "options": {"thresholds": {"critical": 4}}}
    assert "notify_no_data becomes true" in [mutant.what for mutant in mutants(body)]
