"""
The shape of a query: equal for queries that differ only in plain tag values and in metrics.

A template makes the same query for many services. Its problems do not depend on the service, so
the query is checked once for each shape, not a thousand times.
"""

from __future__ import annotations

import re
from typing import Final

CRAWLED: Final = ("aws.", "azure.", "gcp.", "alibaba.", "oci.")
"""What the names of metrics begin with that Datadog fetches from a cloud: they come in late."""

# Behind a colon: a metric up to its filter, or a plain value of a tag: lower case, no wildcard, no
# number alone, nothing to escape. The colon comes first, as it is what a search is quick to find.
_NAMED: Final = re.compile(
    rf":(?!{'|'.join(map(re.escape, CRAWLED))})[a-z][a-z0-9_]*\.[a-z0-9_.]{{1,150}}(?=\{{)"
    r"|:(?<=[a-z_]:)[a-z][a-z0-9_-]*(?=[\s,})\"]|$)"
)


def shape(query: str) -> str:
    """
    Return the query with numbers in place of its metrics and of the plain values of its tags.

    Equal names get equal numbers, so that a contradiction or a repetition stays one. Functions,
    keys, numbers, windows, metrics of a cloud and values that are not plain stay as written: two
    queries of one shape have the same tree except for the numbered names.
    """
    names: dict[str, str] = {}

    def numbered(match: re.Match[str]) -> str:
        name = match[0]
        return names.get(name) or names.setdefault(name, f":v{len(names)}")

    return _NAMED.sub(numbered, query)


_NO_MATTER: Final = (" ", "\t", "\n", "'", '"', "+")
# numbers that can be written in another way, which most cannot: 5.0, 1e3, 007, beyond 15 digits
_NUMBER: Final = re.compile(
    r"[0-9](?<![a-z0-9_.-][0-9])(?:(?<=0)[0-9]|[0-9]*[.e]|[0-9]{15})[0-9]*"
    r"(?:(?<=e)[+-]?[0-9]+|e[+-]?[0-9]+)?(?![a-z0-9_.])"
)


def outline(query: str) -> str:
    """
    Return a text that is equal for queries with equal trees, sometimes also for others.

    It leaves out blanks, quotes and capitals, and writes equal numbers alike; no query is parsed.
    """
    text = query.lower()
    for sign in _NO_MATTER:
        text = text.replace(sign, "")
    return _NUMBER.sub(_in_one_way, text)


def _in_one_way(number: re.Match[str]) -> str:
    """Return a number in one spelling; what only begins as one, such as ``2e``, as it is."""
    try:
        return f"{float(number[0]):.17g}"
    except ValueError:
        return number[0]
