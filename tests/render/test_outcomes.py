"""What became of a plan is told so that somebody knows what to do next."""

from __future__ import annotations

from typing import Any

from monitor_sync.errors import Rejected
from monitor_sync.render import outcomes
from monitor_sync.sync.apply import Outcome
from monitor_sync.sync.difference import FieldChange
from monitor_sync.sync.plan import Action, Change


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
    text = outcomes.text(many, "05b7566a")
    assert "unit-0              20        1  team-of-unit-0" in text
    assert len(text.splitlines()) == 6


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


def test_what_was_held_back_says_why() -> None:
    held = outcome("motor/f/b", "held back", note="motor/f/a, which it refers to, was not made")
    text = outcomes.text([held], "05b7566a")
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
