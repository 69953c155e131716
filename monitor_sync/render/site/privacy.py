"""What is left out of pages that anybody may read: people's e-mail addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_ADDRESS: Final = re.compile(r"@?[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_HIDDEN: Final = "(an e-mail address)"


def hiding(*, names: bool) -> Callable[[str], str]:
    """Return what a text is shown as: with its addresses only where people may be named."""
    return str if names else without_addresses


def without_addresses(text: str) -> str:
    """Return a text in which each e-mail address is only said to be one."""
    return _ADDRESS.sub(_HIDDEN, text) if "@" in text else text
