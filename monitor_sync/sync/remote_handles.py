"""Does what handles (``@…``) name exist in Datadog? Each is looked up once, and fails softly."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol

from msgspec import Struct, field

from monitor_sync.errors import AccessDenied, NotFound, Rejected
from monitor_sync.language.handles import Handle, handles
from monitor_sync.language.suggest import nearest
from monitor_sync.sync.remote_questions import AWAY, Asking, Silent, answers

WORKERS: Final = 4
"""Handles looked up at once: a few dozen are looked up in all."""


class Directory(Protocol):
    """What Datadog knows that a handle may name. All raise RemoteError where it does not say."""

    def webhook(self, name: str) -> bool:
        """Return whether there is a webhook of this name."""
        ...

    def pagerduty_service(self, name: str) -> bool:
        """Return whether there is a PagerDuty service of this name."""
        ...

    def opsgenie_services(self) -> Collection[str]:
        """Return the names of all Opsgenie services."""
        ...

    def slack_channels(self, account: str) -> Collection[str]:
        """Return the channels of a Slack account, without ``#``. Raises NotFound for no account."""
        ...

    def teams(self) -> Collection[str]:
        """Return the handles of all teams, without ``@``."""
        ...


class Missing(Struct, frozen=True, kw_only=True):
    """A handle that reaches nobody: one sentence that says so, and what to do."""

    message: str
    hint: str


class LookedUp(Struct, kw_only=True):
    """
    What came of looking up handles.

    ``found`` exist; ``missing`` do not, for sure. ``unchecked`` are the others by the reason, which
    ends the words "not checked:".
    """

    found: list[str] = field(default_factory=list)
    missing: dict[str, Missing] = field(default_factory=dict)
    unchecked: dict[str, list[str]] = field(default_factory=dict)


NO_ACCOUNT: Final = "Slack channels, as project.yaml has no `slack_accounts`"
DEFAULT: Final = "without a name, for what the integration has as its default"
DYNAMIC: Final = "with a variable in them"
OTHER: Final = "emails, users and other kinds that are not looked up"


class _Request(NamedTuple):
    """One look-up: a kind of thing, and the name that it is asked for by or listed under."""

    kind: str
    name: str = ""


class _Unknown(NamedTuple):
    """Nobody knows, and why."""

    reason: str


_Answer = bool | list[str] | _Unknown
"""True if Datadog has the name, or all names that Datadog has."""


def look_up(
    texts: Iterable[str],
    directory: Directory,
    *,
    slack_accounts: Sequence[str] = (),
    workers: int = WORKERS,
) -> LookedUp:
    """
    Look up handles, ``@`` included.

    ``slack_accounts`` are the accounts of the Slack integration, which Datadog does not list.
    Raises nothing of Datadog's: one that could not be looked up is told with the reason.
    """
    parsed = {text: _parsed(text) for text in dict.fromkeys(texts)}
    needs = {text: _needs(handle, slack_accounts) for text, handle in parsed.items()}
    requests = dict.fromkeys(
        request for needed in needs.values() if isinstance(needed, list) for request in needed
    )
    answer = _LookUp(directory).answer
    answered = dict(answers(requests, answer, workers=workers, name="handles"))
    result = LookedUp()
    for text, needed in needs.items():
        handle = parsed[text]
        if isinstance(needed, _Unknown) or handle is None:
            reason = needed.reason if isinstance(needed, _Unknown) else OTHER
            result.unchecked.setdefault(reason, []).append(text)
        else:
            _judge(result, handle, [(request, answered[request]) for request in needed])
    return result


def _parsed(text: str) -> Handle | None:
    handles_ = handles(text)
    return handles_[0] if len(handles_) == 1 and handles_[0].text == text else None


