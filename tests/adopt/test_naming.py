"""Keys read well, stay the same from one import to the next, and never collide."""

from __future__ import annotations

import pytest

from monitor_sync.adopt.naming import Title, names
from monitor_sync.model import LiveResource


def title(number: int, name: str, *tags: str, created: int = 0) -> Title:
    live = LiveResource(id=number, body={"name": name, "tags": tags}, created=created)
    return Title("motor", "motor-primary", live)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("[Motor] RDS CPU high", "rds-cpu-high"),
        ("motor-primary: RDS CPU high", "rds-cpu-high"),
        ("[P1] (prod) Disk of {{host.name}} full!", "prod-disk-of-full"),
        ("Motor / motor-primary / CPU", "cpu"),
        ("RDS CPU high of motor-primary", "rds-cpu-high"),
        ("Disk full - motor-primary", "disk-full"),
        ("Travel > travel-api > queue: length", "travel-api-queue-length"),
        ("[Motor]", "motor"),
        ("監視", "monitor-7"),
        ("system.load.1 above 5", "system-load-1-above-5"),
    ],
)
def test_a_key_says_what_its_place_does_not(name: str, key: str) -> None:
    assert names([title(7, name)], []) == {7: key}


def test_an_environment_of_the_tags_is_not_repeated() -> None:
    assert names([title(7, "[prod] Disk full", "env:prod")], []) == {7: "disk-full"}


def test_of_two_with_one_title_the_older_has_no_number_in_whatever_order_they_come() -> None:
    old, young = title(9, "Disk full", created=1), title(3, "Disk full", created=2)

    assert names([young, old], []) == {9: "disk-full", 3: "disk-full-2"}
    assert names([old, young], []) == names([young, old], [])


def test_what_differs_only_in_what_the_place_says_keeps_the_difference() -> None:
    both = [title(1, "[Motor] Disk full"), title(2, "[motor-primary] Disk full")]

    assert names(both, []) == {1: "motor-disk-full", 2: "motor-primary-disk-full"}


def test_keys_that_exist_are_left_alone() -> None:
    taken = ["motor/motor-primary/disk-full", "motor/motor-primary/load.x", "travel/a/cpu"]
    both = [title(1, "Disk full"), title(2, "Load"), title(3, "CPU")]

    assert names(both, taken) == {1: "disk-full-2", 2: "load-2", 3: "cpu"}
