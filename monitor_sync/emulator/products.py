"""Datadog's other products, as far as clients look at them on their way to monitors: all empty.

kennel lists dashboards and Synthetics tests before it plans. datadog-sync-cli asks whether a
disaster recovery is on its way, and copies nothing where nobody answers.
"""

from __future__ import annotations

from monitor_sync.emulator.account import Account
from monitor_sync.emulator.answers import Answer, Request, answer
from monitor_sync.emulator.people import person_of
from monitor_sync.emulator.permissions import SINCE

_LINKED = 1  # of the states that the API description of `hamr` numbers: set up, and not in use


def dashboards(_: Account, __: Request, ___: str) -> Answer:
    """GET /api/v1/dashboard: there are none."""
    return answer({"dashboards": []})


def synthetics_tests(_: Account, __: Request, ___: str) -> Answer:
    """GET /api/v1/synthetics/tests: there are none."""
    return answer({"tests": []})


def recovery(account: Account, request: Request, _: str) -> Answer:
    """GET /api/v2/hamr: the link to an organisation for disaster recovery, which is not in use."""
    attributes = {
        "HamrStatus": _LINKED,
        "IsPrimary": True,
        "ModifiedAt": SINCE,
        "ModifiedBy": person_of(request).email,
        "TargetOrgDatacenter": "",
        "TargetOrgName": "",
        "TargetOrgUuid": "",
    }
    identifier = account.org_uuid
    return answer(
        {"data": {"type": "hamr_org_connections", "id": identifier, "attributes": attributes}}
    )
