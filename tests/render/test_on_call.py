"""How paths are told: a tree for what is broken, one line for what is well, warnings apart."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from monitor_sync.app.on_call import VerifiedPaths
from monitor_sync.oncall.path import OnCall, PagingPath, PathStep, Status, StepName
from monitor_sync.render import on_call, on_call_markdown
from monitor_sync.render.style import Style

AT = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
STEPS: tuple[StepName, ...] = (
    "handle", "integration", "service", "escalation", "schedule", "person",
)  # fmt: skip


def path(team: str, status: Status = "ok", what: str = "", *warned: str) -> PagingPath:
    steps = [
        PathStep(step=step, name="", status="ok", warnings=warned if step == "person" else ())
        for step in STEPS
    ]
    if status != "ok":
        steps[1:] = [
            PathStep(step=step, name="", status=status, what=what, fix="mend it")
            for step in STEPS[1:]
        ]
    return PagingPath(
        team=team,
        handle=f"@webhook-{team}",
        tool="zenduty",
        states=("alert",),
        monitors=2,
        steps=tuple(steps),
        on_call=(OnCall(name="Ani", until=AT),) if status == "ok" else (),
    )


def printed(*paths: PagingPath) -> str:
    return on_call.text(VerifiedPaths(paths=paths, at=AT))


def test_what_is_well_is_a_line_and_the_last_line_counts() -> None:
    assert printed(path("motor"), path("payments")) == (
        "ok  motor     Ani until Mon 2026-11-30 09:00 UTC\n"
        "ok  payments  Ani until Mon 2026-11-30 09:00 UTC\n"
        "\n"
        "2 paths at 2026-11-30 09:00 UTC: 0 broken, 2 ok, 0 not checked.\n"
    )


def test_a_warning_is_told_once_with_its_teams_and_spoils_nothing() -> None:
    shared = "a shared account? Ops is on call alone for all 14 days"
    text = printed(path("motor", "ok", "", shared), path("payments", "ok", "", shared))
    assert f"warning: {shared} (motor,\n         payments)\n" in text
    assert "2 ok" in text
    entry = json.loads(
        on_call.as_json(VerifiedPaths(paths=(path("motor", "ok", "", shared),), at=AT))
    )["paths"][0]
    assert (entry["status"], entry["steps"][-1]["what"]) == ("ok", shared)
    markdown = on_call_markdown.markdown(
        VerifiedPaths(paths=(path("motor", "ok", "", shared),), at=AT)
    )
    assert f"- {shared} (`motor`)" in markdown


def test_many_paths_that_are_not_checked_for_one_reason_are_told_once() -> None:
    teams = ["a", "b", "c", "d", "e"]
    text = printed(*(path(team, "not_checked", "the key is refused") for team in teams))
    assert text.startswith(
        "5 paths not checked: the key is refused\n  help: mend it\n  of a, b, c and 2 more\n"
    )


def test_broken_ones_come_first_and_steps_alike_in_one_row() -> None:
    text = printed(path("motor"), path("travel", "not_checked", "nobody answers"))
    assert text.index("travel") < text.index("motor")
    assert "not checked  integration, service, escalation, schedule, person\n" in text
    assert all(len(line) <= 80 for line in text.splitlines())


def test_markdown_mentions_nobody() -> None:
    broken = path("motor", "broken", "@webhook-motor leads to @acme/nobody")
    markdown = on_call_markdown.markdown(VerifiedPaths(paths=(broken,), at=AT))
    assert "`@webhook-motor` leads to `@acme/nobody`" in markdown


def test_a_handle_and_its_monitors_take_two_lines_where_one_is_too_narrow() -> None:
    broken = path("motor", "broken", "nobody is on call")
    trees = [
        on_call.text(VerifiedPaths(paths=(broken,), at=AT), Style(width=width)).splitlines()[1:3]
        for width in (80, 30)
    ]

    assert trees[0][0] == "└─ @webhook-motor  2 monitors: alert"
    assert trees[1] == ["└─ @webhook-motor", "   2 monitors: alert"]
