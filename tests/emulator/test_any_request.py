"""Nothing a client sends makes the emulator fail: every answer is JSON with a status below 500."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.faults import KINDS
from monitor_sync.emulator.validation import KNOWN_TYPES
from tests.emulator.conftest import KEYS, monitor
from tests.emulator.history.estates import served

_PATHS = (
    "POST /api/v1/monitor",
    "POST /api/v1/monitor/validate",
    "PUT /api/v1/monitor/1",
    "POST /api/v1/monitor/1/mute",
    "POST /api/v1/monitor/1/unmute",
    "POST /api/v1/downtime",
    "POST /api/v1/downtime/cancel/by_scope",
    "POST /api/v1/slo",
    "POST /api/v2/downtime",
    "POST /api/v2/roles",
    "GET /api/v1/monitor",
    "GET /api/v1/monitor/1",
    "GET /api/v1/monitor/search",
    "GET /api/v1/monitor/groups/search",
    "GET /api/v1/monitor/can_delete",
    "GET /api/v1/downtime",
    "GET /api/v2/downtime",
    "GET /api/v2/monitor/1/downtime_matches",
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)
_OPTIONS = st.dictionaries(
    st.sampled_from(
        ["thresholds", "variables", "silenced", "scheduling_options", "timeout_h", "notify_by",
         "threshold_windows", "on_missing_data", "renotify_statuses", "renotify_interval",
         "no_data_timeframe", "new_group_delay", "notification_preset_name"]
    ),
    _VALUES
    | st.fixed_dictionaries(
        {}, optional=dict.fromkeys(
            ("evaluation_window", "custom_schedule", "recurrences", "critical", "warning_recovery",
             "trigger_window", "recovery_window"), _VALUES)
    ),
    max_size=3,
)  # fmt: skip
_FIELDS = st.dictionaries(
    st.sampled_from(
        [*monitor(), "priority", "restricted_roles", "assets", "draft_status", "scope", "start",
         "end", "monitor_id", "monitor_tags", "monitor_identifier", "schedule", "recurrence"]
    ),
    _VALUES | _OPTIONS,
    max_size=4,
)  # fmt: skip
EXAMPLES = settings(max_examples=100)
"""Others each time: what runs many times a day need not try many at once."""

_QUERIES = st.dictionaries(
    st.sampled_from(
        ["page", "page_size", "id_offset", "tags", "monitor_tags", "name", "group_states", "query",
         "sort", "per_page", "monitor_ids", "page[limit]", "page[offset]", "with_downtimes"]
    ),
    st.text(max_size=12),
    max_size=3,
)  # fmt: skip


@EXAMPLES
@given(
    calls=st.lists(
        st.tuples(st.sampled_from(_PATHS), _FIELDS, _QUERIES, st.booleans()), min_size=1, max_size=4
    )
)
def test_whatever_is_sent_is_answered(
    calls: list[tuple[str, dict[str, Any], dict[str, str], bool]],
) -> None:
    emulator = Emulator()
    emulator.seed([{"id": 1, **monitor()}])
    for route, fields, query, is_whole in calls:
        method, _, path = route.partition(" ")
        body: dict[str, Any] = {**monitor(), **fields} if is_whole else fields
        if path.startswith("/api/v2"):
            body = {"data": {"attributes": fields}}
        status, _, answer = emulator.handle(method, path, query, KEYS, json.dumps(body).encode())
        assert status < 500
        if answer:
            json.loads(answer)


_PIECES = st.sampled_from(
    [
        "avg",
        "(",
        ")",
        "last_5m",
        ":",
        "{*}",
        "{a:b AND c,d}",
        " by {host}",
        ".rollup(",
        "avg",
        ",",
        "60",
        "anomalies(",
        "forecast(",
        "'basic'",
        "2",
        "alert_window='last_5m'",
        "formula(",
        '"',
        "\\",
        'logs("a").',
        'index("*").',
        'rollup("count").',
        'last("5m")',
        " > ",
        "5",
        "&&",
        "||",
        "!",
        '"a.b"',
        ".over(",
        ".by(",
        "count_by_status()",
        "error_budget(",
        "threshold",
        " - ",
        "é",
        "\n",
    ]
)
_QUERY_TEXTS = st.lists(_PIECES, max_size=16).map("".join)


@EXAMPLES
@given(query=_QUERY_TEXTS, kind=st.sampled_from(sorted(KNOWN_TYPES)), options=_OPTIONS)
def test_whatever_a_definition_holds_is_answered(
    query: str, kind: str, options: dict[str, Any]
) -> None:
    body = json.dumps(monitor(type=kind, query=query, options=options)).encode()
    status, _, answer = Emulator().handle("POST", "/api/v1/monitor/validate", "", KEYS, body)
    assert status in {200, 400}
    json.loads(answer)


_SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "filter": _VALUES
        | st.fixed_dictionaries(
            {},
            optional={
                "query": _VALUES | st.text('@:"()*- ORANDactionevt.name', max_size=20),
                "from": _VALUES | st.sampled_from(["now", "now-999999999w", "0001-01-01"]),
                "to": _VALUES | st.integers().map(str),
            },
        ),
        "page": _VALUES | st.fixed_dictionaries({}, optional={"limit": _VALUES, "cursor": _VALUES}),
        "sort": _VALUES,
    },
)
_FAULTS = st.lists(
    _VALUES
    | st.text("abcdelrty=,-0123 ", max_size=20)
    | st.fixed_dictionaries(
        {"kind": st.sampled_from(list(KINDS))},
        optional=dict.fromkeys(("route", "skip", "times", "seconds", "count"), _VALUES),
    ),
    max_size=3,
)


@EXAMPLES
@given(search=_SEARCHES, faults=_FAULTS)
def test_whatever_is_searched_or_set_is_answered(search: dict[str, Any], faults: Any) -> None:
    emulator = Emulator()
    emulator.handle("POST", "/api/v1/monitor", "", KEYS, json.dumps(monitor()).encode())
    for method, path, body in (
        ("POST", "/api/v2/audit/events/search", search),
        ("PUT", "/__emulator/faults", faults),
    ):
        status, _, answer = emulator.handle(method, path, "", KEYS, json.dumps(body).encode())
        assert status in {200, 400}
        json.loads(answer)


_ASKED_OF_HISTORY = st.dictionaries(
    st.sampled_from(
        ["status", "team_ids", "service_ids", "priority_name", "from_date", "to_date", "filters",
         "limit", "order", "starting_after", "aggregate_unit", "time_zone", "child_incident",
         "since", "until", "offset", "page", "page_size", "start", "end", "tags", "statuses[]"]
    ),
    _VALUES | st.dictionaries(st.sampled_from(["created_at_end", "team_ids", "urgency"]), _VALUES),
    max_size=4,
)  # fmt: skip
_OF_HISTORY = (
    ("zenduty", "POST /__zenduty/api/incidents/filter/"),
    ("zenduty", "POST /__zenduty/api/v2/account/analytics/team_analytics/"),
    ("zenduty", "GET /api/v1/events"),
    ("pagerduty", "GET /__pagerduty/incidents"),
    ("pagerduty", "GET /__pagerduty/log_entries"),
    ("pagerduty", "POST /__pagerduty/analytics/raw/incidents"),
    ("pagerduty", "POST /__pagerduty/analytics/metrics/incidents/teams"),
)


@settings(max_examples=30)
@given(route=st.sampled_from(_OF_HISTORY), fields=_ASKED_OF_HISTORY, search=_SEARCHES)
def test_whatever_is_asked_of_a_history_is_answered(
    route: tuple[str, str], fields: dict[str, Any], search: dict[str, Any]
) -> None:
    estate = served(route[0])
    method, _, path = route[1].partition(" ")
    query = {name: str(value) for name, value in fields.items()}
    assert estate.ask(method, path, fields, query=query)[0] < 500
    assert estate.ask("POST", "/api/v2/events/search", search)[0] in {200, 400}
