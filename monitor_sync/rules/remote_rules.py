"""
The manual pages of what only Datadog can say, on request: ``validate --online``.

These findings are made from Datadog's answers, where no rule looks. Beside a monitor they can be
suppressed as others are; whether such a suppression is still needed, nobody knows offline.
"""

from __future__ import annotations

from inspect import cleandoc
from typing import Final

from monitor_sync.diagnostics import Severity
from monitor_sync.rules import history_rules
from monitor_sync.rules.registry import Rule

_FAMILIES: Final = ("query", "message", "options", "thresholds", "references", "tags", "schema")
"""A refusal belongs to the family of the field that its text is about; ``schema`` is the rest."""

_REFUSED: Final = """
    Datadog would refuse to take this monitor.
    Why: what it refuses today fails in `apply`, after the review. The finding has its own words;
    they seldom name the field, so it stands where these words are known to belong, or at the
    monitor.
    Example: `Alert threshold (90.0) does not match that used in the query (200.0).`
    Use instead: what Datadog asks for; where our rules passed it, they lack one: tell us
    Source: POST /api/v1/monitor/validate, and /api/v1/monitor/{id}/validate for a live monitor.
    """
_NOWHERE: Final = """
    A handle names something that Datadog does not have.
    Why: Datadog takes any text after the @ and tells nobody that it reaches nobody. The page that
    is not sent is noticed in the next outage.
    Example: `@webhook-zenduty-motr-quotes`, where the webhook is called zenduty-motor-quotes
    Use instead: the name as it is in the integration; or make it there first
    Source: Datadog's lists of webhooks, PagerDuty and Opsgenie services, Slack channels of the
    accounts in `slack_accounts`, and teams. What could not be looked up is said to be not checked.
    """


_POLICY: Final = """
    A tag policy of the organisation in Datadog would refuse this monitor.
    Why: Datadog refuses to create a monitor that breaks such a policy, and to change one that it
    holds. Without a look at the policies, an apply would find that out half-way.
    Example: no tag `team`, where a policy requires it; `tier:gold`, where it takes 1, 2 and 3
    Use instead: the tag that the policy asks for, on the monitor, its file or its business unit
    Source: GET /api/v2/monitor/policy, which `plan` reads where it would write something, and
    `validate --online` for what it asks about; Datadog's page on monitor settings.
    """


_DEAD: Final = """
    There is no page at the address of a runbook or an SOP.
    Why: whoever is woken follows the link in the message, and finds a page that says "not found".
    Example: `runbook: motor/quotes`, where the wiki's page was renamed to motor/prices
    Use instead: the address as it is now; or the page, where nobody has written it yet
    Source: `validate --check-links`: HEAD, then GET, with 404 or 410 for an answer. A page behind a
    login, or inside a private network, is "not checked".
    """


def _page(name: str, written: str, severity: Severity = Severity.ERROR) -> Rule:
    return Rule(name=name, severity=severity, page=cleandoc(written))


PAGES: Final = (
    *(_page(f"{family}/refused-by-datadog", _REFUSED) for family in _FAMILIES),
    _page("routing/handle-exists-nowhere", _NOWHERE),
    _page("references/dead-link", _DEAD, Severity.WARNING),
    _page("tags/refused-by-policy", _POLICY),
    *history_rules.PAGES,
)
"""A page for each name that ``validate --online`` or ``plan`` yields from Datadog's answers."""
