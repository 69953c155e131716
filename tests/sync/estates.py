"""Plans over whole business units, and limits, for tests of how much one run may do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from monitor_sync.language.message_layout import compose, routing_lines
from monitor_sync.model import Limit, Limited, Limits, Monitor
from monitor_sync.sync.limits import breaches
from monitor_sync.sync.plan import Plan, make_plan
from tests.sync.builders import answer, live, monitor, project

PAGED = {"alert": ("@pagerduty-motor", "@slack-motor")}
UNPAGED = {"alert": ("@slack-motor",)}
FOOTER = "Owner: Motor (Motor), on call: motor  \nDeclared in motor/flow.yaml as x"
NO_LIMIT = Limit()


def message(routes: Mapping[str, Sequence[str]] = PAGED, footer: str = FOOTER) -> str:
    return compose("It fails.", footer, routing_lines(routes))


def declared(key: str, **changed: Any) -> Monitor:
    unit = key.partition("/")[0]
    tags = [f"business_unit:{unit}", "monitor_sync_project:acme", f"monitor_sync_key:{key}"]
    return monitor(key, **{"tags": tags, "message": message(), **changed})


LOGS = 'logs("x").index("*").rollup("count").last("5m") > 5'
CHANGES: Mapping[str, Mapping[str, Any]] = {
    "update": {"query": "avg(last_5m):sum:payments.errors{env:production} > 7"},
    "replace": {"type": "log alert", "query": LOGS},
    "retagged": {"tags": ["business_unit:UNIT", "a:b", "monitor_sync_project:acme", "KEY"]},
    "new footer": {"message": message(footer=f"Runbook: https://x.example  \n{FOOTER}")},
    "no footer": {"message": message(footer="")},
    "routed": {"message": message({**PAGED, "warning": ("@slack-motor",)})},
    "unpaged": {"message": message(UNPAGED)},
}  # fmt: skip


def plan(**units: dict[str, int]) -> Plan:
    """
    A plan over units: how many live monitors, and to how many of them each thing happens.

    ``create``, ``adopt`` (by its tags alone) and ``rewrite`` (an adoption that takes its pager off
    it) are besides the live ones; ``delete`` means that no file declares it.
    """
    wanted: list[Monitor] = []
    there: list[dict[str, Any]] = []
    for unit, counts in units.items():
        todo = [state for state, times in counts.items() if state != "live" for _ in range(times)]
        new = [state for state in todo if state in ("create", "adopt", "rewrite")]
        todo = [state for state in todo if state not in new]
        for number in range(counts["live"]):
            made = declared(f"{unit}/flow/m{number}")
            there.append(answer(made, id=len(there) + 1))
            happens = todo[number] if number < len(todo) else ""
            if happens != "delete":
                wanted.append(changed(made, happens))
        for number, happens in enumerate(new):
            made = declared(f"{unit}/flow/new{number}", adopt=None)
            if happens != "create":
                there.append(answer({**made.body, "tags": []}, id=len(there) + 1))
                text = message(UNPAGED if happens == "rewrite" else PAGED)
                made = declared(f"{unit}/flow/{happens}{number}", adopt=len(there), message=text)
            wanted.append(made)
    return make_plan(project(*wanted), live(*there), site="datadoghq.eu")


def changed(made: Monitor, happens: str) -> Monitor:
    """What the files declare of a monitor to which this happens."""
    if happens == "moved":
        return declared(f"elsewhere/{made.key}".replace("/flow/", "-"), moved_from=(made.key,))
    fields = dict(CHANGES.get(happens, {}))
    if "tags" in fields:
        key_tag = f"monitor_sync_key:{made.key}"
        fields["tags"] = [
            tag.replace("UNIT", made.business_unit).replace("KEY", key_tag)
            for tag in fields["tags"]
        ]
    return declared(made.key, **fields)


def limits(units: Mapping[str, Mapping[Limited, Limit]] | None = None, **own: Limit) -> Limits:
    """No limits but these."""
    standing = {what: own.get(what, NO_LIMIT) for what in Limits().standing}
    assert own.keys() <= standing.keys()
    return Limits(standing=standing, units=units or {})


def percent(number: float) -> Limit:
    return Limit(share=Decimal(str(number)))


def breach_messages(*args: Any, **kwargs: Any) -> list[str]:
    return [breach.message for breach in breaches(*args, **kwargs)]
