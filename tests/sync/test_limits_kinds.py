"""Which limit a change counts for: what loses a pager, and what are labels only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from monitor_sync.model import Limit, Limits
from monitor_sync.sync.limits import breaches
from monitor_sync.sync.plan import make_plan
from tests.sync.builders import answer, live, project
from tests.sync.estates import FOOTER, PAGED, UNPAGED, breach_messages, declared, limits, message


@pytest.mark.parametrize(
    ("old", "new", "own", "unpaged"),
    [
        (PAGED, UNPAGED, {}, True),
        (PAGED, {"alert": ("@webhook-other",)}, {}, False),
        (PAGED, {"recovery": ("@pagerduty-motor",)}, {}, False),
        (UNPAGED, {}, {}, False),
        (PAGED, UNPAGED, {"pagers": ("@webhook-*",)}, False),
        ({"alert": ("@webhook-a",)}, PAGED, {"pagers": ("@webhook-*",)}, True),
        (UNPAGED, {}, {"pager_handles": frozenset({"@slack-motor"})}, True),
        (PAGED, UNPAGED, {"pager_handles": frozenset({"@slack-motor"})}, False),
    ],
)  # fmt: skip
def test_a_pager_is_what_the_policy_says_or_its_kind_and_what_teams_call_so(
    old: Mapping[str, Sequence[str]],
    new: Mapping[str, Sequence[str]],
    own: dict[str, Any],
    unpaged: bool,
) -> None:
    before = answer(declared("motor/flow/a", message=message(old)))
    after = declared("motor/flow/a", message=message(new))
    made = make_plan(project(after), live(before), site="x")
    standing = limits(unpaged=Limit(count=0)).standing

    exceeded = breach_messages(made, Limits(standing=standing, **own))

    assert (
        exceeded == ["1 of 1 monitor of motor would lose their last pager: the limit is 0"]
    ) is unpaged


def test_a_pager_that_is_only_in_the_escalation_message_still_pages() -> None:
    before = answer(declared("motor/flow/a"))
    after = declared(
        "motor/flow/a",
        message=message(UNPAGED),
        options={"thresholds": {"critical": 5}, "escalation_message": "@pagerduty-motor"},
    )
    made = make_plan(project(after), live(before), site="x")

    assert breaches(made, limits(unpaged=Limit(count=0))) == ()


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({"message": message(footer="Who: Motor  \nWhere: motor/flow.yaml")}, True),
        ({"message": message(footer=f"{FOOTER}  \ncall @pagerduty-other")}, False),
        ({"message": message().replace("It fails.", "It fails again.")}, False),
        ({"message": message({"alert": (*PAGED["alert"], "@slack-b")})}, False),
        ({"message": message({"alert": PAGED["alert"][::-1]})}, False),
        ({"message": message({})}, False),
        ({"message": ""}, False),
        ({"name": "[Motor] other"}, False),
        ({"priority": 3}, False),
    ],
)
@pytest.mark.parametrize("retagged", [False, True])
def test_labels_are_tags_and_the_footer_whatever_its_words_and_nothing_else(
    changed: dict[str, Any], label: bool, retagged: bool
) -> None:
    before = declared("motor/flow/a")
    tags = [*before.tags, *(["a:b"] if retagged else [])]
    after = declared("motor/flow/a", tags=tags, **changed)
    made = make_plan(project(after), live(answer(before)), site="x")
    none = Limit(count=0)

    (exceeded,) = breach_messages(made, limits(changes=none, labels=none))

    expected = "would get other tags or another footer" if label else "would be changed"
    assert exceeded == f"1 of 1 monitor of motor {expected}: the limit is 0"
