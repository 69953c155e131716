"""What people wrote into a name may be an address or a number: neither is ever shown."""

from __future__ import annotations

import re
from typing import Final

HIDDEN: Final = "[hidden]"

NAMELESS: Final = "somebody without a name"

_PRIVATE: Final = re.compile(
    r"""
    [\w.+%-]+@[\w-]+(?:\.[\w-]+)*      # an e-mail address
  | \b[a-z][a-z0-9+.-]*://\S+          # an address, which may hold a key
  | \+?\(?\d(?:[\s().-]{0,2}\d){8,}    # a phone number
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LONGEST: Final = 120


def shown(text: str) -> str:
    """Return a name of a tool's as it may be shown: without addresses and numbers, on one line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return _PRIVATE.sub(HIDDEN, line)[:_LONGEST]
