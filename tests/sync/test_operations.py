"""What an update sends over the wire, and what it leaves as it lives."""

from __future__ import annotations

from typing import Any

from monitor_sync.sync.apply import carry_out
from tests.sync.builders import body, monitor
from tests.sync.conftest import Datadog
from tests.sync.test_apply import ERRORS, QUICK, Watched


class Recording(Watched):
    """The real client, with the bodies of its updates."""

    def __init__(self, inner: Any) -> None:
        super().__init__(inner)
        self.sent: list[dict[str, Any]] = []

    def update(self, id: int, body: Any) -> Any:  # noqa: A002 - Datadog's word
        self.sent.append(body)
        return super().update(id, body)


def applied(datadog: Datadog, *declared: Any) -> list[dict[str, Any]]:
    """The bodies of the updates that make Datadog what is declared."""
    recording = Recording(datadog.client)
    outcomes = carry_out(datadog.plan(*declared), {"monitor": recording}, terms=QUICK)
    assert {outcome.status for outcome in outcomes} == {"done"}
    assert all(outcome.altered == () for outcome in outcomes)
    assert datadog.plan(*declared).changes == ()
    return recording.sent


def test_another_tag_sends_the_tags_alone(datadog: Datadog) -> None:
    datadog.apply(ERRORS)
    tags = [*ERRORS.body["tags"], "tier:1"]

    assert applied(datadog, monitor(ERRORS.key, tags=tags)) == [{"tags": tags}]


def test_taking_over_what_is_as_declared_sends_the_tags_alone(datadog: Datadog) -> None:
    created = datadog.client.create({**body(), "tags": ["team:payments-core"]})

    assert applied(datadog, monitor(ERRORS.key, adopt=created["id"])) == [
        {"tags": ERRORS.body["tags"]}
    ]


def test_an_option_that_a_person_set_and_nobody_here_knows_survives_another_update(
    datadog: Datadog,
) -> None:
    datadog.apply(ERRORS)
    number = datadog.by_key()[ERRORS.key]
    options = {**datadog.client.get(number)["options"], "on_missing_data_v9": "page"}
    held = {"thresholds": {"critical": 5}, "timeout_h": 4}

    def holding(sent: dict[str, Any]) -> dict[str, Any]:
        return {**sent, "options": options}

    class Newer(Recording):
        """A Datadog that is newer than this tool: its answers have one more option."""

        def get(self, id: int, *, with_assets: bool = False) -> Any:  # noqa: A002 - Datadog's word
            return holding(super().get(id, with_assets=with_assets))

        def update(self, id: int, body: Any) -> Any:  # noqa: A002 - Datadog's word
            self.sent.append(body)
            return holding({**self.inner.get(id), **body})

    newer = Newer(datadog.client)
    plan = datadog.plan(monitor(ERRORS.key, options=held))
    (outcome,) = carry_out(plan, {"monitor": newer}, terms=QUICK)

    assert outcome.status == "done"
    assert newer.sent[0].keys() == {"options"}
    assert newer.sent[0]["options"]["on_missing_data_v9"] == "page"
