"""A plan is pleasant to read when it is large, and harmless wherever it is shown."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from monitor_sync.audience.change import recorded
from monitor_sync.model import Deletion
from monitor_sync.render import plan as as_text
from monitor_sync.render import plan_markdown, plan_view
from monitor_sync.render.style import Style
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync import plan_json
from monitor_sync.sync.loosening import Loosening
from monitor_sync.sync.plan import Change, LeftAlone, Plan, Refusal

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "schemas" / "plan.json").read_text(encoding="utf-8"))
GOLDEN = sorted((ROOT / "tests" / "scenarios").glob("*/stdout"))


def field(name: str, old: Any, new: Any) -> FieldChange:
    return FieldChange(field=name, old=old, new=new)


def update(
    key: str,
    *fields: FieldChange,
    gained: tuple[str, ...] = (),
    lost: tuple[str, ...] = (),
    **changed: Any,
) -> Change:
    return Change(
        **{
            "action": "update",
            "key": key,
            "name": "A monitor",
            "id": 7,
            "team": "motor-quotes",
            "business_unit": key.partition("/")[0],
            "path": "monitors/motor/flow.yaml",
            "line": 3,
            "fields": fields,
            "recorded_audience": recorded(gained, lost) if gained or lost else None,
            **changed,
        }
    )


def create(key: str, *, message: str = "", **changed: Any) -> Change:
    body = {"name": "New", "type": "query alert", "query": "avg(last_5m):avg:a{*} > 1"}
    body |= {"message": message} if message else {}
    fields = tuple(field(name, None, value) for name, value in body.items())
    return update(key, *fields, action="create", id=None, body=body, **changed)


def delete(key: str) -> Change:
    return update(key, action="delete", path="", line=0)


def plan(*changes: Change, **changed: Any) -> Plan:
    return Plan(project="acme", site="datadoghq.eu", changes=changes, **changed)


def query(service: str, window: str) -> str:
    return f"avg(last_{window}):avg:trace.hits{{env:production,service:{service}}} > 1"


# folding


def test_the_same_edit_of_different_queries_is_shown_once_with_its_count() -> None:
    many = [
        update(f"motor/apm/{name}", field("query", query(name, "5m"), query(name, "10m")))
        for name in ("api", "web", "jobs", "mail", "sms")
    ]

    text = as_text.text(plan(*many))

    assert "~ 5 monitors changed alike" in text
    assert text.count("last_10m") == 1
    assert "Plan" in text.splitlines()[-1]
    assert "5 to change" in text.splitlines()[-1]


def test_an_edit_that_mentions_the_monitors_own_key_is_still_the_same_edit() -> None:
    many = [
        update(key, field("message", f"Old words\nFile: {key}", f"New words\nFile: {key}"))
        for key in ("motor/a/one", "motor/a/the-second")
    ]
    assert "2 monitors changed alike" in as_text.text(plan(*many))


@pytest.mark.parametrize(
    "other",
    [
        field("query", query("web", "5m"), query("web", "15m")),
        field("options.renotify_interval", 5, 10),
        field("query", query("web", "10m"), query("web", "5m")),
    ],
)
def test_different_edits_are_shown_apart(other: FieldChange) -> None:
    first = update("motor/apm/api", field("query", query("api", "5m"), query("api", "10m")))
    assert "alike" not in as_text.text(plan(first, update("motor/apm/web", other)))


def test_whole_numbers_that_share_digits_are_not_the_same_edit() -> None:
    first = update("motor/a/one", field("query", "a > 0.05", "a > 0.02"))
    other = update("motor/a/other", field("query", "a > 10.05", "a > 10.02"))
    assert "alike" not in as_text.text(plan(first, other))


def test_a_change_that_notifies_others_is_not_folded_with_one_that_does_not() -> None:
    same = field("priority", 1, 2)
    first, other = update("motor/a/one", same, gained=("@slack-x",)), update("motor/a/other", same)
    assert "alike" not in as_text.text(plan(first, other))


def test_deletes_are_named_one_by_one_and_come_first() -> None:
    gone = [delete(f"motor/old/m-{number}") for number in range(30)]
    text = as_text.text(plan(*gone, update("motor/a/b", field("priority", 1, 2))))
    assert text.startswith("- motor/old/m-0")
    assert text.count("\n- motor/old/") == 29


def test_a_first_plan_of_many_monitors_is_counted_by_unit_and_file() -> None:
    many = [create(f"unit-{number % 15}/file-{number % 4}/m-{number}") for number in range(1200)]

    text = as_text.text(plan(*many), Style(width=80))

    assert "1200 new monitors in 15 business units" in text
    assert len(text.splitlines()) < 40
    assert max(map(len, text.splitlines())) <= 80
    assert as_text.text(plan(*many), full=True).count("\n+ ") == 1199


def test_of_many_new_monitors_it_is_said_how_many_were_deleted_in_datadog() -> None:
    gone = [Deletion(id=n, by="budi@acme.example", at=1_796_037_065_000 - n) for n in range(13)]
    many = [replace(create(f"motor/flow/m-{n}"), deleted=gone[n]) for n in range(13)]

    text = as_text.text(plan(*many, create("motor/flow/new")), Style(width=80))

    assert (
        "13 new monitors were deleted in Datadog by budi@acme.example, the last at\n"
        "    2026-11-30 11:11 UTC\n"
        "    Monitors > Settings restores them for 7 days, ids kept; else they get new\n"
        "    ids\n\n"
    ) in text
    comment = plan_markdown.text(plan(*many))
    assert "new, `13 new monitors were deleted in Datadog by budi@acme.example," in comment


def test_what_a_change_weakens_fits_the_screen() -> None:
    entry = Loosening(what="ignore tags/second-value", old="none", new="motor/flow/errors, " * 9)
    text = as_text.text(plan(loosened=(entry,)), Style(width=80))
    assert max(map(len, text.splitlines())) <= 80


def test_of_many_refusals_the_first_are_shown_and_the_others_counted() -> None:
    refusals = [Refusal(key=f"motor/a/m-{n}", message="no", hint="yes") for n in range(300)]
    refused = plan(refused=tuple(refusals))
    assert as_text.text(refused).count("refused motor/a/m-") == 12
    assert "\nand 288 more refused: see --full\n" in as_text.text(refused)
    assert as_text.text(refused, full=True).count("refused motor/a/m-") == 300


def test_few_new_monitors_are_each_shown_with_what_they_watch() -> None:
    text = as_text.text(plan(create("motor/a/b", message="@slack-x")))
    assert "query: avg(last_5m):avg:a{*} > 1" in text
    assert "    notifies\n      + @slack-x  alert, recovery\n" in text


def test_a_new_monitor_that_notifies_nobody_says_so() -> None:
    assert "notifies nobody" in as_text.text(plan(create("motor/a/b", message="nobody")))


# fields


def test_a_threshold_reads_as_it_was_written() -> None:
    text = as_text.text(plan(update("m/f/a", field("options.thresholds.critical", 12.0, 0.5))))
    assert "    options.thresholds.critical: 12 -> 0.5\n" in text


def test_tags_are_told_by_what_comes_and_goes() -> None:
    text = as_text.text(plan(update("m/f/a", field("tags", ["a", "b"], ["b", "c"]))))
    assert "    tags\n      - a\n      + c\n" in text


def test_a_long_message_is_told_by_the_lines_that_differ() -> None:
    old = "\n".join(f"line {number}" for number in range(40))
    text = as_text.text(plan(update("m/f/a", field("message", old, old.replace("20", "twenty")))))
    assert "- line 20" in text
    assert "+ line twenty" in text
    assert "line 30" not in text


def test_an_empty_text_and_an_absent_one_look_different() -> None:
    text = as_text.text(plan(update("m/f/a", field("message", "", None))))
    assert '    message: "" -> (not set)\n' in text


def test_an_arrow_inside_a_value_is_no_arrow_between_values() -> None:
    style = Style(colour=True)
    text = as_text.text(plan(update("m/f/a", field("name", "a -> b", "c"))), style)
    assert "\x1b[31ma -> b\x1b[0m" in text


# what is not changed


def test_clones_are_named_and_the_others_counted() -> None:
    alone = (
        LeftAlone(id=1, key="m/f/a", name="Copy", reason="clone"),
        LeftAlone(id=2, key="", name="By hand", reason="unmanaged"),
        LeftAlone(id=3, key="", name="By hand too", reason="unmanaged"),
        LeftAlone(id=4, key="x/y/z", name="Theirs", reason="other-project"),
    )
    text = as_text.text(plan(left_alone=alone, unchanged=5))
    assert "clone #1 Copy" in text
    assert "2 live monitors without our key are left alone." in text
    assert "1 live monitor of another project is left alone." in text
    assert text.splitlines()[-1].endswith("nothing to do, 5 monitors unchanged.")


def test_what_is_refused_is_named_with_its_reason_in_every_format() -> None:
    refused = plan(refused=(Refusal(key="m/f/a", message="two have its key", hint="drop one"),))
    assert "two have its key" in as_text.text(refused)
    assert "1 refused" in as_text.text(refused).splitlines()[-1]
    assert "two have its key" in plan_markdown.text(refused)
    assert json.loads(plan_json.text(refused))["refused"][0]["hint"] == "drop one"


def test_a_comment_begins_with_what_is_refused_and_shows_names_and_values() -> None:
    change = update("m/f/a", field("options.thresholds.critical", 12.0, 13.0))
    refusal = Refusal(key="m/f/b", message="two have its key", hint="")

    text = plan_markdown.text(plan(change, refused=(refusal,)))

    assert text.index("two have its key") < text.index("| Monitor |")
    assert "`critical 12 → 13`" in text
    assert f"<br>`{change.name}`" in text


# harm


def test_text_from_datadog_forges_no_command_in_a_build_log() -> None:
    evil = "::set-env name=X::y\n  ::error::z\n##[add-path]/tmp\n\x1b[2J"
    change = update(
        "m/f/a",
        field("message", "fine\n" + evil, "fine too\n" + evil),
        field("name", "::set-env name=X::y", "x"),
        name="##[group]",
    )
    alone = LeftAlone(id=1, key="::debug::", name="\x1b]0;title\x07", reason="clone")
    whole = plan(change, left_alone=(alone,))
    for text in (as_text.text(whole), plan_markdown.text(whole), plan_json.text(whole)):
        assert "##[" not in text
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]


def without_code(markdown: str) -> str:
    """The Markdown with its fences and code spans taken out: what GitHub reads as text."""
    fenced = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", markdown)
    return re.sub(r"`[^`\n]*`|<code>.*?</code>", "", fenced)


def test_markdown_mentions_nobody() -> None:
    evil = "@acme/motor ``` <details> `@acme/x` ````\n````\n@acme/y"
    change = update(
        "m/f/a",
        field("message", "a", evil),
        field("tags", [], ["@acme/tag`"]),
        gained=("@acme/team`x", "@slack-a|b"),
        name="@acme/name",
        team="@acme/owner`",
    )
    alone = LeftAlone(id=1, key="@acme/k`", name="@acme/clone`", reason="clone", heir="@acme/h`")
    refused = Refusal(key="@acme/r", message="`@acme/s`", hint="@acme/h")

    text = plan_markdown.text(plan(change, left_alone=(alone,), refused=(refused,)))

    assert "@" not in without_code(text)
    assert "<details>" in without_code(text)


def test_a_message_cannot_close_the_fence_it_stands_in() -> None:
    message = "`````\nbefore\n@acme/motor"
    text = plan_markdown.text(
        plan(update("m/f/a", field("message", message, message.replace("before", "after"))))
    )
    fences = [line for line in text.splitlines() if line.lstrip().startswith("`````")]
    opening, inside, closing = fences
    assert opening == "``````diff"
    assert inside == " `````"
    assert closing == "``````"


def test_markdown_stays_below_the_limit_and_says_what_was_cut() -> None:
    many = [
        update(f"motor/apm/m-{number}", field("message", f"{number}", f"{number} " * 300))
        for number in range(900)
    ]

    text = plan_markdown.text(plan(*many))

    assert len(text) < 60_000
    assert '"truncated": true' in text.splitlines()[0]
    assert re.search(r"Cut to fit a comment:.* \d+ lines of the table and the details of \d+", text)


def test_markdown_of_one_huge_change_is_cut_too() -> None:
    text = plan_markdown.text(plan(update("m/f/a", field("message", "", "word\n" * 50_000))))
    assert len(text) < 60_000
    assert "details of 1 change" in text


def test_markdown_with_many_handles_units_and_clones_stays_below_the_limit() -> None:
    changes = [
        create(
            f"u{number}/f/m",
            message=" ".join(f"@slack-{number}-{n}" * 3 for n in range(5)),
        )
        for number in range(2000)
    ]
    alone = tuple(
        LeftAlone(id=number, key="k" * 180, name="n" * 200, reason="clone") for number in range(500)
    )
    assert len(plan_markdown.text(plan(*changes, left_alone=alone))) < 60_000


def test_a_small_plan_is_not_cut() -> None:
    text = plan_markdown.text(plan(update("m/f/a", field("priority", 1, 2))))
    assert '"truncated": false' in text
    assert "Cut to fit" not in text


@pytest.mark.parametrize(
    ("site", "address"),
    [
        ("datadoghq.com", "https://app.datadoghq.com/monitors/7"),
        ("datadoghq.eu", "https://app.datadoghq.eu/monitors/7"),
        ("us5.datadoghq.com", "https://us5.datadoghq.com/monitors/7"),
    ],
)
def test_links_lead_to_the_site(site: str, address: str) -> None:
    assert plan_view.link(site, 7) == address


# json


def golden_plans() -> list[tuple[str, str]]:
    """Every JSON plan that a scenario expects, with the scenario's name."""
    plans: list[tuple[str, str]] = []
    for path in GOLDEN:
        texts = re.findall(r"(?ms)^\{\n  \"version\": 2.*?^\}$", path.read_text())
        plans.extend((path.parent.name, text) for text in texts)
    return plans


def test_some_scenarios_expect_json() -> None:
    assert len(golden_plans()) >= 5


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in golden_plans()])
def test_every_plan_that_a_scenario_expects_fits_the_schema(text: str) -> None:
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(text))


def test_a_plan_with_everything_in_it_fits_the_schema() -> None:
    whole = plan(
        delete("m/f/d"),
        update("m/f/u", field("options.variables", None, [{"a": frozenset({"x"})}])),
        create("m/f/c"),
        left_alone=(LeftAlone(id=1, key="", name="By hand", reason="unmanaged"),),
        refused=(Refusal(key="m/f/r", message="no", ids=(1, 2)),),
    )
    jsonschema.Draft7Validator(SCHEMA).validate(json.loads(plan_json.text(whole)))


def test_the_schema_describes_every_property() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)

    def walk(schema: Any, path: str) -> None:
        for name, property_ in schema.get("properties", {}).items():
            assert property_.get("description"), f"{path}.{name}"
            walk(property_, f"{path}.{name}")
            walk(property_.get("items", {}), f"{path}.{name}[]")

    walk(SCHEMA, "plan")
