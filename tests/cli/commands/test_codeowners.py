"""CODEOWNERS: where it is written, what of it stays, and whom it means for each file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor_sync.cli import main
from monitor_sync.model import Monitor, Project, Team
from monitor_sync.project.load import load
from monitor_sync.render import codeowners
from monitor_sync.render.codeowners import BEGIN, END
from tests.cli.run import BASE, FLOW

ROOT = Path(__file__).resolve().parents[3]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), prog_name="monitor-sync")


def owner_of(path: str, lines: str) -> list[str]:
    """Whom GitHub asks: the owners of the last pattern that fits. Only the patterns we write."""
    matching_owners: list[str] = []
    for line in lines.splitlines():
        if line and not line.startswith("#"):
            pattern, *owners = line.split()
            wanted = re.escape(pattern.removeprefix("/")).replace(r"\*", "[^/]*")
            if pattern == "*" or re.fullmatch(wanted + ("" if wanted[-1] != "/" else ".*"), path):
                matching_owners = owners
    return matching_owners


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a small project, and the working directory in it."""
    monitors = tmp_path / "monitors"
    for file in BASE.rglob("*.yaml"):
        copy = monitors / file.relative_to(BASE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (monitors / "motor/flow.yaml").write_text(FLOW)
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_codeowners_of_this_repository_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = invoke("codeowners", "--check")

    assert result.exit_code == 0, result.output


def test_whoever_owns_a_monitor_of_this_repository_is_asked_about_its_file() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text()
    project = load(ROOT / "monitors").project
    strangers = {
        key: monitor.team
        for key, monitor in project.monitors.items()
        if project.teams[monitor.team].github
        not in owner_of(f"monitors/{'/'.join(key.split('/')[:2])}.yaml", lines)
    }

    assert len(project.monitors) > 1000
    assert strangers == {}


def test_what_all_units_share_and_the_code_belong_to_the_platform_team() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text()
    shared = ["monitors/teams.yaml", "monitors/templates/aws-rds.yaml", ".github/CODEOWNERS",
              ".github/workflows/ci.yml", "monitor_sync/model.py", "pyproject.toml"]  # fmt: skip

    assert [entry for entry in shared if owner_of(entry, lines) != ["@acme/platform-sre"]] == []
    assert owner_of("monitors/motor/README.md", lines) == ["@acme/motor-quotes"]


def test_what_people_wrote_above_stays_and_what_they_wrote_below_is_moved_above(
    here: Path,
) -> None:
    assert invoke("codeowners").exit_code == 0
    file = here / ".github/CODEOWNERS"
    ours = file.read_text()
    file.write_text(f"*  @acme/everybody\n\n{ours}\n/monitors/  @acme/nobody\n")

    assert invoke("codeowners", "--check").exit_code == 3
    assert invoke("codeowners").exit_code == 0
    assert file.read_text() == f"*  @acme/everybody\n\n\n/monitors/  @acme/nobody\n\n{ours}"
    assert invoke("codeowners", "--check").exit_code == 0


def test_a_line_that_somebody_changed_is_out_of_date_and_shown(here: Path) -> None:
    invoke("codeowners")
    file = here / ".github/CODEOWNERS"
    file.write_text(file.read_text().replace("@acme/motor-quotes", "@acme/me"))
    result = invoke("codeowners", "--check")

    assert result.exit_code == 3
    assert result.stdout == ("-/monitors/motor/  @acme/me\n+/monitors/motor/  @acme/motor-quotes\n")
    assert "error: .github/CODEOWNERS is out of date\n help: `monitor-sync codeowners`" in (
        result.stderr
    )


@pytest.mark.parametrize("place", ["CODEOWNERS", "docs/CODEOWNERS"])
def test_the_file_that_github_reads_already_is_the_one_that_is_written(
    here: Path, place: str
) -> None:
    (here / place).parent.mkdir(exist_ok=True)
    (here / place).write_text("* @acme/everybody\n")

    assert invoke("codeowners").stdout.startswith(f"{place} is written")
    assert not (here / ".github").exists()
    assert (here / place).read_text().startswith("* @acme/everybody\n\n" + BEGIN)


def test_paths_start_at_the_root_of_the_repository_wherever_the_command_runs(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "datadog").mkdir()
    (here / "monitors").rename(here / "datadog/our monitors")
    monkeypatch.chdir(here / "datadog")
    result = invoke("--root", "our monitors", "codeowners", "--check")
    assert result.exit_code == 3
    assert "`monitor-sync --root 'our monitors' codeowners` writes it" in result.stderr

    invoke("--root", "our monitors", "codeowners")
    assert "\n/datadog/our*monitors/motor/  @acme/motor-quotes\n" in (
        (here / ".github/CODEOWNERS").read_text()
    )


def test_a_project_at_the_root_of_its_repository_has_patterns_from_there(here: Path) -> None:
    (here / ".git").rename(here / "monitors/.git")
    with (here / "monitors/project.yaml").open("a") as project:
        project.write("owner: motor-quotes\n")
    invoke("codeowners")
    lines = (here / "monitors/.github/CODEOWNERS").read_text()

    assert owner_of("teams.yaml", lines) == ["@acme/motor-quotes"]
    assert "\n/motor/  @acme/motor-quotes\n" in lines


@pytest.mark.parametrize("old", [f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n" * 2])
def test_marks_that_do_not_fit_together_are_an_error_and_nothing_is_written(
    here: Path, old: str
) -> None:
    file = here / "CODEOWNERS"
    file.write_text(old)
    result = invoke("codeowners")

    assert result.exit_code == 3
    assert "do not stand there once each" in result.stderr
    assert file.read_text() == old


def test_a_file_that_is_no_text_is_an_error(here: Path) -> None:
    (here / "CODEOWNERS").write_bytes(b"\xff\xfe")

    assert invoke("codeowners").exit_code == 3


def test_a_file_that_github_would_not_read_is_refused(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codeowners, "LARGEST", 200)
    result = invoke("codeowners")

    assert result.exit_code == 5
    assert "GitHub reads none of more than 200" in result.stderr
    assert not (here / ".github").exists()


def project(monitors: dict[str, str], units: dict[str, str], owner: str = "") -> Project:
    """Monitors and units by the team that owns them; the team ``nobody`` has no GitHub team."""
    names = {*monitors.values(), *units.values(), owner} - {""}
    return Project(
        name="acme",
        owner=owner,
        unit_owners=units,
        monitors={
            key: Monitor(key=key, body={}, business_unit=key.partition("/")[0], team=team)
            for key, team in monitors.items()
        },
        teams={
            name: Team(
                name=name, title=name, on_call=name, github="" if name == "nobody" else f"@o/{name}"
            )
            for name in names
        },
    )


def test_a_unit_without_an_owner_has_a_line_for_each_of_its_files() -> None:
    owners_by_path = codeowners.owners(
        project({"a/x/1": "red", "a/y/1": "blue", "a/y/2": "red"}, {})
    )

    assert owners_by_path.units == {}
    assert owners_by_path.files == {"a/x.yaml": ("@o/red",), "a/y.yaml": ("@o/blue", "@o/red")}


def test_a_team_without_a_github_team_has_no_line_and_is_named() -> None:
    owners_by_path = codeowners.owners(
        project({"a/x/1": "nobody", "a/y/1": "nobody", "a/y/2": "red"}, {"a": "red", "b": "nobody"})
    )

    assert owners_by_path.units == {"a/": ("@o/red",)}
    assert owners_by_path.files == {"a/y.yaml": ("@o/red",)}
    assert owners_by_path.unknown == ("nobody",)


def test_a_file_of_the_units_own_team_needs_no_line() -> None:
    owners_by_path = codeowners.owners(project({"a/x/1": "red"}, {"a": "red"}, owner="red"))

    assert (owners_by_path.files, owners_by_path.shared, owners_by_path.unknown) == (
        {},
        "@o/red",
        (),
    )
