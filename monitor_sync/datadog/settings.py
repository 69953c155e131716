"""Which Datadog to talk to and as whom, from the environment; nothing of it is ever shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from monitor_sync.errors import UsageError

SITES: Final = (
    "datadoghq.com",
    "us3.datadoghq.com",
    "us5.datadoghq.com",
    "ap1.datadoghq.com",
    "ap2.datadoghq.com",
    "uk1.datadoghq.com",
    "datadoghq.eu",
    "ddog-gov.com",
    "us2.ddog-gov.com",
)
"""Datadog's sites, as its client of October 2026 lists them."""

_SITE: Final = re.compile(r"(?:[a-z]{2}[0-9]+\.)?(?:datadoghq\.com|datadoghq\.eu|ddog-gov\.com)")
"""What a site looks like below the domains that are Datadog's: the sites to come, too."""

_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")
"""What a site looks like anywhere else."""

ALLOW_SITE: Final = "MONITOR_SYNC_ALLOW_SITE"
"""The variable that names a site which is none of Datadog's known ones, to send keys there."""

ALLOW_HTTP: Final = "MONITOR_SYNC_ALLOW_HTTP"
"""The variable that names a host to which keys may be sent without TLS."""

_NETLOC: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?")
"""A host with its port; `urlsplit` takes more than that for one."""

