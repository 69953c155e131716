"""What stands in ``.github/`` and beside it: told, in agreement with the rest, and in its form."""

from __future__ import annotations

import json
import re
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tests import __main__ as everything
from tests.documentation.test_pins import pinned

ROOT = Path(__file__).resolve().parents[2]
GITHUB = ROOT / ".github"
CHECKS = (GITHUB / "CHECKS.md").read_text(encoding="utf-8")
PAGES = sorted(GITHUB.rglob("*.md"))
WORKFLOWS = sorted(GITHUB.glob("workflows/*.yml"))


def contents(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_every_workflow_has_its_chapter_in_the_page_of_checks() -> None:
    names = [contents(path)["name"] for path in WORKFLOWS]

    assert names
    assert [name for name in names if f"\n## `{name}`" not in CHECKS] == []


STEPS = [*everything.checks(), everything.types()]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.name)
def test_every_step_of_the_checks_has_its_row(step: everything.Step) -> None:
    assert f"\n| {step.name} |" in CHECKS


def test_every_section_of_the_script_of_ci_has_its_row() -> None:
    sections = re.findall(r'^ *section "([^"]+)"', (ROOT / ".ci/run").read_text(), re.MULTILINE)
    whole = "the test command of the README"  # its steps have rows of their own

    assert whole in sections
    assert [
        section for section in sections if section != whole and f"\n| {section} |" not in CHECKS
    ] == []


def test_the_script_of_ci_runs_all_that_has_packages_of_its_own() -> None:
    scripts = {path.with_suffix("") for path in (ROOT / ".ci").glob("*.in")}
    own = {f".ci/{path.name}" for path in scripts if path.is_file()}
    text = (ROOT / ".ci/run").read_text(encoding="utf-8")

    assert ".ci/datadogpy" in own
    assert own <= set(re.findall(r'^ *section "[^"]+" (\S+)$', text, re.MULTILINE))


@pytest.mark.parametrize(("which", "schema"), [(0, "github-workflows"), (1, "gitlab-ci")])
def test_a_workflow_to_paste_is_one_that_its_host_takes(which: int, schema: str) -> None:
    """The schemas are those that come with check-jsonschema, from each host's own catalogue."""
    page = (GITHUB / "actions" / "monitor-sync" / "README.md").read_text(encoding="utf-8")
    pasted = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[which]
    schemas = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    document = json.loads((schemas / f"{schema}.json").read_text(encoding="utf-8"))
    # YAML 1.1 reads the key `on` as true
    read = {"on" if key is True else key: value for key, value in yaml.safe_load(pasted).items()}

    assert [error.message for error in Draft7Validator(document).iter_errors(read)] == []


def test_no_page_here_takes_the_place_of_the_readme_on_the_front_page() -> None:
    """GitHub shows ``.github/README.md`` before the README at the root."""
    assert not (GITHUB / "README.md").exists()


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_and_every_file_named_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:\.ci|\.github|monitor_sync|monitors|schemas|tests)/[\w./-]+)`", text)

    assert [link for link in links if not (page.parent / link.split("#")[0]).exists()] == []
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_a_hook_runs_the_version_that_ci_runs() -> None:
    hooks = [
        hook
        for repository in contents(ROOT / ".pre-commit-config.yaml")["repos"]
        for hook in repository["hooks"]
    ]
    taken = {dependency for hook in hooks for dependency in hook.get("additional_dependencies", ())}

    assert {hook["language"] for hook in hooks} == {"python", "system"}
    assert all(
        hook.get("additional_dependencies")
        if hook["language"] == "python"
        else hook["entry"].startswith("python -m monitor_sync ")
        for hook in hooks
    )
    assert taken == {str(pinned()[dependency.split("==")[0]][0]) for dependency in taken}


def test_the_notes_of_a_release_have_the_shape_that_github_reads() -> None:
    """Its page on generated release notes: exclude and categories, each with labels or authors."""
    notes = contents(GITHUB / "release.yml")["changelog"]
    categories = notes["categories"]

    assert set(contents(GITHUB / "release.yml")) == {"changelog"}
    assert set(notes) == {"exclude", "categories"}
    assert set(notes["exclude"]) <= {"labels", "authors"}
    assert all(
        set(category) == {"title", "labels"} and category["labels"] for category in categories
    )
    assert [category["labels"] for category in categories].index(["*"]) == len(categories) - 1


def test_the_labels_that_the_forms_give_are_those_of_the_notes() -> None:
    notes = contents(GITHUB / "release.yml")["changelog"]
    known = {label for note in notes["categories"] for label in note["labels"]}
    known |= set(notes["exclude"]["labels"])
    forms = [p for p in GITHUB.glob("ISSUE_TEMPLATE/*.yml") if p.name != "config.yml"]

    assert len(forms) == 3
    assert {label for path in forms for label in contents(path)["labels"]} <= known


def test_the_template_of_a_pull_request_asks_three_things_in_three_lines() -> None:
    lines = (GITHUB / "PULL_REQUEST_TEMPLATE.md").read_text(encoding="utf-8").splitlines()

    assert len(lines) == 3
    assert all(line.startswith("**") for line in lines)


def test_updates_of_dependencies_wait_until_bad_releases_are_withdrawn() -> None:
    updates = contents(GITHUB / "dependabot.yml")["updates"]

    assert {update["package-ecosystem"] for update in updates} == {"pip", "github-actions"}
    assert all(update["cooldown"]["default-days"] >= 7 for update in updates)
    assert all(update["groups"] for update in updates)
    assert any("/.ci" in update["directories"] for update in updates)


def test_the_workflow_to_paste_starts_for_every_event_and_grants_what_the_called_jobs_ask() -> None:
    page = (GITHUB / "actions/monitor-sync/README.md").read_text(encoding="utf-8")
    pasted = yaml.safe_load(page.split("```yaml\n")[1].split("```")[0])
    called = contents(GITHUB / "workflows/monitors.yml")
    granted: dict[str, str] = {}
    for job in called["jobs"].values():
        for what, how in job["permissions"].items():
            granted[what] = max(how, granted.get(what, "read"), key=["read", "write"].index)
    (call,) = pasted["jobs"].values()

    assert call["uses"] == "OWNER/monitor-sync/.github/workflows/monitors.yml@SHA"
    assert call["permissions"] == granted
    assert set(call["secrets"]) == set(called[True]["workflow_call"]["secrets"])
    for name in called["jobs"]:
        own = contents(GITHUB / f"workflows/{name}.yml")[True]
        assert set(own) - {"workflow_call"} <= set(pasted[True])
    inputs = contents(GITHUB / "workflows/apply.yml")[True]["workflow_dispatch"]["inputs"]
    assert set(pasted[True]["workflow_dispatch"]["inputs"]) == set(inputs)
