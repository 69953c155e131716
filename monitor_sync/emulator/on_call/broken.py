"""The ways in which a page can fail to reach anybody, one switch each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from monitor_sync.emulator.answers import Answer
from monitor_sync.emulator.spelling import BadSetting, did_you_mean

IN_DATADOG = {
    "webhook-missing": "Datadog has no webhook (or service, or team) of that name",
    "webhook-elsewhere": "the webhook (or the routing rules) leads to another service",
}
IN_THE_TOOL = {
    "integration-disabled": "the integration is disabled",
    "level-0": "the integration creates incidents for nothing",
    "service-maintenance": "the service is in maintenance",
    "service-disabled": "the service is disabled",
    "policy-empty": "the escalation policy has no rules",
    "first-step-slow": "the first step waits 30 minutes",
    "schedule-empty": "nobody is in the schedule",
    "schedule-gap": "nobody is on call next Tuesday, 02:00 to 06:00 UTC",
}
OF_ONE_TOOL = {
    "low-urgency": "On-Call: all pages go to a last rule with low urgency",
    "support-hours": "On-Call: the policy is on hold outside of working hours",
    "reroute-circle": "On-Call: the rules hand each page on in a circle",
    "rule-unmatched": "On-Call: a rule matches no monitor (a warning)",
    "maintenance-now": "Zenduty: the service is in a planned maintenance window",
    "maintenance-planned": "Zenduty: maintenance is planned in two days (a warning)",
    "people-differ": "Opsgenie calls other people than the team's other tool",
}
ANSWERS = {
    "key-revoked": "403, as for a key that was revoked",
    "throttled": "429",
    "error": "500",
    "html": "a web page in place of JSON",
}

LOGIN = Answer(
    status=200,
    body=b"<!DOCTYPE html>\n<html><head><title>Log in</title></head><body>Log in</body></html>\n",
)
"""A web page in place of JSON."""

WAYS = {**IN_DATADOG, **IN_THE_TOOL, **OF_ONE_TOOL, **ANSWERS}
"""Every way by name, and what it does."""


class BadWay(BadSetting):
    """A way to be broken that there is not."""


@dataclass(frozen=True, slots=True)
class Broken:
    """What is broken, and for which team of teams.yaml; empty for all of them."""

    way: str
    team: str = ""

    def holds(self, team: str) -> bool:
        """Return True if it is so for a team."""
        return self.team in ("", team)


def refusal(broken: Iterable[Broken], team: str, refusals: Mapping[str, Answer]) -> Answer | None:
    """Return the answer of a tool that says no about a team, by its way; None where it answers."""
    return next(
        (refusals[item.way] for item in broken if item.way in refusals and item.holds(team)), None
    )


def read(specs: Iterable[str], teams: Collection[str]) -> tuple[Broken, ...]:
    """Return what `WHAT[=TEAM]` say. Raises `BadWay`."""
    return tuple(_read(spec, teams) for spec in specs)


def _read(spec: str, teams: Collection[str]) -> Broken:
    way, equals, team = spec.partition("=")
    if way not in WAYS:
        raise BadWay(
            f"'{way}' is no way to be broken",
            did_you_mean(way, WAYS, f"it is one of {', '.join(WAYS)}"),
        )
    if equals and team not in teams:
        raise BadWay(
            f"no team '{team}' is in teams.yaml",
            did_you_mean(team, teams, f"leave `={team}` out for all teams", f"`{way}={{}}`"),
        )
    return Broken(way, team)
