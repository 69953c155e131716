"""What a site tells, gathered from real files, with and without anybody to ask."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor_sync.app import ApplyOptions, SiteOptions, Target, apply, site_facts
from monitor_sync.app.failures import WrongFiles
from monitor_sync.app.live_statuses import LISTED, SEARCHED
from monitor_sync.app.site import PATHS
from tests.conftest import Local
from tests.emulator.calls import requests

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()


def test_without_keys_the_files_are_told_and_nothing_else_is_known(
    project: Path, tmp_path: Path
) -> None:
    target = Target(environ={"XDG_STATE_HOME": str(tmp_path / "state")})

    facts = site_facts(project / "monitors", target, now=NOW)

    assert len(facts.project.monitors) == 1
    assert facts.responded is None
    assert facts.paths is None
    assert {LISTED, PATHS} <= facts.not_checked.keys()


def test_offline_nobody_is_asked(project: Path, local: Local, tmp_path: Path) -> None:
    target = Target(environ={**local.environment, "XDG_STATE_HOME": str(tmp_path / "state")})

    facts = site_facts(project / "monitors", target, SiteOptions(offline=True), now=NOW)

    assert facts.not_checked == dict.fromkeys((LISTED, SEARCHED, PATHS), "--offline")
    assert requests(local.emulator) == {}


def test_with_keys_the_state_of_monitors_and_the_pages_are_followed(
    project: Path, local: Local, tmp_path: Path
) -> None:
    target = Target(environ={**local.environment, "XDG_STATE_HOME": str(tmp_path / "state")})
    apply(project / "monitors", target, ApplyOptions())

    facts = site_facts(project / "monitors", target, now=NOW)

    (row,) = facts.noise.noise.monitors
    assert row.live is not None
    assert row.fires == 0
    assert facts.paths is not None
    assert facts.not_checked == {}
    assert requests(local.emulator)["GET /api/v2/current_user"] == 2  # one of them is the apply's

    offline = SiteOptions(offline=True)
    (kept,) = site_facts(project / "monitors", target, offline, now=NOW + 60).noise.noise.monitors
    assert kept.live is not None
    assert (kept.live.id, kept.fires) == (row.live.id, 0)


def test_an_sop_that_is_a_file_of_the_project_is_told(project: Path) -> None:
    root = project / "monitors"
    teams = root / "teams.yaml"
    name = next(iter(site_facts(root, Target(environ={}), now=NOW).project.teams))
    (root / "on-call.md").write_text("Acknowledge.")
    teams.write_text(teams.read_text().replace(f"  {name}:\n", f"  {name}:\n    sop: on-call.md\n"))

    assert site_facts(root, Target(environ={}), now=NOW).sops == {name: "Acknowledge."}


def test_files_that_are_wrong_make_no_site(project: Path) -> None:
    (project / "monitors/motor/api.yaml").write_text("monitors: {m: {query: 1}}")

    with pytest.raises(WrongFiles):
        site_facts(project / "monitors", Target(environ={}), now=NOW)