_SECRET: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Where to send requests, and the keys to send with them, which ``repr`` leaves out.

    ``site`` is for links and fingerprints, ``base_url`` is where requests go. Either
    ``bearer_token`` or both keys are set. ``proxy`` is empty where requests go straight.
    ``timeout`` is how long one answer may take in all, ``backoff`` the first wait after a failure
    and the unit of the waits that no answer tells, both in seconds.
    """

    site: str
    base_url: str
    api_key: str = field(default="", repr=False)
    app_key: str = field(default="", repr=False)
    bearer_token: str = field(default="", repr=False)
    proxy: str = field(default="", repr=False)
    timeout: float = 60.0
    backoff: float = 0.5

    @property
    def host(self) -> str:
        """The host asked, for messages."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def proxy_host(self) -> str:
        """The proxy without user and password, for messages; empty where there is none."""
        return urlsplit(self.proxy).netloc.rpartition("@")[2] if self.proxy else ""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Everything in here that nobody may see, so that answers which repeat it are cleaned."""
        user = urlsplit(self.proxy).password if self.proxy else None
        return tuple(filter(None, (self.api_key, self.app_key, self.bearer_token, user)))


def from_environment(environ: Mapping[str, str]) -> Settings:
    """
    Read ``DD_API_KEY`` and ``DD_APP_KEY`` or ``DD_BEARER_TOKEN``, ``DD_SITE`` and ``DD_HOST``.

    The bearer token wins over the keys. ``MONITOR_SYNC_TIMEOUT`` and ``MONITOR_SYNC_BACKOFF`` are
    seconds. Keys go to Datadog's sites alone and over TLS alone, unless ``ALLOW_SITE`` or
    ``ALLOW_HTTP`` names another place. Raises UsageError that names the variable to set; it shows
    no password.
    """
    site = _site(environ)
    override = environ.get("DD_HOST", "").strip()
    base_url = _base_url(override, environ) if override else f"https://api.{site}"
    shared = Settings(
        site=site,
        base_url=base_url,
        proxy=_proxy(environ, base_url),
        timeout=_seconds(environ, "MONITOR_SYNC_TIMEOUT", default=60.0, most=3600.0),
        backoff=_seconds(environ, "MONITOR_SYNC_BACKOFF", default=0.5, most=60.0),
    )
    token = _secret(environ, "DD_BEARER_TOKEN")
    if token:
        return replace(shared, bearer_token=token)
    api_key, app_key = _secret(environ, "DD_API_KEY"), _secret(environ, "DD_APP_KEY")
    missing = [name for name, key in (("DD_API_KEY", api_key), ("DD_APP_KEY", app_key)) if not key]
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            hint="set DD_API_KEY and DD_APP_KEY, or DD_BEARER_TOKEN; and DD_SITE, if your"
            " Datadog is not at datadoghq.com",
        )
    return replace(shared, api_key=api_key, app_key=app_key)


def _seconds(environ: Mapping[str, str], name: str, *, default: float, most: float) -> float:
    """Return a number of seconds from the environment, from 0.001 to ``most``."""
    text = environ.get(name, "").strip()
    if not text:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0.001 <= seconds <= most:
        raise UsageError(
            f"{name} is {_shown(text)}, expected seconds from 0.001 to {most:g}",
            hint=f"unset it for the default of {default:g}, or write {name}={default / 2:g}",
        )
    return seconds


def _site(environ: Mapping[str, str]) -> str:
    """Return the site of DD_SITE, or the first of all."""
    site = environ.get("DD_SITE", "").strip() or SITES[0]
    if _SITE.fullmatch(site):
        return site
    if site == environ.get(ALLOW_SITE, "").strip() and _DOMAIN.fullmatch(site):
        return site
    raise UsageError(f"{_shown(site)} is not a Datadog site", hint=_site_hint(site))


def _site_hint(site: str) -> str:
    stripped = re.sub(r"^(?:https?://)?(?:(?:app|api)\.)?", "", site).partition("/")[0]
    known = [stripped] if stripped in SITES else get_close_matches(stripped, SITES, n=1, cutoff=0.5)
    if known:
        return f"did you mean DD_SITE={known[0]}?"
    hint = "DD_SITE is one of " + ", ".join(SITES)
    if _DOMAIN.fullmatch(site) is None:
        return hint
    return f"{hint}; to send your keys to {site} all the same, set {ALLOW_SITE}={site}"


def _base_url(override: str, environ: Mapping[str, str]) -> str:
    """Return the address of DD_HOST, of which nothing is shown that may hold a password."""
    example = "write it with its scheme, such as http://127.0.0.1:8126"
    scheme, host = _place(override)
    if scheme not in ("http", "https") or not host:
        raise UsageError(f"DD_HOST is {_shown(override)}, which is no base URL", hint=example)
    parts = urlsplit(override)
    if "@" in parts.netloc or parts.query or parts.fragment:
        what = "a user or a password" if "@" in parts.netloc else "a query or a fragment"
        raise UsageError(f"DD_HOST holds {what}, which no request can use", hint=example)
    if scheme == "http" and not _stays_here(host) and environ.get(ALLOW_HTTP, "").strip() != host:
        raise UsageError(
            f"DD_HOST is {_shown(override)}: everybody on the way to it could read your keys",
            hint=f"write https://, or, if that network is yours alone, set {ALLOW_HTTP}={host}",
        )
    return override.rstrip("/")


def _place(address: str) -> tuple[str, str]:
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


def _stays_here(host: str) -> bool:
    """Return True if requests to a host cannot leave this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _secret(environ: Mapping[str, str], name: str) -> str:
    """Return a key without blanks around it. One that no header can carry is refused, unseen."""
    value = environ.get(name, "").strip()
    if value and _SECRET.fullmatch(value) is None:
        raise UsageError(
            f"{name} holds a blank, a line break or a character that no key has",
            hint=f"set {name} again; was it copied together with something else?",
        )
    return value


def _proxy(environ: Mapping[str, str], base_url: str) -> str:
    """Return the proxy for this host, or nothing. Plain HTTP never goes through one."""
    parts = urlsplit(base_url)
    proxy = (environ.get("HTTPS_PROXY") or environ.get("https_proxy") or "").strip()
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if parts.scheme != "https" or not proxy:
        return ""
    direct = [host.strip().lstrip(".") for host in excepted.split(",") if host.strip()]
    name = parts.hostname or ""
    if any(host == "*" or name == host or name.endswith("." + host) for host in direct):
        return ""
    _check_proxy(proxy)
    return proxy


def _check_proxy(proxy: str) -> None:
    """Raise UsageError for an address that no proxy can have; it shows nothing of the address."""
    hint = (
        "write HTTPS_PROXY=http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with all but letters"
        " and digits of the password as %XX"
    )
    scheme, host = _place(proxy)
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


def _shown(text: str) -> str:
    """Return a wrong value as it may be shown: on one line, not endless, without a password."""
    scheme, separator, rest = text.rpartition("://")
    text = scheme + separator + rest.rpartition("@")[2] if "@" in rest else text
    return repr(text if len(text) <= 80 else text[:77] + "...")
