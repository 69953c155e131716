"""Which Datadog to talk to and as whom, from the environment; nothing of it is ever shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Final
from urllib.parse import urlsplit

from monitor_sync.errors import UsageError
from monitor_sync.http import addresses

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
    override = addresses.base_url("DD_HOST", environ, allow_http=ALLOW_HTTP)
    base_url = override or f"https://api.{site}"
    shared = Settings(
        site=site,
        base_url=base_url,
        proxy=addresses.proxy(environ, base_url),
        timeout=addresses.seconds(environ, "MONITOR_SYNC_TIMEOUT", default=60.0, most=3600.0),
        backoff=addresses.seconds(environ, "MONITOR_SYNC_BACKOFF", default=0.5, most=60.0),
    )
    token = addresses.secret(environ, "DD_BEARER_TOKEN")
    if token:
        return replace(shared, bearer_token=token)
    api_key, app_key = (
        addresses.secret(environ, "DD_API_KEY"),
        addresses.secret(environ, "DD_APP_KEY"),
    )
    missing = [name for name, key in (("DD_API_KEY", api_key), ("DD_APP_KEY", app_key)) if not key]
    if missing:
        raise UsageError(
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set",
            hint="set DD_API_KEY and DD_APP_KEY, or DD_BEARER_TOKEN; and DD_SITE, if your"
            " Datadog is not at datadoghq.com",
        )
    return replace(shared, api_key=api_key, app_key=app_key)


def host_named(environ: Mapping[str, str]) -> str:
    """Return the host that an environment names, also without keys. Raises UsageError."""
    base_url = addresses.base_url("DD_HOST", environ, allow_http=ALLOW_HTTP)
    return urlsplit(base_url or f"https://api.{_site(environ)}").netloc.rpartition("@")[2]


def _site(environ: Mapping[str, str]) -> str:
    """Return the site of DD_SITE, or the first of all."""
    site = environ.get("DD_SITE", "").strip() or SITES[0]
    if _SITE.fullmatch(site):
        return site
    if site == environ.get(ALLOW_SITE, "").strip() and _DOMAIN.fullmatch(site):
        return site
    raise UsageError(f"{addresses.shown(site)} is not a Datadog site", hint=_site_hint(site))


def _site_hint(site: str) -> str:
    stripped = re.sub(r"^(?:https?://)?(?:(?:app|api)\.)?", "", site).partition("/")[0]
    known = [stripped] if stripped in SITES else get_close_matches(stripped, SITES, n=1, cutoff=0.5)
    if known:
        return f"did you mean DD_SITE={known[0]}?"
    hint = "DD_SITE is one of " + ", ".join(SITES)
    if _DOMAIN.fullmatch(site) is None:
        return hint
    return f"{hint}; to send your keys to {site} all the same, set {ALLOW_SITE}={site}"
