"""The bench of imports brings monitors that can live side by side."""

from __future__ import annotations

from tests.bench.importing import body


def test_its_monitors_differ_and_a_fifth_of_them_say_no_unit() -> None:
    bodies = [body(number) for number in range(60)]

    assert (
        len({monitor["id"] for monitor in bodies})
        == len({monitor["query"] for monitor in bodies})
        == 60
    )
    assert sum("business_unit:" not in " ".join(monitor["tags"]) for monitor in bodies) == 12
