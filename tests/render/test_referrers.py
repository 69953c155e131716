"""What goes away says who refers to it, and whether the plan itself ends that."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.render import plan as as_text
from monitor_sync.render import plan_markdown
from monitor_sync.render.referrers import Referrer, referrers
from monitor_sync.sync import plan_json
from monitor_sync.sync.plan import Change
from tests.render.test_plan import field, plan, update, without_code

COMPOSITE = "monitor [7,A monitor] is referenced in composite monitors: [8,both]"
SLO = "monitor [7,A monitor] is referenced in slos: [5f1c0b7e,checkout works]"


def gone(**changed: Any) -> Change:
    return update("motor/f/a", action="delete", path="", line=0, **changed)


def composite(query: str | None, **changed: Any) -> Change:
    body = None if query is None else {"type": "composite", "query": query}
    return update("motor/f/both", id=8, body=body, **changed)


@pytest.mark.parametrize(
    ("other", "removed"),
    [
        (composite(None, action="delete"), True),
        (composite("9 && 10"), True),
        (composite("${id:motor/f/a} && 10"), True),  # a replace gets a new id
        (composite("7 && 10"), False),
        (update("motor/f/other", id=9), False),
    ],
)
def test_a_composite_is_no_obstacle_where_the_plan_deletes_it_or_points_it_elsewhere(
    other: Change, *, removed: bool
) -> None:
    change = gone(blocked_by=(COMPOSITE,))
    assert referrers(change, plan(other, change)) == [
        Referrer("composite monitors [8,both]", removed=removed)
    ]


def test_all_of_several_composites_must_let_go() -> None:
    both = COMPOSITE + ", [12,all three]"
    change = gone(blocked_by=(both,))
    (referrer,) = referrers(change, plan(composite(None, action="delete"), change))
    assert not referrer.removed


def test_what_a_narrowed_plan_does_not_show_counts_too() -> None:
    change = gone(blocked_by=(COMPOSITE,))
    whole = plan(composite(None, action="delete"), change)
    assert referrers(change, plan(change, narrowed_from=whole))[0].removed


@pytest.mark.parametrize(
    "sentence",
    [
        "something else altogether",
        COMPOSITE.replace("[8,", "[x,"),
        COMPOSITE.replace("A monitor", "x is referenced in composite monitors: [9,] "),
    ],
)
def test_a_sentence_that_nobody_knows_is_an_obstacle(sentence: str) -> None:
    change = gone(blocked_by=(sentence,))
    others = composite(None, action="delete"), update("motor/f/x", id=9, action="delete")
    assert not referrers(change, plan(*others, change))[0].removed


def test_a_composite_that_stays_is_named_once_by_its_key() -> None:
    change = gone(blocked_by=(COMPOSITE,), referred_by=("motor/f/both",))
    assert referrers(change, plan(change)) == [Referrer("motor/f/both", removed=False)]


def test_a_delete_shows_what_is_in_the_way_and_what_to_do() -> None:
    change = gone(blocked_by=(SLO, COMPOSITE))
    text = as_text.text(plan(composite(None, action="delete"), change))
    assert "    still referred to by slos [5f1c0b7e,checkout works]\n" in text
    assert "    referred to by composite monitors [8,both]: this plan ends that\n" in text
    assert "`--force-delete motor/f/a` does it all the same" in text


def test_a_delete_whose_references_the_plan_ends_needs_no_force() -> None:
    change = gone(blocked_by=(COMPOSITE,))
    text = as_text.text(plan(composite(None, action="delete"), change))
    assert "force" not in text
    assert "still" not in text


def test_a_replace_says_how_a_composite_that_names_the_id_follows() -> None:
    # serverless-plugin-datadog#704 and TF#205: ids stand in composites, and are gone some day
    change = update("motor/f/a", id=7, action="replace")
    change = replace(change, blocked_by=(COMPOSITE,), referred_by=("motor/f/both",))
    text = as_text.text(plan(change))
    assert "in motor/f/both, write `${id:motor/f/a}` for 7: it follows to the new id\n" in text
    assert "force" not in text
    strangers = replace(change, referred_by=("#8 both",))
    assert "`--force-delete motor/f/a` does it all the same" in as_text.text(plan(strangers))


def test_many_referrers_are_counted() -> None:
    change = gone(referred_by=tuple(f"motor/f/m-{n}" for n in range(30)))
    text = as_text.text(plan(change))
    assert text.count("still referred to by") == 6
    assert "    and by 24 more\n" in text


def test_a_replace_says_in_one_line_what_is_lost() -> None:
    change = update("motor/f/a", field("type", "query alert", "log alert"), action="replace")
    (line,) = [line for line in as_text.text(plan(change)).splitlines() if "made anew" in line]
    for lost in ("its id", "its history", "dashboards and SLOs", "downtimes set on its id"):
        assert lost in line
        assert lost in plan_markdown.text(plan(change))


def test_markdown_shows_what_is_in_the_way_and_mentions_nobody() -> None:
    evil = SLO.replace("checkout works", "@acme/motor `|\n::error::x")
    text = plan_markdown.text(plan(gone(blocked_by=(evil, COMPOSITE), referred_by=("@a/b",))))
    assert "**still referred to by** `@a/b`, `slos [5f1c0b7e,@acme/motor '" in text
    assert "@" not in without_code(text)
    assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def test_programs_get_both() -> None:
    change = gone(blocked_by=(SLO,), referred_by=("motor/f/both",))
    (record,) = json.loads(plan_json.text(plan(change)))["changes"]
    assert record["blocked_by"] == [SLO]
    assert record["referred_by"] == ["motor/f/both"]
