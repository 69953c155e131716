"""Noise of real files, with what Datadog says of their monitors over HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor_sync.app import NoiseOptions, Target, apply, report_noise
from monitor_sync.app.applying import ApplyOptions
from monitor_sync.app.files import read as read_files
from monitor_sync.app.live_statuses import LISTED, SEARCHED, LiveStatuses, read
from monitor_sync.app.noisy_monitors import judged, span_of
from monitor_sync.app.response_history import ResponseHistory
from monitor_sync.emulator.core import Emulator
from monitor_sync.emulator.server import running
from monitor_sync.errors import UsageError
from monitor_sync.incidents import TimeSpan
from tests.conftest import Local
from tests.emulator.calls import ask, requests
from tests.insight.response import incidents as response

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()


def test_without_keys_nothing_is_known_and_nothing_is_zero(project: Path) -> None:
    report = report_noise(project / "monitors", Target(environ={}), now=NOW)

    (row,) = report.noise.monitors
    assert (row.live, row.fires, row.pages, row.last_fired) == (None, None, None, None)
    assert list(report.not_checked) == [LISTED, SEARCHED]
    assert report.proposals == {}
    assert any("DD_API_KEY" in note for note in report.notes)


def test_the_state_of_live_monitors_is_known_and_a_mute_without_an_end(
    project: Path, local: Local
) -> None:
    target = Target(environ=local.environment)
    apply(project / "monitors", target, ApplyOptions())
    (key,) = (loaded := read_files(project / "monitors").project).monitors
    before = read(loaded, target).by_key[key]
    ask(local.emulator, "POST", f"/api/v1/monitor/{before.id}/mute", {})

    after = read(loaded, target).by_key[key]

    assert (before.state, before.muted, before.muted_forever) == ("No Data", False, False)
    assert (after.muted, after.muted_forever, after.quality_issues) == (True, True, ())
    assert before.created > 0


def test_offline_what_was_kept_is_told_up_to_its_last_reading(
    project: Path, local: Local, tmp_path: Path
) -> None:
    root, state = project / "monitors", {"XDG_STATE_HOME": str(tmp_path / "state")}
    target = Target(environ={**local.environment, **state})
    apply(root, target, ApplyOptions())
    before = report_noise(root, target, now=NOW)
    asked = requests(local.emulator)

    kept = report_noise(root, target, NoiseOptions(offline=True), now=NOW + 7200)

    assert requests(local.emulator) == asked
    assert [row.fires for row in kept.noise.monitors] == [0]
    assert [row.fires for row in before.noise.monitors] == [0]
    assert kept.span == TimeSpan(NOW + 7200 - 28 * 86_400, NOW)
    assert kept.not_checked == dict.fromkeys((LISTED, SEARCHED), "--offline")


def test_a_key_that_may_not_read_monitors_leaves_them_unchecked(project: Path) -> None:
    loaded = read_files(project / "monitors").project
    with running(Emulator(lacking=["monitors_read"])) as url:
        target = Target(environ={"DD_HOST": url, "DD_API_KEY": "a", "DD_APP_KEY": "b"})
        statuses = read(loaded, target)

    assert statuses.by_key == {}
    assert list(statuses.not_checked) == [LISTED, SEARCHED]


def test_four_weeks_until_now_unless_days_are_named_in_the_time_zone_of_the_project() -> None:
    jakarta = ZoneInfo("Asia/Jakarta")
    usual = span_of(None, None, jakarta, NOW)
    named = span_of(date(2026, 11, 1), date(2026, 11, 2), jakarta, NOW)

    assert (usual.start, usual.end) == (NOW - 28 * 86_400, NOW)
    assert named.start == datetime(2026, 10, 31, 17, tzinfo=UTC).timestamp()
    assert named.end - named.start == 86_400
    assert span_of(date(2026, 11, 1), date(2027, 1, 1), jakarta, NOW).end == NOW


@pytest.mark.parametrize(("start", "end"), [((2026, 11, 2), (2026, 11, 2)), ((2027, 1, 1), None)])
def test_days_in_the_wrong_order_are_refused(
    start: tuple[int, int, int], end: tuple[int, int, int] | None
) -> None:
    with pytest.raises(UsageError, match="ends before it begins"):
        span_of(date(*start), date(*end) if end else None, ZoneInfo("UTC"), NOW)


def test_an_incident_of_a_shared_service_is_in_the_shifts_of_each_of_its_teams() -> None:
    desk = response.project(response.team("sales", "desk"), response.team("claims", "desk"))
    monitors = [response.monitor(f"motor/m/{name}", name) for name in ("sales", "claims")]
    span = TimeSpan(NOW - 86_400, NOW)
    incidents = tuple(response.incident(str(n), NOW - 60 * n, service="desk") for n in (1, 2, 3))
    history = ResponseHistory(incidents=incidents, alerts_read=True)

    report = judged(desk, monitors, LiveStatuses(), history, span, now=NOW)

    assert [(shift.team, shift.over, shift.worst) for shift in report.shifts] == [
        ("claims", 1, 3),
        ("sales", 1, 3),
    ]


def test_a_selector_that_means_nothing_is_refused(project: Path) -> None:
    with pytest.raises(UsageError):
        report_noise(
            project / "monitors", Target(environ={}), NoiseOptions(selectors=("no/such",)), now=NOW
        )
