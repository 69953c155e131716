"""Who is notified differently reads calmly, and loudly where nobody is woken any more."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor_sync.audience.change import recorded
from monitor_sync.language.transitions import TRANSITIONS
from monitor_sync.model import LiveResource
from monitor_sync.render import notified, plan_markdown
from monitor_sync.render import plan as as_text
from monitor_sync.render.style import Style
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync import plan_json
from monitor_sync.sync.plan import Action, Change, Plan
from tests.render.test_plan import SCHEMA, without_code

PAGER = "@webhook-night"
ALL = {"thresholds": {"critical": 2, "warning": 1}, "notify_no_data": True, "renotify_interval": 10}


def blocks(**states: str) -> str:
    """A message with a block for each state: ``alert="@a @b"``."""
    return "\n".join(f"{{{{#is_{name}}}}}{who}{{{{/is_{name}}}}}" for name, who in states.items())


def change(
    old: str | None,
    new: str | None,
    key: str = "motor/flow/a",
    *,
    options: Any = None,
    new_options: Any = None,
    team: str = "motor-quotes",
) -> Change:
    def body(message: str, its: Any) -> dict[str, Any]:
        return {"type": "query alert", "message": message, "options": its or {}}

    action: Action = "create" if old is None else "delete" if new is None else "update"
    return Change(
        action=action,
        key=key,
        name="A monitor",
        team=team,
        fields=() if new is None else (FieldChange(field="message", old=old, new=new),),
        live=None if old is None else LiveResource(id=7, body=body(old, options)),
        body=None if new is None else body(new, options if new_options is None else new_options),
    )


def plan(*changes: Change, **changed: Any) -> Plan:
    return Plan(project="acme", site="datadoghq.eu", changes=changes, **changed)


def notified_lines(change_: Change) -> list[str]:
    """The lines about who is notified of a plan with one change."""
    lines = as_text.text(plan(change_)).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(("    notif", "    no long")))
    return [line.strip() for line in lines[start : lines.index("", start)]]


@pytest.mark.parametrize(
    ("old", "new", "row"),
    [
        ("", PAGER, f"+ {PAGER}  alert, warning, no data, renotify, recovery"),
        (
            f"@slack-a {PAGER}",
            f"@slack-a {blocks(alert=PAGER, warning=PAGER, recovery=PAGER)}",
            f"~ {PAGER}  no longer: no data, renotify of no data",
        ),
        (
            # who hears of the recovery from an alert hears of its becoming a warning too
            f"@slack-a {blocks(alert=PAGER, alert_recovery=PAGER)}",
            f"@slack-a {blocks(alert=PAGER)}",
            f"~ {PAGER}  no longer: warning after an alert, recovery from alert",
        ),
        (
            f"@slack-a {blocks(alert=PAGER)}",
            f"@slack-a {blocks(no_data=PAGER)}",
            f"~ {PAGER}  no longer: alert, renotify of alert;"
            " now also: no data, renotify of no data",
        ),
        (
            "@slack-a @slack-b",
            '@slack-a {{#is_match "env.name" "prod"}}@slack-b{{/is_match}}',
            '~ @slack-b  now for some groups (env.name contains "prod"):'
            " alert, warning, no data, renotify, recovery",
        ),
        (
            '@a {{#is_alert}}{{#is_match "env.name" "x"}}@slack-b{{/is_match}}{{/is_alert}}',
            "@a {{#is_alert}}@slack-b{{/is_alert}}",
            "~ @slack-b  now for all groups: alert, renotify of alert",
        ),
    ],
)  # fmt: skip
def test_each_handle_is_told_with_the_states_it_gains_and_loses(
    old: str, new: str, row: str
) -> None:
    lines = notified_lines(change(old, new, options=ALL))
    assert lines[0] == "notifies differently"
    assert " ".join(lines[1:]).replace("  ", " ") == row.replace("  ", " ")


def test_handles_to_which_the_same_happens_are_in_one_row() -> None:
    assert notified_lines(change("", "@slack-a @slack-b")) == [
        "notifies differently",
        "+ @slack-a, @slack-b  alert, recovery",
    ]


def test_what_an_option_does_to_who_is_notified_is_told_though_no_handle_changes() -> None:
    lines = notified_lines(change("@slack-a", "@slack-a", new_options={"notify_no_data": True}))
    assert lines[1:] == ["~ @slack-a  now also: no data, recovery from no data"]


def test_a_monitor_that_loses_its_last_pager_says_so_in_strong_words() -> None:
    lines = notified_lines(change(f"{PAGER} @slack-a", "@slack-a"))
    assert f"! wakes nobody any more: {PAGER} was its last pager" in lines


def test_a_state_that_now_reaches_nobody_says_so_in_strong_words() -> None:
    assert notified_lines(change("@slack-a", blocks(alert="@slack-a")))[-1] == (
        "! now nobody is notified of: recovery"
    )
    assert (
        notified_lines(change("@slack-a", "nobody"))[-1] == "! now nobody is notified of: anything"
    )


def test_a_delete_names_who_is_no_longer_notified_in_one_line() -> None:
    assert notified_lines(change(f"@slack-a {PAGER}", None)) == [
        f"no longer notified: @slack-a, {PAGER}"
    ]


def test_a_plan_that_was_read_without_its_live_monitors_names_handles_at_least() -> None:
    handles = recorded(("@slack-a",), ("@slack-b",))
    bare = Change(action="update", key="m/f/a", name="A", recorded_audience=handles)
    assert notified_lines(bare)[1:] == ["- @slack-b", "+ @slack-a"]


def test_changes_that_differ_in_what_their_monitors_can_reach_are_still_alike() -> None:
    old, new = (
        blocks(alert="@slack-a", recovery=PAGER),
        blocks(alert="@slack-a", recovery="@slack-a"),
    )
    change_ = change(old, new, "motor/f/one")
    other = change(old, new, "motor/f/other", options={"renotify_interval": 5})
    assert "2 monitors changed alike" in as_text.text(plan(change_, other))


# the whole plan


def many() -> Plan:
    return plan(
        change(f"{PAGER} @slack-a", "@slack-a", "motor/f/1", team="quotes"),
        change(f"{PAGER} @slack-a", f"{blocks(alert=PAGER)} @slack-a", "motor/f/2", team="claims"),
        *(change(None, f"@slack-b {PAGER}", f"motor/f/n{n}") for n in range(3)),
    )


def test_the_end_of_a_plan_counts_monitors_by_handle_with_their_teams() -> None:
    lines = as_text.text(many()).splitlines()
    assert f"    {PAGER}  +3  -1  ~1  motor-quotes, quotes, claims" in lines
    assert "    @slack-b        +3          motor-quotes" in lines
    at = lines.index("    ! 1 monitor wakes nobody any more")
    assert lines[at + 1].strip() == "motor/f/1"


def test_one_change_needs_no_count() -> None:
    assert "who is notified" not in as_text.text(plan(change("", PAGER)))


def test_many_handles_are_cut_and_counted_unless_all_is_asked_for() -> None:
    whole = plan(*(change(None, f"@slack-{n}", f"m/f/{n}") for n in range(40)))
    assert "    and 28 more" in as_text.text(whole).splitlines()
    assert "@slack-39 " in as_text.text(whole, full=True)


def test_what_was_not_looked_up_is_said_to_be_not_checked() -> None:
    whole = plan(unchecked=("what refers to 3 monitors: the key lacks a scope\n::error::x",))
    assert "not checked: what refers to 3 monitors" in as_text.text(whole)
    assert "\n::" not in as_text.text(whole)
    assert "**not checked:** `what refers to 3 monitors" in plan_markdown.text(whole)


@pytest.mark.parametrize("width", [80, 200])
def test_rows_fit_the_terminal(width: int) -> None:
    text = as_text.text(many(), Style(width=width))
    assert max(map(len, text.splitlines())) <= width


def test_markdown_tells_rows_alarms_and_numbers_and_mentions_nobody() -> None:
    text = plan_markdown.text(many())
    assert "| Who is notified | gains monitors | loses monitors | at other states |" in text
    assert f"- {PAGER}  no longer: alert, recovery" in text
    assert f"**wakes nobody any more** (was `{PAGER}`)" in text
    assert f"| `{PAGER}` | `+3` | `-1` | `~1` |" in text
    assert "@" not in without_code(text)


def test_conditions_from_messages_forge_nothing() -> None:
    evil = '{{#is_match "a" "`|\n::error::@acme/x ```\n\x1b[2J"}}@slack-b{{/is_match}}'
    whole = plan(change("@slack-a", f"@slack-a {evil}"), change("", "@slack-`a|b @a/b"))
    for text in (as_text.text(whole), plan_markdown.text(whole), plan_json.text(whole)):
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "@" not in without_code(plan_markdown.text(whole))


def test_programs_get_the_transitions_that_differ() -> None:
    some = '{{#is_match "env.name" "prod"}}@slack-b{{/is_match}}'
    change_ = change(f"{PAGER} @slack-a", f"{blocks(alert='@slack-a')} {some}")
    (record,) = json.loads(plan_json.text(plan(change_)))["changes"]
    assert record["notify"]["transitions"] == {
        "alert": {
            "old": [PAGER, "@slack-a"],
            "new": ["@slack-a", "@slack-b"],
            "for_some_groups": {"old": {}, "new": {"@slack-b": 'env.name contains "prod"'}},
        },
        "alert_recovery": {
            "old": [PAGER, "@slack-a"],
            "new": ["@slack-b"],
            "for_some_groups": {"old": {}, "new": {"@slack-b": 'env.name contains "prod"'}},
        },
    }
    assert record["notify"]["last_pagers"] == [PAGER]
    assert record["notify"]["unheard"] == []


def test_every_transition_has_a_name_and_is_in_the_schema() -> None:
    notify = SCHEMA["properties"]["changes"]["items"]["properties"]["notify"]
    names = [transition.name for transition in TRANSITIONS]
    assert list(notify["properties"]["transitions"]["properties"]) == names
    assert list(notified.LABELS) == names
