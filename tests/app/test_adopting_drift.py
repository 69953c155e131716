"""``drift --adopt``: live values in the files, where they belong, and nothing else changed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from monitor_sync.adopt.unfilled import unfilled
from tests.cli.repository import DROP, Repository

_ITEMS = """\
monitors:
  errors:
    for_each: {bank: [bca, mandiri]}   # ours
    name: "${bank} errors"
    query: avg(last_5m):avg:bank.errors{bank:${bank}} > ${critical}
    thresholds: {critical: 8}
    priority: 3
    message: ${bank} fails.
    runbook: banks
"""


_LEVELS = "{critical: 8, warning: 5}\n    notify: {warning: [chat]}"


def _put(repository: Repository, key: str, **changed: Any) -> None:
    """Change a live monitor by hand; options are merged."""
    live = repository.live()[key]
    options = {**live["options"], **changed.pop("options", {})}
    body = {name: live[name] for name in ("name", "type", "query", "message", "tags", "priority")}
    path = f"/api/v1/monitor/{live['id']}"
    repository.ask("PUT", path, {**body, **changed, "options": options})


def _text(repository: Repository, path: str) -> str:
    return (repository.folder / "monitors" / path).read_text()


def test_live_values_are_written_where_they_were_set_and_the_plan_is_empty(
    repository: Repository,
) -> None:
    before = _text(repository, "motor/flow.yaml")
    live = repository.live()[DROP]
    critical = live["options"]["thresholds"]["critical"]
    _put(
        repository,
        DROP,
        name="Renamed",
        query=live["query"].rsplit(" ", 1)[0] + " 3",
        message=live["message"].replace("@", "@slack-more @", 1),
        tags=[*live["tags"], "seen:twice"],
        options={"thresholds": {**live["options"]["thresholds"], "critical": 3}},
    )
    answer = json.loads(repository.done(f"drift --adopt {DROP} --format json").stdout)

    (monitor,) = answer["monitors"]
    assert monitor["left"] == {}
    assert set(monitor["taken"]) >= {"name", "tags", "query", "options.thresholds.critical"}
    after = _text(repository, "motor/flow.yaml")
    assert "${critical}" in after
    assert f"critical: {critical:g}" in before
    assert "critical: 3" in after
    assert json.loads(repository.done("plan --format json").stdout)["changes"] == []


def test_a_clone_with_the_same_key_is_not_what_is_taken(repository: Repository) -> None:
    _put(repository, DROP, name="Renamed")
    live = repository.live()[DROP]
    clone = {name: live[name] for name in ("type", "query", "message", "tags", "options")}
    repository.ask("POST", "/api/v1/monitor", {**clone, "name": "Renamed (copy)"})
    repository.done(f"drift --adopt {DROP}")

    assert 'name: "Renamed"\n' in _text(repository, "motor/flow.yaml")


def test_an_item_gets_changes_of_its_own_and_the_others_stay(repository: Repository) -> None:
    repository.write("motor/banks.yaml", _ITEMS)
    repository.commit("banks")
    repository.done("apply --yes --workers 1")
    query = "avg(last_5m):avg:bank.errors{bank:bca} > 11"
    _put(
        repository, "motor/banks/errors.bca", query=query, options={"thresholds": {"critical": 11}}
    )

    dry = repository.done("drift --adopt motor/banks --dry-run")
    assert "nothing was written" in dry.stdout
    assert _text(repository, "motor/banks.yaml") == _ITEMS
    repository.done("drift --adopt motor/banks")

    assert _text(repository, "motor/banks.yaml") == _ITEMS.replace(
        "[bca, mandiri]", "{bca: {thresholds: {critical: 11}}, mandiri: {}}"
    )
    assert json.loads(repository.done("plan --format json").stdout)["changes"] == []


def test_tags_with_and_without_a_value_are_added_to_those_of_the_monitor(
    repository: Repository,
) -> None:
    live = repository.live()[DROP]
    _put(repository, DROP, tags=[*live["tags"], "seen:yes", "plain"])
    repository.done(f"drift --adopt {DROP}")
    assert _text(repository, "motor/flow.yaml").endswith("    tags: [plain, seen:yes]\n")
    assert json.loads(repository.done("plan --format json").stdout)["changes"] == []


def test_a_line_for_a_state_that_is_gone_does_not_keep_the_rest_from_being_taken(
    repository: Repository,
) -> None:
    text = _ITEMS.replace("[bca, mandiri]", "[bca]").replace("{critical: 8}", _LEVELS)
    repository.write("motor/banks.yaml", text)
    repository.commit("a warning")
    repository.done("apply --yes --workers 1")
    key = "motor/banks/errors.bca"
    options = repository.live()[key]["options"]
    repository.by_hand(key, options={**options, "thresholds": {"critical": 8}})

    repository.done(f"drift --adopt {key}")

    assert "thresholds: {critical: 8}\n" in _text(repository, "motor/banks.yaml")
    (change,) = json.loads(repository.done("plan --format json").stdout)["changes"]
    assert [field["field"] for field in change["fields"]] == ["message"]


def test_a_changed_footer_is_left_and_said(repository: Repository) -> None:
    before = _text(repository, "motor/flow.yaml")
    message = repository.live()[DROP]["message"]
    assert "Owner" in message
    _put(repository, DROP, message=message.replace("Owner", "Boss"))
    answer = json.loads(repository.done(f"drift --adopt {DROP} --format json").stdout)
    assert answer["monitors"][0]["left"]["message"].startswith("its footer was changed")
    assert _text(repository, "motor/flow.yaml") == before


def test_a_monitor_that_is_gone_is_not_taken(repository: Repository) -> None:
    repository.ask("DELETE", f"/api/v1/monitor/{repository.live()[DROP]['id']}")
    answer = json.loads(repository.done(f"drift --adopt {DROP} --format json").stdout)
    assert [monitor["taken"] for monitor in answer["monitors"]] in ([], [[]])
    assert answer["files"] == []


def test_adopting_without_a_key_asks_which(repository: Repository) -> None:
    result = repository.run("drift --adopt")
    assert result.exit_code == 2
    assert "which monitors?" in result.stderr


@pytest.mark.parametrize(
    ("written", "wanted", "expected"),
    [
        ("a ${x} b", "a 1 b", "a ${x} b"),
        ("a ${x} b", "a 1 c", "a ${x} c"),
        ("a ${x} b", "a 2 b", None),
        ("sum(a) >\n  ${x}", "sum(b) > 1", "sum(b) >\n  ${x}"),
        ("plain", "with ${hole}", "with $${hole}"),
    ],
)
def test_holes_stay_where_the_text_around_them_differs(
    written: str, wanted: str, expected: str | None
) -> None:
    assert unfilled(written, wanted, {"x": 1}, one_line=True) == expected
