"""The register of RCAs: front matter of pages of Markdown, held against its schema."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor_sync.diagnostics import Diagnostic, Severity
from monitor_sync.incidents import Rca, RcaAction
from monitor_sync.model import Project, Team
from monitor_sync.project.load import load
from monitor_sync.project.rca import read_register

PROJECT = Project(name="acme", teams={"motor": Team(name="motor", title="M", on_call="motor")})
SOUND = "incident: 41\nteam: motor\ncause: a deploy\n"


def read(root: Path, front: str, name: str = "a.md") -> tuple[tuple[Rca, ...], list[Diagnostic]]:
    page = root / "motor" / "rca" / name
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(f"---\n{front}---\n\n# What happened\n", encoding="utf-8")
    return read_register(root, PROJECT)


def said(diagnostics: list[Diagnostic]) -> list[str]:
    return [f"{d.span.line}:{d.span.column} {d.rule}" for d in diagnostics]


def test_the_front_matter_says_incident_team_cause_and_actions(tmp_path: Path) -> None:
    front = (
        "incident: [41, INC-7]\nteam: motor\ncause: a deploy\nheld: 2026-10-08\nactions:\n"
        "  - {what: test it, due: 2026-10-20, done: 2026-10-19}\n"
        "  - {what: watch it, team: motor, due: 2026-11-02}\n"
    )
    (entry,), wrong = read(tmp_path, front)

    assert not wrong
    assert entry == Rca(
        incidents=("41", "INC-7"),
        team="motor",
        cause="a deploy",
        path=(tmp_path / "motor/rca/a.md").as_posix(),
        unit="motor",
        held=date(2026, 10, 8),
        actions=(
            RcaAction(what="test it", team="motor", due=date(2026, 10, 20), done=True),
            RcaAction(what="watch it", team="motor", due=date(2026, 11, 2)),
        ),
    )


@pytest.mark.parametrize(
    ("front", "expected"),
    [
        ("team: motor\ncause: c\n", ["2:1 schema/missing-key"]),
        (f"{SOUND}owner: Budi\n", ["5:1 schema/unknown-key"]),
        (f"{SOUND}actions: [{{what: w, due: soon}}]\n", ["5:26 schema/wrong-type"]),
        (f"{SOUND}actions: [{{what: w, due: 2026-02-30}}]\n", ["5:26 schema/not-a-day"]),
        (f"{SOUND}held: 2026-13-01\n", ["5:7 schema/not-a-day"]),
        ("incident: [41\n", ["3:1 file/not-yaml"]),
    ],
)
def test_what_is_wrong_is_said_at_its_line_of_the_page_and_the_rca_does_not_count(
    front: str, expected: list[str], tmp_path: Path
) -> None:
    entries, wrong = read(tmp_path, front)

    assert (entries, said(wrong)) == ((), expected)


def test_a_team_or_a_monitor_that_there_is_none_of_is_a_warning(tmp_path: Path) -> None:
    front = "incident: 41\nteam: moto\ncause: a deploy\nmonitors: [motor/flow/gone]\n"
    (entry,), wrong = read(tmp_path, front)

    assert entry.team == "moto"
    assert said(wrong) == ["3:7 references/rca-of-no-such", "5:12 references/rca-of-no-such"]
    assert {diagnostic.severity for diagnostic in wrong} == {Severity.WARNING}


def test_a_page_without_front_matter_is_an_error_and_a_readme_or_a_hidden_file_is_no_page(
    tmp_path: Path,
) -> None:
    read(tmp_path, SOUND)
    for name in ("README.md", ".draft.md", "notes.md"):
        (tmp_path / "motor" / "rca" / name).write_text("# Notes\n", encoding="utf-8")

    entries, wrong = read_register(tmp_path, PROJECT)

    assert len(entries) == 1
    assert [Path(diagnostic.span.path).name for diagnostic in wrong] == ["notes.md"]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside, root = tmp_path / "outside.md", tmp_path / "monitors"
    outside.write_text(f"---\n{SOUND}---\n")
    (root / "motor" / "rca").mkdir(parents=True)
    (root / "motor" / "rca" / "a.md").symlink_to(outside)

    assert read_register(root, PROJECT) == ((), [])


def test_no_monitor_is_made_of_a_register_and_a_mistake_in_it_is_none_of_the_projects(
    tmp_path: Path,
) -> None:
    (tmp_path / "project.yaml").write_text("project: acme\n")
    read(tmp_path, "monitors: {load: {name: x}}\n")

    loaded = load(tmp_path)

    assert not loaded.project.monitors
    assert not loaded.diagnostics
