"""Checks whether everything that plan and apply need from Datadog works. Only ever reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from msgspec import Struct

from monitor_sync.datadog.client import Client
from monitor_sync.datadog.settings import Settings
from monitor_sync.errors import AccessDenied, RemoteError
from monitor_sync.http.reading import part

State = Literal["passed", "warning", "failed", "not checked"]
Side = Literal["ours", "theirs"]

SKEW: Final = 60.0
"""Seconds that clocks may differ. Certificates, and times told to people, are off beyond."""

WRITE: Final = "monitors_write"


class Check(Struct, frozen=True, kw_only=True):
    """
    One check and its result. ``text`` is the result in words, ``hint`` what to do, or empty.

    ``side`` says where a failure has to be mended: in this environment, or at Datadog.
    """

    name: str
    state: State
    text: str
    hint: str = ""
    side: Side = "theirs"


def checks(client: Client, *, writing: bool = True) -> Iterator[Check]:
    """
    Yield each check when it is done: connection, keys, identity, scopes, clock.

    With ``writing``, also check whether apply may write. No write is ever sent: the answer rests
    on the permissions that Datadog lists for the user and the key. Where Datadog does not list
    them, the check is "not checked".
    """
    settings = client.settings
    key = _api_key(client)
    if key.name == "connection":
        yield key
        names = ["api key", "identity", "plan", *(["apply"] if writing else []), "clock"]
        yield from (Check(name=name, state="not checked", text="no connection") for name in names)
        return
    yield Check(name="connection", state="passed", text=_way(settings))
    yield key
    user, identity = _identity(client, settings)
    yield identity
    reading = _reading(client)
    yield reading
    if writing:
        yield _writing(client, user, reading)
    yield _clock(client)


def _way(settings: Settings) -> str:
    proxy = f", through the proxy {settings.proxy_host}" if settings.proxy else ""
    plain = "" if settings.base_url.startswith("https:") else ", without TLS"
    return f"{settings.host} answers (site {settings.site}){proxy}{plain}"


def _api_key(client: Client) -> Check:
    """Check the API key, first of all: no answer at all is a failed connection."""
    settings = client.settings
    if settings.bearer_token:
        try:
            client.users.current()
        except AccessDenied:
            pass  # that much was an answer; the next checks tell more
        except RemoteError as error:
            return _failed("connection", error)
        return Check(name="api key", state="passed", text="not needed with DD_BEARER_TOKEN")
    try:
        client.users.validate_api_key()
    except AccessDenied:
        return Check(
            name="api key",
            state="failed",
            text=f"{settings.site} does not know DD_API_KEY",
            hint="is it of another site (DD_SITE), revoked, or an application key?"
            " Organization Settings, API Keys lists those there are",
        )
    except RemoteError as error:
        return _failed("connection", error)
    return Check(name="api key", state="passed", text=f"{settings.site} knows DD_API_KEY")


def _identity(client: Client, settings: Settings) -> tuple[Any, Check]:
    """
    Return the raw answer about the current user, and the check. Needs no permission beyond keys
    that work (Datadog's page on the current user).
    """
    whose = "DD_BEARER_TOKEN" if settings.bearer_token else "DD_APP_KEY"
    try:
        user = client.users.current()
    except AccessDenied as error:
        hint = f"is {whose} of another organisation or site, revoked or expired?"
        if error.status == 403:
            hint += " If plan passes below, its scopes only keep this from being asked"
        text = f"Datadog does not say whose {whose} is"
        return None, Check(name="identity", state="warning", text=text, hint=hint)
    except RemoteError as error:
        return None, _failed("identity", error)
    who = part(user, "data", "attributes")
    name = str(who.get("email") or who.get("handle") or who.get("name") or "somebody unnamed")
    kind = "service account " if who.get("service_account") is True else ""
    organisations = [str(org.get("name") or "") for org in _included(user, "orgs")]
    of = f" of {organisations[0]}" if organisations and organisations[0] else ""
    return user, Check(name="identity", state="passed", text=f"{kind}{name}{of}")


def _reading(client: Client) -> Check:
    try:
        client.monitors.check_readable()
    except AccessDenied as error:
        return Check(
            name="plan",
            state="failed",
            text=f"monitors cannot be listed: {error.problem}",
            hint=error.hint
            if error.status == 401
            else "plan and validate --online need monitors_read, of the user and of the key",
        )
    except RemoteError as error:
        return _failed("plan", error)
    return Check(name="plan", state="passed", text="monitors can be listed (monitors_read)")


def _writing(client: Client, user: Any, reading: Check) -> Check:
    """Check whether the user's permissions, and the scopes of the key, allow writes."""
    if reading.state != "passed":
        return Check(name="apply", state="not checked", text="it needs what plan needs, first")
    granted = {str(item.get("name")) for item in _included(user, "permissions")}
    if not granted:
        return _unknown("Datadog does not say what this user may do")
    if WRITE not in granted:
        return Check(
            name="apply",
            state="failed",
            text=f"no role of this user has {WRITE}",
            hint=f"give {WRITE} to a role of it; for a job that only plans: `doctor --for plan`",
        )
    if client.settings.bearer_token:
        return _unknown(f"this user has {WRITE}; the scopes of a token cannot be asked for")
    return _scoped(client)


def _scoped(client: Client) -> Check:
    """Check what the application key may do; its last characters tell which one it is."""
    try:
        keys = client.users.application_keys()
    except RemoteError as error:
        needs = " (that takes user_app_keys)" if isinstance(error, AccessDenied) else ""
        return _unknown(f"this user has {WRITE}; Datadog does not say what the key may do{needs}")
    last = client.settings.app_key[-4:]
    mine = [key for key in (part(key, "attributes") for key in keys) if key.get("last4") == last]
    may = {_allows(key.get("scopes")) for key in mine}
    if len(may) != 1:
        return _unknown(f"this user has {WRITE}; which of its keys this is cannot be told")
    name = str(mine[0].get("name") or "without a name")
    if may == {True}:
        text = f"this user and its key {name} may write monitors ({WRITE})"
        return Check(name="apply", state="passed", text=text)
    return Check(
        name="apply",
        state="failed",
        text=f"this user has {WRITE}, its key {name} has not",
        hint=f"add {WRITE} to the key's scopes; for a job that only plans: `doctor --for plan`",
    )


def _allows(scopes: Any) -> bool:
    """Return True if the scopes allow writes; a key without scopes may do what its user may."""
    return scopes is None or (isinstance(scopes, list) and WRITE in scopes)


def _clock(client: Client) -> Check:
    ahead = client.clock_ahead
    if ahead is None:
        return Check(name="clock", state="not checked", text="no answer told the time")
    if abs(ahead) <= SKEW:
        return Check(name="clock", state="passed", text="within a minute of Datadog's")
    what = f"{abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} Datadog's"
    hint = "set it by NTP: certificates and the times in messages depend on it"
    return Check(name="clock", state="failed", text=what, hint=hint, side="ours")


def _unknown(text: str) -> Check:
    hint = "only a write would show it, and doctor writes nothing"
    return Check(name="apply", state="not checked", text=text, hint=hint)


def _failed(name: str, error: RemoteError) -> Check:
    return Check(name=name, state="failed", text=error.problem, hint=error.hint)


def _included(answer: Any, kind: str) -> list[Mapping[str, Any]]:
    """Return the attributes of all objects of one type that came along with an answer."""
    included = part(answer).get("included")
    items = included if isinstance(included, list) else []
    return [part(item, "attributes") for item in items if part(item).get("type") == kind]
