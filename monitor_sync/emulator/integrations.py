"""What notifications reach: webhooks, PagerDuty and Opsgenie services, Slack channels.

Only the create of a webhook was recorded, and that a PagerDuty service unknown to Datadog is
answered "Service not found" (a public report); the other shapes are those of Datadog's
documentation, and the other refusals are worded like that one.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from monitor_sync.emulator import shapes
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer, refused

_V1 = "/api/v1/integration"
WEBHOOKS = f"{_V1}/webhooks/configuration/webhooks"
PAGERDUTY = f"{_V1}/pagerduty/configuration/services"
SLACK = f"{_V1}/slack/configuration/accounts/{{account}}/channels"
OPSGENIE = "/api/v2/integration/opsgenie/services"

_NAMED = re.compile(
    rf"(?P<named>{WEBHOOKS}|{PAGERDUTY})/(?P<name>.+)"
    rf"|{_V1}/slack/configuration/accounts/(?P<account>[^/]+)/channels"
)
_NO_WEBHOOK = "Webhook not found"
_PAYLOAD = (
    '{"body": "$EVENT_MSG", "last_updated": "$LAST_UPDATED", "event_type": "$EVENT_TYPE", '
    '"title": "$EVENT_TITLE", "date": "$DATE", "org": {"id": "$ORG_ID", "name": "$ORG_NAME"}, '
    '"id": "$ID"}'
)


def route(path: str) -> tuple[str, str] | None:
    """Return the pattern that a path of this kind follows and the name in it, else None."""
    match = _NAMED.fullmatch(path)
    if match is None:
        return None
    if match["account"]:
        return SLACK, match["account"]
    return f"{match['named']}/{{name}}", match["name"]


def create_webhook(account: Account, request: Request, _: str) -> Answer:
    """POST …/webhooks: 201, with the payload that Datadog fills in (recorded)."""
    body = request.json()
    shapes.check(body, dict.fromkeys(("name", "url", "payload", "encode_as"), shapes.text))
    name, url = _required(body, "name"), _required(body, "url")
    if account.webhooks.get(name) is not None:
        raise refused(f"Webhook {name} already exists")
    webhook = {
        "encode_as": body.get("encode_as") or "json",
        "url": url,
        "custom_headers": body.get("custom_headers"),
        "name": name,
        "payload": body.get("payload") or _PAYLOAD,
    }
    account.webhooks.put(name, webhook)
    return answer(webhook, 201)


def read_webhook(account: Account, _: Request, name: str) -> Answer:
    """GET …/webhooks/{name}."""
    return answer(account.webhooks.named(name, _NO_WEBHOOK))


def update_webhook(account: Account, request: Request, name: str) -> Answer:
    """PUT …/webhooks/{name}: the fields that are sent replace those that are held (documented)."""
    webhook = account.webhooks.named(name, _NO_WEBHOOK)
    body = request.json()
    shapes.check(body, dict.fromkeys(("name", "url", "payload", "encode_as"), shapes.text))
    changed = {field: body[field] for field in webhook if body.get(field) is not None}
    webhook = {**webhook, **changed}
    if webhook["name"] != name:
        if account.webhooks.get(webhook["name"]) is not None:
            raise refused(f"Webhook {webhook['name']} already exists")
        account.webhooks.remove(name)
    account.webhooks.put(webhook["name"], webhook)
    return answer(webhook)


def delete_webhook(account: Account, request: Request, name: str) -> Answer:
    """DELETE …/webhooks/{name}: an empty object (recorded)."""
    read_webhook(account, request, name)
    account.webhooks.remove(name)
    return answer({})


def create_pagerduty_service(account: Account, request: Request, _: str) -> Answer:
    """POST …/pagerduty/configuration/services: the key is never answered."""
    body = request.json()
    shapes.check(body, dict.fromkeys(("service_name", "service_key"), shapes.text))
    name = _required(body, "service_name")
    _required(body, "service_key")
    account.pagerduty_services.put(name, {"service_name": name})
    return answer({"service_name": name}, 201)


def read_pagerduty_service(account: Account, _: Request, name: str) -> Answer:
    """GET …/pagerduty/configuration/services/{name}."""
    return answer(account.pagerduty_services.named(name, "Service not found"))


def create_opsgenie_service(account: Account, request: Request, _: str) -> Answer:
    """POST /api/v2/integration/opsgenie/services: the key is never answered."""
    names = ("name", "opsgenie_api_key", "region", "custom_url")
    attributes = shapes.checked_attributes(request, dict.fromkeys(names, shapes.text))
    service = {
        "type": "opsgenie-service",
        "id": str(uuid.uuid4()),
        "attributes": {
            "name": _required(attributes, "name"),
            "region": _required(attributes, "region"),
            "custom_url": attributes.get("custom_url"),
        },
    }
    account.opsgenie_services.put(str(service["id"]), service)
    return answer({"data": service}, 201)


def list_opsgenie_services(account: Account, _: Request, __: str) -> Answer:
    """GET /api/v2/integration/opsgenie/services, all at once."""
    return answer({"data": list(account.opsgenie_services)})


def create_slack_channel(account: Account, request: Request, workspace: str) -> Answer:
    """POST …/slack/configuration/accounts/{account}/channels.

    Slack knows the accounts, the emulator does not: the first channel makes one.
    """
    body = request.json()
    shapes.check(body, {"name": shapes.text, "display": shapes.record})
    channel = {"name": _required(body, "name"), "display": body.get("display") or {}}
    account.slack_channels.put(
        f"{workspace}/{channel['name']}", {"account": workspace, "channel": channel}
    )
    return answer(channel)


def list_slack_channels(account: Account, _: Request, workspace: str) -> Answer:
    """GET …/slack/configuration/accounts/{account}/channels."""
    held = [entry["channel"] for entry in account.slack_channels if entry["account"] == workspace]
    if not held:
        raise refused("Slack account not found", status=404)
    return answer(held)


def _required(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not value:
        raise refused(f"The parameter '{name}' is required")
    return str(value)
