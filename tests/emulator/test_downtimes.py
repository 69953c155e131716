"""Mutes and downtimes, and what of them shows on a monitor."""

from __future__ import annotations

import pytest

from tests.emulator.conftest import Caller, Clock


def test_mute_and_unmute_show_as_silenced(call: Caller) -> None:
    made = call.created()
    path = f"/v1/monitor/{made['id']}"
    status, muted = call("POST", f"{path}/mute", {"scope": "host:a", "end": 1_900_000_000})
    assert (status, muted["options"]["silenced"]) == (200, {"host:a": 1_900_000_000})
    assert call("POST", f"{path}/mute")[1]["options"]["silenced"]["*"] is None
    call("POST", f"{path}/unmute", {"scope": "host:a"})
    assert call.read(made["id"])["options"]["silenced"] == {"*": None}
    assert call("POST", f"{path}/unmute", {"all_scopes": True})[0] == 200
    assert call("POST", f"{path}/unmute", {"scope": "*"}) == (
        400,
        {"errors": ['query alert "Quotes are slow" is already unmuted']},
    )


def test_muting_is_no_modification(call: Caller, clock: Clock) -> None:
    made = call.created()
    clock.now += 60
    call("POST", f"/v1/monitor/{made['id']}/mute")
    assert call.read(made["id"])["modified"] == made["modified"]


def test_everything_can_be_muted_at_once(call: Caller) -> None:
    made = call.created()
    assert call("POST", "/v1/monitor/unmute_all") == (
        400,
        {"errors": ["Monitoring is not currently globally muted"]},
    )
    status, downtime = call("POST", "/v1/monitor/mute_all")
    assert (status, downtime["scope"], downtime["status"]) == (200, ["*"], "active")
    assert call.read(made["id"])["options"]["silenced"] == {"*": None}
    assert call("POST", "/v1/monitor/unmute_all") == (204, None)
    assert call.read(made["id"])["options"]["silenced"] == {}


def test_a_downtime_shows_on_its_monitor_while_it_lasts(call: Caller, clock: Clock) -> None:
    made, other = call.created(), call.created(name="Other")
    start, end = int(clock.now) + 10, int(clock.now) + 20
    wanted = {"scope": "env:production", "monitor_id": made["id"], "start": start, "end": end}
    status, downtime = call("POST", "/v1/downtime", wanted)
    assert (status, downtime["status"], downtime["active"]) == (200, "scheduled", False)
    assert call.read(made["id"])["options"]["silenced"] == {}
    clock.now += 15
    shown = call.read(made["id"], "with_downtimes=true")
    assert shown["options"]["silenced"] == {"env:production": end}
    assert [silence["id"] for silence in shown["matching_downtimes"]] == [downtime["id"]]
    assert "matching_downtimes" not in call.read(made["id"])
    _, listed = call("GET", "/v1/monitor")
    assert [len(entry["matching_downtimes"]) for entry in listed] == [1, 0]
    assert call.read(other["id"])["options"]["silenced"] == {}
    clock.now += 15
    assert call.read(made["id"])["options"]["silenced"] == {}
    assert call("GET", "/v1/downtime") == (200, [])
    assert call("GET", f"/v1/downtime/{downtime['id']}")[1]["status"] == "ended"


def test_a_downtime_by_tags_is_for_the_monitors_that_carry_them(call: Caller) -> None:
    quotes, other = call.created(), call.created(name="Other", tags=[])
    call("POST", "/v1/downtime", {"scope": ["*"], "monitor_tags": ["team:motor-quotes"]})
    assert call.read(quotes["id"])["options"]["silenced"] == {"*": None}
    assert call.read(other["id"])["options"]["silenced"] == {}
    assert len(call("GET", f"/v1/monitor/{quotes['id']}/downtimes")[1]) == 1


