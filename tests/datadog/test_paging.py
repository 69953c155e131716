"""A listing is read to its end, and one that has none is an error."""

from __future__ import annotations

from typing import Any

import pytest

from monitor_sync.datadog import paging
from monitor_sync.errors import RemoteError


def test_a_listing_without_end_is_an_error() -> None:
    def full(number: int) -> list[Any]:
        return [{"no id": number}]

    with pytest.raises(RemoteError, match="pages without end"):
        paging.short(full, size=1)
    with pytest.raises(RemoteError, match="pages without end"):
        list(paging.pages(full, size=1))


def test_a_short_listing_ends_with_a_page_that_is_not_full_or_brings_nothing_new() -> None:
    def repeated(_: int) -> list[Any]:
        return [{"id": 1}, {"id": 2}]

    assert paging.short(repeated, size=2) == [{"id": 1}, {"id": 2}]
    assert paging.short(repeated, size=3) == [{"id": 1}, {"id": 2}]
