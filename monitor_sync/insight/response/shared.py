"""What a team's figures lack: the incidents of services that page other teams too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from monitor_sync.insight.response.times import Response


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedService:
    """
    A service of the on-call tool that pages a team and ``others``, with its incidents.

    They are nobody's alone: reports have them as ``SHARED``, and no team's figures have them.
    """

    name: str
    others: tuple[str, ...]
    incidents: int


def shared_services(responses: Iterable[Response], team: str) -> tuple[SharedService, ...]:
    """Return the services that page a team and others, the one with most incidents first."""
    services = Counter(
        (response.incident.service, response.placed.claimants)
        for response in responses
        if response.placed.team != team and team in response.placed.claimants
    )
    return tuple(
        SharedService(
            name=name,
            others=tuple(other for other in claimants if other != team),
            incidents=incidents,
        )
        for (name, claimants), incidents in services.most_common()
    )