def _needs(handle: Handle | None, slack_accounts: Sequence[str]) -> list[_Request] | _Unknown:
    """Return what has to be asked for a handle, or why it cannot be."""
    if handle is None or handle.kind not in _KINDS:
        return _Unknown(OTHER)
    if handle.dynamic:
        return _Unknown(DYNAMIC)
    if not handle.target:
        return _Unknown(DEFAULT)
    if handle.kind == "slack":
        return [_Request("slack", account) for account in slack_accounts] or _Unknown(NO_ACCOUNT)
    if handle.kind in ("webhook", "pagerduty"):
        return [_Request(handle.kind, handle.target)]
    return [_Request("opsgenie" if handle.kind == "opsgenie" else "team")]


_KINDS: Final[Mapping[str, tuple[str, str]]] = {
    "webhook": ("webhook", "make it in Datadog's Webhooks integration"),
    "pagerduty": ("PagerDuty service", "add it to Datadog's PagerDuty integration"),
    "opsgenie": ("Opsgenie service", "add it to Datadog's Opsgenie integration"),
    "slack": ("Slack channel", "add the channel to Datadog's Slack integration"),
    "team": ("team", "make the team in Datadog"),
    "oncall": ("team", "make the team in Datadog"),
}
"""What a handle of each kind that can be looked up names, and how to get one."""


class _LookUp:
    """Looks up one request at a time, and none of a kind to which access was denied."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._asking = Asking()
        self._denied: dict[str, _Unknown] = {}

    def answer(self, request: _Request) -> _Answer:
        if request.kind in self._denied:
            return self._denied[request.kind]
        try:
            return self._asking.ask(partial(_look_up, self._directory, request))
        except AccessDenied:
            scope = "teams_read" if request.kind == "team" else "integrations_read"
            return self._denied.setdefault(request.kind, _Unknown(f"no access without {scope}"))
        except NotFound:
            if request.kind == "slack":
                return _Unknown(f"Datadog knows no Slack account {request.name}")
            return _Unknown(
                f"Datadog does not offer the look-up of {_KINDS[request.kind][0]}s here"
            )
        except Rejected:
            return _Unknown("Datadog refused the look-up")
        except Silent:
            return _Unknown(AWAY)


def _look_up(directory: Directory, request: _Request) -> _Answer:
    match request.kind:
        case "webhook":
            return directory.webhook(request.name)
        case "pagerduty":
            return directory.pagerduty_service(request.name)
        case "opsgenie":
            return sorted(directory.opsgenie_services())
        case "slack":
            channels = sorted(directory.slack_channels(request.name))
            return [*channels, *(f"{request.name}-{channel}" for channel in channels)]
        case _:
            return sorted(directory.teams())


def _judge(result: LookedUp, handle: Handle, answers: Sequence[tuple[_Request, _Answer]]) -> None:
    """Put one handle where it belongs. It is only missing where every answer says so."""
    known: list[str] = []
    reasons: list[str] = []
    for _, given in answers:
        match given:
            case _Unknown():
                reasons.append(given.reason)
            case list():
                known += given
            case _:
                known += [handle.target] * given
    if _among(handle.target, known):
        result.found.append(handle.text)
        return
    if reasons:
        result.unchecked.setdefault(reasons[0], []).append(handle.text)
        return
    result.missing[handle.text] = _missing(handle, known, [request.name for request, _ in answers])


def _among(name: str, names: Collection[str]) -> bool:
    """Return whether Datadog has it. Letters in another case pass: nobody knows if they matter."""
    return name.casefold() in {name.casefold() for name in names}


def _missing(handle: Handle, known: Sequence[str], accounts: Sequence[str]) -> Missing:
    what, remedy = _KINDS[handle.kind]
    where = f" in {', '.join(accounts)}" if handle.kind == "slack" else ""
    close = nearest(handle.target, known)
    prefix = handle.text.removesuffix(handle.target)
    return Missing(
        message=f"`{handle.text}` reaches nobody: Datadog has no {what} `{handle.target}`{where}",
        hint=f"did you mean `{prefix}{close}`?" if close else f"{remedy}, or mend the name",
    )
