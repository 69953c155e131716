"""Text in XML: JUnit's files, and pictures."""

from __future__ import annotations

import re
from html import escape
from typing import Final

from monitor_sync.render.text import plain

_NOT_IN_XML: Final = re.compile("[\ufffe\uffff]")


def xml(text: str, *, quote: bool = True) -> str:
    """Return text for an element or an attribute, without markup or what XML forbids."""
    spelled = _NOT_IN_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", plain(text))
    return escape(spelled, quote=quote).replace("\t", "&#9;")
