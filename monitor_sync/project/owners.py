"""Which team answers for a business unit, and for what all units share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.language.suggest import did_you_mean
from monitor_sync.model import Policy, Team
from monitor_sync.project.document import Document


def read_owner(
    written: Any, document: Document, teams: Mapping[str, Team]
) -> tuple[str, list[Diagnostic]]:
    """Return the team that ``owner`` in project.yaml names; nobody where there is no such team."""
    if not isinstance(written, str):
        return "", []
    if written in teams:
        return written, []
    hint = did_you_mean(written, teams)
    wrong = document.diagnostic(
        "ownership/unknown-team",
        f"no team is called `{written}`",
        document.span(("owner",)),
        hint=f"{hint} Teams are in teams.yaml".lstrip(),
    )
    return "", [wrong]


def unit_owners(written: Mapping[str, Any], teams: Mapping[str, Team]) -> dict[str, str]:
    """
    Return the owners of business units, by folder.

    ``written`` has what each unit says of its ``team``. One that says nothing, or names a team
    that does not exist, has no owner; that is told where a monitor needs one.
    """
    return {unit: team for unit, team in written.items() if team in teams}


def without_approvers(
    policy: Policy, teams: Mapping[str, Team], document: Document | None
) -> Iterator[Diagnostic]:
    """Yield teams whose pages nobody can approve, where the policy asks for approval."""
    if not policy.paging_approval or document is None:
        return
    for team in teams.values():
        if team.handles and not team.approvers:
            yield document.diagnostic(
                "ownership/no-approvers",
                f"nobody can approve for `{team.name}` that its pages change",
                document.key_span(("teams", team.name)),
                hint="name GitHub logins: `approvers: [ani, b-santoso]`",
                severity=Severity.WARNING,
            )
