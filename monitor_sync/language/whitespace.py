"""
Blanks of a query: outside of quotes one is as good as many, or as a line break.

So authors may fold a query over several lines, which Datadog refuses (terraform-provider-datadog,
issues 1606 and 2501). Inside quotes a blank is part of the text searched for. No recorded monitor
holds two blanks in a row outside of quotes, so that what Datadog makes of them is not known, and
none are sent.
"""

from __future__ import annotations

import re
from typing import Final

_QUOTED_OR_BLANK: Final = re.compile(
    r""""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?P<blanks>\s+)""", re.DOTALL
)
"""A quote that is never closed protects nothing: the text is no query anyway."""


def one_line(query: str) -> str:
    """
    Return the query without blanks at its ends, each run of blanks outside of quotes a single one.

    Blanks are what Unicode calls so: a no-break space of a pasted text is one too.
    """
    query = query.strip()
    # most queries hold single blanks alone; line breaks and odd blanks are not printable
    if query.isprintable() and "  " not in query:
        return query
    return _QUOTED_OR_BLANK.sub(lambda match: " " if match["blanks"] else match[0], query)
