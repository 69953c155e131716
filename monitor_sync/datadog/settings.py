"""Which Datadog to talk to and as whom, from the environment; nothing of it is ever shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
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
"""What a site looks like, those included that Datadog opens after this was written."""

_SECRET: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """
    Where to send requests, and the keys to send with them, which ``repr`` leaves out.

    ``site`` is for links and fingerprints, ``base_url`` is where requests go. Either
    ``bearer_token`` or both keys are set. ``proxy`` is empty where requests go straight.
    ``timeout`` is how long one request may take to be answered, ``backoff`` the first wait after
    a failure and the unit of all other waits that are ours to choose, both in seconds.
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


def from_environment(environ: Mapping[str, str]) -> Settings:
    """
    Read ``DD_API_KEY`` and ``DD_APP_KEY`` or ``DD_BEARER_TOKEN``, ``DD_SITE`` and ``DD_HOST``.

    The bearer token wins over the keys. ``MONITOR_SYNC_TIMEOUT`` and ``MONITOR_SYNC_BACKOFF`` are
    seconds. Raises UsageError that names the variable to set.
    """
    site = environ.get("DD_SITE", "").strip() or SITES[0]
    override = environ.get("DD_HOST", "").strip()
    if _SITE.fullmatch(site) is None:
        raise UsageError(f"{_shown(site)} is not a Datadog site", hint=_site_hint(site))
    base_url = _base_url(override) if override else f"https://api.{site}"
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
    """A number of seconds from the environment, above nothing and not absurd."""
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


def _site_hint(site: str) -> str:
    stripped = re.sub(r"^(?:https?://)?(?:(?:app|api)\.)?", "", site).partition("/")[0]
    known = [stripped] if stripped in SITES else get_close_matches(stripped, SITES, n=1, cutoff=0.5)
    if known:
        return f"did you mean DD_SITE={known[0]}?"
    return "DD_SITE is one of " + ", ".join(SITES)


def _base_url(override: str) -> str:
    parts = urlsplit(override)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise UsageError(
            f"DD_HOST is {_shown(override)}, which is no base URL",
            hint="write it with its scheme, such as http://127.0.0.1:8126",
        )
    return override.rstrip("/")


def _secret(environ: Mapping[str, str], name: str) -> str:
    """A key without blanks around it. One that no header can carry is refused, unseen."""
    value = environ.get(name, "").strip()
    if value and _SECRET.fullmatch(value) is None:
        raise UsageError(
            f"{name} holds a blank, a line break or a character that no key has",
            hint=f"set {name} again; was it copied together with something else?",
        )
    return value


def _proxy(environ: Mapping[str, str], base_url: str) -> str:
    """The proxy for this host. Plain HTTP is for a local emulator and never goes through one."""
    parts = urlsplit(base_url)
    proxy = environ.get("HTTPS_PROXY") or environ.get("https_proxy") or ""
    excepted = environ.get("NO_PROXY") or environ.get("no_proxy") or ""
    if parts.scheme != "https" or not proxy:
        return ""
    direct = [host.strip().lstrip(".") for host in excepted.split(",") if host.strip()]
    name = parts.hostname or ""
    return "" if any(name == host or name.endswith("." + host) for host in direct) else proxy


def _shown(text: str) -> str:
    """A wrong value as it may be shown: on one line, and not endless."""
    return repr(text if len(text) <= 80 else text[:77] + "...")
