"""The state folder: one for each project, host and organisation, and one run in it at a time."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from monitor_sync.errors import Refused
from monitor_sync.store.state import State, Workspace, home, locked

JOURNAL = '{"journal": 1}\n'


@pytest.fixture
def host(tmp_path: Path) -> Workspace:
    """A project at a host, with nobody to tell the organisation."""
    return Workspace(home=tmp_path, project="acme", host="api.datadoghq.eu")


def of(host: Workspace, *organisations: str) -> Workspace:
    return replace(host, organisations=organisations)


def keep(state: State, text: str = JOURNAL) -> None:
    """As if an apply had written its journal and its plan."""
    state.new_plan.write_text("{}")
    state.new_journal.write_text(text)
    state.replace()


def test_two_organisations_on_one_site_share_nothing(host: Workspace) -> None:
    with locked(of(host, "one")) as first, locked(of(host, "two")) as two:
        keep(first)
        assert not two.journal.exists()
        assert two.last_plan() == ""


def test_one_organisation_is_applied_by_one_run_at_a_time(host: Workspace) -> None:
    with locked(of(host, "one")), pytest.raises(Refused, match="another apply of acme"):
        locked(of(host, "one")).__enter__()
    with locked(of(host, "one")):
        pass


def test_a_run_that_cannot_tell_its_organisation_excludes_every_other_at_the_host(
    host: Workspace,
) -> None:
    with locked(of(host, "one")), pytest.raises(Refused):
        locked(host).__enter__()
    with locked(host) as state:
        assert not state.of_organisation
        with pytest.raises(Refused):
            locked(of(host, "one")).__enter__()


def test_an_organisation_is_found_again_by_its_second_name(host: Workspace) -> None:
    with locked(of(host, "uuid")) as state:
        keep(state)
        state.also_called("4711")
    assert of(host, "4711").known
    assert of(host, "other", "4711").known
    with locked(of(host, "4711")) as again:
        assert again.folder == state.folder


def test_both_names_of_an_organisation_that_are_known_lead_to_one_state(host: Workspace) -> None:
    with locked(of(host, "uuid", "4711")) as state:
        keep(state)
    with locked(of(host, "4711")) as again:
        assert again.journal.read_text() == JOURNAL


def test_a_run_by_the_second_name_is_kept_out_by_one_by_the_first(host: Workspace) -> None:
    with locked(of(host, "uuid")) as state:
        state.also_called("4711")
        with pytest.raises(Refused):
            locked(of(host, "4711")).__enter__()


def test_an_organisation_without_state_begins_with_what_an_earlier_version_kept(
    host: Workspace,
) -> None:
    with locked(host) as earlier:
        keep(earlier)
    with locked(of(host, "one")) as first:
        assert first.journal.read_text() == JOURNAL
        assert first.last_plan() == "{}"
        keep(first, "newer\n")
    with locked(of(host, "one")) as first:
        assert first.journal.read_text() == "newer\n"
    with locked(of(host, "two")) as two:
        assert two.journal.read_text() == JOURNAL


def test_hosts_projects_and_odd_names_stay_apart_and_below_the_folder(tmp_path: Path) -> None:
    addresses = [
        Workspace(home=tmp_path, project=project, host=host, organisations=["../../o"])
        for project in ("acme", "../acme")
        for host in ("a:1", "a:2")
    ]
    assert len({address.folder for address in addresses}) == 4
    assert all(address.folder.is_relative_to(tmp_path) for address in addresses)


def test_the_environment_says_where_the_state_is(tmp_path: Path) -> None:
    assert home({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "monitor-sync"
    assert home({"XDG_STATE_HOME": ""}).name == "monitor-sync"


def test_a_last_plan_that_is_no_text_is_none(host: Workspace) -> None:
    with locked(of(host, "one")) as state:
        state.plan.write_bytes(b"\xff\x00")

        assert state.last_plan() == ""
