"""The first files of a project: right whatever the answers, all of them or none."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor_sync import app
from monitor_sync.app import ProjectChoices
from monitor_sync.app.files import check, read
from monitor_sync.errors import MonitorSyncError, Refused, UsageError

ROOT = Path(__file__).resolve().parents[2]
ANSWERS = ProjectChoices(
    project="acme",
    team="checkout",
    pager="@pagerduty-Shop",
    chat="@slack-shop-alerts",
    site="datadoghq.eu",
)
ACTION = ROOT / ".github/actions/monitor-sync/README.md"
MODELINE = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")


def changed(**fields: str) -> ProjectChoices:
    values = {name: getattr(ANSWERS, name) for name in ProjectChoices.__slots__}
    return ProjectChoices(**{**values, **fields})


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with what is in it; empty folders too."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, and the working directory in it."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    "answers",
    [
        ANSWERS,
        changed(github="@acme/shop"),
        changed(project="no", team="1.0"),
        changed(project="-", team="null"),
        changed(project="2026-11-29", team="0x1f"),
        changed(pager="@webhook-ä", chat="@teams-shop"),
        changed(pager="@oncall-shop", chat="@oncall-shop"),
    ],
)
@pytest.mark.parametrize("empty", [False, True])
def test_the_files_have_no_finding_and_say_what_was_answered(
    answers: ProjectChoices, empty: bool, here: Path
) -> None:
    app.write_project(app.draft_project(Path("monitors"), answers, empty=empty))
    loaded = read(here / "monitors")

    assert check(loaded) == ()
    project = loaded.project
    (team,) = project.teams.values()
    assert (project.name, project.site, project.owner) == (
        answers.project, answers.site, answers.team,
    )  # fmt: skip
    assert (team.name, team.github) == (answers.team, answers.github)
    assert team.handles == {"pager": answers.pager, "chat": answers.chat}
    assert len(project.monitors) == (0 if empty else 5)


def test_without_a_monitor_nobody_has_to_be_notified_yet(here: Path) -> None:
    app.write_project(app.draft_project(Path("monitors"), changed(pager="", chat=""), empty=True))
    loaded = read(here / "monitors")

    assert check(loaded) == ()
    (team,) = loaded.project.teams.values()
    assert (team.name, team.handles, team.notify) == ("checkout", {}, ())


def test_one_handle_without_the_other_is_refused(here: Path) -> None:
    with pytest.raises(UsageError, match=r"^chat: "):
        app.draft_project(Path("monitors"), changed(chat=""), empty=True)
    assert everything(here) == {}


@pytest.mark.parametrize(
    "field", ["project", "team", "pager", "chat", "site", "github"]
)  # fmt: skip
@pytest.mark.parametrize(
    "value",
    ["a\n", "@a\n", "a b", "@slack-a b", "", "@", "@a\nteams: {}", '@a"b', "@a${x}", "@a\\",
     "@{{b}}", "Ü", "x" * 300, "datadoghq.eu\n", "@acme/shop\n", "data!dog"],
)  # fmt: skip
def test_an_answer_that_the_reader_would_not_take_is_refused(
    field: str, value: str, here: Path
) -> None:
    if field == "github" and not value:
        return  # nobody reviews, which is an answer
    with pytest.raises(UsageError, match=f"^{field}: "):
        app.draft_project(Path("monitors"), changed(**{field: value}))
    assert everything(here) == {}


@settings(max_examples=60, deadline=None)
@given(name=st.sampled_from(["project", "team", "pager", "chat"]), value=st.text(max_size=12))
def test_no_answer_ends_in_anything_but_our_words(name: str, value: str) -> None:
    answer = f"@{value}" if name in ("pager", "chat") else value
    try:
        new = app.draft_project(Path("nowhere"), changed(**{name: answer}), empty=True)
    except MonitorSyncError:
        return
    (team,) = new.project.teams.values()
    values = {"project": new.project.name, "team": team.name, **team.handles}
    assert values[name] == answer


@pytest.mark.parametrize(
    "name",
    ["monitors/project.yaml", "monitors/shop/orders.tests.yaml", "monitors/.schemas/teams.json",
     "monitors/motor/flow.yaml", "monitors/other.yml", ".github/CODEOWNERS", "CODEOWNERS",
     ".github/workflows/monitors.yml"],
)  # fmt: skip
def test_where_a_file_is_there_none_is_written(name: str, here: Path) -> None:
    (here / name).parent.mkdir(parents=True, exist_ok=True)
    (here / name).write_text("theirs")
    before = everything(here)

    with pytest.raises(Refused, match=re.escape(name)):
        app.write_project(app.draft_project(Path("monitors"), ANSWERS, github=True))
    assert everything(here) == before


def test_a_link_that_leads_nowhere_is_a_file_too(here: Path) -> None:
    (here / "monitors").mkdir()
    (here / "monitors/teams.yaml").symlink_to(here / "elsewhere.yaml")

    with pytest.raises(Refused, match=r"teams\.yaml"):
        app.write_project(app.draft_project(Path("monitors"), ANSWERS))
    assert not (here / "elsewhere.yaml").exists()


def test_what_has_appeared_since_the_look_stays_and_the_rest_is_taken_back(here: Path) -> None:
    new = app.draft_project(Path("monitors"), ANSWERS, github=True)
    last = list(new.files)[-1]
    last.parent.mkdir(parents=True)
    last.write_text("theirs")
    before = everything(here)

    with pytest.raises(Refused, match=re.escape(last.name)):
        app.write_project(new)
    assert everything(here) == before


def test_what_cannot_be_written_leaves_no_half(here: Path) -> None:
    new = app.draft_project(Path("monitors"), ANSWERS)
    (here / "monitors").mkdir()
    (here / "monitors/templates").write_text("a file where a folder has to be")
    before = everything(here)

    with pytest.raises(MonitorSyncError, match="nothing is written"):
        app.write_project(new)
    assert everything(here) == before


def test_a_root_that_is_a_file_is_said(here: Path) -> None:
    (here / "monitors").write_text("")

    with pytest.raises(MonitorSyncError, match="nothing is written"):
        app.write_project(app.draft_project(Path("monitors"), ANSWERS))


def test_the_first_line_of_each_file_leads_to_a_schema_that_is_there(here: Path) -> None:
    app.write_project(app.draft_project(Path("monitors"), ANSWERS))
    files = list((here / "monitors").rglob("*.yaml"))

    assert len(files) == 7
    for file in files:
        modeline = MODELINE.match(file.read_text())
        assert modeline
        schema = file.parent / modeline[1]
        assert schema.read_bytes() == (ROOT / "schemas" / schema.name).read_bytes()
        if "definitions.json" in json.dumps(json.loads(schema.read_text())):
            assert (schema.parent / "definitions.json").is_file()


def test_schemas_of_an_older_version_are_renewed_and_nothing_else(here: Path) -> None:
    app.write_project(app.draft_project(Path("monitors"), ANSWERS))
    before = everything(here)
    (here / "monitors/.schemas/teams.json").write_text("{}")

    app.write_schemas(Path("monitors"))
    assert everything(here) == before


def test_the_workflow_is_the_one_that_the_actions_page_prints(here: Path) -> None:
    printed = ACTION.read_text(encoding="utf-8").split("```yaml\n", 1)[1].split("```", 1)[0]
    app.write_project(app.draft_project(Path("monitors"), ANSWERS, github=True))

    assert (here / ".github/workflows/monitors.yml").read_text() == printed


def test_in_a_repository_the_workflow_stands_at_its_top_from_any_folder(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / ".git").mkdir()
    (here / "below").mkdir()
    monkeypatch.chdir(here / "below")

    app.write_project(app.draft_project(Path("../monitors"), ANSWERS, github=True))
    assert (here / ".github/workflows/monitors.yml").is_file()
    with pytest.raises(UsageError, match="below/monitors/"):
        app.draft_project(Path("monitors"), ANSWERS, github=True)
