"""The anchors of a page are those that GitHub gives its headings."""

from __future__ import annotations

import pytest

from monitor_sync.language.headings import anchors


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("# Requests fail", {"requests-fail"}),
        ("## What it means, for customers?", {"what-it-means-for-customers"}),
        ("### `quote-api`: 5xx ###", {"quote-api-5xx"}),
        ("# The [queue](https://a.example) is *full*", {"the-queue-is-full"}),
        ("# snake_case_name and _slanted_", {"snake_case_name-and-slanted"}),
        ("# Nasabah – klaim é", {"nasabah--klaim-é"}),
        ("# A\n## A\n## A", {"a", "a-1", "a-2"}),
        ("# A\n# A-1\n# A", {"a", "a-1", "a-2"}),
        ("Title\n=====\n\nOther\n---\n", {"title", "other"}),
        ("- item\n---\n", set()),
        ("text\n\n---\n", set()),
        ("```sh\n# no heading\n```\n# Heading", {"heading"}),
        ("~~~\n# no\n```\n# no\n~~~\n# Yes", {"yes"}),
        ("#no heading", set()),
        ("    # code", set()),
        ('<a id="by-hand"></a>\n# H', {"by-hand", "h"}),
        ("", set()),
    ],
)
def test_anchors(page: str, expected: set[str]) -> None:
    assert anchors(page) == expected
