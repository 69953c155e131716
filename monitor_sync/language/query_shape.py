"""
What two queries have in common that differ only in the values of tags and in metrics.

A template's monitors ask the same of many services. Whatever is right or wrong with such a query
does not depend on which service it names, so it need not be found out a thousand times.
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
    Return the query with its metrics and the plain values of its tags numbered as they are met.

    Equal ones get equal numbers, so that what contradicts or repeats itself still does.
    Functions, keys, numbers, windows, metrics of a cloud and every value that is not plain stay as
    written: two queries of one shape are read to the same tree but for those names.
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

    Blanks, quotes and capitals are left out, and numbers written in one way.
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
