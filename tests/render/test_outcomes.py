"""What became of a plan is told so that somebody knows what to do next."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest
from msgspec.structs import replace

from monitor_sync.errors import Conflict, NotSent, Rejected, Unreachable
from monitor_sync.render import outcomes, outcomes_json, outcomes_markdown
from monitor_sync.resources.difference import FieldChange
from monitor_sync.sync.outcome import Outcome
from monitor_sync.sync.plan import Action, Change
from tests.render.test_plan import ROOT, without_code

SCHEMA = json.loads((ROOT / "schemas" / "outcomes.json").read_text(encoding="utf-8"))


FINGERPRINT = "05b7566a" + "0" * 24


def outcome(key: str, status: Any = "done", action: Action = "create", **changed: Any) -> Outcome:
    change = Change(
        action=action,
        key=key,
        name="A monitor",
        team=f"team-of-{key.partition('/')[0]}",
        business_unit=key.partition("/")[0],
    )
    return Outcome(change=change, status=status, **changed)


def test_few_monitors_are_each_named_with_id_and_owner() -> None:
    text = outcomes.text([outcome("motor/f/a", id=12)], "05b7566a")
    assert text == ("+ created motor/f/a  #12  team-of-motor\n\nApplied 05b7566a: 1 created.\n")


def test_many_monitors_are_counted_by_business_unit() -> None:
    many = [outcome(f"unit-{n % 3}/f/m-{n}", id=n) for n in range(60)]
    many += [outcome("unit-0/f/x", action="delete")]
    text = outcomes.text(many, FINGERPRINT)
    assert "unit-0         team-of-unit-0       20        1" in text
    assert len(text.splitlines()) == 6


def test_many_results_are_told_by_unit_and_team_with_what_was_not_done() -> None:
    many = [outcome(f"unit-{n % 2}/f/m-{n}", id=n) for n in range(20)]
    many += [
        outcome("unit-1/f/x", "failed", error=Rejected("no")),
        outcome("unit-1/f/y", "conflict"),
    ]
    lines = outcomes.text(many, FINGERPRINT).splitlines()
    assert lines[0] == "business unit  team            created  failed  conflict"
    assert lines[1] == "unit-0         team-of-unit-0       10       -         -"
    assert lines[2] == "unit-1         team-of-unit-1       10       1         1"
    assert lines[-1] == "Applied 05b7566a: 20 created, 1 failed, 1 conflict."


def test_a_unit_with_several_teams_is_named_once() -> None:
    many = [outcome(f"motor/f/m-{n}") for n in range(14)]
    many = [
        replace(outcome_, change=replace(outcome_.change, team=f"team-{n % 2}"))
        for n, outcome_ in enumerate(many)
    ]
    assert [line[:21] for line in outcomes.text(many, FINGERPRINT).splitlines()[1:3]] == [
        "motor          team-0",
        "               team-1",
    ]


def test_conflicts_say_who_and_when_under_one_hint() -> None:
    many = [
        outcome(
            f"motor/f/m-{n}",
            "conflict",
            "update",
            id=n,
            error=Conflict(f"motor/f/m-{n} (#{n}) was changed, by ani-{n}", hint="plan again"),
        )
        for n in range(3)
    ]
    text = outcomes.text(many, FINGERPRINT)
    assert "3 conflicts: not as planned, and left alone  team-of-motor" in text
    assert "    ~ motor/f/m-1 (#1) was changed, by ani-1" in text
    assert text.count("plan again") == 1
    assert text.splitlines()[-1] == "Applied 05b7566a: nothing done, 3 conflicts."


def test_a_flood_of_different_failures_is_cut_and_counted() -> None:
    many = [outcome(f"m/f/{n}", "failed", error=Rejected(f"no {n}")) for n in range(50)]
    text = outcomes.text(many, FINGERPRINT)
    assert "and 30 more problems of 30 changes" in text


# for programs and pull requests

EVIL = "::error::x\n::set-env y::\n##[group] @acme/motor ` | <b> \x1b[2J"
EVERYTHING = [
    outcome("motor/f/done", id=1, note="made, though the answer was lost"),
    outcome(
        "motor/f/altered",
        action="update",
        id=2,
        altered=(FieldChange(field="options.timeout_h", old=1000, new=720.0),),
    ),
    outcome("motor/f/failed", "failed", error=Rejected("refused", hint="mend it")),
    outcome(
        "claims/f/conflict", "conflict", "update", id=4, error=Conflict("changed", hint="plan")
    ),
    outcome("claims/f/held", "held back", "delete", id=5, note="deletes wait"),
    outcome("claims/f/not", "not attempted", "replace", id=6),
]


def test_programs_get_every_outcome_as_the_schema_says() -> None:
    document = json.loads(outcomes_json.text(EVERYTHING, FINGERPRINT))
    jsonschema.Draft7Validator(SCHEMA).validate(document)
    assert document["summary"] == {
        "done": 2,
        "failed": 1,
        "conflict": 1,
        "held_back": 1,
        "not_attempted": 1,
    }
    assert document["by_team"][0]["business_unit"] == "claims"
    assert document["by_team"][0]["held_back"] == 1
    assert document["outcomes"][1]["altered"] == [
        {"field": "options.timeout_h", "sent": 1000, "stored": 720}
    ]
    assert document["outcomes"][3]["error"] == "changed"


def test_no_outcomes_fit_the_schema_too() -> None:
    document = json.loads(outcomes_json.text([], FINGERPRINT))
    jsonschema.Draft7Validator(SCHEMA).validate(document)


def test_markdown_tells_each_result_its_owner_and_its_reason() -> None:
    text = outcomes_markdown.text(EVERYTHING, FINGERPRINT)
    assert text.startswith("### Monitors applied `05b7566a`: 1 created, 1 changed, **1 failed**")
    assert "| `~` | `motor/f/altered` `#2` | `team-of-motor` | changed |" in text
    assert "- **1 change failed:** `refused` `team-of-motor`" in text
    assert "  - `claims/f/conflict`: `changed`" in text
    assert "`options.timeout_h` sent `1000`, stored `720`" in text


def test_markdown_of_many_is_a_table_by_unit_and_team_within_the_limit() -> None:
    many = [
        outcome(f"u{n % 900}/f/{n}", "failed", error=Rejected(f"{n} {EVIL * 9}"))
        for n in range(3000)
    ]
    text = outcomes_markdown.text(many, FINGERPRINT)
    assert "| `u0` | `team-of-u0` | 4 |" in text
    assert len(text) < 60_000
    assert "**Cut to fit a comment:**" in text


@pytest.mark.parametrize("number", [1, 5])
def test_texts_from_datadog_and_files_forge_nothing(number: int) -> None:
    error = Rejected(EVIL, hint=EVIL)
    altered = (FieldChange(field=EVIL, old=EVIL, new=EVIL),)
    many = [
        *EVERYTHING * number,
        outcome(EVIL, "failed", error=error, note=EVIL),
        outcome(EVIL, "conflict", error=Conflict(EVIL, hint=EVIL), note=EVIL),
        outcome(EVIL, "held back", note=EVIL),
        outcome(EVIL, note=EVIL, altered=altered),
    ]
    markdown = outcomes_markdown.text(many, FINGERPRINT)
    plain = outcomes.text(many, FINGERPRINT)
    for text in (plain, markdown, outcomes_json.text(many, FINGERPRINT)):
        assert "##[" not in text
        assert "\x1b" not in text
        assert not [line for line in text.splitlines() if line.lstrip().startswith("::")]
    assert "@" not in without_code(markdown)
    assert "<b>" not in without_code(markdown)


def test_the_same_failure_of_many_is_told_once_with_its_hint() -> None:
    error = Rejected("Datadog refused it", hint="mend the query")
    text = outcomes.text(
        [outcome(f"motor/f/m-{n}", "failed", error=error) for n in range(30)], "05b7566a"
    )
    assert text.count("Datadog refused it") == 1
    assert text.count("mend the query") == 1
    assert "30 changes failed" in text
    assert "and 20 more" in text
    assert text.splitlines()[-1] == "Applied 05b7566a: nothing done, 30 failed."


def busy(number: int) -> Unreachable:
    tried = f"could not update monitor {number}"
    for_any = "could not update the monitor"
    return Unreachable.of(tried, "Datadog is busy (503)", for_any=for_any)


def test_failures_that_differ_by_the_id_alone_are_told_once() -> None:
    text = outcomes.text(
        [outcome(f"motor/f/m-{n}", "failed", "update", id=n, error=busy(n)) for n in range(11, 15)],
        "05b7566a",
    )
    assert "4 changes failed: could not update the monitor: Datadog is busy (503)" in text
    assert "~ motor/f/m-12  #12" in text


def test_what_time_was_too_short_for_says_so() -> None:
    late = NotSent("did not create a monitor: the deadline of 2 s is over", hint="--deadline")
    undone = [outcome(f"motor/f/m-{n}", "not attempted", error=late) for n in range(30)]
    text = outcomes.text(undone, FINGERPRINT)
    assert "30 changes not attempted: did not create a monitor: the deadline of 2 s is ov" in text
    assert text.count("help: --deadline") == 1
    assert len(text.splitlines()) < 20


def test_the_same_note_on_many_monitors_is_told_once() -> None:
    noted = [outcome(f"motor/f/m-{n}", note="was so already") for n in range(6)]
    expected = "motor/f/m-0, motor/f/m-1, motor/f/m-2 and 3 more: was so already"
    assert f"note {expected}" in outcomes.text(noted, FINGERPRINT)
    assert outcomes_markdown.text(noted, FINGERPRINT).count("was so already") == 1


def test_a_flood_of_different_notes_is_cut_and_counted() -> None:
    noted = [outcome(f"motor/f/m-{n}", note=f"somebody else made #{n}") for n in range(300)]
    text = outcomes.text(noted, FINGERPRINT)
    assert "note motor/f/m-19: somebody else made #19\nand 280 more notes\n" in text


def test_what_was_held_back_says_why() -> None:
    held = outcome("motor/f/b", "held back", note="motor/f/a, which it refers to, was not made")
    text = outcomes.text([held], FINGERPRINT)
    assert "held back: motor/f/a, which it refers to, was not made" in text


def test_what_datadog_stored_differently_is_said() -> None:
    altered = (FieldChange(field="options.timeout_h", old=1000, new=720),)
    text = outcomes.text([outcome("motor/f/a", id=1, altered=altered)], "05b7566a")
    assert "altered by Datadog motor/f/a" in text
    assert "options.timeout_h: sent 1000, stored 720" in text


def test_an_interrupted_run_counts_what_it_did_not_attempt() -> None:
    text = outcomes.text(
        [outcome("motor/f/a", id=1), outcome("motor/f/b", "not attempted")], "05b7566a"
    )
    assert text.splitlines()[-1] == "Applied 05b7566a: 1 created, 1 not attempted."
