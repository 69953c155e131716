"""What Datadog's tag policies say of the tags of a monitor."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.sync.tag_policies import TagPolicy, broken, read


@pytest.mark.parametrize(
    ("policy", "tags", "by"),
    [
        (TagPolicy(key="tier", required=True), [], [""]),
        (TagPolicy(key="tier", required=True), ["tier:9"], []),
        (TagPolicy(key="tier", required=True), ["tier"], []),
        (TagPolicy(key="Tier", required=True), ["tier:9"], []),
        (TagPolicy(key="tier", required=True, values=("1",)), ["tier:1", "tier:9"], ["tier:9"]),
        (TagPolicy(key="tier", required=False, values=("1", "Two")), ["tier:two"], []),
        (TagPolicy(key="tier", required=False, values=("1",)), ["tiers:9"], []),
    ],
)
def test_a_monitor_breaks_a_policy_by_a_tag_or_by_lacking_one(
    policy: TagPolicy, tags: list[str], by: list[str]
) -> None:
    assert [mistake.tag for mistake in broken([policy], tags)] == by


def entry(**policy: Any) -> dict[str, Any]:
    return {"type": "monitor-config-policy", "attributes": {"policy_type": "tag", "policy": policy}}


def test_datadogs_policies_are_read_and_others_than_of_tags_passed_over() -> None:
    answer = [
        entry(tag_key="tier", tag_key_required=True, valid_tag_values=["1", "2"]),
        entry(tag_key="team", tag_key_required=True, valid_tag_values=["*"]),
        entry(tag_key="env", tag_key_required=False, valid_tag_values=[]),
        {"attributes": {"policy_type": "downtime", "policy": {"max_duration_ms": 7}}},
        {"attributes": {"policy_type": "tag", "policy": None}},
        {"attributes": None},
        "?",
    ]

    assert read(answer) == (
        TagPolicy(key="tier", required=True, values=("1", "2")),
        TagPolicy(key="team", required=True),
        TagPolicy(key="env", required=False),
    )


def test_what_to_write_is_said_with_the_values_there_are() -> None:
    policy = TagPolicy(key="tier", required=True, values=("1", "2"))
    (missing,) = broken([policy], [])
    (wrong,) = broken([policy], ["tier:9"])

    assert missing.hint.startswith("add `tier` under `tags`, one of 1, 2")
    assert wrong.message == "a tag policy of Datadog does not take `tier:9`: `tier` is one of 1, 2"
