"""
What two queries have in common that differ only in the values of tags.

A template's monitors ask the same of many services. Whatever is right or wrong with such a query
does not depend on which service it names, so it need not be found out a thousand times.
"""

from __future__ import annotations

import re
from typing import Final

# braces of a scope, or a text in double quotes: a search, an `over(…)`
_STRETCH: Final = re.compile(r"\{[^{}]*\}|\"(?:[^\"\\]|\\.)*\"")
# a plain value after its key: lower case, no wildcard, no number alone, nothing to escape
_VALUE: Final = re.compile(r"(?<=[a-z_]:)[a-z][a-z0-9_-]*(?=[\s,})\"]|$)")


def shape(query: str) -> str:
    """
    The query with the plain values of its tags numbered in the order in which they are met.

    Equal values get equal numbers, so that what contradicts or repeats itself still does. Metrics,
    functions, keys, numbers, windows and every value that is not plain stay as written: two
    queries of one shape are read to the same tree but for those values.
    """
    names: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return names.setdefault(found[0], f"v{len(names)}")

    def stretch(found: re.Match[str]) -> str:
        return _VALUE.sub(numbered, found[0])

    return _STRETCH.sub(stretch, query)
