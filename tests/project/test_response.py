"""How we mean to respond, as project.yaml and teams.yaml say it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor_sync.incidents import target_for
from monitor_sync.project.load import Loaded, load


def loaded(folder: Path, targets: str = "", project: str = "") -> Loaded:
    (folder / "project.yaml").write_text(f"project: acme\n{project}", encoding="utf-8")
    teams = f"teams:\n  motor:\n    name: M\n{targets}"
    (folder / "teams.yaml").write_text(teams, encoding="utf-8")
    return load(folder)


def said(read: Loaded) -> list[str]:
    return [
        f"{Path(d.span.path).name}:{d.span.line}:{d.span.column} {d.rule}: {d.message}"
        for d in read.diagnostics
    ]


STEPS = """    targets:
      - {priorities: [1, 2], from: 2026-10-05, mtta: 5m, mttr: 90m}
      - {priorities: [1, 2], mtta: 30m, mttr: 180m}
      - {mttr: 24h}
"""


def test_targets_differ_by_priority_and_older_days_are_judged_by_what_held_then(
    tmp_path: Path,
) -> None:
    targets = loaded(tmp_path, STEPS).project.teams["motor"].targets
    before, after = date(2026, 10, 4), date(2026, 10, 5)

    assert [target_for(targets, "acknowledge", 1, day) for day in (before, after)] == [1800, 300]
    assert [target_for(targets, "resolve", 2, day) for day in (before, after)] == [10800, 5400]
    assert target_for(targets, "resolve", None, after) == 86400
    assert target_for(targets, "acknowledge", 3, after) is None


def test_one_mapping_holds_for_all_incidents_at_all_times(tmp_path: Path) -> None:
    read = loaded(tmp_path, "    targets: {mtta: 45s, mttr: 2h}\n")
    targets = read.project.teams["motor"].targets

    assert target_for(targets, "acknowledge", None, date(1999, 1, 1)) == 45
    assert target_for(targets, "resolve", 5, date(2040, 1, 1)) == 7200


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[{mtta: 30m}, {from: 2026-10-05, mtta: 5m}]", "4:28 schema/unused-target"),
        ("[{mtta: 30m}, {priorities: [1], mtta: 5m}]", "4:28 schema/unused-target"),
        ("[{from: 2026-02-30, mtta: 5m}]", "4:22 schema/not-a-day"),
        (
            "[{priorities: [1]}]",
            "4:15 schema/wrong-type: a mapping is not a target with `mtta` or",
        ),
        ("{mtta: soon}", "4:21 schema/"),
        ("[{mtta: 5m, mttc: 5m}]", "4:26 schema/unknown-key"),
    ],
)
def test_a_target_that_cannot_hold_is_an_error_at_its_place(
    written: str, expected: str, tmp_path: Path
) -> None:
    (line,) = said(loaded(tmp_path, f"    targets: {written}\n"))

    assert line.startswith(f"teams.yaml:{expected}")


def test_a_narrower_target_below_a_wider_one_of_another_measure_is_used(tmp_path: Path) -> None:
    assert not said(loaded(tmp_path, "    targets: [{mttr: 24h}, {priorities: [1], mtta: 5m}]\n"))


def test_kinds_and_the_time_zone_are_the_projects(tmp_path: Path) -> None:
    words = "time_zone: Asia/Jakarta\nkinds: {tech-ops: [ops, Infra], security: [sec]}\n"
    project = loaded(tmp_path, project=words).project

    assert project.time_zone == "Asia/Jakarta"
    assert list(project.kinds.items()) == [("tech-ops", ("ops", "Infra")), ("security", ("sec",))]
    assert loaded(tmp_path).project.time_zone == "UTC"


def test_words_for_a_priority_are_the_projects_from_1_to_5(tmp_path: Path) -> None:
    words = "priorities: {Critical: 1, 'No. 2': 2}\n"
    assert loaded(tmp_path, project=words).project.priorities == {"Critical": 1, "No. 2": 2}

    (line,) = said(loaded(tmp_path, project="priorities: {Critical: 0}\n"))
    assert line.startswith("project.yaml:2:24 schema/")


def test_a_time_zone_that_there_is_none_of_is_an_error_at_its_place(tmp_path: Path) -> None:
    (line,) = said(loaded(tmp_path, project="time_zone: Jakarta\n"))

    assert line == "project.yaml:2:12 schema/not-a-time-zone: no time zone is called `Jakarta`"
