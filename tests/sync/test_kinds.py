"""Plan, apply, journal, resume and plan file for a kind whose key stands in a text, no tag."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from monitor_sync.errors import OutcomeUnknown
from monitor_sync.model import Address, Body, LiveResource, Monitor
from monitor_sync.resources.monitor.kind import MONITOR
from monitor_sync.selectors import parse
from monitor_sync.sync import journal, plan_file, plan_json
from monitor_sync.sync.apply import Endpoint, Outcome, carry_out
from monitor_sync.sync.drift import Base
from monitor_sync.sync.journal import Journal, Past
from monitor_sync.sync.narrowing import select
from monitor_sync.sync.plan import Plan, make_plan
from monitor_sync.sync.three_way import ThreeWay
from tests.sync.builders import project
from tests.sync.conftest import Datadog
from tests.sync.downtime_kind import MARK, Downtime, DowntimeKind, Downtimes, downtime
from tests.sync.test_apply import ALONE, ERRORS, QUICK, SLOW

QUIET = downtime("payments/router/quiet", ERRORS.key)
SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.json").read_text("utf-8"))


class Account:
    """An emulated account with monitors and downtimes."""

    def __init__(self, datadog: Datadog) -> None:
        self.datadog = datadog
        self.downtimes = Downtimes(datadog.url)
        self.endpoints: dict[str, Endpoint] = {
            "monitor": datadog.client,
            "downtime": self.downtimes,
        }

    def live(self) -> list[LiveResource]:
        raw = [resource for page in self.downtimes.pages() for resource in page]
        read = [live for item in raw if (live := DowntimeKind().read(item)) is not None]
        return [*self.datadog.listing(), *read]

    def plan(self, *declared: Monitor | Downtime) -> Plan:
        kinds = (
            MONITOR,
            DowntimeKind(*(resource for resource in declared if isinstance(resource, Downtime))),
        )
        files = project(*(resource for resource in declared if isinstance(resource, Monitor)))
        return make_plan(files, self.live(), site="datadoghq.eu", kinds=kinds)

    def apply(self, *declared: Monitor | Downtime, **terms: Any) -> tuple[Outcome, ...]:
        return carry_out(self.plan(*declared), self.endpoints, **{"terms": QUICK, **terms})

    def quiet(self) -> LiveResource:
        (downtime,) = (live for live in self.live() if live.kind == "downtime")
        return downtime


@pytest.fixture
def account(datadog: Datadog) -> Account:
    return Account(datadog)


def made(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str]]:
    return [
        (outcome.change.kind.name, outcome.change.action, outcome.status) for outcome in outcomes
    ]


def test_what_names_a_monitor_is_made_after_it_and_the_next_plan_is_empty(
    account: Account,
) -> None:
    outcomes = account.apply(QUIET, ERRORS)

    assert made(outcomes) == [("monitor", "create", "done"), ("downtime", "create", "done")]
    assert account.quiet().body["monitor_id"] == account.datadog.by_key()[ERRORS.key]
    again = account.plan(QUIET, ERRORS)
    assert (again.changes, again.unchanged, again.refused) == ((), 2, ())


def test_what_names_a_monitor_is_deleted_before_it(account: Account) -> None:
    account.apply(QUIET, ERRORS)
    order: list[str] = []

    outcomes = account.apply(
        terms=ALONE, on_progress=lambda outcome: order.append(outcome.change.kind.name)
    )

    assert made(outcomes) == [("monitor", "delete", "done"), ("downtime", "delete", "done")]
    assert order == ["downtime", "monitor"]
    assert account.live() == []


def test_a_monitor_stays_while_what_names_it_could_not_be_deleted(account: Account) -> None:
    account.apply(QUIET, ERRORS)
    plan = account.plan()
    account.downtimes.update(account.quiet().id, {"scope": ["env:edited"]})

    outcomes = carry_out(plan, account.endpoints, terms=QUICK)

    assert made(outcomes) == [
        ("monitor", "delete", "held back"),
        ("downtime", "delete", "conflict"),
    ]


def test_a_change_is_made_in_place_and_an_edit_since_is_a_conflict(account: Account) -> None:
    account.apply(QUIET, ERRORS)
    other = downtime(QUIET.key, ERRORS.key, scope="env:production")
    plan = account.plan(other, ERRORS)
    (change,) = plan.changes
    assert [(field.field, field.old, field.new) for field in change.fields] == [
        ("scope", ["env:test"], ["env:production"])
    ]

    account.downtimes.update(change.id, {"message": f"Edited\n{MARK}acme {QUIET.key}"})
    (outcome,) = carry_out(plan, account.endpoints, terms=QUICK)
    assert outcome.status == "conflict"

    (outcome,) = account.apply(other, ERRORS)
    assert outcome.status == "done"
    assert account.plan(other, ERRORS).changes == ()


def test_without_our_key_in_the_text_it_is_nobodys_and_with_another_project_it_is_theirs(
    account: Account,
) -> None:
    for message in ("people's own", f"x\n{MARK}other {QUIET.key}"):
        account.downtimes.create({"scope": "*", "message": message})

    plan = account.plan(ERRORS)

    assert [(entry.kind, entry.reason) for entry in plan.left_alone] == [
        ("downtime", "other-project"),
        ("downtime", "unmanaged"),
    ]
    assert [change.kind.name for change in plan.changes] == ["monitor"]


def test_a_clone_of_it_is_not_taken_for_it(account: Account) -> None:
    account.apply(QUIET, ERRORS)
    first = account.quiet()
    account.downtimes.create(first.body)

    (alone,) = account.plan(QUIET, ERRORS).left_alone
    assert (alone.kind, alone.reason) == ("downtime", "clone")
    refused = account.plan(ERRORS).refused
    assert [(refusal.kind, refusal.key) for refusal in refused] == [("downtime", QUIET.key)]


def test_one_key_may_stand_for_one_resource_of_each_kind(account: Account) -> None:
    same = downtime(ERRORS.key, ERRORS.key)

    assert {status for *_, status in made(account.apply(same, ERRORS))} == {"done"}
    assert account.plan(same, ERRORS).changes == ()
    (change,) = account.plan(same).changes
    assert change.address == Address("monitor", ERRORS.key)


def test_kind_and_fields_are_part_of_the_fingerprint(account: Account) -> None:
    plans = [
        account.plan(ERRORS),
        account.plan(ERRORS, QUIET),
        account.plan(ERRORS, downtime(QUIET.key, ERRORS.key, scope="env:production")),
    ]
    assert len({plan.fingerprint for plan in plans}) == 3


class Losing(Downtimes):
    """An endpoint that loses the answer of each create, after Datadog did it."""

    def create(self, body: Body) -> Any:
        super().create(body)
        raise OutcomeUnknown("dropped")


def test_a_create_without_an_answer_is_looked_for_by_the_key_in_its_text(
    account: Account,
) -> None:
    losing = Losing(account.datadog.url)
    account.endpoints["downtime"] = losing

    outcomes = account.apply(QUIET, ERRORS)

    assert [outcome.status for outcome in outcomes] == ["done", "done"]
    assert losing.written == ["create"]
    assert outcomes[1].id == account.quiet().id


class Rival(Downtimes):
    """An endpoint on which somebody else is a moment faster with each create."""

    def create(self, body: Body) -> Any:
        super().create(body)
        return super().create(body)


def test_a_twin_that_another_run_made_first_is_the_one_that_stays(account: Account) -> None:
    account.endpoints["downtime"] = Rival(account.datadog.url)

    outcomes = account.apply(QUIET, ERRORS)

    assert "somebody else made" in outcomes[1].note
    assert account.quiet().id == outcomes[1].id


def test_a_plan_file_says_the_kind_and_is_applied_as_reviewed(account: Account) -> None:
    account.apply(QUIET, ERRORS)
    plan = account.plan(SLOW, downtime("payments/router/new", SLOW.key))
    text = plan_json.file(plan, commit="abc")

    raw = json.loads(text)
    jsonschema.validate(raw, SCHEMA)
    assert {(change["kind"], change["action"]) for change in raw["changes"]} == {
        ("monitor", "create"),
        ("monitor", "delete"),
        ("downtime", "create"),
        ("downtime", "delete"),
    }
    again = plan_file.read(text, "plan.json", kinds=(MONITOR, DowntimeKind()))
    assert again.ours == plan.ours
    outcomes = carry_out(again, account.endpoints, terms=QUICK)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert account.plan(SLOW, downtime("payments/router/new", SLOW.key)).changes == ()


class Killed(BaseException):
    """The process ends."""


class Killing(Downtimes):
    """An endpoint on which the process is killed before its first create arrives."""

    def create(self, body: Body) -> Any:
        raise Killed(body)


def test_a_run_that_was_killed_is_resumed_with_what_is_left(
    account: Account, tmp_path: Path
) -> None:
    plan = account.plan(QUIET, ERRORS)
    path = tmp_path / "journal"
    killed = {**account.endpoints, "downtime": Killing(account.datadog.url)}
    with Journal(path) as log:
        log.begin(plan, Past(), tool="1", digest="")
        with pytest.raises(Killed):
            carry_out(plan, killed, terms=ALONE, log=log)
    past = journal.read(path)
    assert past is not None
    assert past.settled == {(Address("monitor", ERRORS.key), "create")}
    assert past.unknown == {Address("downtime", QUIET.key)}
    account.datadog.forget_requests()

    with Journal(path, again=True) as log:
        outcomes = carry_out(plan, account.endpoints, terms=QUICK, log=log, past=past, resume=True)

    assert made(outcomes) == [("monitor", "create", "done"), ("downtime", "create", "done")]
    assert [outcome.already for outcome in outcomes] == [True, False]
    assert "POST /api/v1/monitor" not in account.datadog.requests()
    assert account.plan(QUIET, ERRORS).changes == ()


def test_a_selector_means_it_by_its_key(account: Account) -> None:
    plan = account.plan(QUIET, ERRORS)
    kinds = (MONITOR, DowntimeKind(QUIET))

    part = select(plan, [parse("payments/router/quiet")], project=project(ERRORS), kinds=kinds)

    assert [change.kind.name for change in part.changes] == ["downtime"]
    assert part.fingerprint == plan.fingerprint


def test_with_a_base_an_edit_by_hand_stays_where_this_change_does_not_touch_it(
    account: Account,
) -> None:
    account.apply(QUIET, ERRORS)
    edited = f"Edited\n{MARK}acme {QUIET.key}"
    account.downtimes.update(account.quiet().id, {"message": edited})
    plan = account.plan(downtime(QUIET.key, ERRORS.key, scope="env:production"), ERRORS)

    class Then(DowntimeKind):
        """What the base declares, and what is declared now."""

        def declared(self, files: Any) -> Any:
            then = {QUIET.key: QUIET}
            return then if files is before else super().declared(files)

    before, here = project(ERRORS), project(ERRORS)
    kind = Then(downtime(QUIET.key, ERRORS.key, scope="env:production"))
    plan = make_plan(here, account.live(), site="datadoghq.eu", kinds=(MONITOR, kind))
    alone = ThreeWay(plan, here, before, account.live()).result(Base(revision="r", commit="c"))

    (change,) = alone.changes
    assert [field.field for field in change.fields] == ["scope"]
    assert change.body is not None
    assert change.body["message"] == edited
    assert alone.base is not None
    assert [(entry.kind, entry.origin) for entry in alone.base.apart] == [("downtime", "drift")]
