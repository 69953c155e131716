"""What an import writes means what lives: proven for recorded and for generated monitors."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from monitor_sync.adopt import placing as tags
from monitor_sync.adopt import selecting
from monitor_sync.adopt.drafting import Drafter
from monitor_sync.adopt.existing import ExistingFiles, existing_files
from monitor_sync.app.trial import Proven, Trial
from monitor_sync.model import LiveResource, Project
from monitor_sync.project import load
from monitor_sync.project.files import find
from monitor_sync.project.parsed import parse
from monitor_sync.resources.monitor import live as reader
from monitor_sync.sync.plan import make_plan

pytestmark = pytest.mark.early

CORPUS = Path(__file__).resolve().parents[3] / "shared/corpus/monitors.jsonl"
TEXTS = {"project.yaml": "project: acme\n"}


def live(bodies: Sequence[dict[str, Any]]) -> list[LiveResource]:
    numbered = [{"id": 100 + place, **body} for place, body in enumerate(bodies)]
    return reader.read(numbered)


def imported(
    monitors: list[LiveResource],
    texts: dict[str, str] = TEXTS,
    existing: ExistingFiles | None = None,
) -> Proven:
    chosen = selecting.select(monitors, monitors, Project(name="acme"), take_over=True).chosen
    placing = tags.suggest(tags.statistics(monitor.body for monitor in monitors), len(monitors))
    drafter = Drafter(chosen, existing or ExistingFiles(), placing, taken={}, texts=texts)
    return Trial(name="monitors", texts=texts, shared={}, live=monitors).proven(drafter)


def planned_after_apply(
    proven: Proven, monitors: list[LiveResource], root: Path, texts: dict[str, str] = TEXTS
) -> list[Any]:
    """The changes of the plan that follows an apply of the import."""
    for path, text in {**texts, **proven.draft.texts}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8", newline="")
    project = load.load(root).project
    plan = make_plan(project, monitors, site="")
    adoptions = [change for change in plan.changes if change.action != "create"]
    assert {change.action for change in adoptions} <= {"adopt"}
    assert {field.field for change in adoptions for field in change.fields} <= {"tags"}
    wanted = {change.id: list(project.monitors[change.key].tags) for change in adoptions}
    applied = [
        {
            **monitor.body,
            "id": monitor.id,
            "tags": wanted.get(monitor.id, list(monitor.body["tags"])),
        }
        for monitor in monitors
    ]
    return list(make_plan(project, reader.read(applied), site="").changes)


@pytest.mark.skipif(not CORPUS.is_file(), reason="the recordings are not beside this repository")
def test_every_monitor_that_datadog_took_is_imported_and_then_planned_empty(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in CORPUS.read_text(encoding="utf-8").splitlines()]
    taken = [row["monitor"] for row in rows if row["kind"] in ("created", "validated", "listed")]
    monitors = live([{**body, "name": body.get("name") or "Without a name"} for body in taken])

    proven = imported(monitors)

    unsupported = [monitor for monitor in monitors if monitor.body["type"] in selecting.UNSUPPORTED]
    assert proven.doubts.out == {}
    assert len(proven.draft.placed) + len(unsupported) == len(taken)
    assert planned_after_apply(proven, monitors, tmp_path) == []


QUERIES = [
    ("query alert", "avg(last_5m):avg:system.load.1{host:a} > 5"),
    ("metric alert", "avg(last_5m):avg:system.load.1{host:a} by {env} > 5.0"),
    ("query alert", "avg(last_4h):anomalies(avg:a.b{*}, 'basic', 2) >= 1"),
    ("log alert", 'logs("service:a status:error").index("*").rollup("count").last("5m") > 5'),
    ("service check", '"http.can_connect".over("instance:a").by("*").last(2).count_by_status()'),
    ("event-v2 alert", 'events("source:a").rollup("count").last("5m") > 5'),
    ("composite", "100 && 101"),
    ("slo alert", 'error_budget("0123456789abcdef0123456789abcdef").over("7d") > 5'),
    ("process alert", "processes('a').over('b').rollup('count').last('5m') > 5"),
]
WORDS = st.text(alphabet="aZ é:#-'\"{}[]\\\n\t$|>@/.,1", max_size=60)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "thresholds": st.sampled_from([{"critical": 5.0}, {"critical": 5, "warning": 2.5}, {}]),
        "renotify_interval": st.sampled_from([0, 30, None]),
        "escalation_message": WORDS,
        "notify_no_data": st.booleans(),
        "no_data_timeframe": st.sampled_from([None, 20]),
        "new_group_delay": st.sampled_from([None, 0, 60]),
        "include_tags": st.booleans(),
        "renotify_statuses": st.sampled_from([[], ["warn", "alert"]]),
        "something_new": st.sampled_from([None, {"a": [1, {"b": "x: y"}]}, "no"]),
        "locked": st.booleans(),
        "silenced": st.just({"*": None}),
    },
)
TAGS = st.lists(
    st.sampled_from(
        ["team:motor", "team:Two Words", "business_unit:motor", "service:api", "service:b", "env:1",
         "plain", "a:b:c", "tier:1", "${x}:1", "monitor_sync_project:old", "on_call:motor", ""]
    ),
    max_size=5,
)  # fmt: skip
MONITORS = st.builds(
    lambda query, name, message, its_tags, priority, options: {
        "type": query[0],
        "query": query[1],
        "name": "n" + name,
        "message": message,
        "tags": its_tags,
        "priority": priority,
        "options": options,
    },
    st.sampled_from(QUERIES),
    WORDS,
    WORDS,
    TAGS,
    st.sampled_from([None, 0, 1, 5]),
    OPTIONS,
)


@settings(max_examples=12, phases=[Phase.generate], deadline=None)
@given(st.lists(MONITORS, min_size=2, max_size=6))
def test_import_and_apply_leave_nothing_to_plan(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[dict[str, Any]]
) -> None:
    monitors = live(bodies)

    proven = imported(monitors)

    assert proven.doubts.out == {}
    assert planned_after_apply(proven, monitors, tmp_path_factory.mktemp("root")) == []


RICH = {
    "project.yaml": """\
project: acme
tags: {env: production, tier: "1"}
defaults:
  priority: 3
  message: Look.
  options: {timeout_h: 4, require_full_window: true, thresholds: {warning: 3}}
""",
    "teams.yaml": "teams:\n  motor: {name: Motor, on_call: {name: motor-pager}}\n",
    "motor/business-unit.yaml": "name: Motor\ntags: {cost: a}\ndefaults: {type: log alert}\n",
    "motor/api.yaml": """\
team: motor
tags: [plain:x]
defaults: {options: {renotify_interval: 30}}
monitors:
  a:
    name: A
    type: query alert
    query: avg(last_5m):avg:a{*} > ${critical}
    thresholds: {critical: 9}
""",
}


@settings(max_examples=12, deadline=None, phases=[Phase.generate])
@given(st.lists(MONITORS, min_size=2, max_size=6))
def test_what_the_files_say_already_changes_nothing_of_what_is_imported_below(
    tmp_path_factory: pytest.TempPathFactory, bodies: list[dict[str, Any]]
) -> None:
    monitors, root = live(bodies), tmp_path_factory.mktemp("root")
    for path, text in RICH.items():
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text(text)
    existing = existing_files(parse(file)[0] for file in find(root).files)

    proven = imported(monitors, RICH, existing)

    assert proven.doubts.out == {}
    after = planned_after_apply(proven, monitors, root, RICH)
    assert [change.key for change in after] in ([], ["motor/api/a"])
