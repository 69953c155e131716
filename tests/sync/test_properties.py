"""For generated monitors of every type: what was applied is not planned again; nothing hides."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync.emulator.core import Emulator
from monitor_sync.model import Monitor
from monitor_sync.resources.monitor.canonical import canonical, same
from monitor_sync.resources.monitor.live import read
from monitor_sync.resources.monitor.payload import to_create, to_update
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import body, composite, project
from tests.sync.generated import SHAPES, bodies

KEY = "payments/router/errors"
HEADERS = {"dd-api-key": "k", "dd-application-key": "a"}


class Account:
    """An emulated account, asked without a network."""

    def __init__(self) -> None:
        self._emulator = Emulator()

    def ask(self, method: str, path: str, sent: Any = None) -> Any:
        content = b"" if sent is None else json.dumps(sent).encode()
        status, _, answer = self._emulator.handle(method, path, "", HEADERS, content)
        assert status == 200, (method, path, sent, answer)
        return json.loads(answer)

    def create(self, sent: Any) -> Any:
        return self.ask("POST", "/api/v1/monitor", sent)

    def update(self, number: int, sent: Any) -> Any:
        return self.ask("PUT", f"/api/v1/monitor/{number}", sent)

    def planned(self, wanted: dict[str, Any]) -> tuple[Any, ...]:
        declared = Monitor(key=KEY, body=wanted, business_unit="payments", team="payments-core")
        listing = self.ask("GET", "/api/v1/monitor")
        return make_plan(project(declared), read(listing), site="datadoghq.eu").changes


@pytest.mark.parametrize("kind", sorted(SHAPES))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_planning_what_was_just_created_changes_nothing(kind: str, data: st.DataObject) -> None:
    account = Account()
    wanted = data.draw(bodies(kind))

    answer = account.create(to_create(wanted))

    assert canonical(answer, declared=wanted) == canonical(wanted, declared=wanted)
    assert account.planned(wanted) == ()


@pytest.mark.parametrize("kind", sorted(SHAPES))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_planning_what_was_just_updated_changes_nothing(kind: str, data: st.DataObject) -> None:
    account = Account()
    before, wanted = data.draw(bodies(kind)), data.draw(bodies(kind))
    number = account.create(to_create(before))["id"]

    answer = account.update(number, to_update(wanted))

    assert canonical(answer, declared=wanted) == canonical(wanted, declared=wanted)
    assert account.planned(wanted) == ()


@pytest.mark.parametrize("kind", sorted(SHAPES))
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_the_canonical_form_of_a_canonical_form_is_itself(kind: str, data: st.DataObject) -> None:
    wanted = data.draw(bodies(kind))
    form = canonical(wanted, declared=wanted)

    assert canonical(form, declared=wanted) == form


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_the_short_cut_says_what_the_canonical_forms_say(data: st.DataObject) -> None:
    original = data.draw(bodies("query alert"))
    other = original | data.draw(
        st.fixed_dictionaries(
            {},
            optional={
                "message": st.sampled_from(["", original["message"] + " ", "other"]),
                "type": st.sampled_from(["metric alert", "log alert"]),
                "tags": st.just([*original["tags"], "a:b"]),
                "options": st.sampled_from([{}, {**original["options"], "include_tags": True}]),
                "restricted_roles": st.sampled_from([None, ["a"]]),
            },
        )
    )

    for live, wanted in ((original, other), (other, original)):
        forms = [canonical(side, declared=wanted) for side in (live, wanted)]
        assert same(live, wanted) is (forms[0] == forms[1])


CHANGED: dict[str, Any] = {
    "name": "another name",
    "message": "another message",
    "priority": 3,
    "options.notify_audit": lambda old: not old,
    "options.include_tags": lambda old: not old,
    "options.require_full_window": lambda old: not old,
    "options.enable_logs_sample": lambda old: not old,
    "options.evaluation_delay": 77,
    "options.timeout_h": 7,
    "options.renotify_interval": 77,
    "options.escalation_message": "come on",
    "options.notification_preset_name": "hide_all",
    "options.new_host_delay": 77,
    "options.on_missing_data": "resolve",
    "options.thresholds.warning": 3.25,
    "options.group_retention_duration": "3h",
}
IMPLIED = {  # Datadog takes the one only without the other, so a person changes both
    "options.on_missing_data": ("notify_no_data", "no_data_timeframe", "timeout_h"),
}


@pytest.mark.parametrize("field", sorted(CHANGED))
@given(data=st.data())
@settings(max_examples=15, deadline=None)
def test_a_field_changed_in_datadog_is_planned_and_no_other(
    field: str, data: st.DataObject
) -> None:
    account = Account()
    wanted = data.draw(bodies("query alert"))
    stored = account.create(to_create(wanted))
    by_hand = copy.deepcopy(stored)
    *parents, name = field.split(".")
    place = by_hand
    for parent in parents:
        place = place.setdefault(parent, {})
    to = CHANGED[field]
    place[name] = to(place.get(name, name == "include_tags")) if callable(to) else to
    also = {f"options.{option}" for option in IMPLIED.get(field, ())}
    for option in IMPLIED.get(field, ()):
        by_hand["options"].pop(option, None)

    account.update(
        stored["id"], {"options": by_hand["options"]} if parents else {name: place[name]}
    )

    changes = account.planned(wanted)
    assert [change.action for change in changes] == ["update"]
    shown = {field.field for field in changes[0].fields}
    assert field in shown
    assert shown <= {field, *also}


def test_a_tag_added_by_hand_is_planned_away() -> None:
    account = Account()
    stored = account.create(to_create(body()))
    account.update(stored["id"], {"tags": [*stored["tags"], "by:hand"]})

    (change,) = account.planned(body())
    assert [field.field for field in change.fields] == ["tags"]
    assert set(change.fields[0].old) - set(change.fields[0].new) == {"by:hand"}


def test_a_part_of_a_variable_changed_in_datadog_is_named() -> None:
    account = Account()
    query, variables = SHAPES["rum alert"][1]
    wanted = body(
        type="rum alert",
        query=query.replace("{critical}", "5"),
        options={"thresholds": {"critical": 5}, "variables": variables},
    )
    stored = account.create(to_create(wanted))
    stored["options"]["variables"][0]["search"]["query"] = "status:warn"
    account.update(stored["id"], {"options": stored["options"]})

    (change,) = account.planned(wanted)
    assert [field.field for field in change.fields] == ["options.variables[0].search.query"]


def test_a_composite_is_not_planned_again() -> None:
    account = Account()
    member = account.create({**body(), "tags": []})["id"]
    declared = composite(KEY, f"{member} && {member}")
    account.create(to_create(declared.body))

    assert account.planned(dict(declared.body)) == ()


WEIRD = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = ("id", "name", "type", "query", "message", "tags", "priority", "created_at", "modified")
OPTIONS = (
    "thresholds", "notify_by", "renotify_statuses", "variables", "scheduling_options", "silenced",
    "timeout_h", "escalation_message", "no_data_timeframe", "on_missing_data", "new_host_delay",
)  # fmt: skip


@given(
    raw=st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, WEIRD)),
    chosen=st.one_of(WEIRD, st.fixed_dictionaries({}, optional=dict.fromkeys(OPTIONS, WEIRD))),
)
@settings(max_examples=200, deadline=None)
def test_any_live_value_is_survived(raw: dict[str, Any], chosen: Any) -> None:
    answer = {"id": 1, **raw, "options": chosen}
    declared = Monitor(key=KEY, body=body(), business_unit="payments", team="payments-core")
    tagged = {**answer, "id": 2, "tags": body()["tags"]}

    plan = make_plan(project(declared), read([answer, tagged, chosen]), site="datadoghq.eu")

    json.dumps([[field.field, field.old, field.new] for c in plan.changes for field in c.fields])
    assert len(plan.fingerprint) == 32
