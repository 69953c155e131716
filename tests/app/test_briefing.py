"""What somebody wants to know before a first shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor_sync.app import Brief, Target, brief
from monitor_sync.app.briefing import OnCallPeople
from monitor_sync.errors import UsageError
from monitor_sync.insight.response.paged import TeamPages
from monitor_sync.model import Monitor, Team
from monitor_sync.oncall.path import OnCall, Responder, Shift
from monitor_sync.render import brief as shown
from tests.app.on_call_local import NOW, OnCallLocal
from tests.app.test_on_call import served

__all__ = ["served"]


def written(served: OnCallLocal, team: str = "motor-quotes", **environ: str) -> Brief:
    return brief(served.root, served.target(**environ), team, now=NOW)


def test_who_is_on_call_and_who_is_behind_is_what_the_tool_says(served: OnCallLocal) -> None:
    served.break_it()
    people = written(served).people

    assert people.unknown == ""
    assert len(people.now) == 1
    assert people.next is not None
    assert people.next.start > NOW
    assert people.now[0].name not in people.then


def test_without_a_key_people_are_not_checked_and_the_rest_is_there(served: OnCallLocal) -> None:
    served.break_it()
    for environ, why in (
        ({"ZENDUTY_API_KEY": ""}, "ZENDUTY_API_KEY is not set"),
        ({"DD_API_KEY": ""}, "DD_API_KEY is not set"),
    ):
        unasked = written(served, **environ)
        assert why in unasked.people.unknown
        assert [monitor.key for monitor in unasked.paging] == ["motor/motor-quotes/load"]


def test_a_team_that_there_is_none_of_is_refused(served: OnCallLocal) -> None:
    with pytest.raises(UsageError, match="motor-quote") as refused:
        written(served, "motor-quote")
    assert "motor-quotes" in refused.value.hint


def test_each_team_hears_why_its_own_tool_counts_no_pages(tmp_path: Path) -> None:
    (tmp_path / "project.yaml").write_text("project: example\n")
    (tmp_path / "teams.yaml").write_text(
        "teams:\n"
        "  checkout: {on_call: {tool: zenduty, service: checkout}}\n"
        "  quotes: {on_call: {tool: pagerduty, service: quotes}}\n"
        "  claims: {on_call: {tool: opsgenie, service: claims}}\n"
    )
    keyless = Target(environ={"XDG_STATE_HOME": str(tmp_path / "state")})
    whys = [
        brief(tmp_path, keyless, team, now=NOW).paged_unknown
        for team in ("checkout", "quotes", "claims")
    ]

    assert "ZENDUTY_API_KEY is not set" in whys[0]
    assert "PAGERDUTY_TOKEN is not set" in whys[1]
    assert whys[2].endswith(
        "no incidents of Opsgenie; it reads those of PagerDuty, Zenduty (Xurrent IMR)"
    )


def page(**people: object) -> Brief:
    body = {"name": "@all | Orders `wait`", "type": "query alert", "query": "q", "message": ""}
    monitors = tuple(
        Monitor(key=f"shop/orders/m{n}", body={**body, "priority": 1 + n % 2},
                business_unit="shop", team="shop")
        for n in range(40)
    )  # fmt: skip
    return Brief(
        team=Team(
            name="shop", title="Shop", on_call="shop", tool="zenduty",
            handles={"chat": "@slack-shop"},
        ),
        acknowledge=timedelta(minutes=5),
        people=OnCallPeople(**people),  # type: ignore[arg-type] # the fields of a test
        paging=monitors,
        owned=90,
        runbooks=tuple((f"https://runbooks.example/{n}", 20 - n) for n in range(14)),
    )  # fmt: skip


def test_the_page_is_calm_names_who_is_there_and_fits_eighty_columns() -> None:
    turn = Shift(
        person=Responder(id="b", name="Budi Santoso"),
        start=NOW + timedelta(days=2),
        end=NOW + timedelta(days=9),
    )
    now = (OnCall(name="Ani Wijaya", until=datetime(2026, 12, 2, 2, tzinfo=UTC)),)
    text = shown.text(page(now=now, then=("Citra",), next=turn))

    assert max(map(len, text.splitlines())) <= 80
    assert "On call now: Ani Wijaya, until Wed 2026-12-02 02:00 UTC" in text
    assert "Next turn: Budi Santoso, from Wed 2026-12-02 09:00 UTC" in text
    assert "Called if the first does not answer: Citra" in text
    assert "within 5 min in Zenduty" in " ".join(text.split())
    assert "There is no SOP yet" in text
    assert text.count("https://runbooks.example/") == 10
    assert "It is fine to call somebody" in text


def test_markdown_mentions_nobody() -> None:
    text = shown.markdown(page(unknown="no key"))

    assert "Not checked: who is before and behind you (`no key`)." in text
    assert "`@all \\| Orders 'wait'`" in text
    assert "\n\n- P1" in text


def test_a_team_whose_pager_no_monitor_reaches_is_told_so() -> None:
    from dataclasses import replace

    assert "No monitor reaches a pager" in shown.text(replace(page(unknown="none"), paging=()))


def test_how_often_a_team_was_paged_is_said_and_what_paged_most_stands_first() -> None:
    lately = TeamPages(days=28, pages=13, nights=3, by_monitor={"shop/orders/m7": 9})
    text = " ".join(shown.text(replace(page(), paged=lately)).split())

    assert "the team was paged 13 times, 3 of them at night: about 3 a week." in text
    assert "- P2 @all | Orders `wait` (9 pages)" in text
    assert text.index("(9 pages)") < text.index("- P1")


def test_a_quiet_team_hears_so_and_an_unread_history_says_why() -> None:
    quiet = TeamPages(days=28, pages=0, nights=0, by_monitor={})
    text = " ".join(shown.text(replace(page(), paged=quiet)).split())
    assert "Nobody was paged in the last 4 weeks." in text
    once = TeamPages(days=28, pages=1, nights=0, by_monitor={})
    text = " ".join(shown.text(replace(page(), paged=once)).split())
    assert "paged 1 time, none of them at night." in text
    unread = replace(page(), paged_unknown="ZENDUTY_API_KEY is not set")
    text = " ".join(shown.text(unread).split())
    assert "How often they do is not known (ZENDUTY_API_KEY is not set)." in text
