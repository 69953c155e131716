"""The first step of every path: does Datadog know the handle, and where does its webhook lead?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from monitor_sync.errors import AccessDenied, NotFound, Rejected
from monitor_sync.oncall.path import PathStep, Status, Webhook
from monitor_sync.sync.remote_handles import WORKERS, look_up
from monitor_sync.sync.remote_questions import AWAY, Asking, Silent, answers

if TYPE_CHECKING:
    from monitor_sync.app.on_call_paths import HandleInUse
    from monitor_sync.datadog.client import Client

_MAKE_WEBHOOK: Final = "make it in Datadog's Webhooks integration, or mend the handle"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleStep:
    """The step about a handle, and the webhook that it names where Datadog has it."""

    step: PathStep
    webhook: Webhook | None = None


def steps(
    in_use: Sequence[HandleInUse], client: Client, slack_accounts: Sequence[str]
) -> dict[str, HandleStep]:
    """Ask Datadog about each handle once; return the step of each, by the handle as shown."""
    by_handle = {used.shown: used for used in in_use}
    webhooks = {
        shown: used.handle.target
        for shown, used in by_handle.items()
        if used.handle.kind == "webhook" and used.handle.target and not used.handle.dynamic
    }
    known = _webhooks(sorted(set(webhooks.values())), client)
    resolved = {shown: _of_webhook(shown, known[name]) for shown, name in webhooks.items()}
    others = [used.handle.text for shown, used in by_handle.items() if shown not in webhooks]
    return resolved | _others(others, by_handle, client, slack_accounts)


_Answer = Webhook | str | None
"""A webhook, why it is not known, or None where Datadog has none."""


def _webhooks(names: Sequence[str], client: Client) -> dict[str, _Answer]:
    """Return the webhooks of these names, as Datadog has them."""
    asking = Asking()
    return dict(answers(names, partial(_webhook, client, asking), workers=WORKERS, name="webhooks"))


def _webhook(client: Client, asking: Asking, name: str) -> _Answer:
    try:
        held = asking.ask(partial(client.integrations.webhook_settings, name))
    except AccessDenied:
        return "no access without integrations_read"
    except (NotFound, Rejected):
        return "Datadog refused the look-up"
    except Silent:
        return AWAY
    return None if held is None else _read(name, held)


def _read(name: str, held: Mapping[str, Any]) -> Webhook:
    url, payload = held.get("url"), held.get("payload")
    return Webhook(
        name=name,
        url=url if isinstance(url, str) else "",
        payload=payload if isinstance(payload, str) else "",
    )


def _of_webhook(shown: str, answer: _Answer) -> HandleStep:
    if isinstance(answer, Webhook):
        return _step(shown, "ok", webhook=answer)
    if answer is None:
        name = shown.partition("-")[2]
        problem = f"Datadog has no webhook {name}: {shown} reaches nobody"
        return _step(shown, "broken", problem, _MAKE_WEBHOOK)
    return _step(shown, "not_checked", answer)


def _others(
    texts: Sequence[str],
    by_handle: Mapping[str, HandleInUse],
    client: Client,
    slack_accounts: Sequence[str],
) -> dict[str, HandleStep]:
    """Return the steps about what is no webhook of a known name."""
    looked_up = look_up(sorted(set(texts)), client.integrations, slack_accounts=slack_accounts)
    reasons = {text: reason for reason, held in looked_up.unchecked.items() for text in held}
    steps = {}
    for shown, used in by_handle.items():
        text = used.handle.text
        if text in looked_up.found:
            steps[shown] = _step(shown, "ok")
        elif text in looked_up.missing:
            missing = looked_up.missing[text]
            steps[shown] = _step(shown, "broken", missing.message, missing.hint)
        elif text in reasons:
            steps[shown] = _step(shown, "not_checked", reasons[text])
    return steps


def _step(
    shown: str, status: Status, what: str = "", fix: str = "", webhook: Webhook | None = None
) -> HandleStep:
    step = PathStep(step="handle", name=shown, status=status, what=what, fix=fix)
    return HandleStep(step=step, webhook=webhook)
