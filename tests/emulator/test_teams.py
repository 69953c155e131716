"""Teams show what was set on their page."""

from __future__ import annotations

from tests.emulator.conftest import Caller


def test_a_team_shows_its_page_as_it_was_sent(call: Caller) -> None:
    page = {
        "avatar": "🥑",
        "banner": 7,
        "visible_modules": ["monitors"],
        "hidden_modules": ["services"],
    }
    attributes = {"name": "Motor", "handle": "motor", **page}
    status, created = call("POST", "/v2/team", {"data": {"attributes": attributes}})
    assert status == 201
    assert page.items() <= created["data"]["attributes"].items()
    read = call("GET", f"/v2/team/{created['data']['id']}")[1]["data"]["attributes"]
    assert page.items() <= read.items()


def test_a_team_without_a_page_shows_none_when_read(call: Caller) -> None:
    attributes = {"name": "Motor", "handle": "motor"}
    _, created = call("POST", "/v2/team", {"data": {"attributes": attributes}})
    assert created["data"]["attributes"]["avatar"] is None
    read = call("GET", f"/v2/team/{created['data']['id']}")[1]["data"]["attributes"]
    assert not {"avatar", "banner", "visible_modules", "hidden_modules"} & read.keys()
