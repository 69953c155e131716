"""
Send a message to an incoming webhook: an address that is itself the secret.

No part of it but the host is ever shown. Nothing is repeated and no redirect is followed: a message
whose outcome is unknown may have been read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import urllib3
from urllib3 import exceptions as http

from monitor_sync import __version__
from monitor_sync.errors import OutcomeUnknown, Rejected, UsageError
from monitor_sync.http import addresses, bounded

_AGENT: Final = f"monitor-sync/{__version__}"
_TIMEOUT: Final = urllib3.Timeout(connect=10.0, read=30.0)


def address_in(environ: Mapping[str, str], *names: str) -> str:
    """
    Return the address in the first of these variables that is set, empty where none is.

    Raises UsageError where it is no address, or plain HTTP to another machine.
    """
    for name in names:
        address = environ.get(name, "").strip()
        if address:
            scheme, host = addresses.place(address)
            if scheme == "https" or (scheme == "http" and addresses.stays_here(host)):
                return address
            raise UsageError(f"{name} is no address of a webhook", hint="it begins with https://")
    return ""


def post(address: str, message: Mapping[str, Any], environ: Mapping[str, str]) -> None:
    """
    Send one message, once.

    Raises Rejected where the service said no, OutcomeUnknown where it did not say.
    """
    host = urlsplit(address).hostname or ""
    manager = _manager(address, environ)
    try:
        response = manager.request(
            "POST",
            address,
            body=json.dumps(message).encode(),
            headers={
                "Content-Type": "application/json",
                "User-Agent": _AGENT,
            },
            timeout=_TIMEOUT,
            preload_content=False,
            redirect=False,
        )
        bounded.read(response)
    except http.HTTPError as error:
        reason = type(error).__name__  # its text holds the address
        raise OutcomeUnknown(f"{host} did not say whether it took the message ({reason})") from None
    finally:
        manager.clear()
    if not 200 <= response.status < 300:
        raise Rejected(
            f"{host} did not take the message: it answered {response.status}",
            hint="is the webhook's address still the right one?",
        )


def _manager(address: str, environ: Mapping[str, str]) -> urllib3.PoolManager:
    retries = urllib3.Retry(False)
    proxy = addresses.proxy(environ, address)
    if proxy:
        url, headers = addresses.without_user(proxy)
        manager: urllib3.PoolManager = urllib3.ProxyManager(
            url, proxy_headers=headers, retries=retries
        )
    else:
        manager = urllib3.PoolManager(retries=retries)
    bounded.bound(manager)
    return manager
