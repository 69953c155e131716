"""
Is there a page at an address? Asked as a careful stranger would: no key, no user, no body read.

An address comes from a file that anybody may have changed, so it must not make this machine ask
inside its own network. Each name is resolved here, every address that it has must be public, and
the connection goes to just that address; the same holds for each redirect.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, Literal
from urllib.parse import quote, urljoin, urlsplit

import urllib3
from msgspec import Struct
from msgspec.structs import replace
from urllib3 import exceptions as http

from monitor_sync import __version__
from monitor_sync.http import bounded

IpAddress = IPv4Address | IPv6Address
Standing = Literal["there", "gone", "unknown"]
"""``unknown`` is neither: nobody may say that such a page is missing."""

_CONNECT: Final = 5.0
_ANSWER: Final = 10.0
"""Seconds to connect, and to wait for the headers of an answer."""

_MOST_REDIRECTS: Final = 5
_NUMBER: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?")
"""A host that some resolvers read as one number: ``2130706433`` is 127.0.0.1."""

_LOGIN: Final = re.compile(
    r"(?:^|[./_-])(?:log-?in|log-?on|sign-?in|sso|saml2?|oauth2?|authorize|idp)(?:[./_?-]|$)",
    re.IGNORECASE,
)


class LinkAnswer(Struct, frozen=True):
    """
    What came of asking for a page; ``reason`` says why it is not known, empty otherwise.

    ``of_host`` is True where the reason holds for every page of that host.
    """

    standing: Standing
    reason: str = ""
    of_host: bool = False


THERE: Final = LinkAnswer("there")
GONE: Final = LinkAnswer("gone")
LOGIN: Final = LinkAnswer("unknown", "behind a login")


class _Place(Struct, frozen=True, kw_only=True):
    """Where a request goes: the address that was looked up, and the name that was asked for."""

    secure: bool
    host: str
    ip: str
    port: int
    netloc: str
    path: str


def is_public(address: IpAddress) -> bool:
    """Return True if an address is on the open internet, however it is written."""
    if isinstance(address, IPv6Address):
        if address.sixtofour or address.teredo:  # they carry another address inside
            return False
        address = address.ipv4_mapped or address
    return address.is_global and not address.is_multicast


def ask(address: str, *, may_reach: Callable[[IpAddress], bool] = is_public) -> LinkAnswer:
    """
    Return whether there is a page at an address: HEAD first, GET where that is not answered.

    401, 403 and a way to a login page are unknown, and so is every failure of a network.
    ``may_reach`` decides which addresses are asked at all. Raises nothing.
    """
    for hop in range(_MOST_REDIRECTS + 1):
        try:
            place = _place(address, may_reach)
            if isinstance(place, LinkAnswer):
                return replace(place, of_host=place.of_host and not hop)
            status, onward = _status(place, "HEAD")
            if not (200 <= status < 400 or status in (401, 403, 429)):
                status, onward = _status(place, "GET")
        except http.HTTPError as error:
            return LinkAnswer("unknown", _why(error), of_host=not hop)
        if not (300 <= status < 400 and onward):
            return _judged(status)
        address = urljoin(address, onward)
        if _leads_to_login(address):
            return LOGIN
    return LinkAnswer("unknown", "redirected again and again")


def _place(address: str, may_reach: Callable[[IpAddress], bool]) -> _Place | LinkAnswer:
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        host = (parts.hostname or "").encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return LinkAnswer("unknown", "no address that can be asked")
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc:
        return LinkAnswer("unknown", "no address that can be asked")
    addresses = _addresses(host, port)
    if addresses is None:
        return LinkAnswer("unknown", "no such host from here", of_host=True)
    if not addresses or not all(map(may_reach, addresses)):
        return LinkAnswer("unknown", "inside a private network", of_host=True)
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = f"?{quote(parts.query, safe='/%:@!$&()*+,;=~-._?')}" if parts.query else ""
    return _Place(
        secure=parts.scheme == "https",
        host=host,
        ip=str(addresses[0]),
        port=port,
        netloc=host if port in (80, 443) else f"{host}:{port}",
        path=path + query,
    )


def _addresses(host: str, port: int) -> list[IpAddress] | None:
    """Return every address of a host; None where it has none, or is a number in disguise."""
    try:
        return [ip_address(host)]
    except ValueError:
        pass
    if _NUMBER.fullmatch(host):
        return None
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return [ip_address(str(entry[4][0])) for entry in entries]


def _status(place: _Place, method: str) -> tuple[int, str]:
    """Send one request to just this address; return the status and where it leads on."""
    names: dict[str, Any] = (
        {"server_hostname": place.host, "assert_hostname": place.host} if place.secure else {}
    )
    manager = urllib3.PoolManager(retries=urllib3.Retry(False), **names)
    bounded.bound(manager)
    ip = f"[{place.ip}]" if ":" in place.ip else place.ip
    try:
        response = manager.request(
            method,
            f"{'https' if place.secure else 'http'}://{ip}:{place.port}{place.path}",
            headers={"Host": place.netloc, "User-Agent": f"monitor-sync/{__version__}"},
            timeout=urllib3.Timeout(connect=_CONNECT, read=_ANSWER),
            redirect=False,
            preload_content=False,
        )
        status, onward = response.status, response.headers.get("Location", "")
        response.close()
    finally:
        manager.clear()
    return status, onward


def _judged(status: int) -> LinkAnswer:
    if 200 <= status < 300:
        return THERE
    if status in (404, 410):
        return GONE
    if status in (401, 403):
        return LOGIN
    if status == 429:
        return LinkAnswer("unknown", "too many requests")
    return LinkAnswer("unknown", f"answers {status}")


def _leads_to_login(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return _LOGIN.search(f"{parts.hostname or ''}{parts.path}") is not None


def _why(error: http.HTTPError) -> str:
    if isinstance(error, http.TimeoutError) and not isinstance(error, http.NewConnectionError):
        return "no answer in time"
    if isinstance(error, http.SSLError):
        return "a certificate that is not accepted"
    return "no connection"
