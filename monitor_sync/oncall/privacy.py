"""What people wrote into a name may be an address or a number: neither is ever shown."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "[hidden]"

NAMELESS: Final = "somebody without a name"

_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]+@[\w.+%@-]+")
"""An e-mail address, looked for once in a word: a name of a megabyte takes no longer than that."""

_ADDRESS_OR_NUMBER: Final = re.compile(
    r"""
    [a-z][a-z0-9+.-]{0,30}://\S+       # an address, which may hold a key
  | \+?\(?\d(?:[\s().-]{0,2}\d){8,}    # a phone number
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LONGEST: Final = 120


def shown(text: str) -> str:
    """Return a name of a tool's as it may be shown: without addresses and numbers, on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _ADDRESS_OR_NUMBER.sub(HIDDEN, _EMAIL.sub(HIDDEN, line))[:_LONGEST]
