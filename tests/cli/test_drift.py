"""``drift`` misses nothing: what was deleted, muted, restored or saved anew in Datadog."""

from __future__ import annotations

import json

import pytest

from tests.cli.repository import DROP, ERRORS, ROUTER, Repository


def delete(repository: Repository, key: str) -> int:
    number: int = repository.live()[key]["id"]
    repository.ask("DELETE", f"/api/v1/monitor/{number}")
    return number


def unaudited(repository: Repository) -> None:
    route = "POST /api/v2/audit/events/search"
    repository.local.emulator.inject([{"kind": "forbidden", "route": route, "times": None}])


def test_a_monitor_deleted_by_hand_is_drift_with_who_when_and_what_restores_it(
    repository: Repository,
) -> None:
    number = delete(repository, DROP)

    text = repository.done("drift").stdout
    plan = json.loads(repository.done("drift --format json").stdout)
    refused = repository.run("drift --fail-on-changes")

    repository.valid(plan)
    (apart,) = plan["drift"]
    assert (apart["action"], apart["key"], apart["deleted"]["id"]) == ("create", DROP, number)
    assert apart["deleted"]["by"] == "user@emulator.example"
    assert plan["merged"] == []
    flat = " ".join(text.split())
    assert f"#{number} deleted in Datadog by user@emulator.example at 20" in flat
    assert "Monitors > Settings restores it for 7 days, id kept; else it gets a new id" in flat
    assert refused.exit_code == 4


@pytest.mark.parametrize("applied", ["", " --applied HEAD"])
def test_a_monitor_whose_tags_somebody_took_off_is_drift_and_never_deleted(
    repository: Repository, applied: str
) -> None:
    live = repository.live()[DROP]
    others = [tag for tag in live["tags"] if not tag.startswith("monitor_sync_")]
    repository.by_hand(DROP, tags=others)

    flat = " ".join(repository.done(f"drift --full{applied}").stdout.split())
    plan = json.loads(repository.done(f"drift --format json{applied}").stdout)
    again = repository.run(f"drift --adopt {DROP} --dry-run{applied}")

    repository.valid(plan)
    (apart,) = plan["drift"]
    assert apart["key"] == DROP
    assert (apart["action"], apart["id"], apart["untagged"]) == ("adopt", live["id"], [live["id"]])
    assert "deleted" not in apart
    assert f"our tags were taken off #{live['id']}, which has its name and query" in flat
    assert f"`adopt: {live['id']}` in its file, or both monitor_sync tags put back" in flat
    assert "deleted" not in flat
    assert "(user@emulator.example, 20" in flat
    assert f"write `adopt: {live['id']}`" in again.stdout


def test_without_the_trail_it_is_said_that_nobody_knows(repository: Repository) -> None:
    delete(repository, DROP)
    unaudited(repository)

    result = repository.done("drift")

    assert "not checked: whether 1 monitor was deleted in Datadog or never made" in result.stdout
    assert DROP not in result.stdout


def test_without_the_trail_a_revision_that_is_applied_tells(repository: Repository) -> None:
    delete(repository, DROP)
    unaudited(repository)

    text = repository.done("drift --applied HEAD").stdout
    unknown = repository.run("drift --applied nothing")

    assert DROP in text
    assert "deleted in Datadog" in text
    assert "not checked" not in text
    assert unknown.exit_code == 2


def test_what_was_merged_after_a_deletion_of_that_name_is_no_drift(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was deleted with its old declaration; the new one waits for its apply."""
    delete(repository, ERRORS)
    repository.write("payments/router.yaml", ROUTER.replace("errors:\n", "again:\n"))
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2040-01-01T00:00:00Z")
    repository.commit("under another key")

    plan = json.loads(repository.done("plan --base HEAD --format json").stdout)

    assert [apart["key"] for apart in plan["merged"]] == ["payments/router/again"]
    assert plan["drift"] == []


def test_a_mute_is_named_and_no_drift(repository: Repository) -> None:
    repository.ask("POST", f"/api/v1/monitor/{repository.live()[DROP]['id']}/mute", {})

    result = repository.done("drift --fail-on-changes")

    assert f"muted in Datadog, which monitor-sync never changes: {DROP}" in result.stdout


def test_what_datadogs_editor_makes_of_missing_data_is_named(repository: Repository) -> None:
    repository.edit(
        "payments/router.yaml",
        "    priority: 2\n",
        "    priority: 2\n    options: {notify_no_data: true, no_data_timeframe: 20}\n",
    )
    repository.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    repository.done("apply --yes")
    live = repository.live()[ERRORS]
    kept = {name: value for name, value in live["options"].items() if "no_data" not in name}
    repository.by_hand(ERRORS, options={**kept, "on_missing_data": "show_and_notify_no_data"})

    text = " ".join(repository.done("drift").stdout.split())

    assert "saved in Datadog's editor, which writes on_missing_data" in text
    assert "`monitor-sync migrate no-data` writes it in the files too" in text
