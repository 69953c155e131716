"""Below levels that say something, a declaration says only what differs."""

from __future__ import annotations

from monitor_sync.adopt.inherited import below, tags_above, unset_tags


def test_what_the_levels_above_say_alike_is_left_out_and_the_rest_is_unset() -> None:
    declared = {
        "name": "A",
        "thresholds": {"critical": 5},
        "priority": 2,
        "options": {"timeout_h": 1, "renotify_interval": 30},
    }
    above = {
        "team": "motor",
        "priority": 2,
        "message": "Look.",
        "options": {"timeout_h": 1, "evaluation_delay": 900, "require_full_window": False},
    }

    assert below(declared, above) == {
        "name": "A",
        "thresholds": {"critical": 5},
        "options": {"renotify_interval": 30, "evaluation_delay": None},
        "message": None,
    }


def test_thresholds_from_above_are_unset_one_by_one() -> None:
    above = {"options": {"thresholds": {"critical": 5, "warning": 3}}}

    assert below({"name": "A", "thresholds": {"critical": 5}}, above) == {
        "name": "A",
        "thresholds": {"warning": None},
    }


def test_tags_from_above_stay_where_every_monitor_lives_with_them() -> None:
    above = ["env:production", "tier:1"]
    live = [["env:production", "x:y"], ["env:production", "tier:2"]]

    assert unset_tags(live, above) == ["tier"]
    assert tags_above({"tags": above}, ["tier"]) == ["env:production"]
