"""Applying plans when something goes wrong on the way: answers lost, twins, interruptions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from monitor_sync.errors import OutcomeUnknown, Refused, Rejected, Unreachable
from monitor_sync.model import LiveId
from monitor_sync.sync.apply import Endpoint, Outcome, Stopped, carry_out
from tests.sync.builders import body, monitor
from tests.sync.conftest import Datadog
from tests.sync.test_apply import ALONE, BOTH, ERRORS, QUICK, SLOW, Watched


class Losing(Watched):
    """A connection that loses the answer of each create, after Datadog did it."""

    def create(self, body: Any) -> Any:
        super().create(body)
        raise OutcomeUnknown("dropped")


class Silent(Watched):
    """A connection on which no create arrives, and nobody can tell."""

    def create(self, body: Any) -> Any:
        self.written.append(("create", body["name"]))
        raise OutcomeUnknown("dropped")


def test_a_create_without_an_answer_is_looked_up_and_not_sent_again(datadog: Datadog) -> None:
    lossy = Losing(datadog.client)

    (outcome,) = carry_out(datadog.plan(ERRORS), {"monitor": lossy}, terms=QUICK)

    assert outcome.status == "done"
    assert lossy.written == [("create", ERRORS.name)]
    assert datadog.by_key() == {ERRORS.key: outcome.id}


def test_a_create_that_cannot_be_found_fails_and_is_not_sent_again(datadog: Datadog) -> None:
    silent = Silent(datadog.client)

    (outcome,) = carry_out(datadog.plan(ERRORS), {"monitor": silent}, terms=QUICK)

    assert outcome.status == "failed"
    assert isinstance(outcome.error, OutcomeUnknown)
    assert silent.written == [("create", ERRORS.name)]
    assert datadog.apply(ERRORS)[0].status == "done"
    assert len(datadog.listing()) == 1


def test_nothing_is_created_where_the_second_listing_disagrees(datadog: Datadog) -> None:
    plan = datadog.plan(ERRORS)
    datadog.apply(ERRORS)

    with pytest.raises(Refused, match="nothing was written"):
        carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert len(datadog.listing()) == 1


class Racing(Watched):
    """Another run makes the same monitors, after our second listing and before our creates."""

    def __init__(self, inner: Endpoint, rival: Sequence[dict[str, Any]]) -> None:
        super().__init__(inner)
        self.rival = list(rival)

    def create(self, body: Any) -> Any:
        while self.rival:
            self.inner.create(self.rival.pop(0))
        return super().create({**body, "message": body["message"] + " later"})


def test_of_two_runs_at_once_the_later_undoes_its_twin(datadog: Datadog) -> None:
    racing = Racing(datadog.client, [dict(ERRORS.body)])

    outcomes = carry_out(datadog.plan(ERRORS, SLOW, BOTH), {"monitor": racing}, terms=ALONE)

    assert [outcome.status for outcome in outcomes] == ["done"] * 3
    assert len(datadog.listing()) == 3
    ids = datadog.by_key()
    noted = next(outcome for outcome in outcomes if outcome.change.key == ERRORS.key)
    assert noted.id == ids[ERRORS.key]
    assert "at the same time" in noted.note
    assert str(ids[ERRORS.key]) in datadog.client.get(ids[BOTH.key])["query"]


class Refusing(Watched):
    """A Datadog that already has the very same monitor under another id."""

    def __init__(self, inner: Endpoint, number: int) -> None:
        super().__init__(inner)
        self.number = number

    def create(self, body: Any) -> Any:
        error = Rejected(f"could not create {body['name']}: there is the same one already")
        error.duplicate_of = self.number
        raise error


def test_a_duplicate_counts_as_made_only_if_it_carries_our_key(datadog: Datadog) -> None:
    plan = datadog.plan(ERRORS)
    foreign = datadog.client.create(body(tags=[]))["id"]
    (outcome,) = carry_out(plan, {"monitor": Refusing(datadog.client, foreign)}, terms=QUICK)
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert f"adopt: {foreign}" in outcome.error.hint

    ours = Refusing(datadog.client, datadog.client.create(dict(ERRORS.body))["id"])
    known = plan.ours | {LiveId("monitor", ours.number)}
    (outcome,) = carry_out(replace(plan, ours=known), {"monitor": ours}, terms=QUICK)
    assert (outcome.status, outcome.id) == ("done", ours.number)


class Altering(Watched):
    """A Datadog that ignores one option, as it has done now and then."""

    def create(self, body: Any) -> Any:
        options = {name: value for name, value in body["options"].items() if name != "timeout_h"}
        return super().create({**body, "options": options})


def test_what_datadog_stored_otherwise_is_said(datadog: Datadog) -> None:
    wanted = monitor(ERRORS.key, options={"thresholds": {"critical": 5}, "timeout_h": 4})

    (outcome,) = carry_out(datadog.plan(wanted), {"monitor": Altering(datadog.client)}, terms=QUICK)

    assert outcome.status == "done"
    assert [
        (difference.field, difference.old, difference.new) for difference in outcome.altered
    ] == [("options.timeout_h", 4, None)]


def test_an_interruption_finishes_what_is_in_flight_and_reports_the_rest(datadog: Datadog) -> None:
    many = [monitor(f"payments/router/m{i:02}", name=f"M{i}") for i in range(30)]
    reported: list[Outcome] = []

    def interrupt(outcome: Outcome) -> None:
        reported.append(outcome)
        if len(reported) == 3:
            raise KeyboardInterrupt

    outcomes = datadog.apply(*many, terms=replace(QUICK, workers=2), on_progress=interrupt)

    done = [outcome for outcome in outcomes if outcome.status == "done"]
    assert 3 <= len(done) < 30
    assert {outcome.status for outcome in outcomes} == {"done", "not attempted"}
    assert len(datadog.listing()) == len(done)
    datadog.apply(*many)
    assert len(datadog.listing()) == 30


class Unlisted(Watched):
    """A Datadog that stops listing after the first listing of a run."""

    def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
        if self.written:
            raise Unreachable("no listing today")
        return super().pages(tags=tags)


def test_where_twins_cannot_be_looked_for_it_is_said(datadog: Datadog) -> None:
    (outcome,) = carry_out(datadog.plan(ERRORS), {"monitor": Unlisted(datadog.client)}, terms=QUICK)

    assert outcome.status == "done"
    assert "not checked" in outcome.note


def test_a_delete_of_what_is_gone_already_is_done(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    plan = datadog.plan()
    datadog.client.delete(datadog.by_key()[ERRORS.key])

    (outcome,) = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert (outcome.status, outcome.note) == ("done", "was gone already")


def test_a_delete_that_others_refer_to_is_refused_and_named_before(datadog: Datadog) -> None:
    datadog.apply(ERRORS, SLOW)
    ids = datadog.by_key()
    query = f"{ids[ERRORS.key]} && {ids[SLOW.key]}"
    theirs = datadog.client.create({"type": "composite", "query": query, "name": "Theirs"})["id"]

    plan = datadog.plan(SLOW)
    assert plan.changes[0].referred_by == (f"#{theirs} Theirs",)
    (outcome,) = carry_out(plan, {"monitor": datadog.client}, terms=QUICK)

    assert outcome.status == "failed"
    assert ERRORS.key in datadog.by_key()


def test_several_interrupts_in_a_row_end_in_what_was_done(datadog: Datadog) -> None:
    def interrupt(_: Outcome) -> None:
        raise KeyboardInterrupt

    plan = datadog.plan(ERRORS, SLOW)

    with pytest.raises(Stopped) as stopped:
        carry_out(plan, {"monitor": datadog.client}, terms=ALONE, on_progress=interrupt)

    assert datadog.by_key() != {}
    assert {outcome.status for outcome in stopped.value.outcomes} & {"done", "failed"}


def test_what_was_sent_and_has_no_outcome_is_never_told_as_not_attempted(
    datadog: Datadog,
) -> None:
    """The answer has come, and the interrupt comes before anybody has looked at it."""
    interrupts = iter([True, True])

    class Interrupting(Watched):
        def pages(self, *, tags: Sequence[str] = ()) -> Iterator[Sequence[Any]]:
            if self.written:
                interrupted: bool = next(interrupts, False)
                if interrupted:
                    raise KeyboardInterrupt
            return super().pages(tags=tags)

    plan = datadog.plan(ERRORS)

    (outcome,) = carry_out(plan, {"monitor": Interrupting(datadog.client)}, terms=ALONE)

    assert outcome.status == "done"
