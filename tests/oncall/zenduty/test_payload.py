"""The recommended payload, and what a live one lacks."""

from __future__ import annotations

import json

from monitor_sync.oncall.zenduty import payload


def differences(**changed: str | None) -> list[str]:
    held = {k: v for k, v in {**payload.RECOMMENDED, **changed}.items() if v is not None}
    return payload.differences(json.dumps(held))


def test_zendutys_own_keys_stand_first_and_unchanged() -> None:
    printed = json.loads(payload.text())
    assert list(printed)[:9] == list(payload.OWN)
    assert printed["alert_id"] == "$ALERT_ID"
    assert list(printed)[9:] == ["tags", "priority", "alert_cycle_key"]


def test_the_recommended_payload_differs_in_nothing_nor_do_further_keys() -> None:
    assert payload.differences(payload.text()) == []
    assert differences(runbook="$LINK") == []


def test_what_a_live_payload_lacks_or_has_otherwise_is_told() -> None:
    assert differences(tags=None, priority=None, alert_cycle_key=None) == [
        "the webhook's payload has no tags, priority or alert_cycle_key:"
        " see `monitor-sync on-call payload`"
    ]
    assert differences(alert_status=None) == [
        "the webhook's payload lacks alert_status, which Zenduty asks for"
    ]
    assert differences(title="$ALERT_TITLE") == [
        "the webhook's payload fills title otherwise than Zenduty asks for"
    ]
    assert differences(alert_id="$ALERT_ID:$ALERT_SCOPE") == [
        "the webhook's payload has another alert_id: alerts join other incidents"
    ]
    assert payload.differences("{") == ["the webhook's payload is no JSON"]
