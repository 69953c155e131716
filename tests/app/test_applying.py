"""What an apply says when it could not do all of it."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from monitor_sync.app.applying import Applied
from monitor_sync.errors import AppliedInPart, Refused
from monitor_sync.render import outcomes_json
from monitor_sync.sync.change import Refusal
from tests.render.test_outcomes import FINGERPRINT, outcome
from tests.render.test_plan import plan


def test_of_a_thousand_that_another_run_may_have_made_few_are_named_and_json_has_all() -> None:
    doubtful = [outcome(f"motor/f/m{number}", id=number, in_doubt=True) for number in range(1_121)]
    applied = Applied(
        plan=replace(plan(), changes=tuple(outcome.change for outcome in doubtful)),
        outcomes=tuple(doubtful),
    )

    with pytest.raises(AppliedInPart) as raised:
        applied.raise_if_incomplete()

    assert str(raised.value) == (
        "another run may have made motor/f/m0, motor/f/m1, motor/f/m2 and 1118 more too:"
        " Datadog did not show"
    )
    outcomes_shown = json.loads(outcomes_json.text(doubtful, FINGERPRINT))["outcomes"]
    assert sum(outcome["in_doubt"] for outcome in outcomes_shown) == 1_121


def test_where_the_plan_refuses_something_the_same_command_alone_is_no_help() -> None:
    done = outcome("motor/f/a", id=1)
    refusal = Refusal(kind="monitor", key="motor/f/b", message="cannot adopt #4", hint="")
    applied = Applied(
        plan=replace(plan(), changes=(done.change,), refused=(refusal,)), outcomes=(done,)
    )

    with pytest.raises(AppliedInPart) as raised:
        applied.raise_if_incomplete()

    assert raised.value.hint == (
        "mend what was refused and run `monitor-sync apply` again: it does what is left"
    )


def test_where_deletes_wait_for_a_person_nobody_is_told_to_run_it_again() -> None:
    held = outcome("motor/f/a", "held back", "delete", id=1)
    applied = Applied(plan=replace(plan(), changes=(held.change,)), outcomes=(held,))

    with pytest.raises(Refused) as raised:
        applied.raise_if_incomplete()

    assert raised.value.hint == "what is held back above says why"
