"""Who answers for a unit, for what all share, and who may approve that pages change."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor_sync.diagnostics import Severity
from tests.project.builders import PROJECT, TEAMS, one, read, underlined

APPROVAL = PROJECT + "policy: {paging_approval: true}\n"


def test_the_owner_of_a_unit_is_the_team_that_its_file_names(tmp_path: Path) -> None:
    files = {**one(""), "claims/business-unit.yaml": "name: Claims\n"}
    loaded = read(tmp_path, files)

    assert loaded.diagnostics == ()
    assert loaded.project.unit_owners == {"motor": "motor-quotes"}


def test_a_unit_of_a_team_that_does_not_exist_has_no_owner(tmp_path: Path) -> None:
    files = {"motor/business-unit.yaml": "team: motor-qoutes\n"}

    assert read(tmp_path, files).project.unit_owners == {}


def test_the_owner_of_what_all_share_is_read(tmp_path: Path) -> None:
    loaded = read(tmp_path, {**one(""), "project.yaml": PROJECT + "owner: claims\n"})

    assert loaded.diagnostics == ()
    assert loaded.project.owner == "claims"


def test_an_owner_that_is_no_team_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    loaded = read(tmp_path, {**one(""), "project.yaml": PROJECT + "owner: motor-quote\n"})

    assert loaded.project.owner == ""
    assert [underlined(diagnostic) for diagnostic in loaded.diagnostics] == [
        "project.yaml:4:8 [ownership/unknown-team] <motor-quote> no team is called `motor-quote`"
    ]
    assert loaded.diagnostics[0].hint == "did you mean `motor-quotes`? Teams are in teams.yaml"


def test_without_an_owner_nobody_is(tmp_path: Path) -> None:
    assert read(tmp_path, one("")).project.owner == ""


def test_approvers_are_read_in_the_order_in_which_they_are_written(tmp_path: Path) -> None:
    teams = TEAMS.replace("claims: {}", "claims: {approvers: [b-santoso, ani_acme]}")
    loaded = read(tmp_path, {**one(""), "teams.yaml": teams})

    assert loaded.diagnostics == ()
    assert loaded.project.teams["claims"].approvers == ("b-santoso", "ani_acme")
    assert loaded.project.teams["motor-quotes"].approvers == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('approvers: ["@ani"]', '<"@ani"> `@ani` is not a GitHub login, without @'),
        ("approvers: ani", "<ani> `ani` is not a list of GitHub logins"),
        ("github: acme/claims", "<acme/claims> `acme/claims` is not a GitHub team"),
        ('github: "@acme/claims,"', "`@acme/claims,` is not a GitHub team"),
    ],
)
def test_a_login_or_a_team_that_github_would_not_know_is_told(
    tmp_path: Path, written: str, expected: str
) -> None:
    teams = TEAMS.replace("claims: {}", f"claims: {{{written}}}")
    [diagnostic] = read(tmp_path, {**one(""), "teams.yaml": teams}).diagnostics

    assert expected in underlined(diagnostic)
    assert underlined(diagnostic).startswith("teams.yaml:14:")


def test_where_approval_is_asked_for_a_paged_team_without_approvers_is_told(tmp_path: Path) -> None:
    loaded = read(tmp_path, {**one(""), "project.yaml": APPROVAL})

    assert loaded.project.policy.paging_approval
    assert [underlined(diagnostic) for diagnostic in loaded.diagnostics] == [
        "teams.yaml:3:3 [ownership/no-approvers] <motor-quotes> "
        "nobody can approve for `motor-quotes` that its pages change"
    ]
    assert loaded.diagnostics[0].severity is Severity.WARNING


def test_where_everybody_who_is_paged_has_approvers_nothing_is_told(tmp_path: Path) -> None:
    teams = TEAMS.replace("name: Motor quotes", "name: Motor quotes\n    approvers: [ani]")
    loaded = read(tmp_path, {**one(""), "project.yaml": APPROVAL, "teams.yaml": teams})

    assert loaded.diagnostics == ()
