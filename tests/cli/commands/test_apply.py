"""Apply what was reviewed: plan files, fingerprints, limits, conflicts and what is refused."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path

import pytest

from monitor_sync.app import Target, organisation
from monitor_sync.cli.commands.apply import command
from monitor_sync.model import WORKERS
from monitor_sync.store.state import Workspace, locked
from tests.cli.project import Project
from tests.cli.run import BASE, FLOW
from tests.conftest import Local

DROP = "motor/flow/conversion-drop"


def many(project: Project, count: int, *, critical: int = 12) -> None:
    """Write a file with so many monitors."""
    text = FLOW.removeprefix("monitors:\n").replace("critical: 12", f"critical: {critical}")
    texts = (
        text.replace("conversion-drop", f"drop-{n}").replace("{env:", f"{{n:{n},env:")
        for n in range(count)
    )
    project.write("motor/flow.yaml", "monitors:\n" + "".join(texts))


def here() -> Workspace:
    """Where the state of the project is kept, for the Datadog of the environment."""
    target = Target(environ=os.environ)
    return organisation.estate(target, target.connect(), "acme")


@pytest.fixture
def project(tmp_path: Path, local: Local, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    made = Project(tmp_path, local)
    made.write("motor/flow.yaml", FLOW)
    return made


class TestAPlanFile:
    def test_is_applied_as_it_was_made_whatever_the_files_say_by_now(
        self, project: Project
    ) -> None:
        project.done("plan --out plan.json")
        project.write("motor/flow.yaml", FLOW.replace("critical: 12", "critical: 7"))
        project.done("apply plan.json --yes")
        assert project.live()[DROP]["options"]["thresholds"]["critical"] == 12

    def test_applied_twice_changes_nothing_more(self, project: Project) -> None:
        project.done("plan --out plan.json")
        project.done("apply plan.json --yes")
        before = project.live()
        again = project.done("apply plan.json --yes")
        assert "was there already" in again.stdout
        assert project.live() == before

    def test_leaves_alone_what_somebody_edited_since_and_says_who(self, project: Project) -> None:
        project.write(
            "motor/other.yaml", FLOW.replace("conversion-drop", "other").replace("< $", "<= $")
        )
        project.done("apply --yes")
        for name in ("flow", "other"):
            path = project.folder / "monitors" / "motor" / f"{name}.yaml"
            path.write_text(path.read_text().replace("critical: 12", "critical: 9"))
        project.done("plan --out plan.json")
        number = project.live()[DROP]["id"]
        project.ask("PUT", f"/api/v1/monitor/{number}", {"message": "I am looking at this"})

        result = project.run("apply plan.json --yes")

        assert result.exit_code == 6
        assert project.live()[DROP]["message"] == "I am looking at this"
        assert project.live()["motor/other/other"]["options"]["thresholds"]["critical"] == 9
        assert f"{DROP} (#{number}) was changed since the plan was made" in result.stdout
        assert re.search(r"by \S+, 20\d\d-\d\d-\d\d", result.stdout)
        assert ": message\n" in result.stdout

    def test_is_not_stopped_by_a_mute(self, project: Project) -> None:
        project.done("apply --yes")
        project.write("motor/flow.yaml", FLOW.replace("critical: 12", "critical: 9"))
        project.done("plan --out plan.json")
        project.ask("POST", f"/api/v1/monitor/{project.live()[DROP]['id']}/mute", {})
        project.done("apply plan.json --yes")
        assert project.live()[DROP]["options"]["silenced"]

    def test_does_not_delete_what_somebody_edited_since(self, project: Project) -> None:
        project.done("apply --yes")
        (project.folder / "monitors" / "motor" / "flow.yaml").unlink()
        project.done("plan --out plan.json")
        number = project.live()[DROP]["id"]
        project.ask("PUT", f"/api/v1/monitor/{number}", {"name": "I need this one"})
        assert project.run("apply plan.json --yes").exit_code == 6
        assert DROP in project.live()

    def test_takes_as_done_what_is_gone_already(self, project: Project) -> None:
        project.done("apply --yes")
        (project.folder / "monitors" / "motor" / "flow.yaml").unlink()
        project.done("plan --out plan.json")
        project.ask("DELETE", f"/api/v1/monitor/{project.live()[DROP]['id']}")
        assert "gone already" in project.done("apply plan.json --yes").stdout

    def test_makes_nothing_whose_key_somebody_else_made_otherwise(self, project: Project) -> None:
        project.done("plan --out plan.json")
        project.write("motor/flow.yaml", FLOW.replace("critical: 12", "critical: 5"))
        project.done("apply --yes")
        result = project.run("apply plan.json --yes")
        assert result.exit_code == 6
        assert "was created after the plan was made" in result.stdout
        assert len(project.live()) == 1

    def test_that_was_edited_is_refused(self, project: Project) -> None:
        project.done("plan --out plan.json")
        path = project.folder / "plan.json"
        path.write_text(path.read_text().replace("critical", "kritical", 1))
        result = project.run("apply plan.json --yes")
        assert (result.exit_code, project.live()) == (5, {})
        assert "was changed after the plan was made" in result.stderr

    @pytest.mark.parametrize(
        ("variable", "says"), [("DD_SITE", "site"), ("monitors/project.yaml", "project")]
    )
    def test_for_somewhere_else_is_refused(
        self, project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, says: str
    ) -> None:
        project.done("plan --out plan.json")
        if variable == "DD_SITE":
            monkeypatch.setenv("DD_SITE", "us5.datadoghq.com")
        else:
            text = (BASE / "project.yaml").read_text()
            project.write("project.yaml", text.replace("project: acme", "project: other"))
        result = project.run("apply plan.json --yes")
        assert (result.exit_code, project.live()) == (5, {})
        assert f"the plan is for the {says} " in result.stderr

    def test_for_another_organisation_is_refused(self, project: Project) -> None:
        from monitor_sync.sync import plan_file

        project.done("apply --yes")
        project.write("motor/flow.yaml", FLOW.replace("critical: 12", "critical: 9"))
        project.done("plan --out plan.json")
        path = project.folder / "plan.json"
        raw = json.loads(path.read_text())
        raw["org_id"] += 1
        raw["digest"] = f"sha256:{'0' * 64}"
        path.write_text(plan_file.sealed(json.dumps(raw)))
        result = project.run("apply plan.json --yes")
        assert result.exit_code == 5
        assert "the plan is for the organisation" in result.stderr

    def test_that_is_missing_is_a_wrong_command_line(self, project: Project) -> None:
        result = project.run("apply nowhere.json --yes")
        assert result.exit_code == 2
        assert "cannot read nowhere.json" in result.stderr

    def test_of_a_part_holds_only_that_part(self, project: Project) -> None:
        project.write(
            "payments/x.yaml", FLOW.replace("conversion-drop", "x").replace("motor.", "payments.")
        )
        project.done("plan payments --out plan.json")
        project.done("apply plan.json --yes")
        assert project.live().keys() == {"payments/x/x"}

    def test_of_a_composite_without_its_member_is_refused(self, project: Project) -> None:
        project.write(
            "motor/both.yaml",
            "monitors:\n  both:\n    name: Both\n    type: composite\n"
            f'    query: "${{id:{DROP}}} && ${{id:{DROP}}}"\n    message: Both.\n'
            "    runbook: motor/both\n",
        )
        result = project.run("plan motor/both --out plan.json")
        assert result.exit_code == 2
        assert f"motor/both/both refers to {DROP}, which is neither live nor" in result.stderr


class TestExpect:
    def test_applies_the_plan_that_was_reviewed(self, project: Project) -> None:
        shown = json.loads(project.done("plan --format json").stdout)["fingerprint"]
        project.done(f"apply --expect {shown} --yes")
        assert DROP in project.live()

    def test_refuses_any_other_and_shows_it(self, project: Project) -> None:
        result = project.run("apply --expect 00000000 --yes")
        assert (result.exit_code, project.live()) == (5, {})
        assert "+ motor/flow/conversion-drop" in result.stdout
        assert "00000000 was reviewed" in result.stderr

    def test_does_not_go_with_a_plan_file(self, project: Project) -> None:
        project.done("plan --out plan.json")
        assert project.run("apply plan.json --expect 00000000 --yes").exit_code == 2


class TestLimits:
    def test_too_many_deletes_are_refused_with_the_option_that_lets_them(
        self, project: Project
    ) -> None:
        many(project, 12)
        project.done("apply --yes")
        many(project, 7)
        refused = project.run("apply --yes")
        assert refused.exit_code == 5
        assert "5 of 12 monitors" in refused.stderr
        assert "--max-deletes 5" in refused.stderr
        assert len(project.live()) == 12
        project.done("apply --yes --max-deletes 5")
        assert len(project.live()) == 7

    def test_a_review_lets_changes_pass_and_deletes_not(self, project: Project) -> None:
        many(project, 12)
        project.done("apply --yes")
        many(project, 7, critical=9)
        assert project.run("apply --yes").stderr.count("error:") == 2
        project.done("plan --out plan.json")
        refused = project.run("apply plan.json --yes")
        assert refused.exit_code == 5
        assert "would be deleted" in refused.stderr
        assert "would be changed" not in refused.stderr

    @pytest.mark.parametrize("value", ["many", "-1", "30%%"])
    def test_an_option_that_is_no_limit_is_a_wrong_command_line(
        self, project: Project, value: str
    ) -> None:
        assert project.run(f"apply --yes --max-deletes={value}").exit_code == 2


class TestResume:
    def test_without_an_earlier_run_there_is_nothing(self, project: Project) -> None:
        result = project.run("apply --resume --yes")
        assert result.exit_code == 5
        assert "nothing to resume" in result.stderr

    def test_another_plan_is_not_resumed(self, project: Project) -> None:
        project.done("plan --out one.json")
        project.done("apply one.json --yes")
        project.write("motor/flow.yaml", FLOW.replace("critical: 12", "critical: 9"))
        project.done("plan --out two.json")
        result = project.run("apply two.json --resume --yes")
        assert result.exit_code == 5
        assert "was of another plan" in result.stderr

    def test_a_second_apply_on_this_machine_waits_for_the_first(self, project: Project) -> None:
        with locked(here()):
            result = project.run("apply --yes")
        assert (result.exit_code, project.live()) == (5, {})
        assert "another apply of acme" in result.stderr


class TestDeletes:
    def test_what_refers_to_a_deleted_monitor_is_named_by_the_plan(self, project: Project) -> None:
        project.done("apply --yes")
        number = project.live()[DROP]["id"]
        self._composite(project, number)
        (project.folder / "monitors" / "motor" / "flow.yaml").unlink()
        planned = json.loads(project.done("plan --format json").stdout)
        assert any("[Ani] mine" in blocker for blocker in planned["changes"][0]["blocked_by"])
        assert "[Ani] mine" in project.done("plan").stdout

    def test_only_force_and_the_key_delete_what_others_refer_to(self, project: Project) -> None:
        project.done("apply --yes")
        self._composite(project, project.live()[DROP]["id"])
        (project.folder / "monitors" / "motor" / "flow.yaml").unlink()
        refused = project.run("apply --yes")
        assert refused.exit_code == 1
        assert DROP in project.live()
        assert project.run("apply --yes --force-delete motor/flow/x").exit_code == 2
        project.done(f"apply --yes --force-delete {DROP}")
        assert DROP not in project.live()

    def test_what_somebody_else_made_a_moment_ago_is_not_deleted_unseen(
        self, project: Project, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project.done("apply --yes")
        (project.folder / "monitors" / "motor" / "flow.yaml").unlink()
        monkeypatch.setenv("XDG_STATE_HOME", str(project.folder / "another-machine"))
        held = project.run("apply --yes")
        assert held.exit_code != 0
        assert "held back: made less than 15m ago, perhaps by a run that" in held.stdout
        project.done("plan --out plan.json")
        project.done("apply plan.json --yes")
        assert project.live() == {}

    def _composite(self, project: Project, number: int) -> None:
        project.ask(
            "POST",
            "/api/v1/monitor",
            {
                "name": "[Ani] mine",
                "type": "composite",
                "query": f"{number} && {number}",
                "message": "",
                "tags": [],
            },
        )


def test_a_deadline_that_is_over_leaves_the_rest_and_says_so(project: Project) -> None:
    result = project.run("apply --yes --deadline 0.001s")
    assert result.exit_code == 1
    assert "deadline" in result.stderr + result.stdout
    assert project.live() == {}


def test_a_deadline_that_is_over_halfway_is_named_and_so_is_what_it_left(project: Project) -> None:
    many(project, 6)
    project.local.emulator.inject(["latency,seconds=0.4,times=always,route=POST /api/v1/monitor"])
    result = project.run("apply --yes --deadline 1s --workers 1")
    assert result.exit_code == 6
    assert "not attempted: did not create a monitor: the deadline of 1 s is over" in result.stdout
    assert "or give it more time with --deadline" in result.stdout


@pytest.mark.parametrize("value", ["soon", "0", "-3m", "5 days"])
def test_a_deadline_that_is_none_is_a_wrong_command_line(project: Project, value: str) -> None:
    assert project.run(f"apply --yes --deadline={shlex.quote(value)}").exit_code == 2


def test_a_state_folder_that_cannot_be_written_is_said_before_anything_is_sent(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = project.folder / "file"
    blocked.write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(blocked))
    result = project.run("apply --yes")
    assert (result.exit_code, project.live()) == (2, {})
    assert "XDG_STATE_HOME" in result.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk always full")
def test_a_full_disk_is_said_before_anything_is_sent(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(project.folder))
    with locked(here()) as state:
        state.new_journal.symlink_to("/dev/full")
    result = project.run("apply --yes")
    assert (result.exit_code, project.live()) == (2, {})
    assert "no space left on device" in result.stderr


def test_a_plan_file_with_other_line_ends_was_changed(project: Project) -> None:
    project.done("plan --out plan.json")
    file = project.folder / "plan.json"
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    result = project.run("apply plan.json --yes")
    assert (result.exit_code, project.live()) == (5, {})
    assert "its digest differs" in result.stderr


def test_without_the_option_there_are_as_many_workers_as_the_model_says() -> None:
    assert command.make_context("apply", []).params["workers"] == WORKERS
