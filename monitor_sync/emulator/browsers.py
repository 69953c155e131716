"""Keeps web pages away from the emulator.

Any key will do here, so a page that somebody has open could create monitors or set faults, by a
form or a script that sends to 127.0.0.1. Two things give a page away: browsers name it (`Origin`,
`Sec-Fetch-Site`), and a page whose host name was made to lead here (DNS rebinding) sends that name
as `Host`.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

_WEB_PAGE = "The request comes from a web page, and the emulator answers programs only."
_NOT_HERE = "The Host header is a name; use the address that the emulator prints."
_OWN = {"same-origin", "none"}  # `none` is an address that somebody typed


def refusal(headers: Mapping[str, str], host: str) -> str:
    """Return why a request is refused, "" for one that may pass.

    Args:
        headers: names in lower case.
        host: the address or name that the server listens on.
    """
    name = headers.get("host", "")
    if name and not _is_local(name, host):
        return _NOT_HERE
    origin = headers.get("origin")
    if origin is not None and origin != f"http://{name}":
        return _WEB_PAGE
    if headers.get("sec-fetch-site", "none") not in _OWN:
        return _WEB_PAGE
    return ""


def _is_local(name: str, host: str) -> bool:
    """Return True if a Host header is no name that somebody else can make lead here.

    An address cannot be rebound, and nobody but this machine answers for `localhost`.
    """
    try:
        written = urlsplit(f"//{name}").hostname or ""
    except ValueError:
        return False
    if written in {"localhost", host.lower()} or written.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(written)
    except ValueError:
        return False
    return True