def test_downtimes_are_changed_and_cancelled(call: Caller) -> None:
    made = call.created()
    _, downtime = call("POST", "/v1/downtime", {"scope": ["env:a"], "monitor_id": made["id"]})
    path = f"/v1/downtime/{downtime['id']}"
    _, changed = call("PUT", path, {"message": "planned"})
    assert (changed["message"], changed["scope"]) == ("planned", ["env:a"])
    assert call("DELETE", path) == (204, None)
    assert call("DELETE", path) == (404, {"errors": [f"Downtime {downtime['id']} not found"]})
    assert call("GET", path)[1]["status"] == "canceled"
    assert call.read(made["id"])["options"]["silenced"] == {}


def test_downtimes_are_cancelled_by_their_scope(call: Caller) -> None:
    path = "/v1/downtime/cancel/by_scope"
    assert call("POST", path, {"scope": ""}) == (400, {"errors": ["Expected scope"]})
    assert call("POST", path, {"scope": "a:b"}) == (404, {"errors": ["No downtimes found"]})
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b"})
    assert call("POST", path, {"scope": "a:b"}) == (200, {"cancelled_ids": [downtime["id"]]})


def test_a_cancelled_downtime_reads_as_disabled(call: Caller) -> None:
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b"})
    assert downtime["disabled"] is False
    call("DELETE", f"/v1/downtime/{downtime['id']}")
    cancelled = call("GET", f"/v1/downtime/{downtime['id']}")[1]
    assert (cancelled["disabled"], cancelled["active"]) == (True, False)


def test_times_may_be_sent_as_text_and_are_kept_as_numbers(call: Caller) -> None:
    sent = {"scope": "a:b", "start": "1900000000", "end": "1900003600"}
    status, downtime = call("POST", "/v1/downtime", sent)
    assert (status, downtime["start"], downtime["end"]) == (200, 1_900_000_000, 1_900_003_600)
    made = call.created()
    _, muted = call("POST", f"/v1/monitor/{made['id']}/mute", {"end": "1900000000"})
    assert muted["options"]["silenced"] == {"*": 1_900_000_000}
    for wrong in ("tomorrow", "", "-5", "1.5", True, [1]):
        assert call("POST", "/v1/downtime", {**sent, "end": wrong})[0] == 400


def test_a_downtime_is_not_moved_into_the_past(call: Caller, clock: Clock) -> None:
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b"})
    path = f"/v1/downtime/{downtime['id']}"
    assert call("PUT", path, {"start": 1234}) == (
        400,
        {"errors": ["Scheduled downtime start cannot be in the past"]},
    )
    clock.now += 60
    assert call("PUT", path, {"start": downtime["start"], "message": "Longer"})[0] == 200


@pytest.mark.parametrize(
    ("recurrence", "error"),
    [
        ({"period": 1, "type": "hours"}, "Invalid recurrence type"),
        (
            {"period": 1, "type": "weeks", "week_days": ["mon", "tue"]},
            "Invalid set of days in week_days. Be sure that the first letter is capitalized.",
        ),
        (
            {"period": 1, "type": "days", "until_date": 1_900_000_000, "until_occurrences": 3},
            "You must provide only provide one of (until_occurrences, until_date)",
        ),
    ],
)
def test_recurrences_are_refused_as_recorded(
    call: Caller, recurrence: dict[str, object], error: str
) -> None:
    sent = {"scope": "a:b", "recurrence": recurrence}
    assert call("POST", "/v1/downtime", sent) == (400, {"errors": [error]})
    right = {"period": 1, "type": "weeks", "week_days": ["Mon"], "until_occurrences": 3}
    _, downtime = call("POST", "/v1/downtime", {"scope": "a:b", "recurrence": right})
    assert downtime["recurrence"] == {**right, "until_date": None}
    changed = call("PUT", f"/v1/downtime/{downtime['id']}", {"recurrence": recurrence})
    assert changed == (400, {"errors": [error]})


def test_downtimes_that_make_no_sense_are_refused(call: Caller) -> None:
    assert call("POST", "/v1/downtime", {}) == (400, {"errors": ["Invalid scope parameter"]})
    assert call("POST", "/v1/downtime", {"scope": "*", "monitor_id": 5}) == (
        400,
        {"errors": ["'monitor_id' does not correspond to any monitor"]},
    )
    assert call("GET", "/v1/downtime/5") == (404, {"errors": ["Downtime not found"]})
