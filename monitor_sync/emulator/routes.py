"""Which handler answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from monitor_sync.emulator import (
    audit,
    downtimes,
    downtimes_v2,
    events,
    integrations,
    listing,
    logs,
    monitors,
    mutes,
    notification_rules,
    permissions,
    policies,
    products,
    roles,
    search,
    slos,
    teams,
)
from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.metrics import answers as metric_answers
from monitor_sync.emulator.metrics import intake, metadata
from monitor_sync.emulator.on_call import counted_pages

Handler = Callable[[Account, Request, str], Answer]

_IDENTIFIER = re.compile(
    r"\d+\Z|[0-9a-fA-F]{32}\Z|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\Z"
)


def _validate_keys(_: Account, __: Request, ___: str) -> Answer:
    """GET /api/v1/validate: any API key will do here."""
    return answer({"valid": True})


ROUTES: Mapping[str, Handler] = {
    "GET /api/v1/validate": _validate_keys,
    "GET /api/v1/monitor": listing.list_all,
    "POST /api/v1/monitor": monitors.create,
    "GET /api/v1/monitor/can_delete": monitors.can_delete,
    "POST /api/v1/monitor/validate": monitors.validate_new,
    "GET /api/v1/monitor/search": search.monitors,
    "GET /api/v1/monitor/groups/search": search.groups,
    "POST /api/v1/monitor/mute_all": mutes.mute_all,
    "POST /api/v1/monitor/unmute_all": mutes.unmute_all,
    "GET /api/v1/monitor/{id}": monitors.read,
    "PUT /api/v1/monitor/{id}": monitors.update,
    "DELETE /api/v1/monitor/{id}": monitors.delete,
    "POST /api/v1/monitor/{id}/validate": monitors.validate_held,
    "POST /api/v1/monitor/{id}/mute": mutes.mute,
    "POST /api/v1/monitor/{id}/unmute": mutes.unmute,
    "GET /api/v1/monitor/{id}/downtimes": mutes.downtimes_of,
    "GET /api/v1/downtime": downtimes.list_all,
    "POST /api/v1/downtime": downtimes.create,
    "POST /api/v1/downtime/cancel/by_scope": downtimes.cancel_by_scope,
    "GET /api/v1/downtime/{id}": downtimes.read,
    "PUT /api/v1/downtime/{id}": downtimes.update,
    "DELETE /api/v1/downtime/{id}": downtimes.cancel,
    "GET /api/v2/downtime": downtimes_v2.list_all,
    "POST /api/v2/downtime": downtimes_v2.create,
    "GET /api/v2/downtime/{id}": downtimes_v2.read,
    "PATCH /api/v2/downtime/{id}": downtimes_v2.update,
    "DELETE /api/v2/downtime/{id}": downtimes_v2.cancel,
    "GET /api/v2/monitor/{id}/downtime_matches": downtimes_v2.matches,
    "GET /api/v2/monitor/notification_rule": notification_rules.list_all,
    "POST /api/v2/monitor/notification_rule": notification_rules.create,
    f"GET {policies.POLICIES}": policies.list_all,
    f"POST {policies.POLICIES}": policies.create,
    f"GET {policies.POLICIES}/{{id}}": policies.read,
    f"PATCH {policies.POLICIES}/{{id}}": policies.update,
    f"DELETE {policies.POLICIES}/{{id}}": policies.delete,
    "POST /api/v1/slo": slos.create,
    "GET /api/v1/slo": slos.list_all,
    "GET /api/v1/slo/can_delete": slos.can_delete,
    "GET /api/v1/slo/{id}": slos.read,
    "DELETE /api/v1/slo/{id}": slos.delete,
    "GET /api/v1/dashboard": products.dashboards,
    "GET /api/v1/synthetics/tests": products.synthetics_tests,
    "GET /api/v2/hamr": products.recovery,
    "POST /api/v2/audit/events/search": audit.search,
    "POST /api/v2/events/search": events.search,
    "GET /api/v2/events": events.list_all,
    "GET /api/v1/events": events.listing,
    "POST /api/v2/logs": logs.take_in,
    "POST /api/v2/logs/analytics/aggregate": logs.aggregate,
    "POST /api/v1/series": intake.take_in_v1,
    "POST /api/v2/series": intake.take_in_v2,
    "GET /api/v1/metrics/{id}": metadata.read,
    "GET /api/v1/query": metric_answers.query_v1,
    "POST /api/v2/query/timeseries": metric_answers.timeseries,
    "POST /api/v2/query/scalar": counted_pages.scalar,
    "GET /api/v2/current_user": permissions.current_user,
    "GET /api/v2/current_user/application_keys": permissions.application_keys,
    "GET /api/v2/roles": roles.list_all,
    "POST /api/v2/roles": roles.create,
    "GET /api/v2/roles/{id}": roles.read,
    "DELETE /api/v2/roles/{id}": roles.delete,
    "GET /api/v2/team": teams.list_all,
    "POST /api/v2/team": teams.create,
    "GET /api/v2/team/{id}": teams.read,
    "DELETE /api/v2/team/{id}": teams.delete,
    f"POST {integrations.WEBHOOKS}": integrations.create_webhook,
    f"GET {integrations.WEBHOOKS}/{{name}}": integrations.read_webhook,
    f"PUT {integrations.WEBHOOKS}/{{name}}": integrations.update_webhook,
    f"DELETE {integrations.WEBHOOKS}/{{name}}": integrations.delete_webhook,
    f"POST {integrations.PAGERDUTY}": integrations.create_pagerduty_service,
    f"GET {integrations.PAGERDUTY}/{{name}}": integrations.read_pagerduty_service,
    f"POST {integrations.SLACK}": integrations.create_slack_channel,
    f"GET {integrations.SLACK}": integrations.list_slack_channels,
    f"POST {integrations.OPSGENIE}": integrations.create_opsgenie_service,
    f"GET {integrations.OPSGENIE}": integrations.list_opsgenie_services,
}

INTAKES = frozenset({"POST /api/v1/series", "POST /api/v2/series"})
"""Routes that want the API key alone, by Datadog's API description."""

