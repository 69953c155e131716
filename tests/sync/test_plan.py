"""Who is who, what is planned for it, and what a plan says about itself."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from monitor_sync.model import LiveResource, Monitor
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.assets import needs_assets, with_assets
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import actions, answer, body, composite, live, monitor, project

ERRORS = monitor("payments/router/errors")
SLOW = monitor("payments/router/slow")


def plan(declared: list[Monitor], held: list[LiveResource]) -> Plan:
    return make_plan(project(*declared), held, site="datadoghq.eu")


def test_a_live_monitor_without_our_key_is_left_alone_even_under_the_same_name() -> None:
    by_hand = answer(ERRORS, 7, tags=["team:payments-core"])

    made = plan([ERRORS], live(by_hand))

    assert actions(made.changes) == [("create", ERRORS.key)]
    assert [(entry.id, entry.reason) for entry in made.left_alone] == [(7, "unmanaged")]


@pytest.mark.parametrize(
    "tag", ["monitor_sync_key:payments/router/errors", "monitor_sync_project:acme"]
)
def test_one_of_our_two_tags_alone_makes_no_monitor_ours(tag: str) -> None:
    made = plan([], live(answer(ERRORS, 7, tags=[tag])))

    assert made.changes == ()
    assert [entry.reason for entry in made.left_alone] == ["unmanaged"]


def test_another_projects_monitor_is_left_alone() -> None:
    tags = ["monitor_sync_project:other", "monitor_sync_key:elsewhere/router/errors"]

    made = plan([ERRORS], live(answer(ERRORS, 7, tags=tags)))

    assert actions(made.changes) == [("create", ERRORS.key)]
    assert [entry.reason for entry in made.left_alone] == ["other-project"]
    assert made.summary["unmanaged"] == 0


def test_what_no_file_declares_any_more_is_deleted_with_its_owner_named() -> None:
    (change,) = plan([], live(answer(ERRORS, 7))).changes

    assert (change.action, change.key, change.id) == ("delete", ERRORS.key, 7)
    assert (change.team, change.business_unit, change.body) == ("payments-core", "payments", None)
    assert change.audience.no_longer_named == ("@slack-payments",)


def test_an_update_names_its_place_in_the_files_and_who_hears_of_it_now() -> None:
    held = live(answer(ERRORS, 7, message="{{#is_alert}}@old{{/is_alert}}"))

    (change,) = plan([ERRORS], held).changes

    assert (change.action, change.path, change.line) == ("update", ERRORS.path, 3)
    assert [field.field for field in change.fields] == ["message"]
    assert (change.audience.newly_named, change.audience.no_longer_named) == (
        ("@slack-payments",),
        ("@old",),
    )


def test_changes_come_deletes_first_and_then_by_key() -> None:
    gone = answer(monitor("payments/router/gone"), 1)
    other_type = answer(monitor("payments/router/type", type="log alert"), 2)
    changed = answer(ERRORS, 3, priority=5)
    by_hand = answer(body(tags=[]), 4)
    declared = [
        monitor("payments/router/new"),
        monitor("payments/router/adopted", adopt=4),
        ERRORS,
        monitor("payments/router/type"),
    ]

    made = plan(declared, live(gone, other_type, changed, by_hand))

    assert actions(made.changes) == [
        ("delete", "payments/router/gone"),
        ("replace", "payments/router/type"),
        ("update", ERRORS.key),
        ("adopt", "payments/router/adopted"),
        ("create", "payments/router/new"),
    ]
    assert made.summary == {
        "create": 1, "update": 1, "replace": 1, "delete": 1, "adopt": 1, "release": 0,
        "unchanged": 0, "unmanaged": 0,
    }  # fmt: skip


def test_metric_alert_is_no_other_type_than_query_alert() -> None:
    made = plan([ERRORS], live(answer(ERRORS, 7, type="metric alert")))

    assert made.changes == ()


def test_of_two_with_one_key_the_older_is_ours_and_its_delete_is_refused() -> None:
    older = answer(ERRORS, 9, created_at=1)
    younger = answer(ERRORS, 7, created_at=2, priority=5)

    made = plan([ERRORS], live(younger, older))
    assert made.changes == ()
    assert [(entry.id, entry.reason) for entry in made.left_alone] == [(7, "clone")]

    gone = plan([], live(younger, older))
    assert gone.changes == ()
    assert gone.refused[0].ids == (9, 7)
    assert "#9 and #7" in gone.refused[0].message


def test_of_two_made_in_the_same_moment_the_lower_id_is_ours() -> None:
    made = plan([ERRORS], live(answer(ERRORS, 9, created_at=1), answer(ERRORS, 7, created_at=1)))

    assert [entry.id for entry in made.left_alone] == [9]


def test_moved_from_is_an_update_of_the_old_monitor() -> None:
    renamed = monitor("payments/router/failures", moved_from=("payments/x/y", ERRORS.key))

    (change,) = plan([renamed], live(answer(ERRORS, 7))).changes

    assert (change.action, change.key, change.id) == ("update", renamed.key, 7)
    assert [field.field for field in change.fields] == ["tags"]


def test_a_clone_of_a_moved_monitor_is_not_deleted_in_its_place() -> None:
    renamed = monitor("payments/router/failures", moved_from=(ERRORS.key,))
    clone_left_behind = answer(ERRORS, 8)

    made = plan([renamed], live(answer(renamed, 7), clone_left_behind))

    assert made.changes == ()
    assert [(entry.id, entry.reason) for entry in made.left_alone] == [(8, "clone")]
    assert made.left_alone[0].heir == renamed.key
    of_today = plan([renamed], live(answer(renamed, 7), answer(renamed, 9))).left_alone
    assert [(entry.id, entry.heir) for entry in of_today] == [(9, "")]


def test_moved_from_a_key_that_is_still_declared_moves_nothing() -> None:
    new = monitor("payments/router/failures", moved_from=(ERRORS.key,))

    made = plan([new, ERRORS], live(answer(ERRORS, 7)))

    assert actions(made.changes) == [("create", new.key)]


def test_adopting_what_is_ours_already_is_an_ordinary_comparison() -> None:
    made = plan([monitor(ERRORS.key, adopt=7)], live(answer(ERRORS, 7)))

    assert made.changes == ()
    assert made.refused == ()


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ([], "no such monitor"),
        ([answer(body(), 4, tags=["monitor_sync_project:x", "monitor_sync_key:a"])], "project x"),
        ([answer(monitor("payments/router/old"), 4)], "moved_from: payments/router/old"),
        ([answer(ERRORS, 7), answer(body(tags=[]), 4)], "already lives as #7"),
        ([answer(body(tags=[], type="log alert"), 4)], "never changes a type"),
        ([answer(body(), 4, tags=["monitor_sync_project:x", "monitor_sync_key:a",
                                  "monitor_sync_key:b"])], "several keys"),
    ],
)  # fmt: skip
def test_an_adoption_that_cannot_be_is_refused_and_nothing_is_deleted_for_it(
    held: list[dict[str, object]], says: str
) -> None:
    made = plan([monitor(ERRORS.key, adopt=4), SLOW], live(*held))

    (refusal,) = made.refused
    assert says in f"{refusal.message} {refusal.hint}"
    assert (refusal.path, refusal.line) == (ERRORS.path, 3)
    assert actions(made.changes) == [("create", SLOW.key)]


def test_two_cannot_adopt_one() -> None:
    declared = [monitor(ERRORS.key, adopt=4), monitor(SLOW.key, adopt=4)]

    made = plan(declared, live(answer(body(tags=[]), 4)))

    assert actions(made.changes) == [("adopt", ERRORS.key)]
    assert [refusal.key for refusal in made.refused] == [SLOW.key]


def test_a_composite_is_compared_by_the_ids_its_keys_have() -> None:
    both = composite(
        "payments/router/both", f"${{id:{ERRORS.key}}} && ${{id:{SLOW.key}}}", ERRORS.key, SLOW.key
    )
    held = [answer(ERRORS, 1), answer(SLOW, 2), answer(both, 3, query="1 && 2")]

    assert plan([ERRORS, SLOW, both], live(*held)).changes == ()
    held[2]["query"] = "1 && 5"
    (change,) = plan([ERRORS, SLOW, both], live(*held)).changes
    assert [(field.field, field.new) for field in change.fields] == [("query", "1 && 2")]


def test_a_composite_of_what_cannot_be_made_is_refused() -> None:
    adopting = monitor(ERRORS.key, adopt=99)
    both = composite("payments/router/both", f"${{id:{ERRORS.key}}}", ERRORS.key)

    made = plan([adopting, both], [])

    assert made.changes == ()
    assert {refusal.key for refusal in made.refused} == {ERRORS.key, both.key}


def test_a_replace_says_what_it_loses_of_what_nobody_here_knows() -> None:
    held = answer(ERRORS, 1)
    held["options"] = {**held["options"], "entangled": {"a": 1}, "forgotten": None}
    replaced = monitor(ERRORS.key, type="log alert")

    (change,) = plan([replaced], live(held)).changes

    lost = [field for field in change.fields if field.field.startswith("options.entangled")]
    assert lost == [FieldChange(field="options.entangled", old={"a": 1}, new=None)]
    assert "options.forgotten" not in {field.field for field in change.fields}


def test_a_composite_that_names_the_new_monitor_of_an_unfinished_replace_is_unchanged() -> None:
    replaced = monitor(ERRORS.key, type="log alert")
    both = composite("payments/router/both", f"${{id:{ERRORS.key}}}", ERRORS.key)
    held = [answer(ERRORS, 1), answer(replaced, 2), answer(both, 3, query="2")]

    made = plan([replaced, both], live(*held))

    assert actions(made.changes) == [("replace", ERRORS.key)]
    assert (made.unchanged, made.changes[0].referred_by) == (1, ())


def test_a_delete_names_who_will_still_refer_to_it() -> None:
    theirs = answer(body(type="composite", query="1 || 2", tags=[], name="Theirs"), 5)
    ours = composite("payments/router/both", f"${{id:{SLOW.key}}}", SLOW.key)
    held = [answer(ERRORS, 1), answer(SLOW, 2), answer(ours, 3, query="1 && 2"), theirs]

    made = plan([SLOW, ours], live(*held))

    assert actions(made.changes) == [("delete", ERRORS.key), ("update", ours.key)]
    assert made.changes[0].referred_by == ("#5 Theirs",)


def test_the_fingerprint_does_not_depend_on_order_or_place() -> None:
    held = live(answer(ERRORS, 1, priority=5), answer(SLOW, 2))
    planned = plan([ERRORS, SLOW], held)
    moved = plan([SLOW, replace(ERRORS, path="monitors/else.yaml", line=99)], held[::-1])

    assert planned.fingerprint == moved.fingerprint
    assert len(planned.fingerprint) == 32


def test_the_fingerprint_depends_on_what_would_be_done() -> None:
    base = plan([ERRORS], live(answer(ERRORS, 1, priority=5)))
    others = [
        plan([monitor(ERRORS.key, priority=1)], live(answer(ERRORS, 1, priority=5))),
        plan([ERRORS], live(answer(ERRORS, 2, priority=5))),
        plan([ERRORS], live(answer(ERRORS, 1, priority=4))),
        plan([ERRORS], []),
        plan([monitor(ERRORS.key, priority=1)], []),
        plan([], live(answer(ERRORS, 1))),
        plan([], []),
        replace(base, site="datadoghq.com"),
        replace(base, project="other"),
    ]

    prints = {variant.fingerprint for variant in (base, *others)}
    assert len(prints) == len(others) + 1


def test_assets_are_asked_for_only_where_they_are_declared() -> None:
    runbook = [{"name": "R", "url": "https://r", "category": "runbook"}]
    declared = project(monitor(ERRORS.key, assets=runbook), SLOW)
    held = live(answer(ERRORS, 1), answer(SLOW, 2))

    assert needs_assets(declared, held) == (1,)
    assert needs_assets(project(ERRORS, SLOW), held) == ()
    assert len(make_plan(declared, held, site="").changes) == 1
    filled = with_assets(held, {1: {"assets": runbook}})
    assert make_plan(declared, filled, site="").changes == ()


def test_a_create_lists_all_that_it_sets() -> None:
    (change,) = plan([ERRORS], []).changes

    assert {field.field for field in change.fields} == {
        "name", "type", "query", "message", "tags", "priority", "options.thresholds.critical",
    }  # fmt: skip
    assert all(field.old is None for field in change.fields)


def test_a_boolean_is_shown_with_the_default_it_goes_back_to() -> None:
    held = answer(ERRORS, 1)
    held["options"]["include_tags"] = False

    (change,) = plan([ERRORS], live(held)).changes

    assert [(field.field, field.old, field.new) for field in change.fields] == [
        ("options.include_tags", False, True)
    ]


def test_turning_a_notification_off_does_not_show_its_timeframe() -> None:
    wanted = monitor(ERRORS.key, options={"notify_no_data": True, "no_data_timeframe": 20})
    held = answer(wanted, 1)
    held["options"]["notify_no_data"] = False

    (change,) = plan([wanted], live(held)).changes

    assert [field.field for field in change.fields] == ["options.notify_no_data"]


@pytest.mark.parametrize(("filled_in", "changes"), [(5.0, 0), (4.0, 1)])
def test_a_threshold_that_datadog_fills_in_from_the_query_is_no_difference(
    filled_in: float, changes: int
) -> None:
    declared = monitor(options={})
    held = live(answer(monitor(options={"thresholds": {"critical": filled_in}})))

    assert len(plan([declared], held).changes) == changes


def test_a_create_names_live_monitors_of_the_same_name_or_of_the_same_type_and_query() -> None:
    lost = answer(ERRORS, 7, tags=["team:payments-core"])
    renamed = answer(ERRORS, 8, tags=["team:payments-core"], name="Another")
    other = answer(ERRORS, 6, tags=[], query="avg(last_5m):avg:payments.other{*} > 5")
    stranger = {**other, "id": 5, "name": "Another"}

    (change,) = plan([ERRORS], live(lost, renamed, other, stranger)).changes

    assert (change.action, change.lookalikes) == ("create", (7, 6, 8))


def test_only_a_create_has_lookalikes_and_they_are_outside_the_fingerprint() -> None:
    lost = answer(ERRORS, 7, tags=["team:payments-core"])
    ours = answer(ERRORS, 8, priority=1)

    (change,) = plan([ERRORS], live(lost, ours)).changes

    assert (change.action, change.lookalikes) == ("update", ())
    assert plan([ERRORS], live(lost)).fingerprint == plan([ERRORS], []).fingerprint
