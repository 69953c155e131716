"""No name of a tool's shows an address or a number, and none takes long to look through."""

from __future__ import annotations

from functools import partial

import pytest

from monitor_sync.oncall.privacy import HIDDEN, shown
from tests.growth import times_as_long


@pytest.mark.parametrize(
    "name",
    [
        "ani@acme.example", "ani@acme", "@ani@acme.example", "a@b.c%ani@acme.example",
        "(081234567890ani@acme.example", "https://u:ani@acme.example/key", "-https://acme.example/k",
        "+62 (812) 3456-7890", "081234567890",
    ],
)  # fmt: skip
def test_addresses_and_numbers_are_hidden_wherever_they_begin(name: str) -> None:
    seen = shown(f"Motor {name} night")
    assert HIDDEN in seen
    assert not [word for word in ("ani", "acme", "3456", "1234") if word in seen]


@pytest.mark.parametrize("part", ["A", "a.", "a@", "a:/", "1 ", "("])
def test_a_long_name_takes_no_longer_than_it_is(part: str) -> None:
    short, long = partial(shown, part * 10_000), partial(shown, part * 80_000)
    assert times_as_long(short, long, allowed=24) <= 24
