"""What search monitors watch."""

from __future__ import annotations

from monitor_sync.insight import search


def test_of_so_many_groups_are_only_the_top_values_watched() -> None:
    limits = [search.most_groups(("@a", "@b", "@c", "@d")[:facets]) for facets in range(1, 5)]
    assert limits == [1_000, 30**2, 10**3, 5**4]
