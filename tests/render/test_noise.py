"""A report on noise fits a screen, says what it rests on, and nothing that nobody knows."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from monitor_sync.app.noisy_monitors import NoiseReport
from monitor_sync.incidents import TimeSpan
from monitor_sync.insight.response.noise import LiveStatus, Noise, NoisyMonitor
from monitor_sync.insight.response.quieter import Proposal
from monitor_sync.insight.response.shifts import TeamShifts
from monitor_sync.insight.response.together import PagedProblem, PageOfMonitor
from monitor_sync.render import noise
from tests.insight.response.history import at, monitor

LIVE = LiveStatus(id=1, state="OK", muted=False, quality_issues=("noisy_monitor",))
COUNTED = {
    "fires": 42, "episodes": 43, "pages": 40, "night": 12, "off_hours": 3, "flaps": 6,
    "flapping_fires": 38, "ended": 40, "self_resolved_fires": 30, "hours_in_alert": 3.21,
    "last_fired": at(600), "problems": 10, "beside": ("motor/database/locks", 9),
}  # fmt: skip


def row(key: str, **given: Any) -> NoisyMonitor:
    return NoisyMonitor(monitor=monitor(key), **{"live": LIVE, **COUNTED, **given})


def outage(size: int) -> PagedProblem:
    pages = (
        PageOfMonitor(
            key=f"motor/platform/service-{number}.errors", team="motor", group="", start=at(1)
        )
        for number in range(size)
    )
    return PagedProblem(team="motor", pages=tuple(pages))


def report(*rows: NoisyMonitor, proposal: Proposal | None = None, **given: Any) -> NoiseReport:
    fields: dict[str, Any] = {
        "noise": Noise(monitors=rows, problems=given.pop("problems", ())),
        "span": TimeSpan(at(0), at(28 * 24 * 60)),
        "time_zone": "UTC",
        "within": 600.0,
        "proposals": {row.key: proposal for row in rows} if proposal else {},
    }
    return NoiseReport(**{**fields, **given})


def test_a_thousand_monitors_fit_a_screen_with_problems_shifts_and_one_line_that_counts() -> None:
    shifts = TeamShifts(team="motor", shifts=56, problems=170, pages=400, over=9, worst=7)
    shown = noise.text(
        report(
            *(row(f"motor/purchase-flow/conversion-{number}") for number in range(1000)),
            proposal="set a recovery threshold",
            problems=tuple(outage(size) for size in range(2, 42)),
            shifts=(shifts,) * 9,
            by_incidents=True,
        )
    )

    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40
    assert "noisiest 5 of 1000" in shown
    assert "motor: 41 pages of 41 monitors," in shown
    rule = lines.index("A shift of 12 hours has room for 2 incidents. Shifts that had more:")
    assert lines[rule + 1 : rule + 3] == [
        "   shifts  worst  incidents a shift  pages a shift  team",
        "  9 of 56      7                3.0            7.1  motor",
    ]
    assert lines[-3:-1] == [
        "1000 monitors in 28 days: 42000 alerts, 40000 pages (12000 at night), 40",
        "  problems, 1000 proposals.",
    ]


@pytest.mark.parametrize(
    ("proposal", "given", "sentence"),
    [
        ("unmute or delete", {}, "Unmute it or delete it: it is muted, without an end."),
        (
            "mend the query or delete",
            {"live": LiveStatus(id=1, state="No Data", state_since=at(0))},
            "Mend its query or delete it: it has had no data since 2026-10-05.",
        ),
        ("mend the query or delete", {}, "Mend its query or delete it: it never had data."),
        (
            "raise the threshold or delete",
            {"hours_in_alert": 400.4},
            "Raise its threshold or delete it: it was in alert for 16.7d of 28d.",
        ),
        (
            "raise the threshold or delete",
            {"hours_in_alert": None},
            "Raise its threshold or delete it: Datadog says that it has been in alert for"
            " too long.",
        ),
        (
            "set a recovery threshold",
            {},
            "Set a critical_recovery threshold: 38 of 42 alerts came in 6 stretches of flapping.",
        ),
        (
            "lengthen the window",
            {},
            "Lengthen its window: 30 of 40 alerts ended by themselves within 10m.",
        ),
        (
            "lengthen the window",
            {"self_resolved_fires": 1},
            "Lengthen its window: 38 of 42 alerts came in 6 stretches of flapping.",
        ),
        (
            "page for one of two",
            {},
            "Let one of the two page: in 9 of 10 problems motor/database/locks paged too.",
        ),
        (
            "notify by a wider group",
            {},
            "Notify by a wider group (notify_by): its 40 pages were 10 problems.",
        ),
        ("mend the handle", {}, "Mend its handle: Datadog says noisy_monitor."),
        (
            "test or delete",
            {},
            "Prove by a unit test that it can alert, or delete it:"
            " its last alert was on 2026-10-05.",
        ),
        (
            "test or delete",
            {"last_fired": None},
            "Prove by a unit test that it can alert, or delete it: it is older than 180 days,"
            " and Datadog knows of no alert.",
        ),
    ],
)
def test_each_proposal_says_the_data_that_it_rests_on(
    proposal: Proposal, given: dict[str, Any], sentence: str
) -> None:
    (entry,) = json.loads(noise.json(report(row("m", **given), proposal=proposal)))

    assert entry["proposal"] == sentence


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (
            {"live": None, "fires": None, "ended": None},
            "nobody could say how often it alerted",
        ),
        ({"fires": 0, "ended": 0}, "it did not alert in this time"),
        ({"fires": 9, "ended": 0}, "none of its alerts have ended, and fewer than 4 say nothing"),
        ({"fires": 1, "ended": 1}, "1 of its alerts has ended, and fewer than 4 say nothing"),
        (
            {"fires": 9, "ended": 4, "self_resolved_fires": 1},
            "3 of 4 alerts that ended outlasted 10m or were acknowledged",
        ),
    ],
)
def test_a_monitor_without_a_proposal_says_why(given: dict[str, Any], reason: str) -> None:
    made = report(row("m", **given))
    (entry,) = json.loads(noise.json(made))

    assert entry["no_proposal"] == reason
    assert f"No proposal: {reason}." in " ".join(noise.text(made).split())
    assert f"No proposal: {reason}." in noise.markdown(made)


def test_alerts_stand_beside_pages_and_times_are_written_as_in_every_report() -> None:
    above, head, numbers, *_ = noise.text(report(row("motor/api/errors"))).splitlines()

    assert above.split() == ["by", "in"]
    assert head == "pages  alerts  night  flaps  itself  alert  monitor"
    assert numbers == "   40      42     12      6    75 %   3h13  motor/api/errors"


def test_the_json_is_what_scripts_were_promised() -> None:
    (entry,) = json.loads(noise.json(report(row("motor/api/errors"))))

    assert entry == {
        "key": "motor/api/errors",
        "file": "monitors/motor/api.yaml",
        "line": 3,
        "team": "motor",
        "fires": 42,
        "episodes": 43,
        "pages": 40,
        "flaps": 6,
        "self_resolved": 0.75,
        "night": 12,
        "off_hours": 3,
        "hours_in_alert": 3.21,
        "last_fired": "2026-10-05T10:00:00Z",
        "muted": False,
        "quality_issues": ["noisy_monitor"],
        "proposal": None,
        "no_proposal": "10 of 40 alerts that ended outlasted 10m or were acknowledged",
    }


def test_what_nobody_knows_is_null_a_question_mark_or_nothing_and_never_zero() -> None:
    unknown = NoisyMonitor(monitor=monitor("m"))
    made = report(unknown, not_checked={"live monitors": "no keys"}, proposal="test or delete")

    (entry,) = json.loads(noise.json(made))
    (cells,) = csv.DictReader(io.StringIO(noise.csv(made)))

    known = {"key", "file", "line", "team", "proposal"}
    assert {name for name, value in entry.items() if value is not None} == known
    assert {name for name, value in cells.items() if value} == known
    assert "alerts not checked" in noise.text(made)
    assert "Not checked: live monitors (no keys)." in noise.text(made)
    assert "?  m" in noise.text(made)


def test_a_key_for_which_there_is_no_room_stands_below_its_numbers_and_is_never_cut() -> None:
    key = "policy-admin/issuance/carrier-rejections.a-carrier-with-a-long-name"
    shown = noise.text(report(row(key)))

    assert f"\n       {key}\n" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_monitor_without_pages_and_proposals_is_in_the_json_and_not_on_the_screen() -> None:
    quiet = report(row("quiet", pages=0), row("loud"))

    assert "quiet" not in noise.text(quiet)
    assert len(json.loads(noise.json(quiet))) == 2


def test_markdown_mentions_nobody_and_no_spreadsheet_computes() -> None:
    made = report(row("@acme/=1+1|x"), problems=(outage(2),), notes=("@someone said so",))

    assert "`@acme/=1+1\\|x`" in noise.markdown(made)
    assert "\n=" not in noise.csv(report(row("=1+1")))