# What Datadog has in places where an id may stand, so that nobody takes these words for one.
_WORDS = {
    "/api/v1/monitor": {"can_delete", "search", "groups", "validate", "mute_all", "unmute_all",
                        "bulk_resolve"},
    "/api/v1/downtime": {"cancel"},
    "/api/v1/slo": {"bulk_delete", "can_delete", "correction", "search", "report"},
    "/api/v2/downtime": {"bulk_cancel"},
    "/api/v2/roles": {"templates"},
    "/api/v2/team": {"sync", "search"},
    "/api/v2/monitor": {"notification_rule", "policy", "template"},
}  # fmt: skip


def route_of(method: str, path: str) -> tuple[str, str]:
    """Return the route a request takes, ids as `{id}`, and the id in it (or "").

    A path nobody knows is its own route, so that the request counter shows it.
    """
    route = f"{method} {path}"
    if route in ROUTES:
        return route, ""
    named = integrations.route(path)
    if named is not None:
        return f"{method} {named[0]}", named[1]
    if path.startswith(f"{policies.POLICIES}/"):
        return f"{method} {policies.POLICIES}/{{id}}", path.removeprefix(f"{policies.POLICIES}/")
    segments = path.split("/")
    if len(segments) > 4:  # "", "api", "v1", the resource, the id
        identifier = segments[4]
        if identifier in _WORDS.get("/".join(segments[:4]), ()):
            return route, ""
        segments[4] = "{id}"
        route = f"{method} {'/'.join(segments)}"
        if route in ROUTES or _IDENTIFIER.match(identifier):
            return route, identifier
    return f"{method} {path}", ""
