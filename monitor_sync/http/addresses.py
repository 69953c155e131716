"""Addresses, keys and waits from the environment, checked; nothing of them is ever shown whole."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Final
from urllib.parse import unquote, urlsplit

from monitor_sync.errors import UsageError

_NETLOC: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
"""A host with its port; `urlsplit` takes more than that for one."""

_KEY_NAMES: Final = ("_API_KEY", "_APP_KEY", "_TOKEN")
_SECRET: Final = re.compile(r"[!-~]+")


def seconds(environ: Mapping[str, str], name: str, *, default: float, most: float) -> float:
    """Return a number of seconds from the environment, from 0.001 to ``most``."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0.001 <= number <= most:
        raise UsageError(
            f"{name} is {shown(text)}, expected seconds from 0.001 to {most:g}",
            hint=f"unset it for the default of {default:g}, or write {name}={default / 2:g}",
        )
    return number


def base_url(name: str, environ: Mapping[str, str], *, allow_http: str = "") -> str:
    """
    Return the base URL in the variable ``name``, without the slash at its end; empty where unset.

    Nothing is shown of it that may hold a password. Plain HTTP goes to this machine alone, or to
    the host that the variable ``allow_http`` names. Raises UsageError.
    """
    override = environ.get(name, "").strip()
    if not override:
        return ""
    example = "write it with its scheme, such as http://127.0.0.1:8126"
    scheme, host = place(override)
    if scheme not in ("http", "https") or not host:
        raise UsageError(f"{name} is {shown(override)}, which is no base URL", hint=example)
    parts = urlsplit(override)
    if "@" in parts.netloc or parts.query or parts.fragment:
        what = "a user or a password" if "@" in parts.netloc else "a query or a fragment"
        raise UsageError(f"{name} holds {what}, which no request can use", hint=example)
    allowed = environ.get(allow_http, "").strip() if allow_http else ""
    if scheme == "http" and not stays_here(host) and allowed != host:
        instead = f"write https://, or, if that network is yours alone, set {allow_http}={host}"
        raise UsageError(
            f"{name} is {shown(override)}: everybody on the way to it could read your keys",
            hint=instead if allow_http else "write https://",
        )
    return override.rstrip("/")


def place(address: str) -> tuple[str, str]:
    """Return the scheme and the host of an address; both empty where it is none."""
    if not address.isascii() or any(character <= " " for character in address):
        return "", ""
    try:
        parts = urlsplit(address)
        port, host = parts.port, parts.hostname or ""
    except ValueError:  # a bracket that is not closed, a port that is no number or too large
        return "", ""
    if port == 0 or _NETLOC.fullmatch(parts.netloc.rpartition("@")[2]) is None:
        return "", ""
    return parts.scheme, host


def stays_here(host: str) -> bool:
    """Return True if requests to a host cannot leave this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def secret(environ: Mapping[str, str], name: str) -> str:
    """Return a key without blanks around it. One that no header can carry is refused, unseen."""
    value = environ.get(name, "").strip()
    if value and _SECRET.fullmatch(value) is None:
        raise UsageError(
            f"{name} holds a blank, a line break or a character that no key has",
            hint=f"set {name} again; was it copied together with something else?",
        )
    return value


def keys(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of all services that the environment has: one may know another's."""
    return tuple(value.strip() for name, value in environ.items() if name.endswith(_KEY_NAMES))


def proxy(environ: Mapping[str, str], address: str) -> str:
    """Return the proxy for this host, or nothing. Plain HTTP never goes through one."""
    parts = urlsplit(address)
    url = (environ.get("HTTPS_PROXY") or environ.get("https_proxy") or "").strip()
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if parts.scheme != "https" or not url:
        return ""
    direct = [host.strip().lstrip(".") for host in excepted.split(",") if host.strip()]
    name = parts.hostname or ""
    if any(host == "*" or name == host or name.endswith("." + host) for host in direct):
        return ""
    _check_proxy(url)
    return url


def _check_proxy(proxy: str) -> None:
    """Raise UsageError for an address that no proxy can have; it shows nothing of the address."""
    hint = (
        "write HTTPS_PROXY=http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with all but letters"
        " and digits of the password as %XX"
    )
    scheme, host = place(proxy)
    if scheme in ("http", "https") and host and not _beyond_the_host(proxy):
        return
    if scheme.startswith("socks"):
        problem = "HTTPS_PROXY is a SOCKS proxy, which this tool does not speak to"
    elif "://" not in proxy:
        problem = "HTTPS_PROXY does not begin with http:// or https://"
    else:
        problem = "HTTPS_PROXY is not the address of a proxy"
    raise UsageError(problem, hint=hint)


def _beyond_the_host(address: str) -> bool:
    """Return True if an address goes on after its port; a password with ``/`` looks like that."""
    parts = urlsplit(address)
    return bool(parts.path.strip("/") or parts.query or parts.fragment)


def without_user(proxy_url: str) -> tuple[str, dict[str, str]]:
    """
    Return a proxy's address without user and password, and the headers that tell it them.

    urllib3 does not read them from the address, and knows Latin-1 alone.
    """
    user, _, netloc = proxy_url.rpartition("@")
    scheme, _, user = user.rpartition("://")
    if not user:
        return proxy_url, {}
    basic = b64encode(unquote(user).encode()).decode()
    return f"{scheme}://{netloc}", {"proxy-authorization": f"Basic {basic}"}


def shown(text: str) -> str:
    """Return a wrong value as it may be shown: on one line, not endless, without a password."""
    scheme, separator, rest = text.rpartition("://")
    text = scheme + separator + rest.rpartition("@")[2] if "@" in rest else text
    return repr(text if len(text) <= 80 else text[:77] + "...")
